"""What is left of the old background is measured in face areas, and only what came along with this person counts."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from tuanyuan.imaging.grade import Grade, apply_grade
from tuanyuan.imaging.judge.leftover import leftover, surroundings

FACE = (160.0, 140.0, 80.0, 100.0)
SKIN, OLD, NEW = (205, 160, 135), (120, 135, 155), (170, 40, 35)
SIZE = (400, 400)


def portrait(background):
    """A face-coloured head of 120×160 on a flat background, and its mask."""
    mask = np.zeros(SIZE, np.uint8)
    cv2.ellipse(mask, (200, 190), (60, 80), 0, 0, 360, 1, -1)
    picture = np.empty((*SIZE, 3), np.uint8)
    picture[:] = background
    picture[mask > 0] = SKIN
    return picture, mask


@pytest.fixture
def own():
    photo, mask = portrait(OLD)
    return surroundings(photo, mask.astype(np.float32), FACE)


def patched(height=60):
    """On the new background, with a strip of the old one, 24 wide, beside the head."""
    picture, mask = portrait(NEW)
    picture[150 : 150 + height, 264:288] = OLD
    return picture, mask


def test_a_clean_cut_leaves_nothing(own):
    assert leftover(own, portrait(NEW)[0], FACE) == 0


@pytest.mark.parametrize("height", [24, 48, 72])
def test_a_patch_is_measured_in_face_areas(own, height):
    face_area = FACE[2] ** 2
    assert leftover(own, patched(height)[0], FACE) == pytest.approx(24 * height / face_area, rel=0.3)


def test_a_patch_is_found_wherever_the_face_went(own):
    here = leftover(own, patched()[0], FACE)
    moved = cv2.warpAffine(patched()[0], np.float32([[1.5, 0, 30], [0, 1.5, 70]]), (700, 700))
    there = leftover(own, moved, (1.5 * 160 + 30, 1.5 * 140 + 70, 120.0, 150.0))
    assert there == pytest.approx(here, rel=0.2)


@pytest.mark.parametrize(
    "grade", [Grade(exposure=0.2), Grade(exposure=-0.2, contrast=0.4), Grade(warmth=0.6), Grade(warmth=-0.6)]
)
def test_a_grade_over_all_does_not_hide_it(own, grade):
    picture, _ = patched()
    graded = apply_grade(picture.astype(np.float32) / 255, grade, seed=1)
    assert leftover(own, graded, FACE) == pytest.approx(leftover(own, picture, FACE), rel=0.3)


def test_a_backdrop_that_looks_like_the_old_one_is_no_leftover(own):
    picture, _ = portrait(OLD)
    backdrop = np.empty_like(picture)
    backdrop[:] = OLD
    assert leftover(own, picture, FACE) > 1
    assert leftover(own, picture, FACE, backdrop=backdrop) == 0


def test_a_neighbours_clothes_are_no_leftover(own):
    picture, mask = patched()
    neighbour = mask.copy()
    neighbour[148:214, 262:290] = 2
    assert leftover(own, picture, FACE, owner=neighbour) == 0
    taken_along = mask.copy()
    taken_along[148:214, 262:290] = 1
    assert leftover(own, picture, FACE, owner=taken_along) == leftover(own, picture, FACE)


def test_single_specks_do_not_count(own):
    picture, _ = portrait(NEW)
    picture[180:186, 300:306] = OLD
    assert leftover(own, picture, FACE) == 0


def test_the_person_is_not_its_own_background(own):
    assert not own.empty[64, 64]
    assert own.empty[64, 4]
