"""Whether a photo already carries the AI mark in its corner, and where."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from tuanyuan.imaging.label.mark import MIN_SIDE, mark

Box = tuple[float, float, float, float]

_SURE = 0.55  # correlation; without a mark it stays below 0.25 on the sample photos
_GREY = 90
_AROUND = 0.08  # of the letters' height: the glow


def inner_mark(rgb: NDArray[np.uint8]) -> Box | None:
    """x0, y0, x1, y1 in pixels of `rgb` (uint8 H×W×3); None: there is no mark of ours.

    The letters' white is looked for where `label.mark` would put it, by normalised correlation.
    """
    height, width = rgb.shape[:2]
    if min(height, width) < 4 * MIN_SIDE:
        return None
    top, left = height // 2, width // 2
    ink = mark(np.full((height, width, 3), _GREY, np.uint8))[0][top:, left:, 1].astype(np.float32)
    rows, columns = np.nonzero(ink > _GREY + 80)
    y0, y1, x0, x1 = rows.min(), rows.max() + 1, columns.min(), columns.max() + 1
    letters = (ink[y0:y1, x0:x1] > _GREY + 80).astype(np.float32)
    seen = rgb[top + y0 : top + y1, left + x0 : left + x1].min(2).astype(np.float32)
    a, b = letters - letters.mean(), seen - seen.mean()
    likeness = float((a * b).sum() / (np.sqrt((a * a).sum() * (b * b).sum()) + 1e-6))
    if likeness < _SURE:
        return None
    around = _AROUND * (y1 - y0)
    return (
        float(left + x0 - around),
        float(top + y0 - around),
        float(min(width, left + x1 + around)),
        float(min(height, top + y1 + around)),
    )
