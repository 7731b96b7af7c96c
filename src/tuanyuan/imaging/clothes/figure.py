"""The measures of a dressed body: where neck, shoulders, trunk and arms are.

The landmark network alone is not enough: in close portraits it shrinks the body into the frame. Its shoulders are
believed where they stand in a possible relation to the face; else they follow from the face alone.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import cv2
import numpy as np
from numpy.typing import NDArray

from tuanyuan.imaging.faces import Face
from tuanyuan.imaging.faces.mesh import CHIN
from tuanyuan.imaging.pose import Pose

Array = NDArray[np.float32]
Flags = NDArray[np.bool_]
Mask = NDArray[np.uint8]

# Width of a face in distances of the eye centres, however it is turned.
FACE_WIDTH = 2.25
# In face widths: the distance of the shoulder joints, and how far they lie under the chin, when nothing better is
# known, and what is possible.
SHOULDERS, DROP = 1.9, 0.62
SHOULDERS_POSSIBLE, DROP_POSSIBLE = (1.45, 2.6), (0.15, 1.15)
TRUNK = 2.75
VISIBLE = 0.5
# How far tops reach, under the hips, and under the chin where no hips are seen; and long ones, that much further.
HEM_REACH, LOWEST, LONG = 0.8, 3.8, 0.8
# Radii of sleeves, in face widths: at shoulder, elbow, wrist.
SLEEVE = (0.42, 0.34, 0.26)


@dataclass(frozen=True, eq=False)
class Figure:
    """All in pixels; right and left are the person's own, right first.

    unit: width of the face. chin (2,). shoulders, elbows, wrists, hips (2, 2). arms_seen, hips_seen: whether elbows and
    wrists (2, 2), and the hips, are believed. lowest: y of the lowest end of a top. by_pose: whether the shoulders
    are measured and not assumed. yaw, roll: of the face, degrees.
    """

    unit: float
    chin: Array
    outline: Array
    shoulders: Array
    elbows: Array
    wrists: Array
    arms_seen: Flags
    hips: Array
    hips_seen: bool
    lowest: float
    by_pose: bool
    yaw: float
    roll: float

    @property
    def middle(self) -> Array:
        """Midpoint of the shoulders (2,)."""
        return self.shoulders.mean(0)

    @property
    def span(self) -> float:
        """Distance of the shoulder joints."""
        return float(np.linalg.norm(self.shoulders[1] - self.shoulders[0]))

    @property
    def down(self) -> Array:
        """Direction (2,) from the shoulders to the hips, of length 1."""
        axis = self.hips.mean(0) - self.middle
        return (axis / np.linalg.norm(axis)).astype(np.float32)

    @property
    def across(self) -> Array:
        """Direction (2,) towards the picture's right, across `down`."""
        return np.array([self.down[1], -self.down[0]], np.float32)

    def long(self) -> Figure:
        """The same with room for a long top."""
        return replace(self, lowest=self.lowest + LONG * self.unit)

    def scaled(self, factor: float, offset: tuple[float, float] = (0.0, 0.0)) -> Figure:
        """The same figure after its picture was scaled by `factor` and then moved by `offset`."""
        move = np.array(offset, np.float32)

        def at(points: Array) -> Array:
            return (points * np.float32(factor) + move).astype(np.float32)

        return Figure(
            self.unit * factor,
            at(self.chin),
            at(self.outline),
            at(self.shoulders),
            at(self.elbows),
            at(self.wrists),
            self.arms_seen,
            at(self.hips),
            self.hips_seen,
            self.lowest * factor + offset[1],
            self.by_pose,
            self.yaw,
            self.roll,
        )

    def face_area(self, shape: tuple[int, int], grow: float = 0.0) -> Mask:
        """1 inside the outline of the face, grown by `grow` face widths (negative: shrunk), else 0; uint8 `shape`."""
        area = np.zeros(shape, np.uint8)
        cv2.fillConvexPoly(area, np.round(cv2.convexHull(self.outline)).astype(np.int32), 1)
        reach = round(abs(grow) * self.unit)
        if reach < 1:
            return area
        return cv2.dilate(area, disc(reach)) if grow > 0 else cv2.erode(area, disc(reach))

    def sleeve(self, shape: tuple[int, int], arm: int, part: int) -> Mask:
        """1 within the upper (part 0) or lower (1) sleeve of the right (0) or left (1) arm; uint8 `shape`."""
        ends = (self.shoulders[arm], self.elbows[arm], self.wrists[arm])
        return capsule(shape, ends[part], ends[part + 1], SLEEVE[part] * self.unit, SLEEVE[part + 1] * self.unit)


def figure(face: Face, pose: Pose | None) -> Figure:
    """Measure the body under `face`."""
    unit = FACE_WIDTH * face.eye_distance
    chin = face.mesh[CHIN, :2].astype(np.float32)
    lean = np.radians(np.clip(face.roll, -25, 25) / 3)
    down = np.array([-np.sin(lean), np.cos(lean)], np.float32)
    across = np.array([down[1], -down[0]], np.float32)
    assumed = chin + down * DROP * unit + np.outer([-0.5, 0.5], across * SHOULDERS * unit).astype(np.float32)
    shoulders, by_pose = assumed.astype(np.float32), False
    if pose is not None:
        seen = pose.shoulders[:, :2]
        span = float(np.linalg.norm(seen[1] - seen[0])) / unit
        drop = float((seen.mean(0) - chin) @ down) / unit
        possible = SHOULDERS_POSSIBLE[0] < span < SHOULDERS_POSSIBLE[1] and DROP_POSSIBLE[0] < drop < DROP_POSSIBLE[1]
        if possible and pose.shoulders[:, 2].min() > VISIBLE:
            shoulders, by_pose = seen, True
    hips, hips_seen = _hips(shoulders, pose if by_pose else None)
    elbows, wrists, arms_seen = _arms(shoulders, hips, pose if by_pose else None)
    lowest = _lowest(chin, hips, hips_seen, unit)
    outline = face.mesh[:, :2].astype(np.float32)
    angles = face.yaw, face.roll
    return Figure(unit, chin, outline, shoulders, elbows, wrists, arms_seen, hips, hips_seen, lowest, by_pose, *angles)


def capsule(shape: tuple[int, int], start: Array, end: Array, first: float, last: float) -> Mask:
    """1 within a thick line whose radius goes from `first` to `last`, else 0; uint8 `shape`."""
    area = np.zeros(shape, np.uint8)
    for share in np.linspace(0, 1, 24):
        x, y = start + (end - start) * share
        cv2.circle(area, (round(float(x)), round(float(y))), max(1, round(first + (last - first) * share)), 1, -1)
    return area


def disc(radius: int) -> Mask:
    """A structuring element."""
    return cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * radius + 1, 2 * radius + 1))


def _hips(shoulders: Array, pose: Pose | None) -> tuple[Array, bool]:
    span = shoulders[1] - shoulders[0]
    # A trunk is about one and a half times as long as the shoulder joints lie apart.
    down = np.array([-span[1], span[0]], np.float32)
    assumed = shoulders.mean(0) + 1.45 * down + np.outer([-0.33, 0.33], span).astype(np.float32)
    if pose is None or pose.hips[:, 2].min() < VISIBLE:
        return assumed.astype(np.float32), False
    seen = pose.hips[:, :2]
    length = np.linalg.norm(seen.mean(0) - shoulders.mean(0)) / np.linalg.norm(span)
    return (seen, True) if length > 0.9 else (assumed.astype(np.float32), False)


def _lowest(chin: Array, hips: Array, hips_seen: bool, unit: float) -> float:
    if not hips_seen:
        return float(chin[1]) + LOWEST * unit
    return float(hips[:, 1].mean()) + HEM_REACH * unit


def _arms(shoulders: Array, hips: Array, pose: Pose | None) -> tuple[Array, Array, Flags]:
    """Elbows and wrists (2, 2) each, and which are believed; hanging where they are not."""
    trunk = hips.mean(0) - shoulders.mean(0)
    outwards = (shoulders - shoulders.mean(0)) * 0.25
    hanging = np.stack([shoulders + 0.62 * trunk + outwards, shoulders + 1.1 * trunk + outwards]).astype(np.float32)
    if pose is None:
        return hanging[0], hanging[1], np.zeros((2, 2), bool)
    seen = np.stack([pose.elbows, pose.wrists])
    believed = seen[..., 2] > VISIBLE
    believed[1] &= believed[0]
    points = np.where(believed[..., None], seen[..., :2], hanging).astype(np.float32)
    return points[0], points[1], believed
