"""Holes are filled with what is around them, and nothing else is touched."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from doubles.ageing import scratched

from tuanyuan.imaging.restoration.filling import fill, spread


def psnr(a, b, where):
    return 10 * np.log10(255**2 / np.mean((a[where].astype(float) - b[where]) ** 2))


def hole_at(shape, box):
    hole = np.zeros(shape, bool)
    top, left, bottom, right = box
    hole[top:bottom, left:right] = True
    return hole


def test_a_scratched_photo_is_what_it_was(portrait):
    rgb = cv2.resize(portrait("woman_long_hair").rgb, (500, 500), interpolation=cv2.INTER_AREA)
    poor, where = scratched(rgb, 9)
    hole = cv2.dilate(where.astype(np.uint8), np.ones((3, 3), np.uint8)) > 0
    made = fill(poor, hole)
    assert psnr(made, rgb, where) > psnr(poor, rgb, where) + 8
    assert np.array_equal(made[~hole], poor[~hole])


def test_stripes_go_on_through_a_hole():
    stripes = np.repeat(np.where((np.arange(240) // 6) % 2, 200, 60)[None].astype(np.uint8), 200, 0)
    rgb = np.dstack([stripes] * 3)
    hole = hole_at((200, 240), (80, 90, 120, 140))
    broken = rgb.copy()
    broken[hole] = 255
    made = fill(broken, hole)
    assert np.abs(made[hole].astype(int) - rgb[hole]).mean() < 12
    smeared = cv2.inpaint(broken, hole.astype(np.uint8), 3, cv2.INPAINT_TELEA)
    assert np.abs(smeared[hole].astype(int) - rgb[hole]).mean() > 30


def test_grain_goes_on_too():
    rgb = (128 + np.random.default_rng(1).normal(0, 12, (160, 160, 1)).repeat(3, 2)).clip(0, 255).astype(np.uint8)
    hole = hole_at((160, 160), (70, 20, 76, 140))
    made = fill(rgb, hole)
    assert made[hole].std() > 0.6 * rgb[~hole].std()


def test_what_is_forbidden_is_not_copied():
    rgb = np.full((120, 120, 3), 90, np.uint8)
    rgb[:, 60:] = (250, 0, 0)
    hole = hole_at((120, 120), (50, 40, 70, 58))
    barred = np.zeros((120, 120), bool)
    barred[:, 60:] = True
    made = fill(rgb, hole, forbidden=barred)
    assert np.abs(made[hole].astype(int) - 90).max() <= 2


def test_where_nothing_may_be_copied_the_rim_is_spread():
    rgb = np.full((20, 20, 3), 80, np.uint8)
    hole = hole_at((20, 20), (3, 3, 17, 17))
    broken = rgb.copy()
    broken[hole] = 255
    assert np.abs(fill(broken, hole).astype(int) - 80).max() <= 1


def test_spreading_keeps_what_is_known():
    picture = np.random.default_rng(3).uniform(0, 255, (33, 41, 3)).astype(np.float32)
    hole = hole_at((33, 41), (10, 10, 20, 25))
    made = spread(picture, hole)
    assert np.allclose(made[~hole], picture[~hole], atol=1e-3)
    assert made[hole].min() >= picture[~hole].min() - 1
    assert made[hole].max() <= picture[~hole].max() + 1


@pytest.mark.parametrize("whole", [False, True])
def test_no_hole_and_nothing_but_hole_come_back_as_they_were(whole):
    rgb = np.random.default_rng(3).integers(0, 255, (40, 50, 3), np.uint8)
    made = fill(rgb, np.full((40, 50), whole))
    assert np.array_equal(made, rgb)
    assert made is not rgb


def test_the_same_hole_is_filled_the_same():
    rgb = np.random.default_rng(3).integers(0, 255, (90, 90, 3), np.uint8)
    hole = hole_at((90, 90), (30, 30, 60, 50))
    assert np.array_equal(fill(rgb, hole), fill(rgb, hole))
