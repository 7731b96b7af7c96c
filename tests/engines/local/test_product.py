"""A product picture: placed, lit and shadowed as ordered, or refused with a reason."""

from __future__ import annotations

from functools import partial

import cv2
import numpy as np
import pytest
from doubles import goods
from doubles.opened import Opened

from tuanyuan.domain.errors import Rejected, WrongUsage
from tuanyuan.domain.order import Order, PhotoHint
from tuanyuan.domain.scene import Light, Scene
from tuanyuan.engines.local.product import STYLES, Product

SIZE = (640, 480)


Photo = partial(Opened, role="product", name="goods.jpg")


def order(style=None, **options):
    return Order((PhotoHint("goods.jpg"),), "product", style=style, size=SIZE, options=options)


def photo(kind, ground="paper"):
    return Photo(goods.drawn(kind).over(goods.ground(ground)))


def cut_already(kind):
    thing = goods.drawn(kind)
    white = thing.colour * thing.alpha[..., None] + 1 - thing.alpha[..., None]
    return Photo(np.rint(white * 255).astype(np.uint8), np.rint(thing.alpha * 255).astype(np.uint8))


@pytest.fixture(scope="module")
def maker(models_dir, executor):
    return Product(models_dir, executor)


@pytest.fixture(scope="module")
def mug(maker):
    return maker.prepare([cut_already("mug")], order(), None, None)


def lightness(picture):
    return cv2.cvtColor(picture, cv2.COLOR_RGB2LAB)[..., 0].astype(float) / 2.55


def test_without_a_style_four_candidates_differ_in_light_and_paper(maker, mug):
    plans = maker.plans(mug, order())
    made = [maker.render(mug, order(), plan) for plan in plans]
    assert [plan.look for plan in plans] == ["softbox", "window", "rim", "warm"]
    assert len({m.facts["tone"] for m in made}) == 4
    assert all(m.picture.shape == (480, 640, 3) and m.picture.dtype == np.uint8 for m in made)
    assert all(not m.faults and 0 < m.composition <= 1 for m in made)
    assert all(m.facts["placement"] == "standing" for m in made)


@pytest.mark.parametrize("style", STYLES)
def test_within_a_style_candidates_differ_in_framing_and_paper(maker, mug, style):
    wanted = order(style)
    facts = [maker.render(mug, wanted, plan).facts for plan in maker.plans(mug, wanted)]
    assert {f["look"] for f in facts} == {style}
    assert len({f["framing"] for f in facts}) == 4
    assert len({f["tone"] for f in facts}) == 4


def test_the_same_order_gives_the_same_pixels(maker, mug):
    first, second = (maker.render(mug, order(), maker.plans(mug, order())[1]).picture for _ in range(2))
    assert np.array_equal(first, second)


def test_fewer_candidates_when_fewer_are_ordered(maker, mug):
    wanted = Order((PhotoHint("goods.jpg"),), "product", candidates=2, size=SIZE)
    assert len(maker.plans(mug, wanted)) == 2
    assert maker.changed(maker.plans(mug, wanted)[0]) is None


def test_a_reflection_is_there_when_asked_for_and_only_then(maker, mug):
    pictures = {}
    for asked in (True, False):
        wanted = order("softbox", reflection=asked)
        made = maker.render(mug, wanted, maker.plans(mug, wanted)[0])
        assert made.facts["reflection"] is asked
        pictures[asked] = made.picture.astype(int)
    below = np.s_[int(0.815 * 480) : int(0.9 * 480), 240:380]
    above = np.s_[: int(0.7 * 480)]
    assert (pictures[False] - pictures[True])[below].mean() > 3
    assert np.array_equal(pictures[True][above], pictures[False][above])


def test_lying_and_standing_are_placed_and_shadowed_differently(maker):
    made = {}
    for placement in ("lying", "standing"):
        wanted = order("top", placement=placement)
        ready = maker.prepare([cut_already("carton")], wanted, None, None)
        made[placement] = maker.render(ready, wanted, maker.plans(ready, wanted)[0])
        assert made[placement].facts["placement"] == placement
    assert made["lying"].facts["reflection"] is False
    level = {k: lightness(m.picture) for k, m in made.items()}
    # A wall is darker than the floor before it; what is seen from above has none.
    assert level["standing"][440:, :40].mean() - level["standing"][100:140, :40].mean() > 5
    assert abs(level["lying"][440:, :40].mean() - level["lying"][:40, :40].mean()) < 6


def test_goods_are_set_down_on_a_tables_line_in_its_light(maker):
    picture = np.full((900, 1200, 3), 90, np.uint8)
    picture[560:] = (150, 120, 90)
    light = Light(direction=(0.6, 0.5, 0.62), contrast=3.0)
    table = Scene("table", "桌", "table", None, light=light, kind="table", standing_line=0.72)
    ready = maker.prepare([cut_already("carton")], order(), table, picture)
    made = maker.render(ready, order(), maker.plans(ready, order())[0])
    assert made.facts["tone"] is None
    assert made.facts["reflection"] is False
    blue = (made.picture[..., 2].astype(int) - made.picture[..., 0]) > 25
    rows = np.flatnonzero(blue.any(1))
    line = 0.72 * 900 - np.clip(round(0.72 * 900 - 0.8 * 846), 0, 54)
    assert abs(rows[-1] - line / 846 * 480) < 8


@pytest.mark.parametrize("side", [-1, 1])
def test_on_a_table_the_shadow_falls_away_from_the_tables_light(maker, side):
    wanted = order(placement="standing")
    picture = np.full((900, 1200, 3), 150, np.uint8)
    light = Light(direction=(0.6 * side, 0.5, 0.62), contrast=3.0)
    table = Scene("table", "桌", "table", None, light=light, kind="table", standing_line=0.72)
    ready = maker.prepare([cut_already("ball")], wanted, table, picture)
    made = maker.render(ready, wanted, maker.plans(ready, wanted)[0])
    level = lightness(made.picture)
    ground = level[int(0.70 * 480) : int(0.78 * 480)]
    left, right = ground[:, 60:200].mean(), ground[:, 440:580].mean()
    assert (right - left) * side > 1.5


def test_an_unknown_style_or_placement_is_refused(maker):
    with pytest.raises(Rejected, match="style_not_here"):
        maker.fit([cut_already("mug")], order("moonlight"))
    with pytest.raises(WrongUsage, match="goods_placement_unknown"):
        maker.fit([cut_already("mug")], order(placement="flying"))


def test_unfit_photos_are_refused_with_what_is_wrong(maker):
    good = photo("carton").rgb
    four = np.full((300, 1000, 3), 205, np.uint8)
    for x in (40, 290, 540, 790):
        cv2.rectangle(four, (x, 80), (x + 150, 220), (140, 30, 30), -1)
    small = np.full((600, 600, 3), 205, np.uint8)
    small[280:320, 270:330] = (120, 30, 30)
    cases = {
        "goods_blurred": cv2.GaussianBlur(good, (0, 0), 6),
        "goods_cut_off": np.ascontiguousarray(good[:, :300]),
        "goods_several": four,
        "goods_too_small": small,
    }
    for code, rgb in cases.items():
        with pytest.raises(Rejected, match=code):
            maker.fit([Photo(rgb)], order())
    maker.fit([Photo(good)], order())


def test_a_person_in_the_photo_is_refused_and_a_printed_face_is_not(maker, portrait):
    known = portrait("man_glasses")
    with pytest.raises(Rejected, match="goods_with_person"):
        maker.fit([Photo(known.rgb, faces=known.faces)], order())
    mug = cut_already("mug")
    tiny = type("Tiny", (), {"box": (200.0, 200.0, 12.0, 16.0)})()
    maker.fit([Photo(mug.rgb, mug.alpha, faces=(tiny,))], order())
