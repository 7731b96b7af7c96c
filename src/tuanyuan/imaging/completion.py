"""Bodies that the photo's border cuts off, carried on a little: shoulders and hair round off, cloth runs down.

Nothing is invented beyond cloth and hair: what is added is the mirrored, stretched and softened edge of what is there,
or its strands carried on (see `crown`), and never more than an eye distance or so. A face is never inside it.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from tuanyuan.imaging.crown import grow_crowns
from tuanyuan.imaging.matting import Cutout
from tuanyuan.imaging.sitter import OPAQUE, Sitter

Array = NDArray[np.float32]

# All in eye distances. A grown-up's shoulder ends about three eye distances from the middle of the face.
SHOULDER = 3.25
LEAST_SIDE, MOST_SIDE = 0.45, 1.3
SOURCE_BAND = 0.55
LOWER_BAND, LOWER_SHADE, LOWER_BLUR = 0.55, 0.12, 0.03
COLLAR_SLOPE, COLLAR_REACH, COLLAR_SEAM = 2.2, 2.2, 0.15
MOST_SLOPE, SLOPE_REACH = 1.5, 0.5
ROUNDING, LEAST_SLOPE = 1.3, 0.22
FRAY = 0.14
BORDER_ROWS = 3
SLOPE_SPAN = 0.30
RIM_SHADE = 0.30


@dataclass(frozen=True, eq=False)
class Completed:
    """A cut-out with room added round it; `offset` (x, y) is where the old top left corner lies in it."""

    cutout: Cutout
    offset: tuple[int, int]


def complete(sitter: Sitter, *, below: float, sides: tuple[bool, bool] = (True, True)) -> Completed:
    """Carry a sitter's body on by `below` eye distances where the lower border cuts it, and at cut sides.

    below: 0 adds nothing under the photo. sides: whether the left and the right one are wanted.
    """
    shape, unit = sitter.shape, sitter.eye_distance
    down = round(below * unit) if shape.cut_bottom and below > 0 else 0
    left = _side(shape.cut_left, shape.left, unit) if sides[0] else 0
    right = _side(shape.cut_right, shape.right, unit) if sides[1] else 0
    colour, alpha = sitter.cutout.colour, _frayed(sitter.cutout.alpha, shape.cut_left, shape.cut_right, unit)
    if left:
        colour, alpha = _grow_right(colour[:, ::-1], alpha[:, ::-1], left, unit, _row(sitter, shape.cut_left))
        colour, alpha = colour[:, ::-1], alpha[:, ::-1]
    if right:
        colour, alpha = _grow_right(colour, alpha, right, unit, _row(sitter, shape.cut_right))
    if down:
        # Of a group the middle is nobody's collar.
        collar = float(sitter.eyes[0] + left) if len(sitter.faces) == 1 else None
        colour, alpha = _grow_down(colour, alpha, down, unit, collar)
    up = round(shape.dome * unit)
    if up:
        colour, alpha = grow_crowns(colour, alpha, up, unit)
    return Completed(Cutout(np.ascontiguousarray(colour), np.ascontiguousarray(alpha)), (left, up))


def _side(cut: float | None, reach: float, unit: float) -> int:
    if cut is None:
        return 0
    return round(float(np.clip(SHOULDER - reach, LEAST_SIDE, MOST_SIDE)) * unit)


def _row(sitter: Sitter, cut: float | None) -> int:
    """The photo's row at which a side starts to cut the body."""
    return 0 if cut is None else max(0, round(float(sitter.eyes[1]) + cut * sitter.eye_distance))


def _frayed(alpha: Array, cut_left: float | None, cut_right: float | None, unit: float) -> Array:
    """Let hair that the photo's sides cut end softly, where no body is carried on."""
    width = max(2, round(FRAY * unit))
    ramp = np.linspace(0, 1, width, dtype=np.float32)
    out = alpha
    if cut_left is None and (alpha[:, 0] > OPAQUE).any():
        out = out.copy()
        out[:, :width] *= ramp
    if cut_right is None and (alpha[:, -1] > OPAQUE).any():
        out = out.copy()
        out[:, -width:] *= ramp[::-1]
    return out


def _mirror(length: int, band: int) -> Array:
    """Source positions, counted back from the border, for `length` new pixels: a mirror that stretches outwards."""
    t = (np.arange(length, dtype=np.float32) + 0.5) / length
    back = band * (1 - (1 - t) ** (length / band)) if length > band else t * length
    return back.astype(np.float32)


def _grow_right(colour: Array, alpha: Array, add: int, unit: float, first: int) -> tuple[Array, Array]:
    """Round the body off to the right of a border that cuts it from row `first` on."""
    height, width = alpha.shape
    band = max(4, min(round(SOURCE_BAND * unit), width // 4))
    source = np.clip(width - 1 - _mirror(add, band), 0, width - 1)
    grid_x = np.broadcast_to(source[None], (height, add)).astype(np.float32)
    grid_y = np.broadcast_to(np.arange(height, dtype=np.float32)[:, None], (height, add))
    new = cv2.remap(
        np.ascontiguousarray(colour),
        np.ascontiguousarray(grid_x),
        np.ascontiguousarray(grid_y),
        cv2.INTER_LINEAR,
    )
    outline = _outline(alpha, add, unit, first)
    rows = np.arange(height, dtype=np.float32)[:, None]
    edge = np.clip(rows - outline[None] + 0.5, 0, 1).astype(np.float32)
    softness = max(1.0, 0.012 * unit)
    edge = cv2.GaussianBlur(edge, (0, 0), softness)
    t = np.linspace(0, 1, add, dtype=np.float32)[None]
    shade = 1 - RIM_SHADE * t**2
    border = alpha[:, -1:]
    blend = np.clip(t * add / max(2.0, 0.05 * unit), 0, 1)
    new_alpha = (border * (1 - blend) + edge * blend) * np.where(edge > 0, 1, 0)
    return np.concatenate([colour, new * shade[..., None]], 1), np.concatenate([alpha, new_alpha.astype(np.float32)], 1)


def _outline(alpha: Array, add: int, unit: float, first: int) -> Array:
    """Upper border (row) of the added body for each new column: the shoulder's slope, rounding down into the arm."""
    span = max(4, round(SLOPE_SPAN * unit))
    height, width = alpha.shape
    # Hair above the body may touch the border too; it is not the shoulder.
    upper = max(0, first - span)
    tops = np.array([upper + _top(alpha[upper:, x]) for x in range(width - span, width)], np.float32)
    start = max(float(np.median(tops[-max(2, span // 6) :])), float(first))
    slope = float(np.clip(np.polyfit(np.arange(span), np.minimum(tops, height), 1)[0], LEAST_SLOPE, 2.5))
    t = (np.arange(add, dtype=np.float32) + 1) / add
    fall = ROUNDING * unit * (0.7 * t**2 + 0.3 * t**8)
    outline = (start + slope * add * t * 0.8 + fall).astype(np.float32)
    outline[-1] = max(float(outline[-1]), float(height))
    return outline


def _top(column: Array) -> int:
    solid = np.nonzero(column > OPAQUE)[0]
    return int(solid[0]) if len(solid) else len(column)


def _grow_down(colour: Array, alpha: Array, add: int, unit: float, collar: float | None) -> tuple[Array, Array]:
    """Run the cloth on under the lower border: its mirror, so that a pattern stays one.

    An open collar, whose middle is at column `collar`, closes as cloth is drawn in from both sides; shoulders and arms
    go on in their direction.
    """
    height, width = alpha.shape
    depth = np.arange(1, add + 1, dtype=np.float32)[:, None]
    x = np.arange(width, dtype=np.float32)[None]
    outwards = _outwards(alpha, depth, unit)
    source_x = x - outwards
    if collar is not None:
        away = x - collar
        # Up to the shoulder's middle the source moves outwards by as much as the line lies deeper.
        inward = np.clip(1 - np.abs(away) / (COLLAR_REACH * unit), 0, 1)
        source_x = source_x + np.tanh(away / (COLLAR_SEAM * unit)) * depth * COLLAR_SLOPE * inward
    source_x = np.clip(source_x, 0, width - 1)
    band = max(2.0, min(LOWER_BAND * unit, height / 6))
    source_y = np.broadcast_to(height - 1 - band * np.tanh(depth / band), source_x.shape)
    new = _sampled(np.ascontiguousarray(colour), source_x, source_y)
    t = depth[..., None] / max(add, 0.6 * unit)
    softened = cv2.GaussianBlur(new, (0, 0), max(0.8, LOWER_BLUR * unit))
    new = (new + (softened - new) * np.clip(t, 0, 1)) * (1 - LOWER_SHADE * np.clip(t, 0, 1))
    last = np.ascontiguousarray(np.repeat(alpha[max(0, height - BORDER_ROWS) :].mean(0)[None], 2, 0))
    new_alpha = _sampled(last, np.clip(x - outwards, 0, width - 1), np.zeros_like(source_x))
    return (
        np.concatenate([colour, new.astype(np.float32)], 0),
        np.concatenate([alpha, new_alpha.astype(np.float32)], 0),
    )


def _sampled(picture: Array, x: Array, y: Array) -> Array:
    sampled: Array = cv2.remap(
        picture, np.asarray(x, np.float32), np.ascontiguousarray(y, np.float32), cv2.INTER_LINEAR
    )
    return sampled


def _outwards(alpha: Array, depth: Array, unit: float) -> Array:
    """How far the body's sides move (right positive) at each depth (n, 1) under the border: (n, width)."""
    height, width = alpha.shape
    span = max(4, min(round(SLOPE_SPAN * unit), height - 1))
    ends = []
    for row in (height - 1 - span, height - 1):
        solid = np.flatnonzero(alpha[row] > OPAQUE)
        ends.append((float(solid[0]), float(solid[-1])) if len(solid) else (0.0, width - 1.0))
    (left_before, right_before), (left, right) = ends
    # What narrows is an arm that comes in: it goes straight down.
    on_left = float(np.clip((left - left_before) / span, -MOST_SLOPE, 0))
    on_right = float(np.clip((right - right_before) / span, 0, MOST_SLOPE))
    reach = SLOPE_REACH * unit
    along = np.clip((np.arange(width, dtype=np.float32) - left) / max(1.0, right - left), 0, 1)[None]
    # The sides move, the middle stays.
    share = on_left * np.clip(1 - 3 * along, 0, 1) + on_right * np.clip(3 * along - 2, 0, 1)
    outwards: Array = (share * reach * (1 - np.exp(-depth / reach))).astype(np.float32)
    return outwards
