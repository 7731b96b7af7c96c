"""The scene's light comes from its side and has its colour; nobody gets brighter or another skin by it."""

from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np
import pytest
from doubles.sitters import bust

from tuanyuan.domain.scene import Light
from tuanyuan.imaging.makeover.relight import LEAST_HUE, MOST_HUE, MOST_LIFT, lit, neutral_tone

ONE = bust(40, below=5.0)
FROM_LEFT = Light(direction=(-0.8, 0.2, 0.56))
FROM_RIGHT = Light(direction=(0.8, 0.2, 0.56))


def grey(sitter, light):
    """What the light does to a grey person: factor on each pixel of the body, and the body."""
    colour = np.full_like(sitter.cutout.colour, 0.5)
    body = sitter.cutout.alpha > 0.95
    return lit(colour, sitter.cutout.alpha, sitter.faces, sitter.eye_distance, light) / 0.5, body


def sides(gain, body):
    """Mean factor on the left and the right third of the body."""
    columns = np.flatnonzero(body.any(0))
    third = (columns[-1] - columns[0]) // 3
    left, right = body.copy(), body.copy()
    left[:, columns[0] + third :] = False
    right[:, : columns[-1] - third] = False
    return float(gain[left].mean()), float(gain[right].mean())


def test_the_side_of_the_lamp_is_lighter():
    left, right = sides(*grey(ONE, FROM_LEFT))
    assert left > 1.06 * right
    left, right = sides(*grey(ONE, FROM_RIGHT))
    assert right > 1.06 * left


def test_light_from_the_front_takes_no_side():
    left, right = sides(*grey(ONE, Light(direction=(0.0, 0.0, 1.0))))
    assert left == pytest.approx(right, rel=0.02)


def test_nobody_gets_brighter_or_darker_as_a_whole():
    gain, body = grey(ONE, FROM_LEFT)
    assert gain[body].mean() == pytest.approx(1, abs=0.03)
    assert 0.85 < gain.min() <= gain.max() < 1.16


def test_a_warm_room_makes_warm():
    gain, body = grey(ONE, replace(FROM_LEFT, ambient_colour=(1.3, 1.0, 0.7)))
    red, green, blue = gain[body].mean(0)
    assert red > 1.01 * green
    assert green > 1.01 * blue


def test_a_cast_is_taken_off_the_skin_and_a_healthy_tone_is_left():
    healthy = np.array([65, 14, 18], np.float32)
    white = np.ones((40, 40, 3), np.float32)
    alpha = np.ones((40, 40), np.float32)
    assert neutral_tone(healthy, white, alpha) == pytest.approx(healthy, abs=1e-3)
    yellow = np.array([65, 6, 30], np.float32)
    after = neutral_tone(yellow, white, alpha)
    assert np.hypot(*after[1:]) == pytest.approx(np.hypot(*yellow[1:]), rel=1e-3)
    assert LEAST_HUE <= np.degrees(np.arctan2(after[2], after[1])) <= MOST_HUE + 1e-3


@pytest.mark.parametrize("lightness", [30, 50, 75])
def test_dark_skin_in_a_well_exposed_photo_stays_dark(lightness):
    photo = np.full((40, 40, 3), 0.95, np.float32)
    tone = np.array([lightness, 14, 18], np.float32)
    assert neutral_tone(tone, photo, np.ones((40, 40), np.float32))[0] == pytest.approx(lightness)


def test_a_photo_that_is_too_dark_as_a_whole_is_lifted_a_little():
    tone = np.array([30, 10, 12], np.float32)
    photo = np.full((40, 40, 3), 0.35, np.float32)
    lifted = neutral_tone(tone, photo, np.ones((40, 40), np.float32))[0] - 30
    assert 2 < lifted <= MOST_LIFT


def test_the_colours_given_are_not_changed():
    before = ONE.cutout.colour.copy()
    out = lit(ONE.cutout.colour, ONE.cutout.alpha, ONE.faces, ONE.eye_distance, FROM_LEFT)
    assert np.array_equal(before, ONE.cutout.colour)
    assert out.dtype == np.float32
    assert cv2.checkRange(out, minVal=0, maxVal=1.0001)[0]
