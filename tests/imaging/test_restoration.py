"""Every fault is answered as far as it goes; a clean photo comes back nearly unchanged."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from tuanyuan.imaging.restoration import examine, restore, softness


def lab(rgb):
    return cv2.cvtColor(rgb.astype(np.float32) / 255, cv2.COLOR_RGB2LAB)


def difference(a, b):
    return float(np.abs(a.astype(int) - b.astype(int)).mean())


@pytest.fixture(scope="module")
def photo(portrait):
    return cv2.resize(portrait("man_glasses").rgb, (480, 480), interpolation=cv2.INTER_AREA)


def noisy(rgb, spread):
    grain = np.random.default_rng(5).normal(0, spread, rgb.shape[:2])[..., None]
    return (rgb + grain).clip(0, 255).astype(np.uint8)


def faded(rgb, tone=(1.0, 1.0, 1.0)):
    weak = (0.24 + 0.52 * rgb.astype(np.float32) / 255) * np.array(tone, np.float32)
    return np.rint(weak * 255).clip(0, 255).astype(np.uint8)


@pytest.mark.parametrize(
    "name",
    ["man_glasses", "woman_headscarf", "woman_side_light", "man_turned", "woman_face_down", "elderly_man"],
)
def test_a_clean_photo_is_nearly_unchanged(portrait, name):
    rgb = cv2.resize(portrait(name).rgb, (800, 800), interpolation=cv2.INTER_AREA)
    before = rgb.copy()
    assert difference(restore(rgb), rgb) < 1.0
    assert np.array_equal(rgb, before)


def test_grain_goes_and_edges_stay(photo):
    poor = noisy(photo, 14)
    made = restore(poor)
    assert difference(made, photo) < 0.65 * difference(poor, photo)
    edges = cv2.Canny(photo, 150, 250) > 0
    grey, was = (cv2.cvtColor(p, cv2.COLOR_RGB2GRAY).astype(np.float32) for p in (made, photo))
    steep, before = (
        np.hypot(cv2.Sobel(p, cv2.CV_32F, 1, 0), cv2.Sobel(p, cv2.CV_32F, 0, 1))[edges].mean() for p in (grey, was)
    )
    assert steep > 0.75 * before


def test_fading_and_yellowing_go(photo):
    poor = faded(photo, (1.08, 0.98, 0.72))
    made = restore(poor)
    assert examine(lab(poor)).faded > 0.5
    low, high = examine(lab(made)).ends
    was_low, was_high = examine(lab(poor)).ends
    assert high - low > 1.3 * (was_high - was_low)
    yellow = [
        np.median(lab(p)[..., 2][lab(p)[..., 0] > np.percentile(lab(p)[..., 0], 85)]) for p in (photo, poor, made)
    ]
    assert abs(yellow[2] - yellow[0]) < 0.35 * abs(yellow[1] - yellow[0])


def test_a_yellowed_print_of_one_colour_becomes_black_and_white(photo):
    grey = cv2.cvtColor(photo, cv2.COLOR_RGB2GRAY)
    sepia = np.rint(np.dstack([grey * 0.80 + 45, grey * 0.74 + 38, grey * 0.60 + 20])).clip(0, 255).astype(np.uint8)
    assert examine(lab(sepia)).one_colour
    assert not examine(lab(photo)).one_colour
    made = restore(sepia)
    assert np.ptp(made.astype(int), axis=2).max() <= 1
    assert difference(made[..., 0], grey) < 0.6 * difference(cv2.cvtColor(sepia, cv2.COLOR_RGB2GRAY), grey)


def test_contrast_grows_within_limits():
    flat = np.full((200, 200, 3), 128, np.uint8)
    flat[60:140, 60:140] = 136
    made = restore(flat).astype(int)
    assert made[100, 100, 0] - made[10, 10, 0] <= 1.9 * 8


def test_a_soft_photo_gets_sharper_and_a_sharp_one_does_not(photo):
    soft = cv2.GaussianBlur(photo, (0, 0), 1.5)
    assert softness(lab(soft)[..., 0]) > 0.5
    assert softness(lab(photo)[..., 0]) == 0.0
    made = restore(soft)
    assert difference(made, photo) < difference(soft, photo)
    strengths = [cv2.Laplacian(cv2.cvtColor(p, cv2.COLOR_RGB2GRAY), cv2.CV_64F).var() for p in (soft, made)]
    assert strengths[1] > 1.2 * strengths[0]


def test_a_face_stays_who_it_is(photo, finder, identity):
    from tuanyuan.imaging.identity import distance

    poor = noisy(faded(photo, (1.06, 0.98, 0.76)), 10)
    (face,) = finder.find(photo)
    made = restore(poor)
    assert distance(identity.describe(made, face.mesh), identity.describe(photo, face.mesh)) < 0.25


@pytest.mark.parametrize("shape", [(1, 1), (3, 200), (40, 17), (64, 64)])
@pytest.mark.parametrize("level", [0, 127, 255])
def test_odd_pictures_come_back_in_their_size(shape, level):
    rgb = np.full((*shape, 3), level, np.uint8)
    made = restore(rgb)
    assert (made.shape, made.dtype) == (rgb.shape, np.uint8)


def test_the_same_pixels_give_the_same(photo):
    poor = noisy(faded(photo), 8)
    assert np.array_equal(restore(poor), restore(poor))
