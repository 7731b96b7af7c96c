"""Only somebody who stands upright, faces the camera and lets the arms hang free is let through."""

from __future__ import annotations

import numpy as np
import pytest

from tuanyuan.imaging.faces import Face
from tuanyuan.imaging.pose import Pose
from tuanyuan.imaging.tryon.garment import Unfit
from tuanyuan.imaging.tryon.standing import check_standing

SHAPE = (1200, 800, 3)
# Landmarks of somebody who stands as asked: number, x, y.
STANDING = [(12, 300, 300), (11, 500, 300), (14, 250, 470), (13, 550, 470), (16, 220, 620), (15, 580, 620)]
STANDING += [(24, 345, 620), (23, 455, 620), (26, 345, 880), (25, 455, 880)]


def pose(**moved):
    points = np.zeros((33, 3), np.float32)
    points[:, 2] = 0.95
    for number, x, y in STANDING:
        points[number, :2] = x, y
    for name, value in moved.items():
        points[int(name[1:])] = value
    return Pose(points, 1.0)


def face(yaw=0.0):
    return Face(np.zeros((468, 3), np.float32), 1.0, yaw, 0.0, 0.0, 200.0)


def refused(found, yaw=0.0, shape=SHAPE):
    with pytest.raises(Unfit) as caught:
        check_standing(shape, face(yaw), found)
    return caught.value.code


def test_standing_as_asked_is_let_through():
    check_standing(SHAPE, face(), pose())
    check_standing(SHAPE, face(12), pose(p16=(240, 610, 0.5)))


@pytest.mark.parametrize(
    "crossed",
    [
        {"p16": (430, 480, 0.9), "p15": (370, 470, 0.9)},  # both wrists before the trunk
        {"p16": (430, 480, 0.07)},  # the wrist cannot be seen, though it is within the frame
        {"p15": (580, 620, 0.2)},
        {"p14": (250, 470, 0.1)},  # an arm behind a neighbour
        {"p16": (240, 400, 0.9)},  # a hand that is raised
        {"p15": (740, 600, 0.9), "p13": (700, 380, 0.9)},  # an arm held far out
        {"p15": (590, 1300, 0.9)},  # a hand out of the frame
        {"p16": (350, 640, 0.9), "p15": (450, 640, 0.9)},  # hands joined in front
    ],
)
def test_arms_that_are_not_free_are_refused(crossed):
    assert refused(pose(**crossed)) == "tryon_arms"


def test_hips_must_be_in_the_frame():
    assert refused(pose(), shape=(600, 800, 3)) == "tryon_hips_out"
    assert refused(pose(p24=(345, 620, 0.2))) == "tryon_hips_out"


@pytest.mark.parametrize("yaw", [-40, 40])
def test_a_face_turned_away_is_refused(yaw):
    assert refused(pose(), yaw) == "tryon_turned"


@pytest.mark.parametrize(
    "turned",
    [
        {"p12": (370, 300, 0.9), "p11": (430, 300, 0.9)},  # seen from the side
        {"p12": (300, 240, 0.9), "p11": (500, 360, 0.9)},  # shoulders aslant
        {"p24": (500, 600, 0.9), "p23": (610, 600, 0.9)},  # leaning
    ],
)
def test_a_body_that_is_turned_or_leans_is_refused(turned):
    assert refused(pose(**turned)) == "tryon_turned"


def test_sitting_is_refused():
    assert refused(pose(p26=(330, 700, 0.9), p25=(470, 700, 0.9))) == "tryon_sitting"


def test_shoulders_must_be_seen():
    assert refused(pose(p12=(300, 300, 0.3))) == "tryon_no_body"
    assert refused(pose(p11=(820, 300, 0.9))) == "tryon_no_body"
