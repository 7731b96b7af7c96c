"""The free tier's watermark is seen on any picture and leaves the picture to be seen."""

from __future__ import annotations

import numpy as np
import pytest
from doubles import photos

from tuanyuan.imaging.watermark import watermark


@pytest.mark.parametrize("grey", [0, 60, 128, 200, 255])
def test_seen_on_every_brightness_without_hiding_the_picture(grey):
    plain = np.full((720, 960, 3), grey, np.uint8)
    difference = np.abs(watermark(plain).astype(int) - plain).max(axis=2)
    assert difference.max() >= 25
    assert difference.max() <= 90
    assert 0.02 < (difference > 8).mean() < 0.25
    # In every part of the picture.
    for part in difference.reshape(3, 240, 3, 320).swapaxes(1, 2).reshape(9, -1):
        assert (part > 8).mean() > 0.01


@pytest.mark.parametrize(("width", "height"), [(300, 200), (2400, 300), (300, 2400), (64, 64)])
def test_every_shape_is_marked(width, height):
    plain = np.full((height, width, 3), 128, np.uint8)
    assert (watermark(plain) != plain).any()


def test_the_same_each_time_and_the_input_stays():
    rgb = photos.grainy(640, 480)
    before = rgb.copy()
    assert np.array_equal(watermark(rgb), watermark(rgb))
    assert np.array_equal(rgb, before)


def test_no_seam_between_painted_bands():
    plain = np.full((1200, 800, 3), 128, np.uint8)
    marked = watermark(plain)[..., 0].astype(int)
    steps = np.abs(np.diff(marked, axis=0)).mean(axis=1)
    assert steps[511] < steps.max()
    assert np.abs(steps[511] - np.median(steps[500:524])) < np.ptp(steps[500:524]) + 0.1
