"""Corners that are missing: where nothing is left but the ground that the photo lay on."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from tuanyuan.imaging.restoration.guard import Guard

Array = NDArray[np.float32]
Mask = NDArray[np.bool_]

# Least and most area as shares of the photo. Larger ones hold too much for anybody to know what was there.
LEAST, MOST = 0.0008, 0.10
# Levels of 255 by which the ground may differ from itself; a photo has grain and light, a ground has none.
EVEN = 7.0
# Least step at the torn edge, and the share of the edge that has it.
STEP, STEEP = 22.0, 0.75
# Share of the rest of the photo that may be of the ground's level.
ELSEWHERE = 0.012
# Area as a share of its convex hull: torn corners are compact.
COMPACT = 0.8


def missing_corners(levels: Array, guard: Guard) -> Mask:
    """Where a corner is missing, bool H×W. levels: float32 H×W, 0..255.

    What reaches three sides is a mount, what is found elsewhere too is content; both stay. So does whatever touches a
    face.
    """
    height, width = levels.shape
    seen = cv2.medianBlur(np.rint(np.clip(levels, 0, 255)).astype(np.uint8), 5)
    out = np.zeros(levels.shape, bool)
    if min(height, width) < 32:
        return out
    inset = max(2, round(0.004 * max(height, width)))
    for y, x in ((inset, inset), (inset, -inset - 1), (-inset - 1, inset), (-inset - 1, -inset - 1)):
        region = _ground(seen, y % height, x % width)
        if region is not None and not (region & guard.faces).any():
            out |= region
    return out


def _ground(seen: NDArray[np.uint8], y: int, x: int) -> Mask | None:
    """The even region round this corner's pixel; None: it is no torn corner."""
    level = int(seen[y, x])
    same = (np.abs(seen.astype(np.int16) - level) <= EVEN).astype(np.uint8)
    _, labels = cv2.connectedComponents(same, connectivity=4)
    region = labels == labels[y, x]
    if not LEAST <= region.mean() <= MOST or _sides(region) > 2:
        return None
    contours, _ = cv2.findContours(region.astype(np.uint8), cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE)
    outline = max(contours, key=cv2.contourArea)
    whole = np.zeros(seen.shape, np.uint8)
    cv2.drawContours(whole, [outline], -1, 1, -1)
    hull = float(cv2.contourArea(cv2.convexHull(outline)))
    if float(cv2.contourArea(outline)) < COMPACT * max(1.0, hull):
        return None
    near, far = (cv2.dilate(whole, np.ones((side, side), np.uint8)) for side in (7, 15))
    rim = far > near
    rim[:8] = rim[-8:] = False
    rim[:, :8] = rim[:, -8:] = False
    steps = np.abs(seen[rim].astype(np.float32) - level)
    if steps.size < 8 or float((steps > STEP).mean()) < STEEP:
        return None
    rest = far == 0
    if float(same[rest].mean()) > ELSEWHERE:
        return None
    return cv2.dilate(whole, np.ones((5, 5), np.uint8)) > 0


def _sides(region: Mask) -> int:
    """How many sides of the photo it reaches."""
    edges = (region[:4], region[-4:], region[:, :4], region[:, -4:])
    return sum(bool(edge.any()) for edge in edges)
