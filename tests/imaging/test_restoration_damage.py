"""Damage is found as far as it goes; what belongs to the photo is left alone."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from doubles.ageing import WHITE, cornerless, scratched, torn

from tuanyuan.imaging.beauty import LEFT_EYE, LIPS, RIGHT_EYE
from tuanyuan.imaging.restoration import damage

SIDE = 640


@pytest.fixture(scope="module")
def opened(portrait, finder):
    def of(name):
        rgb = cv2.resize(portrait(name).rgb, (SIDE, SIDE), interpolation=cv2.INTER_AREA)
        return rgb, finder.find(rgb)

    return of


def features_of(shape, faces):
    plane = np.zeros(shape, np.uint8)
    for face in faces:
        for outline in (LEFT_EYE, RIGHT_EYE, LIPS):
            cv2.fillConvexPoly(plane, cv2.convexHull(np.round(face.mesh[list(outline), :2]).astype(np.int32)), 1)
    return plane > 0


def near(mask, by=7):
    return cv2.dilate(mask.astype(np.uint8), np.ones((by, by), np.uint8)) > 0


@pytest.mark.parametrize("name", ["woman_long_hair", "man_straw_hat", "woman_blonde", "man_glasses"])
def test_of_a_clean_photo_next_to_nothing_is_damage(opened, name):
    """Hair, a straw hat, a necklace and glasses: at most a thousandth, nothing in eyes and mouth."""
    rgb, faces = opened(name)
    likely, sure = damage(rgb, faces)
    assert likely.share <= 0.001
    assert sure.share <= 0.001
    assert not (likely.marks & features_of(rgb.shape[:2], faces)).any()


def test_scratches_are_found_whole_and_little_else(opened):
    rgb, faces = opened("woman_long_hair")
    poor, where = scratched(rgb, 3)
    likely, sure = damage(poor, faces)
    assert (likely.marks & where).sum() > 0.8 * where.sum()
    assert (sure.marks & where).sum() <= (likely.marks & where).sum()
    assert (likely.marks & ~near(where, 11)).mean() < 0.01


def test_one_long_scratch_is_found_from_end_to_end():
    rgb = np.full((500, 700, 3), 110, np.uint8)
    rgb[:, 350:] = 60
    rgb = (rgb + np.random.default_rng(2).normal(0, 6, (500, 700, 1))).clip(0, 255).astype(np.uint8)
    line = np.zeros((500, 700), np.uint8)
    cv2.line(line, (80, 120), (620, 380), 255, 2, cv2.LINE_AA)
    share = line[..., None].astype(np.float32) / 255
    poor = np.rint(rgb * (1 - share) + WHITE * share).astype(np.uint8)
    found = damage(poor, [])[0].marks
    steps = np.linspace(0.02, 0.98, 60)
    hit = [found[round(120 + 260 * t), round(80 + 540 * t)] for t in steps]
    assert np.mean(hit) == 1.0
    assert not damage(rgb, [])[0].marks.any()


def test_a_tear_is_found_across_the_photo(opened):
    rgb, faces = opened("elderly_man")
    poor, where = torn(rgb, 5)
    found = damage(poor, faces)[0].marks
    assert (found & where).sum() > 0.85 * where.sum()


def test_white_dust_is_found_on_an_even_ground():
    rgb = (np.full((400, 600, 3), 120, np.float32) + np.random.default_rng(4).normal(0, 4, (400, 600, 1))).astype(
        np.uint8
    )
    where = np.zeros((400, 600), np.uint8)
    for x, y in ((80, 90), (200, 300), (333, 111), (450, 250), (540, 60)):
        cv2.circle(where, (x, y), 3, 1, -1)
    poor = rgb.copy()
    poor[where > 0] = WHITE.astype(np.uint8)
    found = damage(poor, [])[0].marks
    assert (found & (where > 0)).sum() > 0.9 * where.sum()
    assert not (found & ~near(where, 41)).any()
    assert found.mean() < 0.008
    assert not damage(rgb, [])[0].marks.any()


def test_a_missing_corner_is_found_and_a_white_ground_is_not(opened):
    rgb, faces = opened("elderly_man")
    poor, where = cornerless(rgb)
    corners = damage(poor, faces)[0].corners
    assert (corners & where).sum() > 0.98 * where.sum()
    assert (corners & ~near(where, 9)).sum() == 0
    framed = cv2.copyMakeBorder(rgb, 40, 40, 40, 40, cv2.BORDER_CONSTANT, value=(250, 250, 246))
    assert not damage(framed, [])[0].corners.any()


@pytest.mark.parametrize("shape", [(1, 1), (3, 200), (70, 64), (64, 300)])
def test_odd_pictures_show_no_damage(shape):
    likely, sure = damage(np.full((*shape, 3), 127, np.uint8), [])
    assert likely.marks.shape == sure.corners.shape == shape
    assert likely.share == 0.0
