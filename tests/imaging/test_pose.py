"""The body is found under its own face, in the picture's pixels, and a point that cannot be seen says so."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import cv2
import numpy as np
import pytest

from tuanyuan.imaging.faces import Face
from tuanyuan.imaging.pose import PoseFinder


@pytest.fixture(scope="module")
def poses(models_dir):
    return PoseFinder(models_dir)


@pytest.mark.parametrize(
    ("name", "right", "left"),  # shoulder joints read off the photos by eye
    [
        ("man_black_hair", (140, 690), (690, 680)),
        ("man_glasses", (170, 930), (800, 930)),
        ("woman_blonde", (180, 890), (870, 870)),
    ],
)
def test_shoulders_are_where_they_are(portrait, poses, name, right, left):
    sitter = portrait(name)
    found = poses.find(sitter.rgb, sitter.face)
    assert found.points.shape == (33, 3)
    assert found.points.dtype == np.float32
    near = 0.7 * sitter.face.eye_distance
    assert np.linalg.norm(found.shoulders[0, :2] - right) < near
    assert np.linalg.norm(found.shoulders[1, :2] - left) < near


def test_what_is_under_the_frame_is_not_visible(portrait, poses):
    sitter = portrait("man_black_hair")
    found = poses.find(sitter.rgb, sitter.face)
    assert (found.hips[:, 1] > sitter.rgb.shape[0]).all()
    assert found.hips[:, 2].max() < 0.2
    assert found.wrists[:, 2].max() < 0.2
    assert found.shoulders[:, 2].min() > 0.9


def test_everybody_of_a_group_gets_their_own_body(portrait, poses):
    group = portrait("group_of_three")
    for face in group.faces:
        found = poses.find(group.rgb, face)
        middle = found.shoulders[:, :2].mean(0)
        nearest = min(group.faces, key=lambda f: np.linalg.norm(f.eyes - middle))
        assert nearest is face
        assert found.shoulders[0, 0] < found.shoulders[1, 0]


@pytest.mark.parametrize("scale", [0.3, 0.6])
def test_points_follow_the_size_of_the_picture(portrait, poses, scale):
    sitter = portrait("man_glasses")
    smaller = cv2.resize(sitter.rgb, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    f = sitter.face
    face = Face(f.mesh * np.float32(scale), f.confidence, f.yaw, f.pitch, f.roll, f.sharpness)
    whole, small = poses.find(sitter.rgb, f), poses.find(smaller, face)
    off = np.linalg.norm(small.shoulders[:, :2] / scale - whole.shoulders[:, :2], axis=1)
    assert off.max() < 0.4 * f.eye_distance


def test_a_mirror_exchanges_right_and_left(portrait, poses, finder):
    sitter = portrait("man_black_hair")
    mirrored = np.ascontiguousarray(sitter.rgb[:, ::-1])
    (face,) = finder.find(mirrored)
    there = poses.find(mirrored, face).shoulders
    here = poses.find(sitter.rgb, sitter.face).shoulders
    back = np.column_stack([sitter.rgb.shape[1] - 1 - there[::-1, 0], there[::-1, 1]])
    assert np.linalg.norm(back - here[:, :2], axis=1).max() < 0.5 * sitter.face.eye_distance


@pytest.mark.parametrize("shade", [0, 128, 255])
def test_there_is_no_body_where_nobody_is(portrait, poses, shade):
    sitter = portrait("man_glasses")
    assert poses.find(np.full_like(sitter.rgb, shade), sitter.face) is None


def test_a_body_elsewhere_is_not_this_faces(portrait, poses):
    sitter = portrait("man_glasses")
    f = sitter.face
    away = f.mesh + np.array([3 * f.eye_distance, 0, 0], np.float32)
    assert poses.find(sitter.rgb, Face(away, f.confidence, f.yaw, f.pitch, f.roll, f.sharpness)) is None


def test_threads_see_what_one_alone_sees(portrait, poses):
    sitters = [portrait(name) for name in ("man_glasses", "woman_blonde", "man_black_hair")] * 3
    alone = [poses.find(s.rgb, s.face).points for s in sitters]
    with ThreadPoolExecutor(3) as threads:
        together = list(threads.map(lambda s: poses.find(s.rgb, s.face).points, sitters))
    for a, b in zip(alone, together, strict=True):
        np.testing.assert_array_equal(a, b)
