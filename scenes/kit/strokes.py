# SPDX-License-Identifier: GPL-3.0-or-later
"""Tone maps made of thousands of overlapping brush or trowel strokes (numpy only).

Noise by octaves has no direction and no overlap, so it reads as fog; a painted backdrop and a trowelled
wall are both
laid on stroke by stroke, each covering part of the last. That is what is simulated here.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.ndimage import gaussian_filter, rotate, zoom

STAMPS = 36


@dataclass(frozen=True)
class Pass:
    """One coat: `count` strokes, `length` × `breadth` px, `opacity` 0–1, `spread` of tone, `bristle` streak
    strength 0–1.

    `angles` are the mean directions in degrees, `wander` the deviation from them.
    """

    count: int
    length: float
    breadth: float
    opacity: float
    spread: float
    bristle: float = 0.5
    angles: tuple[float, ...] = (45.0, -45.0)
    wander: float = 25.0


def cloud(height: int, width: int, scale: float, seed: int, octaves: int = 4, gain: float = 0.5) -> np.ndarray:
    """Smooth noise, float32 (height, width), mean 0, deviation 1; `scale` is the largest blot in px."""
    draw = np.random.default_rng(seed)
    total = np.zeros((height, width), np.float32)
    for octave in range(octaves):
        cell = max(2.0, scale / 2**octave)
        rows, cols = int(height / cell) + 4, int(width / cell) + 4
        grid = zoom(draw.standard_normal((rows, cols)).astype(np.float32), cell, order=3)
        total += gain**octave * grid[int(cell) : int(cell) + height, int(cell) : int(cell) + width]
    return (total - total.mean()) / total.std()


def _stamp(coat: Pass, angle: float, draw: np.random.Generator) -> np.ndarray:
    """Coverage 0–1 of one stroke, turned by `angle` degrees."""
    rows, cols = int(coat.breadth * 1.6), int(coat.length * 1.4)
    y, x = np.mgrid[-0.8 : 0.8 : rows * 1j, -0.7 : 0.7 : cols * 1j]
    bow = draw.uniform(-0.35, 0.35)
    across = y + bow * (x**2 - 0.12)
    ragged = gaussian_filter(draw.standard_normal((rows, cols)), (0.8, cols / 9))
    ragged /= ragged.std() + 1e-6
    body = 1 / (1 + np.exp((np.abs(across) - 0.46) * 16)) / (1 + np.exp((np.abs(x + 0.05 * ragged) - 0.47) * 14))
    streaks = np.clip(1 + coat.bristle * 0.55 * ragged, 0, 1.6) / 1.6
    return np.clip(rotate(body * streaks, angle, reshape=True, order=1), 0, 1).astype(np.float32)


def paint(height: int, width: int, coats: list[Pass], seed: int) -> np.ndarray:
    """The coats laid over one another, float32 (height, width), mean 0, deviation 1."""
    draw = np.random.default_rng(seed)
    canvas = np.zeros((height, width), np.float32)
    for coat in coats:
        stamps = [_stamp(coat, draw.choice(coat.angles) + draw.normal(0, coat.wander), draw) for _ in range(STAMPS)]
        for _ in range(coat.count):
            cover = stamps[draw.integers(STAMPS)]
            rows, cols = cover.shape
            top, left = (
                draw.integers(-rows // 2, height - rows // 2),
                draw.integers(-cols // 2, width - cols // 2),
            )
            y0, y1, x0, x1 = max(top, 0), min(top + rows, height), max(left, 0), min(left + cols, width)
            part = cover[y0 - top : y1 - top, x0 - left : x1 - left] * coat.opacity
            canvas[y0:y1, x0:x1] += part * (draw.normal(0, coat.spread) - canvas[y0:y1, x0:x1])
    return (canvas - canvas.mean()) / canvas.std()
