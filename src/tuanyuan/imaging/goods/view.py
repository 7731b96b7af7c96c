"""Whether a thing was photographed standing, from the side, or lying, from above: read from its outline and its place.

It is a vote, and may be wrong where a photo shows neither a horizon nor a telling outline; then it stands.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from tuanyuan.imaging.goods.item import SOLID, ground
from tuanyuan.imaging.reducing import reduce

Array = NDArray[np.float32]
Flags = NDArray[np.bool_]
Pixels = NDArray[np.uint8]

SIZE = 320
# Of its width so little touches the ground: it would fall over.
UNSTEADY = 0.36
# How well an ellipse fits the outline of a plate, and how round it looks from above.
ROUND, FROM_ABOVE = 0.93, 0.55
# A step of the place's colour on both sides of the thing, at nearly the same height: where the table ends (CIE76).
# More than so many are planks.
STEP, SAME_HEIGHT, WINDOW, MOST_STEPS = 2.5, 0.06, 9, 2
# A place that is so much softer at the top than at the bottom lies further away there.
SOFTER, TEXTURE = 1.5, 1.5
LEAST_PIXELS = 200


@dataclass(frozen=True)
class Signs:
    """touch: share of the width that could stand. ellipse: how well one fits, 0..1, and its sides' ratio.

    horizon: the step of the place where a table may end, in the weaker of both sides. softer: sharpness of the place at
    the bottom to that at the top; 1 where nothing is to be seen.
    """

    touch: float
    ellipse: tuple[float, float]
    horizon: float
    softer: float

    @property
    def lying(self) -> bool:
        """What they say together."""
        plate = self.ellipse[0] > ROUND and self.ellipse[1] > FROM_ABOVE
        votes = 2 * plate + (self.touch < UNSTEADY) - 2 * (self.horizon > STEP) - (self.softer > SOFTER)
        return votes > 0


def signs(rgb: Pixels | None, alpha: Array) -> Signs:
    """Signs of a photo (uint8 H×W×3; None where the thing came without a place) in which a thing has this `alpha`."""
    scale = SIZE / max(alpha.shape)
    size = max(1, round(alpha.shape[1] * scale)), max(1, round(alpha.shape[0] * scale))
    small = reduce(alpha, size)
    columns = np.flatnonzero((small > SOLID).any(0))
    if not len(columns):
        return Signs(1.0, (0.0, 1.0), 0.0, 1.0)
    touch = float(ground(small).touch.sum()) / float(np.ptp(columns) + 1)
    horizon, softer = (0.0, 1.0) if rgb is None else _place(reduce(rgb, size), small)
    return Signs(touch, _ellipse(small), horizon, softer)


def _ellipse(alpha: Array) -> tuple[float, float]:
    outlines, _ = cv2.findContours((alpha > SOLID).astype(np.uint8), cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    largest = max(outlines, key=cv2.contourArea)
    if len(largest) < 6:
        return 0.0, 1.0
    hull = cv2.convexHull(largest)
    ellipse = cv2.fitEllipse(largest)
    drawn = cv2.ellipse(np.zeros(alpha.shape, np.uint8), ellipse, 1, cv2.FILLED) > 0
    full = cv2.fillConvexPoly(np.zeros(alpha.shape, np.uint8), hull, 1) > 0
    either = float((drawn | full).sum())
    return float((drawn & full).sum()) / max(1.0, either), min(ellipse[1]) / max(1e-3, max(ellipse[1]))


def _place(rgb: Pixels, alpha: Array) -> tuple[float, float]:
    empty = cv2.dilate((alpha > 0.02).astype(np.uint8), np.ones((17, 17), np.uint8)) == 0
    lab = cv2.cvtColor(rgb.astype(np.float32) / 255, cv2.COLOR_RGB2LAB)
    ys, xs = np.nonzero(alpha > SOLID)
    middle = int(xs.mean())
    left, right = empty.copy(), empty.copy()
    left[:, middle:], right[:, :middle] = False, False
    steps = [_steps(lab, side) for side in (left, right)]
    reach = max(1, round(SAME_HEIGHT * len(alpha)))
    near = [cv2.dilate(s[:, None], np.ones((2 * reach + 1, 1), np.uint8))[:, 0] for s in steps]
    # Above the thing's lower edge: a step below it is where its own table is cut off.
    both = np.minimum(*near)[: int(ys.max())]
    starts = max(np.count_nonzero(np.diff((s > STEP).astype(np.int8), prepend=0) > 0) for s in steps)
    horizon = float(both.max(initial=0)) if starts <= MOST_STEPS else 0.0
    grey = cv2.cvtColor(rgb, cv2.COLOR_RGB2GRAY).astype(np.float32)
    detail = np.abs(cv2.Laplacian(grey, cv2.CV_32F))
    third = len(alpha) // 3
    above, below = detail[:third][empty[:third]], detail[-third:][empty[-third:]]
    if min(len(above), len(below)) < LEAST_PIXELS or below.mean() < TEXTURE:
        return horizon, 1.0
    return horizon, float(below.mean() / max(0.3, above.mean()))


def _steps(lab: Array, side: Flags) -> Array:
    """How much the colours above and below each row differ, float32 h; 0 where too little of the place is seen.

    What differs along the rows as much as across them is a pattern, no horizon.
    """
    rows = side.sum(1)
    profile = (lab * side[..., None]).sum(1) / np.maximum(rows, 1)[:, None]
    spread = np.sqrt(np.maximum(((lab - profile[:, None]) ** 2).sum(2) * side, 0).sum(1) / np.maximum(rows, 1))
    out = np.zeros(len(lab), np.float32)
    for y in range(WINDOW, len(lab) - WINDOW):
        if rows[y - WINDOW : y + WINDOW].min() < 8:
            continue
        change = float(np.linalg.norm(profile[y : y + WINDOW].mean(0) - profile[y - WINDOW : y].mean(0)))
        out[y] = change if change > float(spread[y - WINDOW : y + WINDOW].mean()) else 0.0
    return out
