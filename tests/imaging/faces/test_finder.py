"""Faces are found where they are, once each, and their pose and sharpness mean what they say."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import cv2
import numpy as np
import pytest
from doubles.photos import grainy

from tuanyuan.domain.photo import BLURRED, LEAST_CONFIDENCE, MOST_PITCH, SOFT

ALONE = [
    *("astronaut", "elderly_man", "man_black_hair", "man_glasses", "man_straw_hat", "man_turned"),
    *("woman_blonde", "woman_face_down", "woman_headscarf", "woman_long_hair", "woman_side_light"),
]


def turned(rgb, degrees):
    """The picture turned clockwise round its middle."""
    height, width = rgb.shape[:2]
    matrix = cv2.getRotationMatrix2D((width / 2, height / 2), -degrees, 1)
    return cv2.warpAffine(rgb, matrix, (width, height), borderMode=cv2.BORDER_REPLICATE)


def reduced(portrait, face_width):
    scale = face_width / portrait.face.width
    return cv2.resize(portrait.rgb, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA), scale


@pytest.mark.parametrize("name", ALONE)
def test_one_person_is_one_face(portrait, name):
    face = portrait(name).face
    assert face.confidence >= LEAST_CONFIDENCE
    assert face.mesh.shape == (468, 3)
    assert face.mesh.dtype == np.float32


def test_everybody_in_a_group_is_found_and_the_largest_comes_first(portrait, finder):
    group = portrait("group_of_three")
    assert len(group.faces) == 3
    sizes = [f.eye_distance for f in finder.find(group.rgb)]
    assert sizes == sorted(sizes, reverse=True)


@pytest.mark.parametrize(
    ("name", "box"),  # read off the photos by eye: from brow to chin, from cheek to cheek
    [
        ("man_glasses", (270, 260, 415, 515)),
        ("woman_long_hair", (280, 285, 400, 485)),
        ("astronaut", (178, 68, 95, 110)),
        ("woman_headscarf", (328, 240, 292, 345)),
    ],
)
def test_the_box_holds_the_face(portrait, name, box):
    found = portrait(name).face.box
    assert found == pytest.approx(box, abs=0.08 * box[2])


@pytest.mark.parametrize("picture", ["noise", "grain", "black", "white"])
@pytest.mark.parametrize("thorough", [False, True])
def test_there_is_no_face_where_nobody_is(finder, picture, thorough):
    rgb = {
        "noise": np.random.default_rng(0).integers(0, 256, (600, 800, 3), np.uint8),
        "grain": grainy(800, 600),
        "black": np.zeros((500, 500, 3), np.uint8),
        "white": np.full((500, 700, 3), 255, np.uint8),
    }[picture]
    assert finder.find(rgb, thorough=thorough) == []


@pytest.mark.parametrize("face_width", [300, 150, 80])
def test_the_same_face_is_found_at_every_size(portrait, finder, face_width):
    smaller, scale = reduced(portrait("woman_long_hair"), face_width)
    (face,) = finder.find(smaller)
    assert face.box == pytest.approx([v * scale for v in portrait("woman_long_hair").face.box], abs=0.05 * face_width)


def test_small_faces_of_a_group_are_found_in_a_large_picture(portrait, finder):
    three = reduced_group = cv2.resize(portrait("group_of_three").rgb, (800, 507), interpolation=cv2.INTER_AREA)
    room = np.full((1400, 2000, 3), 128, np.uint8)
    room[700 : 700 + reduced_group.shape[0], 900 : 900 + reduced_group.shape[1]] = three
    assert len(finder.find(room, thorough=True)) == 3


def test_yaw_is_positive_towards_the_pictures_right_and_turns_round_in_a_mirror(portrait, finder):
    right, left = portrait("woman_long_hair"), portrait("man_turned")
    assert right.face.yaw > 12
    assert left.face.yaw < -30
    (mirrored,) = finder.find(np.ascontiguousarray(right.rgb[:, ::-1]))
    assert mirrored.yaw == pytest.approx(-right.face.yaw, abs=5)
    assert mirrored.roll == pytest.approx(-right.face.roll, abs=3)


@pytest.mark.parametrize("degrees", [-25, 25])
def test_roll_is_positive_when_the_head_leans_clockwise(portrait, finder, degrees):
    upright = portrait("elderly_man")
    (leaning,) = finder.find(turned(upright.rgb, degrees))
    assert leaning.roll - upright.face.roll == pytest.approx(degrees, abs=4)
    assert leaning.eye_distance == pytest.approx(upright.face.eye_distance, rel=0.05)


def test_pitch_is_negative_when_somebody_looks_down(portrait):
    assert portrait("woman_face_down").face.pitch < -MOST_PITCH
    assert abs(portrait("elderly_man").face.pitch) < 15


@pytest.mark.parametrize("name", ["man_glasses", "woman_long_hair", "elderly_man", "woman_headscarf"])
def test_blur_takes_sharpness_away(portrait, finder, name):
    sharp = portrait(name)
    blurred = [cv2.GaussianBlur(sharp.rgb, (0, 0), 0.01 * sharp.face.width * k) for k in (1, 2, 4)]
    values = [sharp.face.sharpness, *(finder.find(b)[0].sharpness for b in blurred)]
    assert values == sorted(values, reverse=True)
    assert values[0] > SOFT
    assert values[-1] < BLURRED


def test_the_size_of_the_photo_does_not_make_a_face_sharp(portrait, finder):
    smaller, _ = reduced(portrait("woman_long_hair"), 200)
    assert finder.find(smaller)[0].sharpness == pytest.approx(portrait("woman_long_hair").face.sharpness, rel=0.5)


def test_eyes_are_inside_the_face_and_the_box_is_the_landmarks(portrait):
    face = portrait("man_glasses").face
    x, y, w, h = face.box
    assert (x, y) == pytest.approx(tuple(face.mesh[:, :2].min(0)))
    assert (x + w, y + h) == pytest.approx(tuple(face.mesh[:, :2].max(0)), rel=1e-5)
    assert x + 0.3 * w < face.eyes[0] < x + 0.7 * w
    assert y + 0.2 * h < face.eyes[1] < y + 0.6 * h
    assert 0.35 * w < face.eye_distance < 0.6 * w


def test_landmarks_are_found_again_from_where_they_were(portrait, finder):
    known = portrait("man_glasses")
    points, confidence = finder.landmarks_at(known.rgb, known.face.mesh)
    assert confidence > 0.9
    assert np.linalg.norm((points - known.face.mesh)[:, :2], axis=1).mean() < 0.01 * known.face.width


def test_threads_see_what_one_alone_sees(portrait, finder):
    pictures = [portrait(name).rgb for name in ("man_glasses", "woman_long_hair", "group_of_three", "astronaut")] * 3
    alone = [[f.mesh for f in finder.find(rgb)] for rgb in pictures[:4]] * 3
    with ThreadPoolExecutor(4) as threads:
        together = list(threads.map(lambda rgb: [f.mesh for f in finder.find(rgb)], pictures))
    for a, b in zip(alone, together, strict=True):
        np.testing.assert_array_equal(a, b)
