"""Grain and noise taken out as far as they were measured, coarse grain first; edges stay."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float32]

# Noise in levels of 255 that counts as none (full, half, quarter size), and beyond which no more strength is used.
QUIET, LOUD = (2.0, 3.2, 4.5), 22.0
# Of the filter: its strength in units of the noise, and how much of the grain stays, or skin turns to wax.
STRENGTH, GRAIN_LEFT = 0.9, 0.12
PATCH, REACH = 5, 13
# The filter works on whole levels: below one it only takes time.
LEAST_STRENGTH = 1.0


def quieter(light: Array, noise: tuple[float, ...]) -> Array:
    """Lightness without grain, coarse grain first: non-local means (Buades et al., 2005), edges kept."""
    return _quieter_at(light * np.float32(2.55), noise, 0) / np.float32(2.55)


def _quieter_at(levels: Array, noise: tuple[float, ...], scale: int) -> Array:
    if scale == len(QUIET) or min(levels.shape) < 32:
        return levels
    size = (levels.shape[1] // 2, levels.shape[0] // 2)
    half: Array = cv2.resize(levels, size, interpolation=cv2.INTER_AREA)
    smoother = _quieter_at(half, noise, scale + 1)
    if smoother is not half:
        change = cv2.resize(smoother - half, levels.shape[::-1], interpolation=cv2.INTER_LINEAR)
        levels = levels + change
    excess = noise[scale] - QUIET[scale]
    if excess <= 0:
        return levels
    # The filter begins gently where the noise is near nothing.
    strength = min(noise[scale], LOUD) * STRENGTH * min(1.0, excess / QUIET[scale])
    if strength < LEAST_STRENGTH:
        return levels
    seen = np.rint(np.clip(levels, 0, 255)).astype(np.uint8)
    smooth = cv2.fastNlMeansDenoising(seen, None, strength, PATCH, REACH).astype(np.float32)
    quiet: Array = levels + (smooth - seen) * np.float32(1 - GRAIN_LEFT)
    return quiet


def quieter_colour(colour: Array, noise: tuple[float, ...]) -> Array:
    """Colour noise is coarse and nobody misses it: a guided filter as strong as the grain of the lightness."""
    excess = max(0.0, noise[0] - QUIET[0]) + max(0.0, noise[1] - QUIET[1])
    if excess <= 0:
        return colour
    radius = max(2, round(max(colour.shape[:2]) / 300))
    planes = []
    for plane in range(2):
        seen = np.ascontiguousarray(colour[..., plane])
        planes.append(cv2.ximgproc.guidedFilter(seen, seen, radius, float(min(excess, 10.0) ** 2)))
    return np.dstack(planes).astype(np.float32)
