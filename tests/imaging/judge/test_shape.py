"""Out of shape is measured in the unit of the stretch itself, and nothing else counts as being out of shape."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tuanyuan.imaging.identity import MESH_POINTS, face_chip
from tuanyuan.imaging.judge.shape import covered, residual, squash, stretch

NAMES = ["elderly_man", "woman_long_hair", "man_glasses", "woman_headscarf", "man_turned"]


@pytest.fixture(params=NAMES)
def chip(request, portrait):
    own = portrait(request.param)
    return face_chip(own.rgb, own.face.mesh[MESH_POINTS, :2])


@pytest.fixture(scope="module")
def mesh(portrait):
    return portrait("man_glasses").face.mesh


def turned(points, degrees, scale, shift=(0.0, 0.0)):
    angle = np.radians(degrees)
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    return points[:, :2] @ turn.T * scale + shift


def drawn(chip, across, down):
    """The chip stretched round its middle, its size kept."""
    middle = chip.shape[0] / 2
    matrix = np.float32([[across, 0, middle * (1 - across)], [0, down, middle * (1 - down)]])
    return cv2.warpAffine(chip, matrix, chip.shape[:2], flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE)


@given(degrees=st.floats(-180, 180), scale=st.floats(0.05, 20), x=st.floats(-5000, 5000), y=st.floats(-5000, 5000))
def test_turning_enlarging_and_moving_is_no_distortion(mesh, degrees, scale, x, y):
    found = turned(mesh, degrees, scale, (x, y))
    assert squash(mesh, found) == pytest.approx(0, abs=1e-3)
    assert residual(mesh, found) == pytest.approx(0, abs=1e-3)


@given(factor=st.floats(0.5, 2), degrees=st.floats(-90, 90), scale=st.floats(0.1, 10))
def test_a_stretch_of_the_landmarks_is_measured_exactly(mesh, factor, degrees, scale):
    found = turned(mesh[:, :2] * [factor, 1], degrees, scale)
    assert squash(mesh, found) == pytest.approx(max(factor, 1 / factor) - 1, rel=0.01, abs=1e-4)


def test_one_misplaced_feature_is_a_residual_in_eye_distances(mesh):
    found = mesh[:, :2].copy()
    eye_distance = np.linalg.norm(found[[33, 133]].mean(0) - found[[362, 263]].mean(0))
    nobody = np.arange(468) % 4 == 0
    found[nobody] += [0, 0.2 * eye_distance]
    assert 0.05 < residual(mesh, found) < 0.1  # a quarter of the points, a fifth off: at most 0.2 · sqrt(1/4 · 3/4)


def test_a_face_is_not_stretched_against_itself(chip):
    assert stretch(chip, chip) == pytest.approx(0, abs=0.002)


@pytest.mark.parametrize(("across", "down"), [(1.1, 1.0), (1.0, 1.1), (0.9, 1.0), (1.0, 0.9), (1.05, 1.0)])
def test_the_pixels_tell_the_stretch(chip, across, down):
    expected = max(across, down) / min(across, down) - 1
    assert stretch(chip, drawn(chip, across, down)) == pytest.approx(expected, abs=0.01)


def test_light_and_colour_do_not_count_as_stretch(chip):
    side_light = np.linspace(0.55, 1.2, chip.shape[1])[None, :, None]
    lit = np.clip(chip * side_light * [1.1, 1.0, 0.85] + 12, 0, 255).astype(np.uint8)
    assert stretch(chip, lit) == pytest.approx(0, abs=0.02)
    assert stretch(chip, drawn(lit, 1.1, 1)) == pytest.approx(0.1, abs=0.025)


def test_another_face_cannot_be_laid_on_this_one(portrait):
    chips = [face_chip(p.rgb, p.face.mesh[MESH_POINTS, :2]) for p in map(portrait, NAMES[:4])]
    assert [stretch(a, b) for a in chips for b in chips if a is not b] == [None] * 12


def test_an_untouched_face_is_not_covered(chip):
    assert covered(chip, chip) == 0
    darker = np.clip(chip * 0.8 + 10, 0, 255).astype(np.uint8)
    assert covered(chip, darker) == 0


@pytest.mark.parametrize("half", [np.s_[:, :75], np.s_[:, 75:], np.s_[75:]])
def test_a_flat_patch_over_half_the_face_covers_about_half(chip, half):
    hidden = chip.copy()
    hidden[half] = (40, 60, 120)
    assert 0.3 < covered(chip, hidden) <= 0.7


def test_another_persons_skin_over_the_mouth_is_seen_too(chip):
    hidden = chip.copy()
    hidden[85:] = chip[85:].mean((0, 1))
    assert covered(chip, hidden) > 0.15
