"""A soft picture's edges made a little steeper; never a halo that one would see."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float32]

# How much of the finest detail is given back, at most how much of lightness, and what is too small to be an edge.
SHARPENING, MOST_SHARPER, GRAIN = 0.8, 9.0, 0.4
# Of a blurred photo: the blur that is taken back in each turn, in pixels, how many turns, how much in each.
BLUR, TURNS, STEP = 1.4, 4, 0.5
# How far beyond its own surroundings a pixel may go, in levels of lightness.
BEYOND = 1.5


def sharper(light: Array, soft: float) -> Array:
    """`light` (float32 H×W, 0..100) sharper by how soft (0..1) it was measured to be."""
    if soft <= 0:
        return light
    detail = light - cv2.GaussianBlur(light, (0, 0), 1.6)
    # Small differences are grain.
    detail = np.sign(detail) * np.clip(np.abs(detail) - GRAIN, 0, MOST_SHARPER)
    sharper: Array = light + detail * np.float32(SHARPENING * soft)
    return sharper


def deblurred(light: Array, soft: float) -> Array:
    """`light` with a mild blur taken back step by step (van Cittert, 1931), within what is around each pixel.

    The bound is what keeps rings away; it is also why nothing appears that was not there.
    """
    if soft <= 0:
        return light
    size = np.ones((5, 5), np.uint8)
    least, most = cv2.erode(light, size) - np.float32(BEYOND), cv2.dilate(light, size) + np.float32(BEYOND)
    made = light
    for _ in range(TURNS):
        missing = light - cv2.GaussianBlur(made, (0, 0), BLUR)
        missing = np.sign(missing) * np.clip(np.abs(missing) - np.float32(GRAIN / TURNS), 0, None)
        made = np.clip(made + missing * np.float32(STEP * soft), least, most)
    return np.asarray(made, np.float32)
