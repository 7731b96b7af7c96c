"""How a garment closes: the line of its opening, and where the fastenings sit on it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from tuanyuan.imaging.clothes.figure import Figure

Array = NDArray[np.float32]
Outfit = Literal["tang", "cheongsam"]

# In face widths from the pit of the neck. 对襟: straight down; the fastenings' distances.
FIRST, APART, LONGEST = 0.34, 0.58, 5.0
# 大襟: from the pit, over the chest, to the wearer's right armpit: the corners of a Bézier curve, x towards the
# picture's left.
SLANT = ((0.0, 0.0), (0.04, 0.50), (0.62, 0.30), (1.02, 1.02))
SLANT_FASTENED = (0.30, 0.62, 0.93)


@dataclass(frozen=True, eq=False)
class Closing:
    """An opening, in pixels.

    line (n, 2): from the neck on. fastened (m, 2): where the fastenings are. angles (m,): radians by which they are
    turned, clockwise.
    """

    line: Array
    fastened: Array
    angles: Array


def closing(outfit: Outfit, body: Figure, pit: Array) -> Closing:
    """The opening of `outfit` on this body."""
    if outfit == "tang":
        line = pit + np.outer(np.linspace(0, LONGEST, 100) * body.unit, body.down)
        places = np.arange(FIRST, LONGEST, APART) * body.unit
        fastened = pit + np.outer(places, body.down)
        angle = float(np.arctan2(body.across[1], body.across[0]))
        return Closing(_f(line), _f(fastened), np.full(len(fastened), angle, np.float32))
    t = np.linspace(0, 1, 100)[:, None]
    a, b, c, d = (np.array(corner) for corner in SLANT)
    curve = (1 - t) ** 3 * a + 3 * (1 - t) ** 2 * t * b + 3 * (1 - t) * t**2 * c + t**3 * d
    # The slant reaches the armpit, which lies further out on a broad body.
    wide = max(1.0, 0.5 * body.span / body.unit / 0.95)
    line = pit + np.outer(-curve[:, 0] * body.unit * wide, body.across) + np.outer(curve[:, 1] * body.unit, body.down)
    steps = np.linalg.norm(np.diff(line, axis=0), axis=1)
    travelled = np.concatenate([[0], np.cumsum(steps)]) / steps.sum()
    at = [int(np.searchsorted(travelled, share)) for share in SLANT_FASTENED]
    tangents = np.gradient(line, axis=0)[at]
    angles = np.arctan2(-tangents[:, 0], tangents[:, 1])
    return Closing(_f(line), _f(line[at]), _f(angles))


def _f(values: NDArray[np.floating]) -> Array:
    return values.astype(np.float32)
