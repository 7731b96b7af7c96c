"""A garment on somebody who stands as asked for: the garment is there, the person untouched, everybody else refused."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest
from doubles.tops import Cut, garment_photo, standing

from tuanyuan.domain.errors import Rejected
from tuanyuan.domain.messages import MESSAGES
from tuanyuan.domain.order import Order, PhotoHint
from tuanyuan.engines.local.tryon import TryOn

BLUE = (40, 70, 170)


@dataclass(frozen=True, eq=False)
class Opened:
    """A photo as a maker is shown it."""

    name: str
    role: str
    rgb: np.ndarray
    alpha: np.ndarray | None = None
    faces: tuple[Any, ...] = ()
    others: tuple[Any, ...] = ()
    likenesses: tuple[Any, ...] = ()


def order(**options):
    return Order((PhotoHint("me"), PhotoHint("top")), feature="tryon", **({"beauty": 0} | options))


@pytest.fixture(scope="module")
def maker(models_dir):
    with ThreadPoolExecutor(1) as pool:
        yield TryOn(models_dir, pool)


@pytest.fixture(scope="module")
def me(portrait, cutter, finder):
    known = portrait("man_glasses")
    cut, _ = cutter.cut(known.rgb, known.faces)
    rgb = standing(known.rgb, known.face, cut.alpha)
    return Opened("me", "person", rgb, faces=tuple(finder.find(rgb)))


@pytest.fixture(scope="module")
def top():
    rgb, alpha = garment_photo(BLUE, mark=(250, 220, 30))
    return Opened("top", "garment", rgb, alpha)


@pytest.fixture(scope="module")
def prepared(maker, me, top):
    maker.fit([me, top], order())
    return maker.prepare([me, top], order(), None, None)


def refused(maker, *photos):
    with pytest.raises(Rejected) as caught:
        maker.fit(list(photos), order())
    assert caught.value.code in MESSAGES
    return caught.value.code


def test_the_top_is_replaced_and_nothing_else(maker, prepared, me):
    made = maker.render(prepared, order(), maker.plans(prepared, order())[0])
    changed = (made.picture != me.rgb).any(2)
    x0, y0, x1, y1 = prepared.wearer.box
    allowed = np.zeros(changed.shape, bool)
    allowed[y0:y1, x0:x1] = prepared.wearer.top > 0
    assert not (changed & ~allowed).any()
    # Trunk and both sleeves are the garment's colour; head, hands and trousers are where they were.
    for x, y in ((500, 700), (262, 700), (738, 700)):
        assert np.abs(made.picture[y, x].astype(int) - BLUE).max() < 40
    assert not changed[:330].any()
    assert not changed[860:].any()


def test_the_picture_says_that_it_is_a_preview(maker, prepared):
    plans = maker.plans(prepared, order())
    for plan in plans:
        made = maker.render(prepared, order(), plan)
        assert made.notes == (("tryon_preview",),)
        assert made.faults == ()
        assert made.facts["look"] == plan.look
        assert made.facts["colour_off"] < 10
    assert [plan.look for plan in plans] == ["whole", "close"]
    assert maker.changed(plans[0]) is None
    assert "tryon_preview" in MESSAGES
    assert "不代表" in MESSAGES["tryon_preview"][0]


def test_the_close_one_shows_the_same_person_from_nearer(maker, prepared):
    whole, close = (maker.render(prepared, order(), plan) for plan in maker.plans(prepared, order()))
    offset = np.round(whole.meshes[0][0] - close.meshes[0][0]).astype(int)
    height, width = close.picture.shape[:2]
    assert (height, width) < whole.picture.shape[:2]
    there = whole.picture[offset[1] : offset[1] + height, offset[0] : offset[0] + width]
    np.testing.assert_array_equal(close.picture, there)


def test_one_candidate_is_the_whole_photo(maker, prepared):
    assert [plan.look for plan in maker.plans(prepared, order(candidates=1))] == ["whole"]


def test_beauty_acts_on_the_face_alone(maker, prepared):
    plan = maker.plans(prepared, order())[0]
    plain, even = (maker.render(prepared, order(beauty=level), plan).picture for level in (0, 5))
    rows, columns = np.nonzero((plain != even).any(2))
    x, y, w, h = prepared.face.box
    assert len(rows) > 500
    assert x - 0.2 * w < columns.min() < columns.max() < x + 1.2 * w
    assert y - 0.3 * h < rows.min() < rows.max() < y + 1.3 * h


def test_a_size_is_kept_with_the_picture_whole_in_it(maker, prepared):
    made = maker.render(prepared, order(size=(1280, 960)), maker.plans(prepared, order())[0])
    assert made.picture.shape == (960, 1280, 3)
    scale = 960 / prepared.rgb.shape[0]
    assert made.meshes[0][0, 1] == pytest.approx(prepared.face.mesh[0, 1] * scale, abs=2)


def test_the_order_of_the_photos_does_not_matter(maker, me, top, prepared):
    turned = maker.prepare([top, me], order(), None, None)
    assert (turned.people, prepared.people) == (((1, 0),), ((0, 0),))
    np.testing.assert_array_equal(turned.wearer.top, prepared.wearer.top)


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("man_glasses", "tryon_hips_out"),
        ("woman_long_hair", "tryon_hips_out"),
        ("man_turned", "tryon_turned"),
        ("group_of_three", "tryon_one_person"),
    ],
)
def test_photos_that_show_too_little_are_refused_with_the_reason(maker, portrait, top, name, code):
    known = portrait(name)
    assert refused(maker, Opened(name, "person", known.rgb, faces=known.faces), top) == code


def test_a_bystander_is_one_too_many(maker, me, top):
    crowded = Opened("me", "person", me.rgb, faces=me.faces, others=me.faces)
    assert refused(maker, crowded, top) == "tryon_one_person"


def test_a_photo_of_somebody_in_the_garment_is_no_photo_of_the_garment(maker, me, top):
    assert refused(maker, me, Opened("top", "garment", top.rgb, top.alpha, faces=me.faces)) == "tryon_garment_worn"


def test_a_garment_that_cannot_be_drawn_is_refused(maker, me):
    rgb, alpha = garment_photo(BLUE, Cut(cuff=330))
    assert refused(maker, me, Opened("top", "garment", rgb, alpha)) == "tryon_garment_sleeves"


@pytest.mark.parametrize("pattern", ["two colours", "as the trousers"])
def test_a_worn_top_that_cannot_be_told_apart_is_refused(maker, me, top, pattern):
    rgb = me.rgb.copy()
    green = (rgb[..., 1].astype(int) > rgb[..., 0] + 12) & (rgb[..., 1].astype(int) > rgb[..., 2] + 5)
    if pattern == "two colours":
        green[:, 500:] = False
        rgb[green] = (235, 235, 225)
    else:
        rgb[green] = (42, 47, 84)
    code = refused(maker, Opened("me", "person", rgb, faces=me.faces), top)
    assert code in {"tryon_top_patterned", "tryon_same_colours", "tryon_top_unclear"}
