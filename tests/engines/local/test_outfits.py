"""Other silk on the same person: only the clothes change, and what would not look right is refused with advice."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

import cv2
import numpy as np
import pytest
from doubles.opened import Opened

from tuanyuan.domain.errors import Rejected
from tuanyuan.engines.local.outfits import Outfits
from tuanyuan.imaging.clothes.top import TopFinder, clothes_mask

SAMPLES = Path(__file__).parents[3] / "samples"


Photo = partial(Opened, role="person")


@pytest.fixture(scope="module")
def outfits(models_dir):
    with ThreadPoolExecutor(2) as executor:
        yield Outfits(models_dir, executor)


@pytest.fixture(scope="module")
def opened(finder):
    def opened(name):
        rgb = cv2.cvtColor(cv2.imread(str(SAMPLES / name)), cv2.COLOR_BGR2RGB)
        return Photo(rgb, name=name, faces=tuple(sorted(finder.find(rgb), key=lambda face: face.box[0])))

    return opened


@pytest.fixture(scope="module")
def man(opened):
    return opened("man_black_hair.jpg")


@pytest.fixture(scope="module")
def worn(models_dir):
    """The clothes mask of a photo."""
    tops = TopFinder(models_dir)
    return lambda photo: clothes_mask(photo.rgb.shape, tops.find(photo.rgb, photo.faces))


@pytest.fixture(scope="module")
def mask(worn, man):
    return worn(man)


@pytest.fixture(scope="module")
def tang(outfits, man):
    outfits.fit(man, "tang", None)
    return outfits.dress(man, "tang", None, 4)


def test_the_mask_is_the_jacket_and_nothing_of_the_head(man, mask):
    assert (mask.shape, mask.dtype) == (man.rgb.shape[:2], np.uint8)
    assert mask[700:, 100:350].min() == 255
    assert mask[:450].max() == 0
    x, y, w, h = man.faces[0].box
    assert mask[int(y + 0.1 * h) : int(y + 0.85 * h), int(x + 0.15 * w) : int(x + 0.85 * w)].max() == 0


def test_only_the_clothes_and_the_collar_change(man, mask, tang):
    collar = np.zeros(mask.shape, np.uint8)
    cv2.rectangle(collar, (230, 510), (540, 799), 1, -1)
    free = (mask == 0) & (collar == 0)
    for picture in tang:
        assert (picture.shape, picture.dtype) == (man.rgb.shape, np.uint8)
        assert np.array_equal(picture[free], man.rgb[free])
        outline = cv2.convexHull(np.round(man.faces[0].mesh[:, :2]).astype(np.int32))
        face = cv2.fillConvexPoly(np.zeros(mask.shape, np.uint8), outline, 1) > 0
        assert np.array_equal(picture[face], man.rgb[face])
        assert (picture != man.rgb).any(2)[mask == 255].mean() > 0.97


def test_four_silks_differ_and_come_out_the_same_again(outfits, man, tang, mask):
    middles = np.array([np.median(picture[mask == 255], 0) for picture in tang])
    assert len(tang) == 4
    assert np.linalg.norm(middles[:, None] - middles[None], axis=2)[~np.eye(4, dtype=bool)].min() > 30
    (again,) = outfits.dress(man, "tang", None, 1)
    assert np.array_equal(again, tang[0])


def test_a_cheongsam_closes_otherwise_than_a_tang_jacket(outfits, man, tang, mask):
    (cheongsam,) = outfits.dress(man, "cheongsam", None, 1)
    assert (cheongsam != tang[0]).any(2)[mask == 255].mean() > 0.1


def test_a_corrected_mask_is_obeyed(outfits, man, mask, tang):
    smaller = mask.copy()
    smaller[:, :200] = 0
    outfits.fit(man, "tang", smaller)
    (picture,) = outfits.dress(man, "tang", smaller, 1)
    assert np.array_equal(picture[:, :200], man.rgb[:, :200])
    assert not np.array_equal(tang[0][:, :200], man.rgb[:, :200])
    assert (picture != man.rgb).any(2)[smaller == 255].mean() > 0.97


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("elderly_man.jpg", "outfit_small"),
        ("man_turned.jpg", "outfit_turned"),
        ("man_straw_hat.jpg", "outfit_print"),
        ("astronaut.jpg", "outfit_print"),
    ],
)
def test_what_would_not_look_right_is_refused_with_advice(outfits, opened, name, code):
    with pytest.raises(Rejected) as caught:
        outfits.fit(opened(name), "tang", None)
    assert caught.value.code == code
    assert name in caught.value.problem.message_en
    assert caught.value.problem.advice_zh


def test_nobody_is_nobody(outfits, man):
    with pytest.raises(Rejected) as caught:
        outfits.fit(Photo(man.rgb, name="wall.jpg"), "tang", None)
    assert caught.value.code == "outfit_no_person"


def test_masks_that_cannot_be_meant_are_refused(outfits, man, mask):
    whole = np.full_like(mask, 255)
    for given, code in ((mask[::2], "size"), (np.zeros_like(mask), "empty"), (whole, "face")):
        with pytest.raises(Rejected) as caught:
            outfits.fit(man, "tang", given)
        assert caught.value.code == f"outfit_mask_{code}"


def test_a_mask_settles_doubts_of_the_edge_and_not_of_the_cloth(outfits, opened, worn):
    astronaut = opened("astronaut.jpg")
    with pytest.raises(Rejected) as caught:
        outfits.fit(astronaut, "tang", worn(astronaut))
    assert caught.value.code == "outfit_print"


def test_another_outfit_is_not_known(outfits, man):
    with pytest.raises(KeyError):
        outfits.fit(man, "tuxedo", None)
