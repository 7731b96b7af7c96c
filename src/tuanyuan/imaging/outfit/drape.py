"""Which place on the bolt of cloth each pixel shows: round the trunk, along the arms, into the folds."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from tuanyuan.imaging.clothes.figure import Figure

Array = NDArray[np.float32]

# The trunk as a cylinder: its radius in distances of the shoulder joints, and how far round it is followed.
RADIUS, FOLLOWED = 0.68, 0.86
# Outside this share of the shoulders' half a sleeve begins.
ARMHOLE = 0.86
FOLD_REACH, FOLD_SHIFT, MOST_SHIFT = 0.03, 0.05, 0.25


def on_bolt(body: Figure, level: Array) -> tuple[Array, Array]:
    """Places (u, v) on the bolt in face widths, float32 h×w each; `level` are the folds, which pull the cloth."""
    shape = level.shape
    u, v = _trunk(body, shape)
    if body.by_pose:
        for arm in range(2):
            _sleeve(body, shape, arm, u, v)
    soft = cv2.GaussianBlur(level, (0, 0), max(0.8, FOLD_REACH * body.unit))
    across = cv2.Sobel(soft, cv2.CV_32F, 1, 0, ksize=3) * np.float32(body.unit / 8 * FOLD_REACH)
    down = cv2.Sobel(soft, cv2.CV_32F, 0, 1, ksize=3) * np.float32(body.unit / 8 * FOLD_REACH)
    u += FOLD_SHIFT * np.clip(across, -MOST_SHIFT, MOST_SHIFT) / MOST_SHIFT
    v += FOLD_SHIFT * np.clip(down, -MOST_SHIFT, MOST_SHIFT) / MOST_SHIFT
    return u, v


def along(body: Figure, shape: tuple[int, ...], origin: Array) -> tuple[Array, Array]:
    """Distances in pixels to the right of and below `origin`, in the directions of the trunk, float32 h×w each."""
    y, x = np.mgrid[: shape[0], : shape[1]].astype(np.float32)
    x -= origin[0]
    y -= origin[1]
    right, down = body.across, body.down
    return x * right[0] + y * right[1], x * down[0] + y * down[1]


def _trunk(body: Figure, shape: tuple[int, ...]) -> tuple[Array, Array]:
    across, down = along(body, shape, body.middle)
    radius = RADIUS * max(body.span, 1.5 * body.unit)
    limit = FOLLOWED * radius
    inner = np.clip(across, -limit, limit)
    slope = 1 / np.sqrt(1 - FOLLOWED**2)
    round_it = radius * np.arcsin(inner / radius) + (across - inner) * np.float32(slope)
    return round_it.astype(np.float32) / np.float32(body.unit), down / np.float32(body.unit)


def _sleeve(body: Figure, shape: tuple[int, ...], arm: int, u: Array, v: Array) -> None:
    """Lay the cloth along one arm, in place: a sleeve is a piece of its own and meets the trunk in a seam."""
    across, _ = along(body, shape, body.middle)
    side = float(np.sign((body.shoulders[arm] - body.middle) @ body.across))
    outside = side * across > 0.5 * ARMHOLE * body.span
    y, x = np.mgrid[: shape[0], : shape[1]].astype(np.float32)
    joints = (body.shoulders[arm], body.elbows[arm], body.wrists[arm])
    length = 0.0
    for part in range(2):
        if not body.arms_seen[part, arm]:
            return
        bone = joints[part + 1] - joints[part]
        size = float(np.linalg.norm(bone))
        if size < 0.3 * body.unit:
            return
        direction = bone / size
        aside = np.array([direction[1], -direction[0]], np.float32)
        within = body.sleeve((shape[0], shape[1]), arm, part) > 0
        if part == 0:
            within &= outside
        from_joint = (x - joints[part][0], y - joints[part][1])
        u[within] = ((from_joint[0] * aside[0] + from_joint[1] * aside[1]) / body.unit)[within] + side * 2.1
        v[within] = ((from_joint[0] * direction[0] + from_joint[1] * direction[1] + length) / body.unit)[within]
        length += size
