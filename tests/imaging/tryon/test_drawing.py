"""The garment takes the old top's place and light, and nothing else is touched."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from doubles.tops import MIDDLE, SIZE, Cut, garment_photo, wearer

from tuanyuan.imaging.tryon.drawing import colour_difference, draw
from tuanyuan.imaging.tryon.garment import read

BLUE, BEIGE, YELLOW = (40, 70, 170), (190, 175, 150), (250, 220, 30)


@pytest.fixture(scope="module")
def dressed():
    ground = np.random.default_rng(2).integers(90, 160, (*SIZE, 3), np.uint8)
    photo, worn = wearer(ground, BEIGE)
    garment = read(*garment_photo(BLUE, mark=YELLOW), None)
    return photo, worn, garment, draw(worn, garment)


def lab(rgb):
    return cv2.cvtColor(rgb.astype(np.float32) / 255, cv2.COLOR_RGB2LAB)


def test_not_a_pixel_outside_the_old_top_changes(dressed):
    photo, worn, _, drawn = dressed
    np.testing.assert_array_equal(drawn[worn.top == 0], photo[worn.top == 0])


def test_nothing_of_the_old_top_is_left(dressed):
    _, worn, _, drawn = dressed
    off = np.linalg.norm(lab(drawn)[..., 1:] - lab(np.full((1, 1, 3), BEIGE, np.uint8))[..., 1:], axis=-1)
    assert (off[worn.top > 0.97] < 12).mean() < 0.01


def test_the_garment_keeps_its_colour(dressed):
    _, worn, garment, drawn = dressed
    assert colour_difference(drawn, worn, garment) < 10


def test_the_print_lies_on_the_chest_and_keeps_its_shape(dressed):
    _, _, _, drawn = dressed
    yellow = np.linalg.norm(lab(drawn) - lab(np.full((1, 1, 3), YELLOW, np.uint8)), axis=-1) < 40
    y, x = np.nonzero(yellow)
    assert x.mean() == pytest.approx(MIDDLE, abs=8)
    assert 300 < y.mean() < 420
    assert np.ptp(x) / np.ptp(y) == pytest.approx(1.0, abs=0.25)


def test_the_dark_side_of_the_old_top_is_the_dark_side_of_the_new(dressed):
    _, worn, _, drawn = dressed
    inside = worn.top > 0.97
    light = lab(drawn)[..., 0]
    left, right = inside.copy(), inside.copy()
    left[:, MIDDLE:], right[:, :MIDDLE] = False, False
    assert light[left].mean() > light[right].mean() + 2


def test_the_same_gives_the_same(dressed):
    _, worn, garment, drawn = dressed
    np.testing.assert_array_equal(draw(worn, garment), drawn)


def test_a_picture_of_another_colour_is_noticed(dressed):
    photo, worn, garment, _ = dressed
    assert colour_difference(photo, worn, garment) > 30


def test_sleeves_of_another_cut_fill_the_worn_ones():
    photo, worn = wearer(np.full((*SIZE, 3), 120, np.uint8), BEIGE, Cut(half=110, off=50, cuff=600))
    drawn = draw(worn, read(*garment_photo(BLUE, Cut(half=150, off=160)), None))
    area = worn.outline.sleeves[0].area & (worn.top > 0.97)
    assert (drawn[area][:, 2].astype(int) > drawn[area][:, 0] + 40).mean() > 0.98
    del photo
