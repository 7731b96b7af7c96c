"""Spots of a photo, bright or dark: dust, mould, chips; each with what tells damage from content."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float32]
Places = NDArray[np.intp]

# Widths of spots that are looked for, in thousandths of the photo's longer side.
WIDTHS = (6.0, 14.0, 30.0)
# Least height over the ground in levels of 255, and least area in pixels.
LEAST_HEIGHT, LEAST_AREA = 22.0, 4
# Longer than this, in widths, it is a line.
LONGEST = 3.2
PAPER = 99.7
# What is measured of each spot: see `_features`.
FEATURES = ("area", "height", "whiteness", "unevenness", "surroundings", "sharpness", "roundness", "lift", "ground")


@dataclass(frozen=True, eq=False)
class Spot:
    """rows, columns: its pixels. height: levels over the ground. features: float32 (9,), see `_features`."""

    rows: Places
    columns: Places
    height: float
    features: Array


def spots(levels: Array, sign: int) -> list[Spot]:
    """All compact spots. levels: float32 H×W, 0..255. sign: 1 for bright ones, -1 for dark ones."""
    seen = levels * np.float32(sign)
    smooth = cv2.GaussianBlur(seen, (0, 0), 0.8)
    steep = cv2.magnitude(
        cv2.Sobel(smooth, cv2.CV_32F, 1, 0, scale=1 / 8), cv2.Sobel(smooth, cv2.CV_32F, 0, 1, scale=1 / 8)
    )
    small = cv2.medianBlur(np.rint(np.clip(levels, 0, 255)).astype(np.uint8), 5).astype(np.float32) * np.float32(sign)
    paper = float(np.percentile(small, PAPER))
    found: list[Spot] = []
    taken = np.zeros(levels.shape, bool)
    for width in WIDTHS:
        side = max(3, round(width * max(levels.shape) / 1000)) | 1
        opened = cv2.morphologyEx(smooth, cv2.MORPH_OPEN, cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (side, side)))
        hat = smooth - opened
        _, labels, stats, _ = cv2.connectedComponentsWithStats((hat > LEAST_HEIGHT).astype(np.uint8), connectivity=4)
        most = 1.3 * side * side
        good = (stats[:, 4] >= LEAST_AREA) & (stats[:, 4] <= most) & (stats[:, 2:4].max(1) <= 1.6 * side + 2)
        good &= stats[:, 2:4].max(1) <= LONGEST * np.maximum(stats[:, 2:4].min(1), 2)
        good[0] = False
        for label in np.flatnonzero(good):
            x, y, wide, tall = stats[label, :4]
            rows, columns = np.nonzero(labels[y : y + tall, x : x + wide] == label)
            rows, columns = rows + y, columns + x
            if taken[rows, columns].any():
                continue
            taken[rows, columns] = True
            found.append(_spot(rows, columns, smooth, steep, hat, paper))
    return found


def _spot(rows: Places, columns: Places, smooth: Array, steep: Array, hat: Array, paper: float) -> Spot:
    margin = 4 + round(np.sqrt(rows.size))
    top, left = max(0, rows.min() - margin), max(0, columns.min() - margin)
    window = np.s_[top : rows.max() + margin + 1, left : columns.max() + margin + 1]
    inside = np.zeros(smooth[window].shape, np.uint8)
    inside[rows - top, columns - left] = 1
    near = cv2.dilate(inside, np.ones((5, 5), np.uint8))
    ring = cv2.dilate(inside, np.ones((2 * margin - 1, 2 * margin - 1), np.uint8)) > near
    rim = near > cv2.erode(inside, np.ones((3, 3), np.uint8))
    height = float(np.median(hat[rows, columns]))
    return Spot(rows, columns, height, _features(smooth[window], steep[window], inside > 0, rim, ring, height, paper))


def _features(
    smooth: Array,
    steep: Array,
    inside: NDArray[np.bool_],
    rim: NDArray[np.bool_],
    ring: NDArray[np.bool_],
    height: float,
    paper: float,
) -> Array:
    """How large, high, white, flat inside, even around, sharp at its rim, round, like the rest of the ground it is."""
    contours, _ = cv2.findContours(inside.astype(np.uint8), cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    around = max(1.0, cv2.arcLength(contours[0], True))
    area = float(inside.sum())
    level, ground = smooth[inside], smooth[ring]
    low, high = np.percentile(ground, (10, 90)) if ground.size else (0.0, 0.0)
    return np.array(
        [
            np.log(area),
            np.log(height),
            (np.percentile(level, 75) - paper) / 50,
            np.log((level.std() + 2) / height),
            np.log((high - low + 4) / height),
            np.log((np.percentile(steep[rim], 80) + 0.5) / height),
            min(1.5, 12.6 * area / around**2),
            (np.median(level) - high) / 50,
            np.median(ground) / 100 if ground.size else 0.0,
        ],
        np.float32,
    )
