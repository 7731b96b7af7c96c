"""Thin lines of a photo, bright or dark, as straight or gently curved pieces, and what tells damage from content."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import cv2
import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float32]
Places = NDArray[np.intp]

# Directions that are looked along, half the length in pixels of the line that is averaged, and how far beside it the
# ground is looked at: a line is at most twice the widest.
DIRECTIONS, HALF, BESIDE = 20, 9, (2, 3, 5, 8)
# Least height of a line over its ground in levels of 255, and over the mean height of what is around it.
LEAST_HEIGHT, ALONE, AROUND = 6.0, 1.8, 14.0
# Shortest piece as a share of the photo's longer side.
LEAST_LENGTH = 0.025
# Side of the median that shows the ground without its lines.
GROUND = 15
# Share of the photo that may be as light (or as dark) as bare paper without being damage.
PAPER = 99.7
# What is measured of each piece: see `_features`.
FEATURES = (
    "length",
    "straying",
    "thickness",
    "height",
    "steadiness",
    "solitude",
    "whiteness",
    "unevenness",
    "fineness",
    "contrast",
    "bend",
    "ground",
)


@dataclass(frozen=True, eq=False)
class Piece:
    """A piece of a line. rows, columns: its pixels. start, end: x, y of its ends; direction: a unit vector (2,).

    features: float32 (12,); see `_features`. height: levels over the ground.
    """

    rows: Places
    columns: Places
    start: Array
    end: Array
    direction: Array
    height: float
    features: Array


def ridges(levels: Array, sign: int) -> tuple[Array, NDArray[np.uint8]]:
    """How high each pixel's best line stands over both its sides (0: none), and its direction's number.

    levels: float32 H×W, 0..255. sign: 1 for bright lines, -1 for dark ones. The mean along a line is compared with the
    means beside it, so that neither grain nor an edge counts.
    """
    seen = levels * np.float32(sign)
    best = np.zeros(levels.shape, np.float32)
    direction = np.zeros(levels.shape, np.uint8)
    for number in range(DIRECTIONS):
        angle = np.pi * number / DIRECTIONS
        along = cv2.filter2D(seen, cv2.CV_32F, _stroke(number), borderType=cv2.BORDER_REFLECT)
        lowest = None
        for beside in BESIDE:
            x, y = round(-beside * np.sin(angle)), round(beside * np.cos(angle))
            higher = np.maximum(_shifted(along, x, y), _shifted(along, -x, -y))
            lowest = higher if lowest is None else np.minimum(lowest, higher)
        height = along - lowest
        better = height > best
        best[better] = height[better]
        direction[better] = number
    return best, direction


def pieces(levels: Array, sign: int) -> tuple[list[Piece], Array]:
    """All pieces of lines that stand alone, and the ridges' heights (float32 H×W)."""
    height, direction = ridges(levels, sign)
    around = cv2.GaussianBlur(height, (0, 0), AROUND)
    standing = (height > LEAST_HEIGHT) & (height > ALONE * around)
    ground = _Ground(levels, sign, height, around)
    least, found = LEAST_LENGTH * max(levels.shape), []
    for first in range(0, DIRECTIONS, 2):
        window = [(first + step) % DIRECTIONS for step in (-1, 0, 1, 2)]
        mask = (standing & np.isin(direction, window)).astype(np.uint8)
        _, labels, stats, _ = cv2.connectedComponentsWithStats(mask, connectivity=8)
        for label in np.flatnonzero(np.hypot(stats[:, 2], stats[:, 3]) >= least):
            if label == 0:
                continue
            x, y, width, tall = stats[label, :4]
            rows, columns = np.nonzero(labels[y : y + tall, x : x + width] == label)
            found.append(ground.piece(rows + y, columns + x))
    return found, height


class _Ground:
    """What pieces are measured against."""

    def __init__(self, levels: Array, sign: int, height: Array, around: Array) -> None:
        self._height, self._around, self._side = height, around, max(levels.shape)
        smooth = cv2.GaussianBlur(levels, (0, 0), 0.7) * np.float32(sign)
        self._peak = cv2.dilate(smooth, np.ones((3, 3), np.uint8))
        self._fine = np.abs(cv2.Laplacian(smooth, cv2.CV_32F, ksize=1))
        whole = np.rint(np.clip(levels, 0, 255)).astype(np.uint8)
        self._ground = cv2.medianBlur(whole, GROUND).astype(np.float32) * np.float32(sign)
        self._paper = float(np.percentile(self._ground, PAPER))

    def piece(self, rows: Places, columns: Places) -> Piece:
        """The piece at these pixels."""
        points = np.column_stack([columns, rows]).astype(np.float32)
        middle = points.mean(0)
        _, axes = np.linalg.eigh(np.cov((points - middle).T))
        direction = axes[:, 1].astype(np.float32)
        along = (points - middle) @ direction
        across = (points - middle) @ np.array([-direction[1], direction[0]], np.float32)
        length = float(np.ptp(along)) + 1
        curve = np.polyfit(along / length, across, 2)
        off = float((across - np.polyval(curve, along / length)).std())
        start, end = middle + direction * along.min(), middle + direction * along.max()
        height = self._height[rows, columns]
        shape = (length, off, abs(float(curve[0])) / length)
        features = self._features(rows, columns, height, shape)
        return Piece(rows, columns, start, end, direction, float(np.median(height)), features)

    def _features(self, rows: Places, columns: Places, height: Array, shape: tuple[float, float, float]) -> Array:
        """How long, straight, thick, high, steady, alone it is; how white, of one colour, sharp, over what ground."""
        length, off, bend = shape
        middle = float(np.median(height))
        core = height >= middle
        rows, columns = rows[core], columns[core]
        level, ground = self._peak[rows, columns], self._ground[rows, columns]
        alone = np.median(height[core] / (self._around[rows, columns] + 0.5))
        return np.array(
            [
                np.log(length / self._side),
                off,
                height.size / length,
                np.log(middle),
                np.percentile(height, 15) / middle,
                np.log(alone),
                (np.median(level) - self._paper) / 50,
                np.log((level.std() + 3) / (ground.std() + 3)),
                np.log((self._fine[rows, columns].mean() + 1) / middle),
                (np.median(level) - np.median(ground)) / 100,
                bend,
                ground.std() / 30,
            ],
            np.float32,
        )


@lru_cache(maxsize=DIRECTIONS)
def _stroke(number: int) -> Array:
    """A line through the middle of a square, one pixel wide; its sum is 1."""
    angle, side, fine = np.pi * number / DIRECTIONS, 2 * HALF + 1, 8
    drawn = np.zeros((side * fine, side * fine), np.uint8)
    middle = side * fine / 2
    x, y = np.cos(angle) * HALF * fine, np.sin(angle) * HALF * fine
    ends = [(round(middle - x), round(middle - y)), (round(middle + x), round(middle + y))]
    cv2.line(drawn, ends[0], ends[1], 255, fine, cv2.LINE_AA)
    stroke = cv2.resize(drawn.astype(np.float32), (side, side), interpolation=cv2.INTER_AREA)
    return np.asarray(stroke / stroke.sum(), np.float32)


def _shifted(plane: Array, x: int, y: int) -> Array:
    height, width = plane.shape
    wide = cv2.copyMakeBorder(plane, max(y, 0), max(-y, 0), max(x, 0), max(-x, 0), cv2.BORDER_REPLICATE)
    top, left = max(-y, 0), max(-x, 0)
    return wide[top : top + height, left : left + width]
