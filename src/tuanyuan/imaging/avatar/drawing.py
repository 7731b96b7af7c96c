"""A portrait drawn anew in clear lines and smooth planes by the enlarging network, with the person's own eyes.

The network draws what it is shown: the smaller the portrait it is given, the bolder the drawing.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from tuanyuan.imaging.avatar.bust import Bust
from tuanyuan.imaging.avatar.texture import blurred
from tuanyuan.imaging.beauty import LEFT_EYE, RIGHT_EYE
from tuanyuan.imaging.enlarging import SCALE, Enlarger
from tuanyuan.imaging.reducing import reduce

Array = NDArray[np.float32]

# The lips' inner outline in the canonical face model.
INSIDE_LIPS = (78, 191, 80, 81, 82, 13, 312, 311, 310, 415, 308, 324, 318, 402, 317, 14, 87, 178, 88, 95)


def redrawn(bust: Bust, enlarger: Enlarger, *, unit: float, ground: Array) -> Array:
    """The bust on one colour `ground` (3,), drawn from a copy whose eye distance is `unit` pixels; float32 H×W×3."""
    width, height = bust.size
    share = min(1.0, unit / bust.unit)
    size = (max(8, round(width * share)), max(8, round(height * share)))
    shown = bust.colour * bust.alpha[..., None] + ground * (1 - bust.alpha[..., None])
    small = np.rint(reduce(shown.astype(np.float32), size) * 255).clip(0, 255).astype(np.uint8)
    drawn = enlarger.redraw(small)
    factor = width / (SCALE * size[0])
    if factor > 1.05:
        # A second drawing of the first keeps the line crisp where it is still to be enlarged.
        drawn = enlarger.redraw(reduce(drawn, (round(width / SCALE), round(height / SCALE))))
    method = cv2.INTER_AREA if drawn.shape[1] > width else cv2.INTER_CUBIC
    full = cv2.resize(drawn, (width, height), interpolation=method).astype(np.float32) / 255
    drawn_anew: Array = np.clip(full, 0, 1)
    return drawn_anew


def eyes_of(bust: Bust, widen: float = 0.10) -> Array:
    """Soft 0..1, float32 H×W, over the eyes, `widen` eye distances beyond their outlines."""
    mask = np.zeros(bust.alpha.shape, np.uint8)
    for outline in (RIGHT_EYE, LEFT_EYE):
        cv2.fillConvexPoly(mask, cv2.convexHull(np.round(bust.mesh[list(outline)]).astype(np.int32)), 255)
    grow = max(1, round(widen * bust.unit))
    mask = cv2.dilate(mask, cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * grow + 1, 2 * grow + 1)))
    return blurred(mask.astype(np.float32) / 255, max(1.0, 0.4 * grow))


def mouth_of(bust: Bust) -> Array:
    """Soft 0..1, float32 H×W, between the lips, where teeth may show."""
    mask = np.zeros(bust.alpha.shape, np.float32)
    cv2.fillPoly(mask, [np.round(bust.mesh[list(INSIDE_LIPS)]).astype(np.int32)], 1.0)
    return blurred(mask, 0.02 * bust.unit)


def face_of(bust: Bust, soft: float = 0.12) -> Array:
    """Soft 0..1, float32 H×W, over the face."""
    mask = np.zeros(bust.alpha.shape, np.float32)
    cv2.fillConvexPoly(mask, cv2.convexHull(np.round(bust.mesh).astype(np.int32)), 1.0)
    return blurred(mask, max(1.0, soft * bust.unit))
