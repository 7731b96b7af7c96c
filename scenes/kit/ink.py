# SPDX-License-Identifier: GPL-3.0-or-later
"""Mountains in ink: ridge lines, washes that dissolve in mist, texture strokes, trees (numpy and Pillow)."""

from __future__ import annotations

import math

import numpy as np
from PIL import Image, ImageDraw
from scipy.ndimage import gaussian_filter, gaussian_filter1d

from .strokes import cloud


def ridge(cols: int, peaks: list[tuple[float, float, float]], seed: int, rough: float = 0.03) -> np.ndarray:
    """Height of a mountain line, float (cols,): the highest of `peaks` (place 0–1, height, half width) at each place,
    weathered by `rough`.
    """
    x = np.linspace(0, 1, cols)
    draw = np.random.default_rng(seed)
    line = np.zeros(cols)
    for place, height, width in peaks:
        lean = np.where(x < place, width * draw.uniform(0.8, 1.2), width * draw.uniform(0.8, 1.2))
        line = np.maximum(line, height * np.exp(-((np.abs(x - place) / lean) ** 1.5)))
    noise = np.zeros(cols)
    for octave in range(6):
        grid = draw.standard_normal(8 * 2**octave + 2)
        noise += 0.52**octave * np.interp(np.linspace(0, len(grid) - 1, cols), np.arange(len(grid)), grid)
    return gaussian_filter1d(line + rough * noise * (0.35 + line / max(line.max(), 1e-6)), cols / 900)


def _strokes(
    ink: np.ndarray, top: np.ndarray, deep: float, tone: float, there: np.ndarray, draw: np.random.Generator
) -> np.ndarray:
    """Hemp-fibre strokes that run down from the ridge, darker on the side away from the light."""
    rows, cols = ink.shape
    layer = Image.new("L", (cols, rows), 0)
    pen = ImageDraw.Draw(layer)
    slope = gaussian_filter1d(np.gradient(top), cols / 200)
    fall = 0.75 * slope / (0.25 + slope**2)  # a stroke follows the flank and stays inside it
    for _ in range(int(cols * 1.6)):
        x = draw.uniform(0, cols)
        y = top[int(x)] + rows * deep * draw.random() ** 1.7
        lean = fall[int(x)] + draw.normal(0, 0.14)
        length, shade = rows * draw.uniform(0.012, 0.045), 1.15 if slope[int(x)] > 0 else 0.6
        fade = math.exp(-(y - top[int(x)]) / (rows * deep * 0.55))
        points = [(x, y), (x + 0.3 * length * lean + 2, y + 0.5 * length), (x + 0.8 * length * lean, y + length)]
        pen.line(points, fill=int(np.clip(255 * tone * shade * fade * draw.uniform(0.4, 1), 0, 255)), width=2)
    drawn = gaussian_filter(np.asarray(layer, np.float32) / 255, 1.1) * there
    return 1 - (1 - ink) * (1 - 0.8 * drawn)


def _pines(pen: ImageDraw.ImageDraw, places: list[tuple[float, float, float]], draw: np.random.Generator) -> None:
    """Trunks with flat dark pads; (x, y, height) in px."""
    for x, y, tall in places:
        lean = draw.normal(0, 0.10) * tall
        pen.line(
            [(x, y), (x + lean * 0.4, y - tall * 0.5), (x + lean, y - tall)], fill=200, width=max(2, int(tall / 26))
        )
        for level in np.linspace(0.35, 1.0, 7):
            reach = tall * (0.42 - 0.28 * level) * draw.uniform(0.8, 1.25)
            middle = x + lean * level + draw.choice((-1, 1)) * reach * 0.45
            for _ in range(70):
                px, py = middle + draw.normal(0, 0.42) * reach, y - tall * level + draw.normal(0, 0.018) * tall
                size = tall * draw.uniform(0.008, 0.02)
                pen.ellipse((px - size, py - size * 0.6, px + size, py + size * 0.6), fill=int(draw.uniform(120, 225)))


def _boat(pen: ImageDraw.ImageDraw, x: float, y: float, size: float) -> None:
    """A sampan with a mat roof and one who rows."""
    pen.line(
        [
            (x - 1.6 * size, y - 0.25 * size),
            (x - 0.8 * size, y),
            (x + 0.8 * size, y),
            (x + 1.7 * size, y - 0.35 * size),
        ],
        fill=190,
        width=max(2, int(size / 7)),
    )
    pen.arc(
        (x - 0.8 * size, y - 0.75 * size, x + 0.5 * size, y + 0.5 * size),
        180,
        360,
        fill=170,
        width=max(2, int(size / 5)),
    )
    pen.line([(x + 1.0 * size, y), (x + 1.0 * size, y - 0.8 * size)], fill=200, width=max(2, int(size / 5)))
    pen.line(
        [(x + 0.5 * size, y + 0.5 * size), (x + 1.5 * size, y - 0.9 * size)], fill=150, width=max(1, int(size / 14))
    )


def landscape(rows: int, cols: int, seed: int, rise: float = 1.0) -> np.ndarray:
    """A level-distance landscape, ink 0–1 (rows, cols): four ranges that sink into mist, pines in front, wide water.

    `rise` scales heights: below 1 for pictures less wide than 3 : 1, so that no mountain becomes a needle.
    """
    draw = np.random.default_rng(seed)
    y = np.arange(rows, dtype=np.float32)[:, None]
    ink = np.zeros((rows, cols), np.float32)
    ranges = (
        (
            0.66,
            0.15,
            0.30,
            (
                (0.12, 0.16, 0.12),
                (0.25, 0.36, 0.10),
                (0.33, 0.27, 0.07),
                (0.43, 0.15, 0.08),
                (0.66, 0.12, 0.10),
                (0.78, 0.20, 0.08),
                (0.90, 0.28, 0.09),
            ),
        ),
        (
            0.80,
            0.27,
            0.30,
            (
                (0.07, 0.34, 0.08),
                (0.18, 0.50, 0.075),
                (0.285, 0.34, 0.055),
                (0.37, 0.18, 0.05),
                (0.83, 0.26, 0.06),
                (0.93, 0.44, 0.07),
                (1.0, 0.34, 0.07),
            ),
        ),
        (
            0.97,
            0.46,
            0.34,
            (
                (0.02, 0.50, 0.07),
                (0.11, 0.56, 0.055),
                (0.20, 0.38, 0.05),
                (0.27, 0.20, 0.05),
                (0.88, 0.28, 0.05),
                (0.97, 0.52, 0.06),
            ),
        ),
        (
            1.12,
            0.72,
            0.30,
            ((0.00, 0.48, 0.06), (0.07, 0.40, 0.05), (0.15, 0.26, 0.05), (0.95, 0.26, 0.05), (1.00, 0.40, 0.045)),
        ),
    )
    for number, (base, tone, deep, peaks) in enumerate(ranges):
        line = rise * ridge(cols, list(peaks), seed + number, 0.026)
        top = rows * (base - line)
        land = np.clip((line - 0.015) / (0.09 * rise), 0, 1) ** 1.5  # low ground is water and mist
        below = (y - top[None]) / rows
        inside = np.clip(below * rows / 2.5, 0, 1) * land
        wash = np.exp(-np.clip(below, 0, 9) / deep * 2.1) * (
            0.86 + 0.10 * cloud(rows, cols, cols / 9, seed + 20 + number)
        )
        edge = 0.40 * np.exp(-np.clip(below, 0, 9) / 0.007)
        layer = inside * np.clip(tone * (wash + edge), 0, 1)
        mist = inside * np.exp(-np.clip(below - 0.02, 0, 9) / (deep * 1.1))
        ink = ink * (1 - 0.9 * mist) + layer
        if number:
            ink = _strokes(ink, top, deep * 0.55, tone * 0.8, inside, draw)
    layer = Image.new("L", (cols, rows), 0)
    places = [
        (0.060, 0.76, 0.24),
        (0.095, 0.80, 0.17),
        (0.025, 0.72, 0.16),
        (0.150, 0.90, 0.13),
        (0.945, 0.90, 0.14),
        (0.980, 0.80, 0.22),
    ]
    _pines(
        ImageDraw.Draw(layer), [(a * cols, (1 - rise * (1 - b)) * rows, rise * c * rows) for a, b, c in places], draw
    )
    _boat(ImageDraw.Draw(layer), 0.60 * cols, 0.86 * rows, 0.05 * rows)
    trees = gaussian_filter(np.asarray(layer, np.float32) / 255, 1.0)
    ink = 1 - (1 - np.clip(ink, 0, 1)) * (1 - 0.85 * trees)
    return np.clip(ink * (1 + 0.05 * cloud(rows, cols, 60, seed + 50)), 0, 0.95)
