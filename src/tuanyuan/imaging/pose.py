"""Where a person's shoulders, arms and hips are, by BlazePose's landmark network (Google, Apache-2.0).

Where to look follows from the face, which says whose body is meant when several people stand together; the landmarks
that are found there say where to look again.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from tuanyuan.imaging.faces import Face
from tuanyuan.imaging.networks import TfliteNetwork

Array = NDArray[np.float32]
Pixels = NDArray[np.uint8]

INPUT = 256
# Landmark numbers; "right" is the person's own.
NOSE = 0
SHOULDERS, ELBOWS, WRISTS, HIPS = (12, 11), (14, 13), (16, 15), (24, 23)
# After the 33 landmarks: the middle of the hips, and the end of a radius that reaches from there round the body.
CENTRE, RIM = 33, 34
MARGIN = 1.25

CONFIDENCE = 0.5
# The first looks, until one succeeds: the side of the square in distances of the eyes, and how far under the eyes its
# middle is, in sides. The smallest comes last: where the body does not fit in, the network shrinks the body.
FIRST_SIDES = (15.0, 20.0, 11.0)
FIRST_DROP = 0.34
AGAIN = 2
# A square of the network's own choosing outside these bounds was drawn round somebody else.
LEAST_SIDE, MOST_SIDE = 8.0, 40.0
# How far the nose of the body may be from the nose of the face, in distances of the eyes.
SAME_NOSE = 1.25
NOSE_OF_MESH = 1


@dataclass(frozen=True, eq=False)
class Pose:
    """One body.

    points (33, 3) float32: x, y in pixels of the picture, also outside of it where the body goes on, and visibility
    0..1; in BlazePose's order. confidence 0..1 that there is a person.
    """

    points: Array
    confidence: float

    @property
    def shoulders(self) -> Array:
        """The person's right and left shoulder joint (2, 3)."""
        return self.points[list(SHOULDERS)]

    @property
    def elbows(self) -> Array:
        """Right, left (2, 3)."""
        return self.points[list(ELBOWS)]

    @property
    def wrists(self) -> Array:
        """Right, left (2, 3)."""
        return self.points[list(WRISTS)]

    @property
    def hips(self) -> Array:
        """Right and left hip joint (2, 3)."""
        return self.points[list(HIPS)]


@dataclass(frozen=True)
class _Square:
    """Where one look goes: centre (2,) and side in pixels, and the direction (2,) that is down, of length 1."""

    centre: Array
    side: float
    down: Array

    def to_picture(self) -> Array:
        """The 2×3 matrix from the network's input to the picture."""
        across = np.array([self.down[1], -self.down[0]], np.float32)
        turn = np.column_stack([across, self.down]) * np.float32(self.side / INPUT)
        offset = self.centre - turn @ np.full(2, INPUT / 2, np.float32)
        return np.column_stack([turn, offset]).astype(np.float32)


@dataclass(frozen=True, eq=False)
class _Look:
    """What the network said of one square: landmarks (39, 3) in pixels of the picture with visibility, confidence."""

    landmarks: Array
    confidence: float

    def nose_off(self, face: Face) -> float:
        """How far this body's nose is from the face's, in distances of the eyes."""
        return float(np.linalg.norm(self.landmarks[NOSE, :2] - face.mesh[NOSE_OF_MESH, :2])) / face.eye_distance

    def is_of(self, face: Face) -> bool:
        """Whether it is a body, and that face's."""
        return self.confidence >= CONFIDENCE and self.nose_off(face) < SAME_NOSE


class PoseFinder:
    """Finds the body that belongs to a face. Safe to share among threads."""

    def __init__(self, models: Path) -> None:
        self._network = TfliteNetwork(models / "pose_landmark_full.tflite")

    def find(self, rgb: Pixels, face: Face) -> Pose | None:
        """The pose of the person with that `face` in `rgb` (uint8, H×W×3); None where no body can be made out.

        Points outside the picture are the network's guess; low visibility says so.
        """
        looks = (self._look(rgb, _under(face, side)) for side in FIRST_SIDES)
        best = next((look for look in looks if look.is_of(face)), None)
        if best is None:
            return None
        for _ in range(AGAIN):
            nearer = self._look(rgb, _round(best.landmarks, face))
            if not nearer.is_of(face):
                break
            best = nearer
        return Pose(best.landmarks[:33], best.confidence)

    def _look(self, rgb: Pixels, square: _Square) -> _Look:
        to_picture = square.to_picture()
        crop = square_crop(rgb, to_picture, square.side / INPUT)
        outputs = self._network(crop[None].astype(np.float32) / np.float32(255))
        found = next(o for o in outputs if o.size == 195).reshape(39, 5)
        # Already a probability, unlike the visibility of a landmark.
        confidence = float(next(o for o in outputs if o.size == 1).item())
        xy = found[:, :2] @ to_picture[:, :2].T + to_picture[:, 2]
        visibility = 1 / (1 + np.exp(-np.clip(found[:, 3], -60, 60)))
        return _Look(np.column_stack([xy, visibility]).astype(np.float32), confidence)


def _under(face: Face, side: float) -> _Square:
    """The head and the trunk under a face, turned as the head is by half: a head leans more than its body.

    side: in distances of the eyes.
    """
    lean = np.radians(face.roll / 2)
    down = np.array([-np.sin(lean), np.cos(lean)], np.float32)
    side *= face.eye_distance
    return _Square(face.eyes + down * np.float32(FIRST_DROP * side), side, down)


def _round(landmarks: Array, face: Face) -> _Square:
    """The square round the body that the landmarks show."""
    centre, rim = landmarks[CENTRE, :2], landmarks[RIM, :2]
    radius = float(np.linalg.norm(rim - centre))
    if radius < 1:
        return _under(face, FIRST_SIDES[1])
    side = float(np.clip(2 * radius * MARGIN, LEAST_SIDE * face.eye_distance, MOST_SIDE * face.eye_distance))
    return _Square(centre, side, (centre - rim) / np.float32(radius))


def square_crop(rgb: Pixels, to_picture: Array, scale: float) -> Pixels:
    """The turned square that `to_picture` (2×3, from its pixels to the picture's) takes out of `rgb`: `INPUT`² pixels.

    Black outside the picture, softened first where it would alias. scale: pixels of the picture for one of the square.
    """
    ends = np.array([[0, 0, 1], [INPUT, 0, 1], [0, INPUT, 1], [INPUT, INPUT, 1]], np.float32) @ to_picture.T
    height, width = rgb.shape[:2]
    x0, y0 = np.clip(ends.min(0).astype(int) - 2, 0, [width - 1, height - 1])
    x1, y1 = np.clip(ends.max(0).astype(int) + 3, [x0 + 1, y0 + 1], [width, height])
    near = np.ascontiguousarray(rgb[y0:y1, x0:x1])
    if scale > 2:
        near = cv2.blur(near, (int(scale), int(scale)))
    shifted = to_picture.copy()
    shifted[:, 2] -= [x0, y0]
    crop: Pixels = cv2.warpAffine(near, shifted, (INPUT, INPUT), flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP)
    return crop
