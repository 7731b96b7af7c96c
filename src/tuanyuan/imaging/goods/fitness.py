"""Whether a photo of goods will do: one thing, whole, large enough, sharp."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from tuanyuan.imaging.goods.item import SOLID
from tuanyuan.imaging.reducing import reduce

Array = NDArray[np.float32]
Pixels = NDArray[np.uint8]

# Of the frame: so little is nothing, so much is a close-up without any outline.
LEAST_SHARE, MOST_SHARE = 0.004, 0.93
# Pieces of at least this share of the largest count, when they lie this far apart (share of the largest's size).
PIECE, APART = 0.2, 0.05
# Pixels of the frame's edge count as cut when the goods hold them; so long a piece, as a share of the goods' size.
EDGE, CUT = 2, 0.12
# Size at which sharpness is measured, and what it must be: the strongest edges against the whole range of greys.
SHARPNESS_SIZE, SHARP = 400, 0.08
# Noise makes no edges of what has hardly any greys.
LEAST_RANGE = 40.0
EDGES = (("上边", "upper"), ("下边", "lower"), ("左边", "left"), ("右边", "right"))


@dataclass(frozen=True)
class Fitness:
    """pieces: separate things. pixels: long side of all. share: of the frame. sharpness: see SHARP.

    cut: for the upper, lower, left, right edge how much of the goods it holds, as a share of their size.
    """

    pieces: int
    pixels: int
    share: float
    sharpness: float
    cut: tuple[float, float, float, float]

    @property
    def found(self) -> bool:
        """There is something with an outline."""
        return self.pieces > 0 and LEAST_SHARE < self.share < MOST_SHARE

    @property
    def cut_at(self) -> tuple[str, str] | None:
        """The edge, in Chinese and in English, that cuts a good part off; None: none does."""
        worst = int(np.argmax(self.cut))
        return EDGES[worst] if self.cut[worst] > CUT else None


def fitness(rgb: Pixels, alpha: Array) -> Fitness:
    """Measure a photo (uint8 H×W×3) whose goods have this `alpha` (float32 H×W, 0..1)."""
    solid = alpha > SOLID
    ys, xs = np.nonzero(solid)
    if not len(ys):
        return Fitness(0, 0, 0.0, 0.0, (0.0, 0.0, 0.0, 0.0))
    tall, wide = int(np.ptp(ys)) + 1, int(np.ptp(xs)) + 1
    cut = (
        float(solid[:EDGE].any(0).sum()) / wide,
        float(solid[-EDGE:].any(0).sum()) / wide,
        float(solid[:, :EDGE].any(1).sum()) / tall,
        float(solid[:, -EDGE:].any(1).sum()) / tall,
    )
    return Fitness(_pieces(alpha), max(tall, wide), float(solid.mean()), _sharpness(rgb, alpha, (ys, xs)), cut)


def _pieces(alpha: Array) -> int:
    scale = min(1.0, 320 / max(alpha.shape))
    small = reduce(alpha, (max(1, round(alpha.shape[1] * scale)), max(1, round(alpha.shape[0] * scale)))) > SOLID
    if not small.any():
        return 1
    reach = max(1, round(APART * float(np.sqrt(small.sum()))))
    kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * reach + 1, 2 * reach + 1))
    joined = cv2.dilate(small.astype(np.uint8), kernel)
    _, labels = cv2.connectedComponents(joined)
    areas = np.bincount(labels[small])[1:]
    return int((areas > PIECE * areas.max()).sum())


def _sharpness(rgb: Pixels, alpha: Array, where: tuple[NDArray[np.intp], NDArray[np.intp]]) -> float:
    """98th percentile of the Laplacian in the goods and on their outline over the range of their greys, at one size."""
    ys, xs = where
    y0, y1, x0, x1 = ys.min(), ys.max() + 1, xs.min(), xs.max() + 1
    scale = min(1.0, SHARPNESS_SIZE / max(y1 - y0, x1 - x0))
    size = (max(8, round((x1 - x0) * scale)), max(8, round((y1 - y0) * scale)))
    grey = cv2.cvtColor(reduce(np.ascontiguousarray(rgb[y0:y1, x0:x1]), size), cv2.COLOR_RGB2GRAY)
    inside = reduce(np.ascontiguousarray(alpha[y0:y1, x0:x1]), size) > 0.3
    if not inside.any():
        return 0.0
    edges = np.abs(cv2.Laplacian(grey.astype(np.float32), cv2.CV_32F))[inside]
    darkest, lightest = np.percentile(grey[inside], [2, 98])
    return float(np.percentile(edges, 98)) / max(LEAST_RANGE, float(lightest - darkest))
