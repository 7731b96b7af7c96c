"""Head and shoulders of one person in the frame of an avatar."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import cv2
import numpy as np
from numpy.typing import NDArray

from tuanyuan.imaging.completion import complete
from tuanyuan.imaging.sitter import Sitter

Array = NDArray[np.float32]

# The most that is carried on under a photo's lower border, and beside its cut sides, in eye distances; what is missing
# beyond makes the crop tighter.
MOST_BELOW, MOST_BESIDE = 0.45, 0.35
# How much of the frame's shorter side the eye distance may take at most.
MOST_UNIT = 0.215
# Room over the hair, as a share of the frame's shorter side, and how far the eyes may sink for it.
HEADROOM, LOWEST_EYES = 0.055, 0.52
# Hair that the photo's upper border cuts by more than this meets the frame's upper edge, where nothing is drawn round
# the person: so much of the photo is cropped, so large may the face be, so much of the body may be missing for that.
MOST_INVENTED, CROPPED, MOST_CLOSE, MOST_BELOW_CLOSE = 0.10, 0.02, 0.29, 0.9
# A head that is turned gets room to look into: share of the frame's width for a turn of 40 degrees.
LOOKING_ROOM = 0.02


@dataclass(frozen=True)
class Framing:
    """unit: eye distance as a share of the frame's shorter side. eyes: how far down they are, likewise.

    floor: down to which share of the frame's height the body must be; below it something else is in front. wings: so
    far from the middle, as a share of the frame's width, a body that the photo's side cuts must reach.
    """

    unit: float
    eyes: float
    floor: float = 1.0
    wings: float = 0.5

    @property
    def meets_edges(self) -> bool:
        """Whether the body ends at the frame, and not within it before a ground."""
        return self.floor >= 1


@dataclass(frozen=True, eq=False)
class Bust:
    """colour: float32 H×W×3, sRGB 0..1; alpha: float32 H×W, 0..1. mesh (468, 2), eyes (2,), unit: in pixels of it.

    unit: the eye distance. floor: row at which the body ends, in the frame or below. enlarged: how many times larger
    than it was.
    """

    colour: Array
    alpha: Array
    mesh: Array
    eyes: Array
    unit: float
    floor: float
    enlarged: float = 1.0

    @property
    def size(self) -> tuple[int, int]:
        """Width, height."""
        return self.alpha.shape[1], self.alpha.shape[0]


def framed(sitter: Sitter, framing: Framing, size: tuple[int, int]) -> Bust:
    """The sitter (one face) in a frame of `size` (width, height); the body always reaches its floor.

    Never squashed; a strong lean of the head is taken back in part, as in `Sitter.shape`. Hair that the photo
    cuts above meets the frame's edge where the framing allows it.
    """
    close = _close(sitter, framing, size)
    if close is not None:
        # The photo's upper border stays level.
        sitter = replace(sitter, shape=replace(sitter.shape, lean=0.0))
    unit, y = close or _placed(sitter, framing, size)
    below = (size[1] * framing.floor - y) / unit - sitter.shape.bottom + sitter.shape.slant + 0.1
    completed = complete(sitter, below=max(0.0, below))
    eyes = sitter.eyes + np.array(completed.offset, np.float32)
    scale = unit / sitter.eye_distance
    face = sitter.faces[0]
    shape = sitter.shape
    # The eyes of a turned head are not its middle; long hair on one side pulls but a little.
    middle = 0.8 * float(np.clip((min(shape.head_right, 2.2) - min(shape.head_left, 2.2)) / 2, -0.6, 0.6))
    x = size[0] / 2 - middle * unit - size[0] * LOOKING_ROOM * float(np.clip(face.yaw / 40, -1, 1))
    matrix = cv2.getRotationMatrix2D((float(eyes[0]), float(eyes[1])), shape.lean, scale)
    matrix[:, 2] += [x - eyes[0], y - eyes[1]]
    colour, alpha = completed.cutout.colour, completed.cutout.alpha
    if scale < 0.6:
        colour, alpha = (cv2.GaussianBlur(part, (0, 0), 0.4 / scale) for part in (colour, alpha))
    placed = cv2.warpAffine(colour, matrix, size, flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE)
    solid = cv2.warpAffine(alpha, matrix, size, flags=cv2.INTER_LINEAR)
    mesh = (face.mesh[:, :2] + np.array(completed.offset, np.float32)) @ matrix[:, :2].T + matrix[:, 2]
    middle_of_eyes = np.array([x, y], np.float32)
    floor = y + (shape.bottom + max(0.0, below) - shape.slant) * unit
    solid = np.clip(solid, 0, 1)
    return Bust(np.clip(placed, 0, 1), solid, mesh.astype(np.float32), middle_of_eyes, unit, floor, scale)


def _close(sitter: Sitter, framing: Framing, size: tuple[int, int]) -> tuple[float, float] | None:
    """Eye distance and row of the eyes where the photo's upper border is the frame's; None: no need, or no way."""
    shape, side = sitter.shape, min(size)
    if shape.dome <= MOST_INVENTED or not framing.meets_edges:
        return None
    above = shape.top - shape.dome - CROPPED
    # As large as the framing asks for, or larger, until the body reaches the lower edge and cut sides the others.
    cut = [reach for reach, row in ((shape.left, shape.cut_left), (shape.right, shape.cut_right)) if row is not None]
    unit = max(framing.unit * side, size[1] / (above + shape.bottom + MOST_BELOW))
    unit = max(unit, framing.wings * size[0] / (min(cut, default=math.inf) + MOST_BESIDE))
    unit = min(unit, MOST_CLOSE * side)
    below = size[1] / unit - above - shape.bottom
    return (unit, above * unit) if below <= MOST_BELOW_CLOSE else None


def _placed(sitter: Sitter, framing: Framing, size: tuple[int, int]) -> tuple[float, float]:
    """Eye distance and row of the eyes, in pixels of the frame."""
    side = min(size)
    taller = max(0, size[1] - size[0])
    shape = sitter.shape
    unit = framing.unit * side
    for _ in range(12):
        y = framing.eyes * side + 0.4 * taller
        y = min(max(y, shape.top * unit + HEADROOM * side), LOWEST_EYES * side + 0.4 * taller)
        below = (size[1] * framing.floor - y) / unit - shape.bottom + shape.slant
        cut = [
            reach for reach, row in ((shape.left, shape.cut_left), (shape.right, shape.cut_right)) if row is not None
        ]
        beside = framing.wings * size[0] / unit - min(cut, default=math.inf)
        if (below <= MOST_BELOW and beside <= MOST_BESIDE) or unit >= MOST_UNIT * side:
            break
        unit = min(unit * 1.05, MOST_UNIT * side)
    return unit, y
