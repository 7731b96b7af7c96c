"""Bodies that the photo's border cuts off, carried on a little: shoulders and hair round off, cloth runs down.

Nothing is invented beyond cloth and hair: what is added is the mirrored, stretched and softened edge of what is there,
and never more than an eye distance or so. A face is never inside it.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from tuanyuan.imaging.matting import Cutout
from tuanyuan.imaging.sitter import OPAQUE, Sitter

Array = NDArray[np.float32]

# All in eye distances. A grown-up's shoulder ends about three eye distances from the middle of the face.
SHOULDER = 3.25
LEAST_SIDE, MOST_SIDE = 0.45, 1.3
SOURCE_BAND = 0.55
LOWER_BAND, LOWER_SHADE, COLLAR_SLOPE = 0.12, 0.35, 1.0
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


def complete(sitter: Sitter, *, below: float, sides: bool = True) -> Completed:
    """Carry a sitter's body on by `below` eye distances where the lower border cuts it, and at cut sides.

    below: 0 adds nothing under the photo.
    """
    shape, unit = sitter.shape, sitter.eye_distance
    down = round(below * unit) if shape.cut_bottom and below > 0 else 0
    left = _side(shape.cut_left, shape.left, unit) if sides else 0
    right = _side(shape.cut_right, shape.right, unit) if sides else 0
    colour, alpha = sitter.cutout.colour, _frayed(sitter.cutout.alpha, shape.cut_left, shape.cut_right, unit)
    if left:
        colour, alpha = _grow_right(colour[:, ::-1], alpha[:, ::-1], left, unit, _row(sitter, shape.cut_left))
        colour, alpha = colour[:, ::-1], alpha[:, ::-1]
    if right:
        colour, alpha = _grow_right(colour, alpha, right, unit, _row(sitter, shape.cut_right))
    if down:
        colour, alpha = _grow_down(colour, alpha, down, unit, float(sitter.eyes[0] + left))
    up = round(shape.dome * unit)
    if up:
        colour, alpha = _grow_up(colour, alpha, up, unit)
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


def _grow_up(colour: Array, alpha: Array, add: int, unit: float) -> tuple[Array, Array]:
    """Round off hair that the upper border cuts, by its own mirror."""
    height, width = alpha.shape
    cut = np.flatnonzero(alpha[:BORDER_ROWS].max(0) > OPAQUE)
    left, right = float(cut[0]), float(cut[-1] + 1)
    x = (np.arange(width, dtype=np.float32) - (left + right) / 2) / max(1.0, (right - left) / 2)
    # A parabola leaves the border at the slope that a head has there; an ellipse would stand on it like a bun.
    crown = add * x**2
    rows = np.arange(add, dtype=np.float32)[:, None]
    cap = np.clip(rows - crown[None] + 0.5, 0, 1) * (np.abs(x) < 1)[None]
    cap = cv2.GaussianBlur(cap.astype(np.float32), (0, 0), max(1.0, 0.02 * unit))
    # The last rows fade into what the photo has there, so that strands at the border go on.
    blend = np.clip((add - rows) / max(2.0, 0.08 * unit), 0, 1)
    new_alpha = alpha[:1] * (1 - blend) + cap * blend
    mirrored = colour[: min(add, height)][::-1]
    if len(mirrored) < add:
        mirrored = np.concatenate([np.repeat(mirrored[:1], add - len(mirrored), 0), mirrored])
    return np.concatenate([mirrored, colour], 0), np.concatenate([new_alpha.astype(np.float32), alpha], 0)


def _grow_down(colour: Array, alpha: Array, add: int, unit: float, centre: float) -> tuple[Array, Array]:
    """Run the cloth on under the lower border; an open collar closes as cloth is drawn in from both sides."""
    height, width = alpha.shape
    depth = np.arange(1, add + 1, dtype=np.float32)[:, None]
    x = np.arange(width, dtype=np.float32)[None]
    away = x - centre
    # Up to the shoulder's middle the source moves outwards by as much as the line lies deeper.
    inward = np.clip(1 - np.abs(away) / (2.2 * unit), 0, 1)
    source_x = np.clip(x + np.sign(away) * depth * COLLAR_SLOPE * inward, 0, width - 1).astype(np.float32)
    band = min(LOWER_BAND * unit, height / 6)
    source_y = np.broadcast_to(height - 1 - band * (1 - np.exp(-depth / (3 * band))), source_x.shape)
    new = cv2.remap(
        np.ascontiguousarray(colour), source_x, np.ascontiguousarray(source_y, np.float32), cv2.INTER_LINEAR
    )
    t = depth[..., None] / max(add, 0.6 * unit)
    softened = cv2.GaussianBlur(new, (0, 0), max(0.8, 0.06 * unit))
    new = (new + (softened - new) * np.clip(2 * t, 0, 1)) * (1 - LOWER_SHADE * np.clip(t, 0, 1))
    last = alpha[max(0, height - BORDER_ROWS) :].mean(0)
    return (
        np.concatenate([colour, new.astype(np.float32)], 0),
        np.concatenate([alpha, np.repeat(last[None], add, 0).astype(np.float32)], 0),
    )
