"""One sleeve of a silhouette: its pixels, and where its two edges run from the armhole to the cuff."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float32]
Flags = NDArray[np.bool_]

SECTIONS = 9


class Unclear(Exception):
    """The silhouette is not that of a top with two sleeves. `what`: gap, sleeve, trunk or hem."""

    def __init__(self, what: str) -> None:
        super().__init__(what)
        self.what = what


@dataclass(frozen=True, eq=False)
class Sleeve:
    """outer, inner (n, 2): corresponding points of both edges, from the armhole to the cuff, the ends included.

    area: its pixels. gap: height over which it stands free of the trunk, as a share of the trunk's.
    """

    outer: Array
    inner: Array
    area: Flags
    gap: float

    @property
    def length(self) -> float:
        """Along the middle, in pixels."""
        middle = (self.outer + self.inner) / 2
        return float(np.linalg.norm(np.diff(middle, axis=0), axis=1).sum())


def sleeve(mask: Flags, tip: Array, side_points: Array, side: int, gap: float) -> Sleeve:
    """The sleeve of `mask` outside the line from the shoulder's `tip` down the trunk's side (`side_points`, n×2).

    side: -1 left, 1 right in the picture. gap: see `Sleeve`. Raises Unclear.
    """
    height, width = mask.shape
    beyond = -10 if side < 0 else width + 10
    outline = [
        tip,
        *side_points,
        (side_points[-1, 0], height + 10),
        (beyond, height + 10),
        (beyond, -10),
        (tip[0], -10),
    ]
    half = np.zeros(mask.shape, np.uint8)
    cv2.fillPoly(half, [np.round(np.array(outline)).astype(np.int32)], 1)
    count, labels, stats, _ = cv2.connectedComponentsWithStats((mask & (half > 0)).astype(np.uint8))
    if count < 2:
        raise Unclear("sleeve")
    area = labels == 1 + int(stats[1:, cv2.CC_STAT_AREA].argmax())
    pit = side_points[0]
    along = _walked(area, tip, pit)
    outer, inner = _sections(area, along, tip, pit)
    return Sleeve(outer, inner, area, float(gap))


def _walked(area: Flags, tip: Array, pit: Array) -> Array:
    """Steps (in an octagonal measure) from the line between `tip` and `pit`; -1 outside of `area`."""
    seed = np.zeros(area.shape, np.uint8)
    cv2.line(seed, tuple(int(v) for v in tip), tuple(int(v) for v in pit), 1, 5)
    scale = max(1, round(max(area.shape) / 250))
    inside = np.ascontiguousarray((area | (seed > 0)).astype(np.uint8)[::scale, ::scale])
    front = cv2.dilate(seed, np.ones((4 * scale + 1, 4 * scale + 1), np.uint8))[::scale, ::scale] & inside
    along = np.where(front > 0, 0, -1).astype(np.float32)
    cross, box = cv2.getStructuringElement(cv2.MORPH_CROSS, (3, 3)), np.ones((3, 3), np.uint8)
    for step in range(1, 2 * max(along.shape)):
        grown = cv2.dilate(front, cross if step % 2 else box) & inside
        fresh = (grown > 0) & (along < 0)
        if not fresh.any():
            break
        along[fresh] = step * scale * 0.94
        front = grown
    whole = cv2.resize(along, area.shape[::-1], interpolation=cv2.INTER_NEAREST)
    return np.where(area, whole, -1).astype(np.float32)


def _sections(area: Flags, along: Array, tip: Array, pit: Array) -> tuple[Array, Array]:
    """Both edges of a sleeve at equal shares of its length."""
    if not (along >= 0).any():
        raise Unclear("sleeve")
    length = float(np.percentile(along[along >= 0], 98.5))
    edge = max(cv2.findContours(area.astype(np.uint8), cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)[0], key=len)[:, 0]
    edge = edge.astype(np.float32)
    outer, inner = [tip], [pit]
    for share in np.linspace(0.14, 0.97, SECTIONS):
        near = np.argwhere((along >= 0) & (np.abs(along - share * length) < 0.02 * length + 3))[:, ::-1].astype(
            np.float32
        )
        if len(near) < 8:
            continue
        middle = near.mean(0)
        direction = np.linalg.svd(near - middle, full_matrices=False)[2][0]
        reach = (near - middle) @ direction
        ends = [middle + direction * np.percentile(reach, q) for q in (0.5, 99.5)]
        a, b = (edge[np.argmin(((edge - end) ** 2).sum(1))] for end in ends)
        if np.linalg.norm(a - outer[-1]) + np.linalg.norm(b - inner[-1]) > np.linalg.norm(
            b - outer[-1]
        ) + np.linalg.norm(a - inner[-1]):
            a, b = b, a
        outer.append(a)
        inner.append(b)
    if len(outer) < SECTIONS - 1:
        raise Unclear("sleeve")
    return np.array(outer, np.float32), np.array(inner, np.float32)
