"""Face boxes and six key points by BlazeFace, short and full range (Google, Apache-2.0)."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from tuanyuan.imaging.networks import TfliteNetwork
from tuanyuan.imaging.reducing import reduce

Array = NDArray[np.float32]
Pixels = NDArray[np.uint8]

CANDIDATE_CONFIDENCE = 0.5
OVERLAP = 0.3
# A face this large, as a share of the long side, is seen in the whole frame; smaller ones need tiles.
SEEN_WHOLE = 0.10
TILED_FROM = 400
# The tiles' own size in the networks allows no more than this.
MOST_SIDE = 1000
# A side that halves to this share of it is searched at that size.
NEAR_MOST = 0.9


@dataclass(frozen=True, eq=False)
class Detection:
    """One face candidate, in pixels of the picture that was searched.

    box: x0, y0, x1, y1. points (6, 2): right eye, left eye, nose, mouth, right and left ear, "right" being
    the person's own. confidence: 0..1.
    """

    box: Array
    confidence: float
    points: Array

    @property
    def side(self) -> float:
        """The longer side of the box in pixels."""
        return float(max(self.box[2] - self.box[0], self.box[3] - self.box[1]))


@dataclass(frozen=True)
class _Range:
    """Geometry of one BlazeFace variant: input size and (stride, anchors per cell) of its output layers."""

    size: int
    layers: tuple[tuple[int, int], ...]

    def anchors(self) -> Array:
        cells = []
        for stride, per_cell in self.layers:
            n = self.size // stride
            y, x = np.mgrid[:n, :n]
            centres = (np.stack([x, y], -1).reshape(-1, 2) + 0.5) * stride
            cells.append(np.repeat(centres, per_cell, axis=0))
        return np.concatenate(cells).astype(np.float32)


SHORT = _Range(128, ((8, 2), (16, 6)))
FULL = _Range(192, ((4, 1),))


class _BlazeFace:
    def __init__(self, weights: Path, variant: _Range) -> None:
        self._network = TfliteNetwork(weights)
        self._size = variant.size
        self._anchors = variant.anchors()

    def __call__(self, rgb: Pixels) -> list[Detection]:
        square, scale, offset = _letterbox(rgb, self._size)
        outputs = self._network(square[None].astype(np.float32) / 127.5 - 1)
        regressed = next(o for o in outputs if o.shape[-1] == 16)[0]
        logits = next(o for o in outputs if o.shape[-1] == 1)[0, :, 0]
        confidence = 1 / (1 + np.exp(-np.clip(logits, -60, 60)))
        keep = confidence > CANDIDATE_CONFIDENCE
        pairs = regressed[keep].reshape(-1, 8, 2)
        centre, extent = pairs[:, 0] + self._anchors[keep], pairs[:, 1]
        points = pairs[:, 2:] + self._anchors[keep][:, None]
        corners = np.concatenate([centre - extent / 2 - offset, centre + extent / 2 - offset], 1) / scale
        return [Detection(corners[i], float(c), (points[i] - offset) / scale) for i, c in enumerate(confidence[keep])]


class FaceDetector:
    """Finds faces from about a twentieth of the long side up to the whole frame. Safe to share among threads."""

    def __init__(self, models: Path) -> None:
        self._short = _BlazeFace(models / "face_detection_short_range.tflite", SHORT)
        self._full = _BlazeFace(models / "face_detection_full_range_sparse.tflite", FULL)

    def detect(self, rgb: Pixels, *, thorough: bool = False, finest: int = 3) -> list[Detection]:
        """Faces in `rgb` (uint8, H×W×3), surest first, one per face.

        The picture is searched again in overlapping tiles when it shows no large face, when it shows a
        group, or when `thorough` is asked: small faces are lost in the reduced whole frame. finest: the smallest tiles
        are this share of the long side; halves find faces from a twentieth of it on, thirds from a thirtieth.
        """
        if max(rgb.shape[:2]) > MOST_SIDE:
            scale = _side_searched(max(rgb.shape[:2])) / max(rgb.shape[:2])
            small = reduce(rgb, (round(rgb.shape[1] * scale), round(rgb.shape[0] * scale)))
            return [
                Detection(d.box / np.float32(scale), d.confidence, d.points / np.float32(scale))
                for d in self.detect(small, thorough=thorough, finest=finest)
            ]
        found = _distinct(self._short(rgb) + self._full(rgb))
        long_side = max(rgb.shape[:2])
        portrait = len(found) == 1 and found[0].side >= SEEN_WHOLE * long_side
        if long_side >= TILED_FROM and (thorough or not portrait):
            for x0, y0, x1, y1 in _tiles(rgb.shape[1], rgb.shape[0], finest):
                offset = np.array([x0, y0], np.float32)
                for d in self._full(np.ascontiguousarray(rgb[y0:y1, x0:x1])):
                    found.append(Detection(d.box + np.tile(offset, 2), d.confidence, d.points + offset))
        return _distinct(found)


def _side_searched(long_side: int) -> float:
    """What a long side is brought to: exact halves, where these come near MOST_SIDE, take a twentieth of the time."""
    halved = float(long_side)
    while halved > MOST_SIDE:
        halved /= 2
    return halved if halved >= NEAR_MOST * MOST_SIDE else MOST_SIDE


def _letterbox(rgb: Pixels, size: int) -> tuple[Pixels, float, Array]:
    """Fit into a size×size square with black bars; also the scale and the offset of the picture in it."""
    height, width = rgb.shape[:2]
    scale = size / max(height, width)
    w, h = max(1, round(width * scale)), max(1, round(height * scale))
    x, y = (size - w) // 2, (size - h) // 2
    square = np.zeros((size, size, 3), np.uint8)
    square[y : y + h, x : x + w] = reduce(rgb, (w, h))
    return square, scale, np.array([x, y], np.float32)


def _tiles(width: int, height: int, finest: int) -> Iterator[tuple[int, int, int, int]]:
    """Squares of about a half … a `finest` of the long side, overlapping by two fifths."""
    for part in range(2, finest + 1):
        side = int(max(width, height) / part * 1.25)
        for y in _starts(height, side):
            for x in _starts(width, side):
                yield x, y, min(width, x + side), min(height, y + side)


def _starts(length: int, side: int) -> list[int]:
    if length <= side:
        return [0]
    return [int(v) for v in np.linspace(0, length - side, math.ceil((length - side) / (side * 0.6)) + 1)]


def _distinct(detections: list[Detection]) -> list[Detection]:
    """Greedy suppression of boxes that overlap a surer one."""
    kept: list[Detection] = []
    for d in sorted(detections, key=lambda d: -d.confidence):
        if all(_intersection_over_union(d.box, k.box) < OVERLAP for k in kept):
            kept.append(d)
    return kept


def _intersection_over_union(a: Array, b: Array) -> float:
    extent = np.minimum(a[2:], b[2:]) - np.maximum(a[:2], b[:2])
    shared = float(np.prod(np.clip(extent, 0, None)))
    return shared / (float(np.prod(a[2:] - a[:2])) + float(np.prod(b[2:] - b[:2])) - shared + 1e-9)
