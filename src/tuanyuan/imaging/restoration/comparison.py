"""Two states of one photo in one picture."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

Pixels = NDArray[np.uint8]

# Width of the divider as a share of the longer side, at least in pixels, and its colour: paper.
DIVIDER, LEAST, PAPER = 0.006, 3, (250, 248, 244)
# Beyond this proportion of width to height the second goes below the first.
BROAD = 1.3
# Longer side of the whole.
MOST = 2000


def side_by_side(before: Pixels, after: Pixels) -> Pixels:
    """`before` and `after` (uint8 H×W×3, one size) beside each other, broad ones one above the other; a new array."""
    height, width = after.shape[:2]
    broad = width > BROAD * height
    whole = (height if broad else width) * (2 + 2 * DIVIDER) + LEAST
    scale = min(1.0, MOST / max(whole, height, width))
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    if scale < 1:
        before, after = (cv2.resize(one, size, interpolation=cv2.INTER_AREA) for one in (before, after))
    line = max(LEAST, round(DIVIDER * max(size)))
    shape = (line, size[0], 3) if broad else (size[1], line, 3)
    divider = np.empty(shape, np.uint8)
    divider[:] = PAPER
    return np.ascontiguousarray(np.concatenate([before, divider, after], axis=0 if broad else 1))
