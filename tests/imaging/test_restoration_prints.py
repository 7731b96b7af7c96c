"""Toned and hand-tinted prints, and the comparison of before and after."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from doubles.ageing import grey

from tuanyuan.imaging.restoration.comparison import PAPER, side_by_side
from tuanyuan.imaging.restoration.tinting import tinted, toned_print


def lab(rgb):
    return cv2.cvtColor(rgb.astype(np.float32) / 255, cv2.COLOR_RGB2LAB)


@pytest.fixture(scope="module")
def sitter(portrait):
    photo = portrait("man_glasses")
    return grey(photo.rgb), photo.face


def test_a_toned_print_is_warm_and_keeps_every_lightness(sitter):
    rgb, _ = sitter
    made = lab(toned_print(rgb))
    assert np.abs(made[..., 0] - lab(rgb)[..., 0]).max() < 1.5
    middle = np.abs(made[..., 0] - 60) < 10
    assert 4 < np.median(made[middle][:, 2]) < 9
    assert np.ptp(made[middle][:, 1]) < 3


def test_only_skin_is_tinted_and_eyes_less(sitter):
    rgb, face = sitter
    plain, made = lab(toned_print(rgb)), lab(tinted(rgb, [face]))
    redder = made[..., 1] - plain[..., 1]
    cheek, eye = (face.mesh[number, :2].round().astype(int) for number in (50, 159))
    assert redder[cheek[1], cheek[0]] > 3
    assert redder[eye[1], eye[0]] < 0.6 * redder[cheek[1], cheek[0]]
    assert np.abs(redder[:60, :60]).max() < 0.6
    assert np.abs(made[..., 0] - plain[..., 0]).max() < 1.5
    assert redder.max() < 14


def test_the_colour_is_never_garish(sitter):
    rgb, face = sitter
    made = lab(tinted(rgb, [face]))
    assert np.linalg.norm(made[..., 1:], axis=2).max() < 24


def test_two_halves_and_a_divider():
    before, after = np.full((100, 80, 3), 10, np.uint8), np.full((100, 80, 3), 200, np.uint8)
    made = side_by_side(before, after)
    assert made.shape == (100, 163, 3)
    assert (made[:, :80] == 10).all()
    assert (made[:, 80:83] == PAPER).all()
    assert (made[:, 83:] == 200).all()


def test_a_broad_photo_goes_below_and_nothing_gets_larger_than_2000():
    before, after = np.zeros((900, 1900, 3), np.uint8), np.full((900, 1900, 3), 255, np.uint8)
    made = side_by_side(before, after)
    assert made.shape[0] > made.shape[1] * 0.9
    assert max(made.shape) <= 2000
    assert made[10, 10, 0] == 0
    assert made[-10, -10, 0] == 255
