"""A photo of goods is refused for what can be done about, and read for how the goods lie in it."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from doubles import goods

from tuanyuan.imaging.goods.fitness import SHARP, fitness
from tuanyuan.imaging.goods.light import LIGHTS
from tuanyuan.imaging.goods.place import lit_by, shown
from tuanyuan.imaging.goods.rail import hang, neck
from tuanyuan.imaging.goods.view import signs


def photo(kind, ground="paper"):
    thing = goods.drawn(kind)
    return thing.over(goods.ground(ground)), thing.alpha


@pytest.mark.parametrize("kind", goods.KINDS)
def test_a_good_photo_is_fit(kind):
    seen = fitness(*photo(kind))
    assert seen.found
    assert seen.pieces == 1
    assert seen.sharpness > SHARP
    assert seen.cut_at is None


@pytest.mark.parametrize("kind", ["mug", "bag", "carton"])
def test_a_blurred_photo_is_not_sharp(kind):
    rgb, alpha = photo(kind)
    assert fitness(cv2.GaussianBlur(rgb, (0, 0), 5), alpha).sharpness < SHARP


@pytest.mark.parametrize(("edge", "turns"), [("lower", 0), ("right", 1), ("upper", 2), ("left", 3)])
def test_what_the_edge_cuts_is_named(edge, turns):
    rgb, alpha = photo("carton")
    rgb, alpha = rgb[:300], alpha[:300]
    seen = fitness(np.ascontiguousarray(np.rot90(rgb, turns)), np.ascontiguousarray(np.rot90(alpha, turns)))
    assert seen.cut_at is not None
    assert seen.cut_at[1] == edge


def test_separate_things_are_counted_and_a_pair_is_one():
    alpha = np.zeros((300, 400), np.float32)
    for x in (20, 115, 210, 305):
        alpha[100:200, x : x + 70] = 1
    rgb = np.zeros((300, 400, 3), np.uint8)
    assert fitness(rgb, alpha).pieces == 4
    alpha[:, 90:] = 0
    alpha[100:200, 94:160] = 1
    assert fitness(rgb, alpha).pieces == 1


def test_nothing_is_found_in_an_empty_mask():
    assert not fitness(np.zeros((50, 50, 3), np.uint8), np.zeros((50, 50), np.float32)).found
    assert not fitness(np.zeros((50, 50, 3), np.uint8), np.ones((50, 50), np.float32)).found


def test_a_plate_from_above_lies_and_a_box_before_a_horizon_stands():
    plate = np.zeros((400, 480), np.float32)
    cv2.ellipse(plate, (240, 210), (150, 120), 0, 0, 360, 1.0, -1)
    wood = np.rint(goods.ground("wood")[:400] * 255).astype(np.uint8)
    assert signs(wood, plate).lying
    box = np.zeros((400, 480), np.float32)
    box[120:330, 150:330] = 1
    table = np.full((400, 480, 3), 205, np.uint8)
    table[250:] = (150, 140, 130)
    found = signs(table, box)
    assert found.horizon > 5
    assert not found.lying
    cup_on_table = plate.copy()
    assert not signs(table, cup_on_table).lying


def test_what_would_fall_over_lies():
    tip = np.zeros((300, 300), np.float32)
    cv2.fillPoly(tip, [np.array([[60, 60], [240, 60], [150, 260]])], 1.0)
    assert signs(None, tip).lying
    assert not signs(None, tip[::-1].copy()).lying


def test_a_table_is_shown_round_its_standing_line():
    rgb = np.zeros((900, 1200, 3), np.uint8)
    rgb[600:] = 200
    part, line = shown(rgb, (400, 300), 0.6, 600 / 900)
    assert part.shape == (300, 400, 3)
    row = round(line * 300)
    assert part[row - 4].max() < 20
    assert part[row + 4].min() > 180


def test_a_tables_light_throws_the_shadow_to_the_other_side():
    light = lit_by(LIGHTS["softbox"], (-0.5, 0.4, 0.77), (1.2, 1.0, 0.8), 2.7)
    assert light.side < -0.5
    (throw,) = light.throws
    assert throw.across > 0.5
    assert light.key[0] > 1 > light.key[2]


def test_a_shirt_has_a_neck_and_a_fork_on_its_side_has_none():
    shirt = np.zeros((300, 300), np.float32)
    cv2.fillPoly(shirt, [np.array([[120, 40], [180, 40], [270, 90], [270, 140], [210, 120], [210, 260], [90, 260],
                                   [90, 120], [30, 140], [30, 90]])], 1.0)  # fmt: skip
    found = neck(shirt)
    assert found is not None
    assert abs(found.x - 150) <= 1
    assert found.y == 40
    leaning = np.zeros((300, 300), np.float32)
    cv2.line(leaning, (40, 250), (260, 60), 1.0, 14)
    assert neck(leaning) is None


def test_a_rail_runs_across_and_its_hook_ends_at_the_neck():
    place = np.full((400, 300, 3), 0.5, np.float32)
    hang(place, (150, 100), side=-0.5)
    changed = np.abs(place - 0.5).max(2) > 0.1
    rail = round(100 - 0.055 * 400)
    assert changed[rail].all()
    assert changed[rail + 12 : 99, 146:155].any(1).all()
    assert not changed[130:].any()
