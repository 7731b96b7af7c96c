"""A background fills the picture, in its own proportions, with a lens's depth; its light is guessed where unknown."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from tuanyuan.imaging.backdrop import backdrop, light_of

PLAIN = {"zoom": 1.0, "blurred": 1.0, "gain": 1.0}


def circles(width=800, height=600):
    """A grey wall with a white disc on it, 81 pixels wide, a little above the middle."""
    wall = np.full((height, width, 3), 90, np.uint8)
    cv2.circle(wall, (width // 2, round(0.43 * height)), 40, (255, 255, 255), -1)
    return wall


def disc(picture):
    """Width and height of the white disc."""
    ys, xs = np.nonzero(picture[..., 0] > 170)
    return np.ptp(xs) + 1, np.ptp(ys) + 1


@pytest.mark.parametrize(
    "size", [(800, 600), (1920, 1440), (400, 300), (600, 600), (300, 800), (1000, 334), (480, 1440)]
)
@pytest.mark.parametrize("zoom", [1.0, 0.8])
def test_it_fills_any_size_and_never_squashes(size, zoom):
    picture = backdrop(circles(), size, zoom=zoom, blurred=1.0, gain=1.0)
    assert picture.shape == (size[1], size[0], 3)
    assert picture.dtype == np.uint8
    width, height = disc(picture)
    assert width == pytest.approx(height, rel=0.05)
    assert width == pytest.approx(81 * max(size[0] / 800, size[1] / 600) / zoom, rel=0.05)


def test_zoom_keeps_that_share_of_the_picture():
    whole, near = (disc(backdrop(circles(), (800, 600), **{**PLAIN, "zoom": z}))[0] for z in (1.0, 0.8))
    assert whole == pytest.approx(81, abs=1)
    assert near == pytest.approx(81 / 0.8, abs=2)


def test_at_its_own_size_it_is_the_picture_itself():
    assert np.array_equal(backdrop(circles(), (800, 600), **PLAIN), circles())


@pytest.mark.parametrize("gain", [0.5, 1.0, 1.2])
def test_gain_is_brightness(gain):
    picture = backdrop(np.full((60, 80, 3), 100, np.uint8), (80, 60), zoom=1.0, blurred=1.0, gain=gain)
    assert np.abs(picture.astype(float) - 100 * gain).max() <= 1


def test_a_sharp_background_gets_depth_and_a_blurred_one_no_more():
    def sharpness(blurred):
        picture = backdrop(circles(1600, 1200), (1600, 1200), zoom=1.0, blurred=blurred, gain=1.0)
        return cv2.Laplacian(picture[..., 0].astype(float), cv2.CV_64F).var()

    assert sharpness(0.0) < 0.2 * sharpness(0.01)
    assert sharpness(0.01) == sharpness(0.02)


def test_the_picture_given_is_not_changed():
    wall = circles()
    backdrop(wall, (400, 300), zoom=0.8, blurred=0.0, gain=1.3)
    assert np.array_equal(wall, circles())


def test_the_brighter_side_is_where_the_light_is():
    across = np.linspace(30, 220, 400)[None, :, None]
    right = np.broadcast_to(across, (300, 400, 3)).astype(np.uint8)
    assert light_of(right)[0] > 0.5
    assert light_of(np.ascontiguousarray(right[:, ::-1]))[0] < -0.5
    assert light_of(np.full((300, 400, 3), 128, np.uint8))[0] == pytest.approx(0, abs=1e-6)


def test_the_colour_of_the_light_is_the_places_and_its_mean_is_one():
    _, (red, green, blue) = light_of(np.full((300, 400, 3), (200, 120, 60), np.uint8))
    assert red > green > blue
    assert (red + green + blue) / 3 == pytest.approx(1)
    assert light_of(np.zeros((30, 40, 3), np.uint8))[1] == pytest.approx((1, 1, 1))
