"""Shadows lie where a thing touches, and away from the light; a mirror image hangs from the ground."""

from __future__ import annotations

import numpy as np
import pytest

from tuanyuan.imaging.goods.item import ground
from tuanyuan.imaging.goods.reflection import mirrored
from tuanyuan.imaging.goods.shadow import Throw, lying, standing


@pytest.fixture
def box():
    """80 wide, 100 tall, its lower edge at row 160 of 240."""
    alpha = np.zeros((240, 320), np.float32)
    alpha[60:160, 120:200] = 1
    return alpha


def test_a_standing_thing_darkens_the_ground_where_it_touches_and_not_above(box):
    light = standing(box, ground(box), ())
    assert light[161, 160] < 0.6
    assert light[161, 160] < light[166, 160] < light[180, 160]
    assert light[70, 112] > 0.99
    assert 0 < light.min() <= light.max() <= 1


def test_a_part_in_the_air_has_no_contact_shadow(box):
    box[120:160, 150:170] = 0
    light = standing(box, ground(box), ())
    assert light[161, 135] < 0.6
    assert light[161, 160] > light[161, 135] + 0.2


@pytest.mark.parametrize("side", [-1, 1])
def test_a_shadow_falls_away_from_the_light_and_thins_out(box, side):
    light = standing(box, ground(box), (Throw(-side * 1.0, 0.2, 0.5, 0.5),), contact=0)
    beside = {-1: light[:, 200:], 1: light[:, :120][:, ::-1]}[side]
    other = {1: light[:, 200:], -1: light[:, :120][:, ::-1]}[side]
    assert beside.min() < 0.85
    assert other.min() > 0.97
    rows = beside.min(0)
    assert rows[:20].min() < rows[60:].min()
    assert light[165:].min() > 0.9


def test_a_lying_things_shadow_is_all_round_and_more_away_from_the_light(box):
    light = lying(box, (Throw(0.9, 0.2, 0.4, 0.8),))
    right, left = light[110, 203], light[110, 116]
    assert right < 0.75
    assert right < left - 0.1
    assert light[162, 160] < 0.8
    assert light[110, 300] > 0.98


def test_a_thrown_shadow_has_no_hard_edge(box):
    for light in (standing(box, ground(box), (Throw(0.8, 0.2, 0.5),), 0), lying(box, (Throw(0.8, 0.2, 0.5),), 0)):
        assert light.min() < 0.8
        # Only at the foot itself, where it begins, it is sharp.
        assert max(np.abs(np.diff(light[:148], axis=axis)).max() for axis in (0, 1)) < 0.12


def test_a_mirror_image_is_upside_down_below_the_ground_and_fades(box):
    colour = np.zeros((*box.shape, 3), np.float32)
    colour[60:110, 120:200, 0], colour[110:160, 120:200, 1] = 1, 1
    image, opacity = mirrored(colour, box, ground(box), 0.5)
    assert opacity[:158].max() < 0.02
    assert 0.35 < opacity[163, 160] <= 0.5
    assert opacity[163, 160] > 2 * opacity[190, 160] > 0
    assert image[165, 160] == pytest.approx([0, 1, 0], abs=0.02)
    assert image[225, 160] == pytest.approx([1, 0, 0], abs=0.02)
    assert opacity[163, 260] == 0


def test_what_touches_nothing_throws_nothing():
    empty = np.zeros((40, 60), np.float32)
    assert standing(empty, ground(empty), (Throw(1, 0.2),)).min() == 1
    assert lying(empty, (Throw(1, 0.2),)).min() == 1
