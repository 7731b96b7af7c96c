"""A brass rail on a wall and the hook of a hanger: what a garment hangs from."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from tuanyuan.imaging.goods.item import SOLID

Array = NDArray[np.float32]

# sRGB of the brass, light to dark, and of the hook's steel.
BRASS, STEEL = (196, 164, 112), (138, 138, 142)
# Thickness of rail and hook, and the hook's height, as shares of the frame's height.
RAIL, HOOK, HOOK_TALL = 0.0095, 0.0034, 0.055
FINE = 8
# A garment hangs by a middle that is its own: as far as this from the middle of its width, as shares of the width.
OFF_MIDDLE, NECK, NECK_BAND = 0.09, 0.62, 0.06
WALL_DEPTH, WALL_SOFT = 0.30, 0.006


@dataclass(frozen=True)
class Neck:
    """Where a hook would hold a garment: its column, and the first row of the garment there."""

    x: int
    y: int


def neck(alpha: Array) -> Neck | None:
    """The neck of a garment (float32 h×w); None: it has none in its middle, so that it cannot hang from a hook."""
    solid = alpha > SOLID
    rows, columns = np.flatnonzero(solid.any(1)), np.flatnonzero(solid.any(0))
    if not len(rows):
        return None
    band = solid[rows[0] : rows[0] + max(2, round(NECK_BAND * len(rows)))].any(0)
    held = np.flatnonzero(band)
    middle, width = float(held.mean()), float(np.ptp(columns) + 1)
    own = float((solid * np.arange(solid.shape[1])).sum() / solid.sum())
    if abs(middle - own) > OFF_MIDDLE * width or np.ptp(held) + 1 > NECK * width:
        return None
    x = round(middle)
    column = np.flatnonzero(solid[:, x])
    return Neck(x, int(column[0])) if len(column) else None


def hang(place: Array, at: tuple[int, int], *, side: float) -> None:
    """Draw rail and hook into `place` (float32 H×W×3, linear), in place.

    at: x, y of the neck that the hook holds. side: where the light comes from, -1 left … 1 right.
    """
    height, width = place.shape[:2]
    x, y = at
    rail_y = y - HOOK_TALL * height
    thick = RAIL * height
    masks = _rail(height, width, rail_y, thick), _hook(height, width, (x, y), rail_y, thick)
    shadow = np.clip(masks[0] + masks[1], 0, 1)
    away = np.array([[1, 0, -side * 1.6 * thick], [0, 1, 1.9 * thick]], np.float32)
    fallen = cv2.GaussianBlur(cv2.warpAffine(shadow, away, (width, height)), (0, 0), max(1.0, WALL_SOFT * height))
    place *= (1 - WALL_DEPTH * fallen)[..., None]
    rows = np.arange(height, dtype=np.float32)[:, None]
    round_ = np.clip((rows - rail_y) / thick, -0.5, 0.5)
    # A rod catches the light a little above its middle and is darkest below.
    shine = 0.55 + 0.45 * np.cos(np.pi * (round_ + 0.12)) + 0.55 * np.exp(-(((round_ + 0.2) / 0.09) ** 2))
    for mask, colour, level in ((masks[1], STEEL, np.ones_like(shine)), (masks[0], BRASS, shine)):
        paint = (np.array(colour, np.float32) / 255) ** 2.2 * level[..., None]
        place += (paint - place) * mask[..., None]


def _rail(height: int, width: int, y: float, thick: float) -> Array:
    rows = np.arange(height, dtype=np.float32)[:, None]
    covered = np.clip(thick / 2 + 0.5 - np.abs(rows - y), 0, 1)
    return np.ascontiguousarray(np.broadcast_to(covered, (height, width))).astype(np.float32)


def _hook(height: int, width: int, at: tuple[int, int], rail_y: float, thick: float) -> Array:
    """A question mark over the rail, down into the neck."""
    x, y = at
    radius = thick * 1.25
    turn = np.radians(np.arange(-200, 91, 6))
    arc = np.stack([x + radius * np.cos(turn), rail_y + radius * np.sin(turn)], 1)
    points = np.concatenate([arc, [[x, rail_y + radius], [x, y + 2 * thick]]])
    mask = np.zeros((height, width), np.uint8)
    fixed = np.round(points * FINE).astype(np.int32)
    cv2.polylines(mask, [fixed], False, 255, max(2, round(HOOK * height)), cv2.LINE_AA, int(np.log2(FINE)))
    return mask.astype(np.float32) / np.float32(255)
