"""Points come to lie where they are wanted, and between them nothing folds."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from tuanyuan.imaging.tryon.warping import bend, field

HERE = np.array([[20, 20], [180, 25], [175, 120], [25, 130], [100, 70]], np.float32)


def test_every_point_is_met():
    there = HERE * np.float32(1.5) + np.array([7, -3], np.float32)
    there[4] += [6, 4]
    places = field(HERE, there, (150, 200))
    met = np.array([places[int(y), int(x)] for x, y in HERE])
    assert places.shape == (150, 200, 2)
    assert places.dtype == np.float32
    assert met == pytest.approx(there, abs=1.0)


def test_a_shift_moves_the_picture_and_nothing_else():
    noise = np.random.default_rng(1).random((150, 200, 3)).astype(np.float32)
    picture = cv2.GaussianBlur(noise, (0, 0), 3)
    shifted = bend(picture, field(HERE, HERE + np.array([10, 5], np.float32), (150, 200)))
    assert shifted[20:100, 20:150] == pytest.approx(picture[25:105, 30:160], abs=0.01)


def test_a_smooth_bend_does_not_fold():
    there = HERE.copy()
    there[:2, 1] += 15
    places = field(HERE, there, (150, 200))
    assert (np.diff(places[..., 0], axis=1) > 0).all()
    assert (np.diff(places[..., 1], axis=0) > 0).all()


def test_fine_stripes_grow_grey_when_they_are_drawn_small_and_do_not_alias():
    stripes = np.zeros((900, 1200), np.float32)
    stripes[:, ::2] = 1
    small = bend(stripes, field(HERE, HERE * np.float32(6), (150, 200)))
    assert small[10:-10, 10:-10].std() < 0.1
    assert small.mean() == pytest.approx(0.5, abs=0.05)
