"""Whether somebody stands so that a garment can be drawn over what they wear: upright, facing, arms hanging free."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from tuanyuan.imaging.faces import Face
from tuanyuan.imaging.pose import Pose
from tuanyuan.imaging.tryon.garment import Unfit

Array = NDArray[np.float32]

MOST_YAW, MOST_LEAN = 25.0, 14.0
SEEN, HIDDEN = 0.5, 0.4
KNEES = (26, 25)
# A thigh that is shorter than this in the picture, in trunk lengths, points at the camera: sitting.
LEAST_THIGH = 0.45
# How far an upper arm and a forearm may point away from straight down, in degrees.
MOST_ARM, MOST_FOREARM = 40.0, 45.0
# A wrist nearer to the middle than this, in half shoulder widths, is in front of the trunk.
FREE = 0.75


def check_standing(shape: tuple[int, ...], face: Face, pose: Pose) -> None:
    """Raises Unfit with what is to be done about it. `shape`: of the picture the landmarks are in."""
    height, width = shape[:2]
    shoulders, hips, elbows, wrists = pose.shoulders, pose.hips, pose.elbows, pose.wrists
    if abs(face.yaw) > MOST_YAW:
        raise Unfit("tryon_turned")
    if not _inside(shoulders, width, height) or shoulders[:, 2].min() < SEEN:
        raise Unfit("tryon_no_body")
    if not _inside(hips, width, height * 0.98) or hips[:, 2].min() < SEEN:
        raise Unfit("tryon_hips_out")
    trunk = hips[:, :2].mean(0) - shoulders[:, :2].mean(0)
    line = shoulders[1, :2] - shoulders[0, :2]
    if line[0] < 0.45 * np.linalg.norm(trunk) or _off_down(trunk) > MOST_LEAN or abs(_slope(line)) > MOST_LEAN:
        raise Unfit("tryon_turned")
    middle, half = (shoulders[:, 0].mean() + hips[:, 0].mean()) / 2, line[0] / 2
    for side, (shoulder, elbow, wrist) in enumerate(zip(shoulders, elbows, wrists, strict=True)):
        # Crossed arms: the network does not see the wrist, or puts it in front of the trunk.
        if not _inside(np.stack([elbow, wrist]), width, height) or min(elbow[2], wrist[2]) < HIDDEN:
            raise Unfit("tryon_arms")
        outwards = (wrist[0] - middle) * (-1 if side == 0 else 1)
        if outwards < FREE * half or wrist[1] < elbow[1]:
            raise Unfit("tryon_arms")
        if _off_down(elbow[:2] - shoulder[:2]) > MOST_ARM or _off_down(wrist[:2] - elbow[:2]) > MOST_FOREARM:
            raise Unfit("tryon_arms")
    knees = pose.points[list(KNEES)]
    for knee, hip in zip(knees, hips, strict=True):
        if knee[2] > SEEN and knee[1] < height and knee[1] - hip[1] < LEAST_THIGH * np.linalg.norm(trunk):
            raise Unfit("tryon_sitting")


def _inside(points: Array, width: float, height: float) -> bool:
    x, y = points[:, 0], points[:, 1]
    return bool((x > 0).all() and (x < width).all() and (y > 0).all() and (y < height).all())


def _off_down(direction: Array) -> float:
    """Degrees between a direction and straight down."""
    return float(np.degrees(np.arctan2(abs(direction[0]), direction[1])))


def _slope(direction: Array) -> float:
    """Degrees between a direction and the horizontal."""
    return float(np.degrees(np.arctan2(direction[1], direction[0])))
