"""Six lights that look different, paper without bands, colours that stay."""

from __future__ import annotations

from itertools import combinations

import cv2
import numpy as np
import pytest
from doubles import goods

from tuanyuan.imaging.goods.item import item, outline_colours
from tuanyuan.imaging.goods.light import LIGHTS, encoded, linear, lit
from tuanyuan.imaging.goods.sweep import PAPERS, sweep, tones
from tuanyuan.imaging.goods.tabletop import Spot, painted, put, standing_out
from tuanyuan.imaging.grade import apply_grade
from tuanyuan.imaging.matting import Cutout

FRAME = (480, 360)


def lab(srgb):
    return cv2.cvtColor(np.ascontiguousarray(srgb, np.float32), cv2.COLOR_RGB2LAB)


def thing(kind):
    drawn = goods.drawn(kind, 240)
    return item(Cutout(drawn.colour.astype(np.float32), drawn.alpha))


def picture(kind, name, *, lies=False):
    light = LIGHTS[name]
    one = thing(kind)
    tone = tones(outline_colours(one), light.tones)[0]
    place = sweep(FRAME, tone, light, bend=None if lies else 0.6)
    placed = put(one, FRAME, Spot(0.5, 0.5 if lies else 0.8, 0.6, 0.6, lies))
    return painted(place, placed, light, lies=lies, reflection=light.reflection), placed


def test_all_six_lights_are_there():
    assert set(LIGHTS) == {"softbox", "window", "rim", "high-key", "top", "warm"}


@pytest.mark.parametrize("lies", [False, True])
def test_no_two_lights_look_alike(lies):
    made = {name: lab(picture("mug", name, lies=lies)[0]) for name in LIGHTS}
    small = {name: cv2.resize(one, (24, 18), interpolation=cv2.INTER_AREA) for name, one in made.items()}
    for one, other in combinations(LIGHTS, 2):
        assert np.sqrt(((small[one] - small[other]) ** 2).sum(2)).mean() > 4, (one, other)


def test_high_key_is_bright_and_rim_is_dark_with_bright_edges():
    bright, _ = picture("mug", "high-key")
    dark, placed = picture("mug", "rim")
    assert lab(bright[:60])[..., 0].mean() > 93
    assert lab(dark[:60])[..., 0].mean() < 30
    solid = (placed.alpha > 0.95).astype(np.uint8)
    inner = cv2.erode(solid, np.ones((9, 9), np.uint8))
    edge = (solid - inner) > 0
    upper = np.arange(FRAME[1])[:, None] < 0.6 * FRAME[1]
    before = lab(placed.colour)[..., 0]
    gain = lab(dark)[..., 0] - before
    assert gain[edge & upper].mean() > gain[(inner > 0) & upper].mean() + 4


@pytest.mark.parametrize("name", LIGHTS)
@pytest.mark.parametrize("bend", [None, 0.6])
def test_paper_shows_no_bands(name, bend):
    """A banded wall has stretches of one level with a step after them; a dithered one has not."""
    light = LIGHTS[name]
    paper = encoded(sweep((960, 720), light.tones[0], light, bend=bend))
    shown = apply_grade(paper, light.grade, seed=1)[..., 1].astype(np.float32)
    banded = np.rint(cv2.GaussianBlur(shown, (0, 0), 6))
    assert longest_run(shown) < 24
    assert longest_run(banded) > 40


def longest_run(levels):
    """Pixels of one level in a row, the longest of the rows at the middle of each sixth of the picture."""
    longest = 0
    for row in levels[levels.shape[0] // 12 :: levels.shape[0] // 6]:
        changes = np.flatnonzero(np.diff(row))
        longest = max(longest, int(np.diff(np.concatenate([[-1], changes, [len(row) - 1]])).max()))
    return longest


def test_paper_is_smooth_and_of_its_tone():
    paper = encoded(sweep((480, 360), "sage", LIGHTS["softbox"], bend=0.6))
    assert np.abs(np.diff(paper, axis=0)).max() < 0.01
    middle = paper[130:230, 190:290].mean((0, 1)) * 255
    assert np.abs(middle - np.array(PAPERS["sage"])).max() < 22


def test_a_thing_gets_a_paper_before_which_it_is_seen():
    red, white = outline_colours(thing("mug")), outline_colours(thing("white"))
    like_clay = lab(np.full((4, 4, 3), np.array(PAPERS["clay"]) / 255)).reshape(-1, 3)
    assert tones(like_clay, ("clay", "sky"))[0] == "sky"
    assert tones(white, ("white", "clay"))[0] == "clay"
    assert sorted(tones(red, LIGHTS["warm"].tones)) == sorted(LIGHTS["warm"].tones)


def test_linear_and_back():
    values = np.linspace(0, 1, 50, dtype=np.float32)
    assert np.abs(encoded(linear(values)) - values).max() < 1e-5


@pytest.mark.parametrize("kind", ["mug", "carton", "ball", "white"])
def test_colours_are_kept_before_the_light_is_graded(kind):
    """Mean CIE76 inside the goods, as they are put in and as the plainest light leaves them."""
    one = thing(kind)
    placed = put(one, (960, 720), Spot(0.5, 0.8, 0.5, 0.5))
    y0, x0 = placed.box[1], placed.box[0]
    size = (placed.box[2] - x0, placed.box[3] - y0)
    own = cv2.resize(one.colour, size, interpolation=cv2.INTER_CUBIC if placed.enlarged > 1 else cv2.INTER_AREA)
    box = np.s_[y0 : placed.box[3], x0 : placed.box[2]]
    inside = cv2.erode((placed.alpha[box] > 0.99).astype(np.uint8), np.ones((7, 7), np.uint8)) > 0
    assert np.sqrt(((lab(placed.colour[box]) - lab(np.clip(own, 0, 1))) ** 2).sum(2))[inside].mean() < 1
    light = LIGHTS["softbox"]
    after = encoded(lit(linear(placed.colour[box]), placed.alpha[box], light))
    assert np.sqrt(((lab(after) - lab(placed.colour[box])) ** 2).sum(2))[inside].mean() < 3


def test_a_thing_stands_on_its_spot_and_never_larger_than_it_may():
    placed = put(thing("carton"), (800, 600), Spot(0.5, 0.8, 0.4, 0.9))
    rows = np.flatnonzero((placed.alpha > 0.5).any(1))
    assert abs(rows[-1] + 1 - 480) <= 1
    assert placed.box[2] - placed.box[0] <= 0.4 * 800 + 1
    assert put(thing("fork"), (4000, 3000), Spot(0.5, 0.8, 0.9, 0.9)).enlarged == 1.8


def test_a_thing_is_lost_before_its_own_colour():
    one = put(thing("white"), FRAME, Spot(0.5, 0.8, 0.6, 0.6))
    shape = (FRAME[1], FRAME[0], 3)
    assert standing_out(np.full(shape, 0.72, np.float32), one) < 0.45
    assert standing_out(np.full(shape, 0.02, np.float32), one) > 0.95
