"""A sitter: who came out of one photo, with the measures that arranging a group needs."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from tuanyuan.imaging.faces import Face
from tuanyuan.imaging.faces.mesh import NOSE_TIP
from tuanyuan.imaging.matting import Cutout

Array = NDArray[np.float32]

OPAQUE = 0.5
# A side counts as cut when this many eye distances of body stand in the photo's border.
CUT_LENGTH = 0.12
GAP = 0.08
BORDER = 3
# Less opaque pixels do not join two people.
TOUCHING = 0.3
# A skull's radius says how much of a head lies above a cut. Less is not missed, more not invented. In eye distances.
SKULL, LEAST_DOME, MOST_DOME = 1.5, 0.02, 0.5
# Room for single hairs over it.
HAIR_ROOM = 0.03
# A gap in hair at the border that is narrower, in shares of what is on both sides, does not part it.
PARTED = 0.12
LEAN_SHARE, LEAN_FROM = 0.4, 4.0


@dataclass(frozen=True)
class Shape:
    """Outline in eye distances from the midpoint between the eyes; all numbers positive outwards.

    top, bottom, left, right: reach of the body. head_left, head_right: reach at the level of the head.
    cut_left, cut_right: how far below the eyes (negative: above) the photo's side starts to cut the body, None
    where it does not. cut_bottom: the photo's lower edge cuts the body. dome: height that hair cut off by the photo's
    upper edge is given back, part of `top`.
    yaw: degrees, positive towards the picture's right. lean: degrees by which the sitter is turned when placed.
    """

    top: float
    bottom: float
    left: float
    right: float
    head_left: float
    head_right: float
    cut_left: float | None
    cut_right: float | None
    cut_bottom: bool
    yaw: float
    lean: float = 0.0
    dome: float = 0.0

    @property
    def slant(self) -> float:
        """How much higher the lower edge gets on one side when the lean is taken off, in eye distances."""
        return abs(math.sin(math.radians(self.lean))) * max(self.left, self.right, 2.5)


@dataclass(frozen=True, eq=False)
class Sitter:
    """One photo's people as one piece: those who stand together stay together.

    eyes (2,) and eye_distance are in pixels of the cut-out; several faces are averaged.
    """

    cutout: Cutout
    faces: tuple[Face, ...]
    eyes: Array
    eye_distance: float
    shape: Shape


def sitter(cutout: Cutout, faces: Sequence[Face]) -> Sitter:
    """Measure a cut-out. `faces` (at least one) are in pixels of the cut-out."""
    eyes = np.mean([f.eyes for f in faces], axis=0).astype(np.float32)
    distance = float(np.median([f.eye_distance for f in faces]))
    yaw = float(np.mean([f.yaw for f in faces]))
    return Sitter(cutout, tuple(faces), eyes, distance, _shape(cutout.alpha, faces, eyes, distance, yaw))


def apart(cutout: Cutout, faces: Sequence[Face]) -> list[tuple[Cutout, list[int]]]:
    """Cut-outs of the people who do not touch each other, each with the numbers of its faces in `faces`.

    Those who touch stay together: their outlines cannot be told apart without inventing what is hidden.
    """
    _, labels = cv2.connectedComponents((cutout.alpha > TOUCHING).astype(np.uint8))
    height, width = labels.shape
    groups: dict[int, list[int]] = {}
    for number, face in enumerate(faces):
        x, y = np.clip(face.mesh[NOSE_TIP, :2], 0, [width - 1, height - 1]).astype(int)
        groups.setdefault(int(labels[y, x]), []).append(number)
    if len(groups) == 1:
        return [(cutout, list(range(len(faces))))]
    nearest = cv2.distanceTransform((labels == 0).astype(np.uint8), cv2.DIST_L2, 3)
    found = []
    for label, numbers in groups.items():
        own = cv2.distanceTransform((labels != label).astype(np.uint8), cv2.DIST_L2, 3)
        found.append((Cutout(cutout.colour, np.where(own <= nearest, cutout.alpha, 0).astype(np.float32)), numbers))
    return found


def _shape(alpha: Array, faces: Sequence[Face], eyes: Array, distance: float, yaw: float) -> Shape:
    solid = alpha > OPAQUE
    height, width = alpha.shape
    rows, columns = np.nonzero(solid.any(1))[0], np.nonzero(solid.any(0))[0]
    top, bottom = (rows[0], rows[-1] + 1) if len(rows) else (0, height)
    left, right = (columns[0], columns[-1] + 1) if len(columns) else (0, width)
    chin = max(float(f.mesh[:, 1].max()) for f in faces)
    dome = max((crown_height(last - first, distance) for first, last in cut_above(solid)), default=0.0)
    head = np.nonzero(solid[top : max(top + 1, int(min(chin, height)))].any(0))[0]
    head_left, head_right = (head[0], head[-1] + 1) if len(head) else (left, right)
    return Shape(
        top=(eyes[1] - top) / distance + dome,
        bottom=(bottom - eyes[1]) / distance,
        left=(eyes[0] - left) / distance,
        right=(right - eyes[0]) / distance,
        head_left=(eyes[0] - head_left) / distance,
        head_right=(head_right - eyes[0]) / distance,
        cut_left=_cut(solid[:, :BORDER], eyes, distance),
        cut_right=_cut(solid[:, -BORDER:], eyes, distance),
        cut_bottom=bool(bottom >= height - BORDER),
        yaw=yaw,
        lean=_lean(faces),
        dome=dome,
    )


def cut_above(solid: NDArray[np.bool_]) -> list[tuple[int, int]]:
    """First and last column + 1 of every crown that the photo's upper border cuts; `solid`: H×W, True is somebody."""
    touched = np.flatnonzero(np.diff(np.r_[0, solid[:BORDER].any(0).astype(np.int8), 0]))
    found: list[tuple[int, int]] = []
    for first, last in zip(touched[::2].tolist(), touched[1::2].tolist(), strict=True):
        if found and first - found[-1][1] < PARTED * (last - found[-1][0]):
            found[-1] = found[-1][0], last
        else:
            found.append((first, last))
    return found


def crown_height(width: int, unit: float) -> float:
    """How much, in eye distances, a head rises above a cut `width` pixels wide: a circle's sagitta. 0: not worth it."""
    half = width / 2 / unit
    radius = max(SKULL, 1.15 * half)
    height = radius - math.sqrt(radius**2 - half**2)
    return min(height + HAIR_ROOM, MOST_DOME) if height > LEAST_DOME else 0.0


def _lean(faces: Sequence[Face]) -> float:
    """A part of a strong lean of the head is taken off; a group that leans together is left alone."""
    if len(faces) > 1 or abs(faces[0].roll) < LEAN_FROM:
        return 0.0
    return faces[0].roll * LEAN_SHARE


def _cut(border: NDArray[np.bool_], eyes: Array, distance: float) -> float | None:
    """Where the part of the body that stands in this border begins, if it reaches down to the photo's lower edge.

    Hair that touches the border further up is no cut body.
    """
    # Gaps of a few rows, in a sleeve or a scarf, do not end it.
    gap = np.ones((2 * max(1, round(GAP * distance)) + 1, 1), np.uint8)
    solid = border.any(axis=1, keepdims=True).astype(np.uint8)
    closed = cv2.morphologyEx(solid, cv2.MORPH_CLOSE, gap)[:, 0] > 0
    empty = np.flatnonzero(~closed)
    first = int(empty.max(initial=-1)) + 1
    if len(closed) - first < CUT_LENGTH * distance:
        return None
    return float((first - eyes[1]) / distance)


def scaled(rgb: NDArray[np.uint8], faces: Sequence[Face], factor: float) -> tuple[NDArray[np.uint8], list[Face]]:
    """Photo and faces reduced (or enlarged) together."""
    if abs(factor - 1) < 0.02:
        return rgb, list(faces)
    size = (max(1, round(rgb.shape[1] * factor)), max(1, round(rgb.shape[0] * factor)))
    method = cv2.INTER_AREA if factor < 1 else cv2.INTER_CUBIC
    moved = [Face((f.mesh * np.float32(factor)), f.confidence, f.yaw, f.pitch, f.roll, f.sharpness) for f in faces]
    return cv2.resize(rgb, size, interpolation=method), moved
