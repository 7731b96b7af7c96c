"""Silk shows the colour that was asked for, whatever the folds."""

from __future__ import annotations

import numpy as np
import pytest

from tuanyuan.imaging.outfit.dye import (
    PLAIN,
    Silk,
    asked_colour,
    difference,
    right_ground,
    silk_light,
    woven,
)
from tuanyuan.imaging.outfit.photometry import encoded, from_lab, lab, linear

SILK = Silk("vermilion", (170, 22, 32), (212, 168, 84), "roundels")


def bolt(silk, unit=120.0, size=300):
    v, u = np.mgrid[:size, :size].astype(np.float32) / np.float32(unit)
    return woven(silk, u, v, unit)


@pytest.mark.parametrize("ground", [(170, 22, 32), (28, 44, 84), (30, 96, 80), (104, 28, 66)])
@pytest.mark.parametrize("offset", [-0.3, 0.0, 0.25])
def test_the_middle_of_the_cloth_is_of_the_asked_colour(ground, offset):
    silk = Silk("any", ground, (212, 168, 84), "clouds")
    cloth = bolt(silk)
    rng = np.random.default_rng(0)
    level = (offset + 0.3 * rng.standard_normal(cloth.thread.shape)).astype(np.float32)
    everywhere = np.ones(level.shape, bool)
    plain = cloth.thread < PLAIN

    def shown(colour):
        return np.median(lab(encoded(silk_light(silk, colour, cloth, level)))[plain], 0)

    asked = lab(asked_colour(silk, 1.0))
    corrected = difference(shown(right_ground(silk, cloth, level, everywhere, 1.0)), asked)
    assert corrected < 2.0
    if offset:
        assert corrected < difference(shown(linear(np.array(ground, np.float32) / 255)), asked)


def test_deeper_folds_are_darker_and_thread_is_gold():
    cloth = bolt(SILK)
    ground = linear(np.array(SILK.ground, np.float32) / 255)
    flat = np.zeros(cloth.thread.shape, np.float32)
    lit, deep = (silk_light(SILK, ground, cloth, flat + level) for level in (0, -1))
    assert (deep < lit).all()
    gold = encoded(lit)[cloth.thread > 0.95].mean(0)
    assert gold[1] > 0.5
    assert gold[2] < gold[1] < gold[0]


def test_motifs_too_small_to_be_seen_are_left_out():
    assert bolt(SILK, unit=20.0).thread.max() == 0
    assert bolt(SILK, unit=120.0).thread.max() > 0.9


def test_a_dark_photo_gets_darker_silk():
    assert (asked_colour(SILK, 0.6) < asked_colour(SILK, 1.0)).all()


def test_light_and_lab_go_there_and_back():
    colours = np.random.default_rng(1).random((50, 3), np.float32)
    assert np.abs(encoded(linear(colours)) - colours).max() < 1e-4
    assert np.abs(from_lab(lab(colours)) - colours).max() < 2e-3
