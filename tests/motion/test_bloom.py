"""Light that spreads, and the grain that hides its steps."""

from __future__ import annotations

import cv2
import numpy as np

from tuanyuan.motion.bloom import Bloom, blur
from tuanyuan.motion.grain import grain
from tuanyuan.motion.layers import layers


def test_a_blur_is_its_bell_both_ways_whatever_its_length() -> None:
    random = np.random.default_rng(2)
    for reach in (1, 2, 3, 5, 9):
        bell = np.exp(-0.5 * (np.arange(-reach, reach + 1) / (reach / 2.7)) ** 2).astype(np.float32)
        plane = (random.random((40, 50)) * (random.random((40, 1)) < 0.2)).astype(np.float32)
        expected = cv2.sepFilter2D(plane, cv2.CV_32F, bell, bell, borderType=cv2.BORDER_CONSTANT)
        blur(plane, bell, np.full_like(plane, 7))
        assert np.abs(plane - expected).max() < 1e-5


def test_the_veil_loses_no_light_in_the_middle_and_leaves_nothing_behind() -> None:
    bloom, into = Bloom(640, 512), layers(640, 512)
    into.light[240:272, 304:336] = 1
    into.touched[:] = 1
    mean = bloom.of(into.light, into.touched)
    assert mean is not None
    # The close and the wide veil stay within this frame; of the very wide one a part is outside.
    light = float(into.light.mean())
    assert (0.8 + 0.9 + 0.4) * light < mean.min() <= mean.max() < (0.8 + 0.9 + 1.7) * light
    into.clear()
    assert not into.light.any()
    assert bloom.of(into.light, into.touched) is None


def test_the_grain_is_even_and_without_clumps() -> None:
    tile = grain()
    assert abs(float(tile.mean())) < 1e-3
    assert -1 < tile.min() < -0.97
    assert 0.97 < tile.max() < 1
    assert cv2.blur(np.tile(tile, (3, 3)), (8, 8)).std() < 0.03  # white noise of this spread: 0.051
