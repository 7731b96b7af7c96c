"""The direction in which a picture's edges run, and smoothing along it.

Structure tensor after Brox et al. (2006); smoothing along the edges as line integral convolution (Cabral and Leedom,
1993) after Kyprianidis and Döllner (2008).
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float32]

# Lines bend slowly: the direction is looked up at every third step.
LOOKS = 3


def tangents(light: Array, sigma: float, hand: float = 0.0) -> Array:
    """Unit vectors along the edges of `light` (float32 H×W), float32 H×W×2 (x, y). sigma: reach of the smoothing.

    hand: steepness of edges below which the hand's own slant, a slow curve from upper right to lower left, prevails.
    """
    gx, gy = cv2.Sobel(light, cv2.CV_32F, 1, 0), cv2.Sobel(light, cv2.CV_32F, 0, 1)
    tensor = cv2.GaussianBlur(np.dstack([gx * gx, gy * gy, gx * gy]), (0, 0), sigma)
    if hand:
        height, width = light.shape
        x, y = (np.linspace(0, 1, n, dtype=np.float32) for n in (width, height))
        across = 0.6 + 0.45 * np.sin(4.0 * x[None] + 2.5 * y[:, None])
        slant = np.dstack([np.cos(across) ** 2, np.sin(across) ** 2, np.cos(across) * np.sin(across)])
        tensor = tensor + np.float32(hand * hand) * slant
    xx, yy, xy = tensor[..., 0], tensor[..., 1], tensor[..., 2]
    angle = 0.5 * np.arctan2(2 * xy, xx - yy) + np.float32(np.pi / 2)
    along: Array = np.dstack([np.cos(angle), np.sin(angle)]).astype(np.float32)
    return along


def along(values: Array, direction: Array, length: float, step: float = 1.0) -> Array:
    """`values` (float32 H×W or H×W×3) averaged along the lines of `direction`: Gaussian of deviation `length`."""
    height, width = values.shape[:2]
    grid = np.dstack(np.meshgrid(np.arange(width, dtype=np.float32), np.arange(height, dtype=np.float32)))
    total = values.copy()
    weight = 1.0
    for sign in (1, -1):
        at, heading = grid, direction * np.float32(sign)
        for number in range(1, max(1, round(2 * length / step)) + 1):
            at = at + heading * np.float32(step)
            share = float(np.exp(-0.5 * (number * step / length) ** 2))
            total += np.float32(share) * _at(values, at)
            weight += share
            if number % LOOKS == 0:
                heading = _onwards(_at(direction, at), heading)
    averaged: Array = total / np.float32(weight)
    return averaged


def _onwards(turned: Array, heading: Array) -> Array:
    """Tangents have no sign: go on where one came from."""
    same = turned[..., 0] * heading[..., 0] + turned[..., 1] * heading[..., 1]
    onwards: Array = turned * np.where(same < 0, np.float32(-1), np.float32(1))[..., None]
    return onwards


def _at(values: Array, points: Array) -> Array:
    sampled: Array = cv2.remap(values, points, None, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REFLECT)
    return sampled
