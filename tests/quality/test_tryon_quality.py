"""What a customer may rely on of a try-on: their face, the garment's colour, and that a bad picture is told from it."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest
from doubles.tops import garment_photo, standing

from tuanyuan.domain.order import Order, PhotoHint
from tuanyuan.engines.local.tryon import MOST_COLOUR_OFF, TryOn
from tuanyuan.imaging.tryon.drawing import colour_difference

WORN = {"man_glasses": ("blue", "white", "black"), "man_black_hair": ("blue",)}
COLOURS = {"blue": (40, 70, 170), "white": (242, 240, 236), "black": (28, 28, 30)}
ORDER = Order((PhotoHint("me"), PhotoHint("top")), feature="tryon", beauty=0)


@pytest.fixture(scope="module")
def made(models_dir, executor, portrait, cutter, finder):
    """Every person in every garment: what was prepared and what was rendered."""
    maker = TryOn(models_dir, executor)
    pictures = {}
    for name, colours in WORN.items():
        known = portrait(name)
        rgb = standing(known.rgb, known.face, cutter.cut(known.rgb, known.faces)[0].alpha)
        me = SimpleNamespace(role="person", rgb=rgb, alpha=None, faces=tuple(finder.find(rgb)), others=())
        for colour in colours:
            photo, alpha = garment_photo(COLOURS[colour])
            top = SimpleNamespace(role="garment", rgb=photo, alpha=alpha, faces=(), others=())
            prepared = maker.prepare([me, top], ORDER, None, None)
            pictures[name, colour] = prepared, maker.render(prepared, ORDER, maker.plans(prepared, ORDER)[0])
    return pictures


def test_everybody_is_themselves(made, judge):
    for prepared, rendering in made.values():
        likeness = judge.likeness(prepared.rgb, prepared.face)
        (seen,) = judge.judge(rendering.picture, [likeness], rendering.meshes).people
        assert seen.face_distance < 0.05


def test_the_garment_has_its_own_colour(made):
    assert max(rendering.facts["colour_off"] for _, rendering in made.values()) < 10


def test_not_a_pixel_outside_the_worn_top_is_changed(made):
    for prepared, rendering in made.values():
        x0, y0, x1, y1 = prepared.wearer.box
        same = (rendering.picture == prepared.rgb).all(2)
        assert same[y0:y1, x0:x1][prepared.wearer.top == 0].all()
        same[y0:y1, x0:x1] = True
        assert same.all()


def test_the_old_top_is_covered(made):
    """The drawn top is green; not even a hundredth of what is under the garment may still be greener than all else."""
    for prepared, rendering in made.values():
        x0, y0, x1, y1 = prepared.wearer.box
        drawn = rendering.picture[y0:y1, x0:x1].astype(int)
        green = drawn[..., 1] > np.maximum(drawn[..., 0], drawn[..., 2]) + 14
        assert green[prepared.wearer.top > 0.5].mean() < 0.01


def test_a_picture_without_the_garment_fails(made):
    """The negative control: the photo as it was, taken for the result."""
    for prepared, _ in made.values():
        wearer = prepared.wearer
        assert colour_difference(wearer.rgb, wearer, prepared.garment) > MOST_COLOUR_OFF
