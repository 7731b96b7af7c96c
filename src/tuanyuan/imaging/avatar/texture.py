"""Grain, paper, canvas and clouds of tone: noise of a given size, the same for the same seed."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float32]


def clouded(size: tuple[int, int], scale: float, seed: int, octaves: int = 4) -> Array:
    """Smooth noise, float32 H×W, mean about 0, -1..1. scale: size of the largest clouds in pixels."""
    rng = np.random.default_rng(seed)
    width, height = size
    total = np.zeros((height, width), np.float32)
    strength = 1.0
    for octave in range(octaves):
        cell = max(2.0, scale / 2**octave)
        grid = rng.random((int(height / cell) + 3, int(width / cell) + 3), np.float32) * 2 - 1
        total += cv2.resize(grid, size, interpolation=cv2.INTER_CUBIC) * np.float32(strength)
        strength *= 0.5
    clouds: Array = np.clip(total / np.float32(1.4), -1, 1)
    return clouds


def fine(size: tuple[int, int], softness: float, seed: int) -> Array:
    """Fine grain, float32 H×W, mean 0, deviation 1. softness: of the grain, in pixels."""
    rng = np.random.default_rng(seed)
    grain = rng.standard_normal((size[1], size[0]), np.float32)
    if softness > 0.3:
        grain = cv2.GaussianBlur(grain, (0, 0), softness)
    grain /= np.float32(grain.std() + 1e-6)
    return grain


def paper(size: tuple[int, int], colour: tuple[float, float, float], seed: int) -> Array:
    """Rice paper: float32 H×W×3, 0..1, of the colour, with fibres and a little unevenness."""
    scale = min(size) / 1440
    fibre = fine(size, 1.0, seed)
    long = cv2.GaussianBlur(fine(size, 0, seed + 1), (0, 0), 6 * scale + 0.5, sigmaY=0.8)
    long /= np.float32(long.std() + 1e-6)
    tone = 1 + 0.006 * fibre + 0.007 * long + 0.018 * clouded(size, 420 * scale, seed + 2)
    sheet: Array = np.clip(np.array(colour, np.float32) * tone[..., None], 0, 1).astype(np.float32)
    return sheet


def weave(size: tuple[int, int], seed: int) -> Array:
    """Relief of primed canvas, float32 H×W, about -1..1."""
    scale = min(size) / 1440
    period = 5.2 * scale
    y, x = (np.arange(n, dtype=np.float32) for n in (size[1], size[0]))
    bend = clouded(size, 60 * scale, seed, 2) * np.float32(1.2)
    over = np.sin(2 * np.pi * (x[None] + bend) / period) * np.float32(0.5)
    over += np.sin(2 * np.pi * (y[:, None] + bend) / period) * np.float32(0.5)
    threads: Array = over * (1 + 0.5 * fine(size, 1.5, seed + 1))
    return threads


def blurred(values: Array, sigma: float) -> Array:
    """Gaussian blur of float32 H×W or H×W×3, worked out at the size at which nothing is lost."""
    share = max(1, int(sigma / 4))
    if share == 1:
        near: Array = cv2.GaussianBlur(values, (0, 0), max(0.05, sigma), borderType=cv2.BORDER_REPLICATE)
        return near
    height, width = values.shape[:2]
    size = (-(-width // share), -(-height // share))
    small = cv2.resize(values, size, interpolation=cv2.INTER_AREA)
    small = cv2.GaussianBlur(small, (0, 0), sigma / share, borderType=cv2.BORDER_REPLICATE)
    wide: Array = cv2.resize(small, (width, height), interpolation=cv2.INTER_LINEAR)
    return wide


def over(front: Array, back: Array, alpha: Array) -> Array:
    """`front` on `back` (float32 H×W×3) with alpha (float32 H×W)."""
    mixed: Array = back + (front - back) * alpha[..., None]
    return mixed
