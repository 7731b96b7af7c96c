"""How a group that stays as it stands is placed in a frame: size and position, so that nobody ends inside the picture.

Everything that can be wrong with a framing has a price; the cheapest of a grid of sizes and positions is taken. Lengths
without a unit are eye distances, as in `sitter.Shape`. Hair that the photo's upper border cuts meets the frame's upper
edge, as in a close portrait; only where that does not go, or little is missing, is a crown invented.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from math import log

import cv2
import numpy as np
from numpy.typing import NDArray

from tuanyuan.imaging.faces import Face
from tuanyuan.imaging.faces.mesh import NOSE_TIP
from tuanyuan.imaging.sitter import OPAQUE, Shape, Sitter

# How far a body may be carried on below its photo, and what that costs.
MOST_BELOW, BELOW_COST = 0.7, 0.8
# A side that the photo cuts at the shoulder can be rounded off; one cut higher or lower must meet the frame's edge.
SHOULDER_FROM, SHOULDER_TO = 1.3, 4.2
ROUNDED_COST, OPEN_COST = 0.5, 4.0
SIZE_COST, HEADROOM_COST, LOW_COST, MIDDLE_COST, CROPPED_COST = 1.2, 3.0, 2.0, 2.5, 0.6
LOST_FACE, LOST_HAIR, FLOATING = 60.0, 20.0, 60.0
# A crop through the hair; a crown that must be invented, by its height's square; a strip of one at the frame's edge;
# hair cropped that the photo has.
CLOSE_COST, CROWN_COST, STRIP_COST, HAIR_COST = 0.25, 30.0, 20.0, 1.5
# So far the photo's upper border lies above the frame, so that its last row is not seen to fade.
ABOVE = 0.02
# So much is round a face in the frame.
FACE_MARGIN, LEAST_HEADROOM = 0.35, 0.025
# The eyes are no lower than this share of the height, or the picture is a wall with heads under it.
LOWEST_EYES = 0.58
SMALLEST, LARGEST, STEPS, MOST_UNIT = 0.45, 2.6, 30, 0.16
HEADROOMS = (0.0, 0.05, 0.10, 0.16, 0.24, 0.34)
EDGE = 0.02
# A body that ends so far under its eyes, or nearer, and not at the photo's lower edge, was lost or is hidden.
BUST, SOLID = 8.0, 0.3
# Columns of the photo's border, and how much of somebody must stand in them to count as cut off.
BORDER, CONTACT = 3, 0.22
# Share of the pixels between a shoulder's cut and the face's side that are body.
WHOLE = 0.9


@dataclass(frozen=True)
class Wish:
    """size: 1 normal, larger is nearer. headroom: share of the height above the hair.

    lower: how much of the body is shown under the eyes.
    """

    size: float
    headroom: float
    lower: float


@dataclass(frozen=True)
class Outline:
    """A group's shape, and the box round all its faces: left, top, right, bottom from the middle of the eyes.

    In this shape a side counts as cut wherever the photo's border goes through somebody. shoulder: the left and the
    right one can be rounded off as a shoulder.
    """

    shape: Shape
    faces: tuple[float, float, float, float]
    shoulder: tuple[bool, bool]


@dataclass(frozen=True)
class Placing:
    """The group's eyes at (x, y) pixels, `eye_distance` pixels large.

    below: how far bodies are carried on under the photo. rounded: whether the left and the right side, cut by the
    photo inside the frame, are rounded off. cost: 0 is perfect.
    """

    x: float
    y: float
    eye_distance: float
    below: float
    rounded: tuple[bool, bool]
    cost: float


def outline(sitter: Sitter) -> Outline:
    """What framing needs to know of a cut-out group."""
    boxes = np.array([_box(f) for f in sitter.faces])
    low, high = boxes[:, :2].min(0), boxes[:, 2:].max(0)
    left, top = (sitter.eyes - low) / sitter.eye_distance
    right, bottom = (high - sitter.eyes) / sitter.eye_distance
    shape, alpha = sitter.shape, sitter.cutout.alpha
    cuts = shape.cut_left, shape.cut_right
    shoulders = [
        cut is not None and SHOULDER_FROM <= cut <= SHOULDER_TO and _hangs_together(side, cut, sitter)
        for cut, side in zip(cuts, _sides(sitter), strict=True)
    ]
    borders = alpha[:, :BORDER], alpha[:, -BORDER:]
    left_cut, right_cut = (_contact(b, sitter) if c is None else c for b, c in zip(borders, cuts, strict=True))
    shape = replace(shape, lean=0.0, cut_left=left_cut, cut_right=right_cut)
    faces = float(left), float(top), float(right), float(bottom)
    return Outline(shape, faces, (shoulders[0], shoulders[1]))


def _sides(sitter: Sitter) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """The alpha from the left border to the outermost face, and from the right border, mirrored."""
    alpha = sitter.cutout.alpha
    left = int(np.clip(min(f.box[0] for f in sitter.faces), 1, alpha.shape[1]))
    right = int(np.clip(max(f.box[0] + f.box[2] for f in sitter.faces), 0, alpha.shape[1] - 1))
    return alpha[:, :left], alpha[:, right:][:, ::-1]


def ends(sitter: Sitter) -> float | None:
    """How far under the group's eyes the first body ends in mid-air, in eye distances; None: none does."""
    _, pieces, stats, _ = cv2.connectedComponentsWithStats((sitter.cutout.alpha > SOLID).astype(np.uint8))
    height, width = pieces.shape
    found = []
    for face in sitter.faces:
        x, y = np.clip(face.mesh[NOSE_TIP, :2], 0, [width - 1, height - 1]).astype(int)
        own = stats[pieces[y, x]]
        end = float(own[cv2.CC_STAT_TOP] + own[cv2.CC_STAT_HEIGHT])
        if end < height - BORDER and end - face.eyes[1] < BUST * face.eye_distance:
            found.append((end - float(sitter.eyes[1])) / sitter.eye_distance)
    return min(found, default=None)


def _hangs_together(side: NDArray[np.float32], cut: float, sitter: Sitter) -> bool:
    """Whether what the border cuts is the trunk's side, not an arm held away from it."""
    first = int(np.clip(sitter.eyes[1] + (cut + 0.3) * sitter.eye_distance, 0, side.shape[0] - 1))
    return bool((side[first:] > OPAQUE).mean() > WHOLE)


def _contact(border: NDArray[np.float32], sitter: Sitter) -> float | None:
    """Where somebody, if only an elbow or hair, first stands in this border; None: nobody to speak of."""
    rows = np.flatnonzero((border > OPAQUE).any(1))
    if len(rows) < CONTACT * sitter.eye_distance:
        return None
    return float((rows[0] - sitter.eyes[1]) / sitter.eye_distance)


def place(group: Outline, size: tuple[int, int], wish: Wish, standing_line: float) -> Placing:
    """The cheapest placing on a canvas of `size` (width, height). standing_line: as in `domain.scene.Scene`."""
    return min(_placings(group, size, wish, standing_line), key=lambda p: p.cost)


def _placings(group: Outline, size: tuple[int, int], wish: Wish, standing_line: float) -> Iterator[Placing]:
    shape = group.shape
    wished = _wished(group, size, wish)
    for unit in wished * np.geomspace(SMALLEST, LARGEST, STEPS):
        for y in _heights(shape, size, float(unit), wish, standing_line):
            for x in _sideways(group, size, float(unit)):
                yield _placing(group, size, wish, standing_line, (x, y, float(unit)), wished)


def _wished(group: Outline, size: tuple[int, int], wish: Wish) -> float:
    """Eye distance in pixels that fills the frame."""
    shape = group.shape
    width, height = size
    headroom = 0.0 if shape.dome else wish.headroom
    by_height = height * (1 - headroom) / (_kept_top(shape) + min(wish.lower, shape.bottom + MOST_BELOW / 2))
    left, _, right, _ = group.faces
    # An upright frame may cut the outer shoulders.
    reach = 0.5 if width >= height else 0.0
    across = (left + right) * (1 - reach) + (shape.left + shape.right) * reach + 1.6
    return min(by_height, width / across, MOST_UNIT * height) * wish.size


def _kept_top(shape: Shape) -> float:
    """How far the photo itself reaches above the eyes."""
    return shape.top - shape.dome


def _heights(shape: Shape, size: tuple[int, int], unit: float, wish: Wish, standing_line: float) -> Iterator[float]:
    height = size[1]
    for headroom in (wish.headroom, *HEADROOMS):
        yield headroom * height + shape.top * unit
    if shape.dome:
        yield (_kept_top(shape) - ABOVE) * unit
    # The lower edge just below the frame, as it is and carried on; or the feet on the floor.
    for below in (0.0, 0.35, MOST_BELOW) if shape.cut_bottom else (0.0,):
        yield height * (1 + EDGE) - (shape.bottom + below) * unit
    if standing_line <= 1 and not shape.cut_bottom:
        yield standing_line * height - shape.bottom * unit


def _sideways(group: Outline, size: tuple[int, int], unit: float) -> Iterator[float]:
    shape, width = group.shape, size[0]
    left, _, right, _ = group.faces
    yield width / 2 + (left - right) / 2 * unit
    yield width / 2 + (shape.left - shape.right) / 2 * unit
    if shape.cut_left is not None:
        yield (shape.left - EDGE) * unit
    if shape.cut_right is not None:
        yield width - (shape.right - EDGE) * unit


def _placing(
    group: Outline,
    size: tuple[int, int],
    wish: Wish,
    standing_line: float,
    at: tuple[float, float, float],
    wished: float,
) -> Placing:
    x, y, unit = at
    shape, (width, height) = group.shape, size
    cost = SIZE_COST * abs(log(unit / wished)) * (1.0 if unit > wished else 1.3)
    cost += _face_cost(group, size, at)
    cost += LOW_COST * max(0.0, y / height - LOWEST_EYES) * 3 + _crown_cost(shape, wish, height, y, unit)
    missing = (height - y) / unit - shape.bottom
    stands = standing_line <= 1 and abs(y + shape.bottom * unit - standing_line * height) < 1
    below = 0.0
    if missing > 0 and shape.cut_bottom:
        below = missing + EDGE
        cost += BELOW_COST * below**2 + FLOATING * max(0.0, missing - MOST_BELOW)
    elif missing > 0 and not stands:
        cost += FLOATING * missing
    gaps = (x - shape.left * unit, width - x - shape.right * unit)
    rounded = []
    for gap, cut, shoulder in zip(gaps, (shape.cut_left, shape.cut_right), group.shoulder, strict=True):
        # So much of the cut side is seen, in eye distances.
        seen = 0.0 if cut is None or gap <= 0 else (height - y) / unit - cut
        rounded.append(seen > 0)
        if seen > 0:
            cost += (ROUNDED_COST if shoulder else OPEN_COST) * min(1.0, 0.2 + seen / 2)
        elif cut is None:
            cost += CROPPED_COST * max(0.0, -gap / unit - 0.6)
    return Placing(x, y, unit, below, (rounded[0], rounded[1]), float(cost))


def _crown_cost(shape: Shape, wish: Wish, height: int, y: float, unit: float) -> float:
    """What is above the head: room, or the frame's edge where the photo's own edge goes through the hair."""
    invented = min(max(0.0, y / unit - _kept_top(shape)), shape.dome)
    headroom = (y - shape.top * unit) / height
    if shape.dome and headroom < 0:
        cropped = max(0.0, _kept_top(shape) - ABOVE - y / unit)
        return CLOSE_COST + STRIP_COST * invented + HAIR_COST * cropped
    room = HEADROOM_COST * abs(headroom - wish.headroom) + LOST_HAIR * max(0.0, LEAST_HEADROOM - headroom)
    return room + CROWN_COST * invented**2


def _face_cost(group: Outline, size: tuple[int, int], at: tuple[float, float, float]) -> float:
    """Faces stay in the frame, and near its middle."""
    x, y, unit = at
    left, top, right, bottom = (v + FACE_MARGIN for v in group.faces)
    if group.shape.dome:
        # A photo that has less than that above the face does not lose more of it.
        top = max(group.faces[1], min(top, _kept_top(group.shape) - ABOVE))
    outside = max(0.0, left - x / unit) + max(0.0, right - (size[0] - x) / unit)
    outside += max(0.0, top - y / unit) + max(0.0, bottom - (size[1] - y) / unit)
    middle = abs(x + (right - left) / 2 * unit - size[0] / 2) / size[0]
    return LOST_FACE * outside + MIDDLE_COST * middle


def _box(face: Face) -> Sequence[float]:
    x, y, w, h = face.box
    return x, y, x + w, y + h
