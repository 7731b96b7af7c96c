"""Folds are what the light does, whatever the colour of the cloth was."""

from __future__ import annotations

import numpy as np
import pytest

from tuanyuan.imaging.outfit.folds import folds
from tuanyuan.imaging.outfit.photometry import encoded, linear

UNIT = 100.0
SHAPE = (240, 200)


def cloth(colour):
    """Cloth of one colour with waves of light, the waves as a logarithm, and the mask."""
    waves = 0.5 * np.sin(np.arange(SHAPE[1]) / 12, dtype=np.float32) * np.ones(SHAPE, np.float32)
    light = linear(np.array(colour, np.float32)) * np.exp(waves)[..., None]
    alpha = np.zeros(SHAPE, np.float32)
    alpha[20:220, 20:180] = 1
    return encoded(light), waves, alpha


@pytest.mark.parametrize("colour", [(0.5, 0.5, 0.5), (0.6, 0.3, 0.3), (0.25, 0.3, 0.5)])
def test_the_waves_come_back(colour):
    picture, waves, alpha = cloth(colour)
    read = folds(picture, alpha, UNIT)
    inside = alpha > 0.9
    assert np.corrcoef(read.level[inside], waves[inside])[0, 1] > 0.97
    assert abs(float(np.median(read.level[inside]))) < 0.05
    assert float((read.foreign * inside).mean()) < 0.01


def test_the_folds_of_two_colours_are_the_same():
    levels = [folds(*cloth(colour)[::2], UNIT).level for colour in ((0.5, 0.5, 0.5), (0.6, 0.35, 0.3))]
    inside = cloth((0.5, 0.5, 0.5))[2] > 0.9
    assert np.abs(levels[0] - levels[1])[inside].mean() < 0.05


def test_a_tie_is_told_from_the_shirt_and_leaves_no_shade_behind():
    picture, _, alpha = cloth((0.6, 0.6, 0.62))
    picture[60:180, 90:110] = (0.5, 0.08, 0.08)
    read = folds(picture, alpha, UNIT)
    assert read.foreign[70:170, 94:106].min() > 0.9
    assert read.foreign[70:170, 30:80].max() < 0.1
    assert np.abs(read.level[70:170, 96:104]).mean() < 0.5


def test_luminance_is_that_of_the_cloth():
    picture, _, alpha = cloth((0.1, 0.1, 0.1))
    assert folds(picture, alpha, UNIT).luminance == pytest.approx(0.01 + 0.004, abs=0.002)
