"""The top that somebody wears is found whole, to its hem, without hands; what cannot be replaced is refused."""

from __future__ import annotations

import numpy as np
import pytest
from doubles.tops import standing

from tuanyuan.imaging.tryon.garment import Unfit
from tuanyuan.imaging.tryon.wearer import WearerReader


@pytest.fixture(scope="module")
def reader(models_dir):
    return WearerReader(models_dir)


@pytest.fixture(scope="module")
def me(portrait, cutter, finder):
    known = portrait("man_glasses")
    rgb = standing(known.rgb, known.face, cutter.cut(known.rgb, known.faces)[0].alpha)
    return rgb, finder.find(rgb)


def whole(wearer, shape):
    top = np.zeros(shape[:2], np.float32)
    x0, y0, x1, y1 = wearer.box
    top[y0:y1, x0:x1] = wearer.top
    return top


def green_of(rgb):
    """The drawn top."""
    tones = rgb.astype(int)
    return (tones[..., 1] > tones[..., 0] + 10) & (tones[..., 1] > tones[..., 2] + 4)


def test_the_top_is_found_whole_and_nothing_else(reader, me):
    rgb, faces = me
    top = whole(reader.read(rgb, faces), rgb.shape)
    drawn = green_of(rgb)
    assert (top[drawn] > 0.5).mean() > 0.985
    assert drawn[top > 0.9].mean() > 0.95
    assert top[840:].max() == 0  # hands and trousers
    assert top[:330].max() == 0  # the head


def test_short_sleeves_are_refused(reader, me):
    rgb, faces = me
    bare = rgb.copy()
    sleeves = green_of(rgb)
    sleeves[:560] = False
    sleeves[:, 355:645] = False
    bare[sleeves] = rgb[860, 305]
    with pytest.raises(Unfit) as caught:
        reader.read(bare, faces)
    assert caught.value.code == "tryon_short_sleeves"


def test_it_is_the_same_at_another_size(reader, me, finder):
    rgb, faces = me
    half = np.ascontiguousarray(rgb[::2, ::2])
    small, large = reader.read(half, finder.find(half)), reader.read(rgb, faces)
    assert 2 * small.outline.chest == pytest.approx(large.outline.chest, rel=0.06)
    assert whole(small, half.shape).mean() == pytest.approx(whole(large, rgb.shape).mean(), rel=0.05)


def test_a_photo_that_ends_above_the_hem_is_refused(reader, me, finder):
    rgb, _ = me
    bust = np.ascontiguousarray(rgb[:700])
    with pytest.raises(Unfit) as caught:
        reader.read(bust, finder.find(bust))
    assert caught.value.code in {"tryon_hips_out", "tryon_arms"}


def test_two_people_are_refused(reader, me):
    rgb, faces = me
    with pytest.raises(Unfit) as caught:
        reader.read(rgb, faces * 2)
    assert caught.value.code == "tryon_one_person"
