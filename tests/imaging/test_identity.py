"""Descriptors mean what dlib's mean: near for one person, far for two."""

from __future__ import annotations

import math
from itertools import combinations
from pathlib import Path

import cv2
import dlib
import numpy as np
import pytest

from tuanyuan.domain.errors import OurFault
from tuanyuan.imaging.identity import MESH_POINTS, TEMPLATE, Identity, distance, face_chip

SAME, STRANGER = 0.35, 0.6


def mesh(points: np.ndarray, columns: int = 2) -> np.ndarray:
    """A face mesh that is right where it is looked at and wild everywhere else."""
    landmarks = np.full((468, columns), -1e6, np.float32)
    landmarks[MESH_POINTS, :2] = points
    return landmarks


@pytest.fixture(scope="module")
def identity(models_dir: Path) -> Identity:
    return Identity(models_dir)


@pytest.fixture(scope="module")
def texture() -> np.ndarray:
    """A picture, 1200×1600, with detail of every size, the finest included."""
    rng = np.random.default_rng(11)
    layers = [rng.normal(size=(1200 // n, 1600 // n, 3)).astype(np.float32) for n in (1, 4, 16, 80)]
    total = sum(cv2.resize(layer, (1600, 1200), interpolation=cv2.INTER_CUBIC) for layer in layers)
    return np.clip(total * 25 + 128, 0, 255).astype(np.uint8)


def dlib_chip(rgb: np.ndarray, points: np.ndarray) -> np.ndarray:
    parts = dlib.points([dlib.point(int(x), int(y)) for x, y in points])
    shape = dlib.full_object_detection(dlib.rectangle(0, 0, 9, 9), parts)
    return dlib.get_face_chip(rgb, shape, 150, 0.25)


@pytest.mark.parametrize(("size", "grey"), [(80, 0.6), (140, 0.6), (190, 0.6), (350, 3), (700, 3)])
@pytest.mark.parametrize("degrees", [0, 25, -100])
def test_the_chip_is_dlibs(texture: np.ndarray, size: int, grey: float, degrees: int) -> None:
    """Also of pictures up to 7 times finer, where it must not alias. dlib cuts fractions off at each step."""
    turn = np.array([[math.cos(a := math.radians(degrees)), -math.sin(a)], [math.sin(a), math.cos(a)]])
    points = np.round((TEMPLATE - 0.5) * size @ turn.T + [800, 600])
    apart = np.abs(face_chip(texture, points).astype(int) - dlib_chip(texture, points))
    assert apart.mean() < grey


def test_the_chip_is_black_off_the_picture(texture: np.ndarray) -> None:
    points = (TEMPLATE - 0.5) * 150 + [0, 600]
    chip = face_chip(texture, points)
    assert chip[:, :70].max() == 0
    assert chip[:, 80:].mean() > 100


def test_a_chip_wholly_off_the_picture_is_black(texture: np.ndarray) -> None:
    assert face_chip(texture, TEMPLATE * 100 + [9000, -9000]).max() == 0


def test_points_that_coincide_are_refused(texture: np.ndarray) -> None:
    with pytest.raises(ValueError, match="coincide"):
        face_chip(texture, np.full((5, 2), 100.0))


def test_nine_strangers(identity: Identity, faces: list[np.ndarray], face_points: list[np.ndarray]) -> None:
    found = [identity.describe(f, mesh(p)) for f, p in zip(faces, face_points, strict=True)]
    assert all(d.shape == (128,) and d.dtype == np.float32 for d in found)
    assert min(distance(a, b) for a, b in combinations(found, 2)) > STRANGER - 0.03


def test_the_same_person_small_and_badly_compressed(
    identity: Identity, faces: list[np.ndarray], face_points: list[np.ndarray]
) -> None:
    for face, points in zip(faces, face_points, strict=True):
        half = cv2.resize(face, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA)
        poor = cv2.imdecode(cv2.imencode(".jpg", half, [cv2.IMWRITE_JPEG_QUALITY, 50])[1], cv2.IMREAD_COLOR)
        d = distance(identity.describe(face, mesh(points)), identity.describe(poor, mesh(points / 2)))
        assert 0 < d < SAME


def test_depth_plays_no_part(identity: Identity, faces: list[np.ndarray], face_points: list[np.ndarray]) -> None:
    flat = identity.describe(faces[0], mesh(face_points[0]))
    np.testing.assert_array_equal(identity.describe(faces[0], mesh(face_points[0], columns=3)), flat)


def test_distance_is_euclidean() -> None:
    a = np.zeros(128, np.float32)
    b = a.copy()
    b[3], b[90] = 0.3, -0.4
    assert distance(a, b) == pytest.approx(0.5)
    assert isinstance(distance(a, b), float)


def test_missing_weights(tmp_path: Path) -> None:
    with pytest.raises(OurFault) as caught:
        Identity(tmp_path)
    assert caught.value.code == "weights_missing"
