# SPDX-License-Identifier: GPL-3.0-or-later
"""Window lattices of thin bars, and the lit paper behind them."""

from __future__ import annotations

import math
from pathlib import Path

import bpy
import numpy as np
from PIL import Image, ImageDraw
from scipy.ndimage import gaussian_filter

from .geometry import Point, rectangle
from .materials import Colour, Shader, save_map
from .strokes import cloud
from .timber import Timber


def squares(
    wood: Timber, centre: Point, size: tuple[float, float], cells: tuple[int, int], bar: float = 0.0135
) -> None:
    """A grid with a small square hung in every other cell (步步锦 family), bars `bar` wide."""
    (cx, y, cz), (wide, tall), (cols, rows) = centre, size, cells
    px, pz, deep = wide / cols, tall / rows, 1.6 * bar
    for i in range(cols + 1):
        wood.box((cx - wide / 2 + i * px, y, cz), (bar, deep, tall))
    for j in range(rows + 1):
        wood.box((cx, y, cz - tall / 2 + j * pz), (wide, deep, bar))
    for i in range(cols):
        for j in range(rows):
            if (i + j) % 2:
                continue
            x, z = cx - wide / 2 + (i + 0.5) * px, cz - tall / 2 + (j + 0.5) * pz
            for side in (-1, 1):
                wood.box((x, y, z + side * pz / 4), (px / 2 + bar * 0.8, deep * 0.9, bar * 0.8))
                wood.box((x + side * px / 4, y, z), (bar * 0.8, deep * 0.9, pz / 2))
                wood.box((x, y, z + side * pz * 0.375), (bar * 0.7, deep * 0.85, pz / 4))
                wood.box((x + side * px * 0.375, y, z), (px / 4, deep * 0.85, bar * 0.7))


def threefold(
    wood: Timber, bosses: Timber, centre: Point, size: tuple[float, float], step: float, bar: float = 0.012
) -> None:
    """Bars in three directions with a gilt boss where they cross (三交六椀, the lattice of the highest halls)."""
    (cx, y, cz), (wide, tall) = centre, size
    deep = 1.5 * bar
    for angle in (90, 30, -30):
        c, s = math.cos(math.radians(angle)), math.sin(math.radians(angle))
        reach = (wide * abs(s) + tall * abs(c)) / 2
        for offset in np.arange(-math.floor(reach / step), math.floor(reach / step) + 1) * step:
            ends = _clip((-s * offset, c * offset), (c, s), wide / 2, tall / 2)
            if ends:
                (x0, z0), (x1, z1) = ends
                long = math.hypot(x1 - x0, z1 - z0)
                wood.box((cx + (x0 + x1) / 2, y, cz + (z0 + z1) / 2), (long, deep, bar), -math.radians(angle))
    pitch = 2 * step / math.sqrt(3)
    for i in np.arange(-math.floor(wide / 2 / step), math.floor(wide / 2 / step) + 1):
        shift = pitch / 2 * (abs(i) % 2)
        for j in np.arange(-math.floor(tall / 2 / pitch), math.floor(tall / 2 / pitch) + 1):
            z = j * pitch + shift
            if abs(z) < tall / 2:
                bosses.box((cx + i * step, y - deep * 0.6, cz + z), (1.6 * bar, 0.010, 1.6 * bar), math.pi / 4)


def _clip(
    point: tuple[float, float], way: tuple[float, float], half_x: float, half_z: float
) -> tuple[tuple[float, float], tuple[float, float]] | None:
    """The piece of a line inside the rectangle (Liang and Barsky 1984)."""
    low, high = -1e9, 1e9
    for p, d, half in ((point[0], way[0], half_x), (point[1], way[1], half_z)):
        if abs(d) < 1e-9:
            if abs(p) > half:
                return None
            continue
        a, b = sorted(((-half - p) / d, (half - p) / d))
        low, high = max(low, a), min(high, b)
    if high - low < 0.01:
        return None
    return (point[0] + low * way[0], point[1] + low * way[1]), (point[0] + high * way[0], point[1] + high * way[1])


def _bamboo(rows: int, cols: int, seed: int) -> np.ndarray:
    """Shade of bamboo on paper, 0 lit – 1 dark; what stands farther behind the paper is softer."""
    draw = np.random.default_rng(seed)
    shade = np.zeros((rows, cols), np.float32)
    for soft, stalks, strength in ((14, 3, 0.34), (8, 2, 0.50), (4, 2, 0.68)):
        layer = Image.new("L", (cols, rows), 0)
        pen = ImageDraw.Draw(layer)
        for _ in range(stalks):
            x, y, lean = draw.uniform(0.1, 0.9) * cols, float(rows), draw.uniform(-0.12, 0.12)
            while y > 0:
                length = draw.uniform(0.10, 0.15) * rows
                pen.line(
                    [(x, y - 3), (x + lean * length, y - length + 3)],
                    fill=255,
                    width=int(cols * draw.uniform(0.022, 0.035)),
                )
                if draw.random() < 0.75:
                    _leaves(pen, x, y, cols, draw)
                x, y = x + lean * length, y - length
        shade = np.maximum(shade, strength * gaussian_filter(np.asarray(layer, np.float32) / 255, soft))
    return shade


def _leaves(pen: ImageDraw.ImageDraw, x: float, y: float, cols: int, draw: np.random.Generator) -> None:
    for _ in range(draw.integers(3, 8)):
        angle = math.pi / 2 + draw.choice((-1, 1)) * draw.uniform(0.1, 1.2)
        a, b = x + draw.normal(0, 0.10) * cols, y + draw.normal(0, 0.05) * cols
        long = cols * draw.uniform(0.16, 0.32)
        c, s = math.cos(angle) * long, math.sin(angle) * long
        pen.polygon(
            [
                (a, b),
                (a + 0.35 * c - 0.08 * s, b + 0.35 * s + 0.08 * c),
                (a + c, b + s),
                (a + 0.35 * c + 0.08 * s, b + 0.35 * s - 0.08 * c),
            ],
            fill=255,
        )
        pen.line([(x, y), (a, b)], fill=200, width=2)


def paper(
    path: Path,
    centre: Point,
    size: tuple[float, float],
    colour: Colour,
    strength: float,
    seed: int,
    shadows: bool = True,
) -> bpy.types.Object:
    """Rice paper lit from behind, brighter at the top, with shadows of bamboo or none."""
    rows, cols = 900, max(200, int(900 * size[0] / size[1]))
    tone = (
        0.86
        - 0.30 * np.linspace(0, 1, rows)[:, None] ** 1.4
        + 0.03 * cloud(rows, cols, cols, seed)
        + 0.015 * cloud(rows, cols, 14, seed + 1)
    )
    if shadows:
        tone = tone * (1 - _bamboo(rows, cols, seed + 2))
    shader = Shader("rice paper")
    value = shader.image(save_map(path, tone), shader.place(by="UV"))
    light = shader.mix(value, tuple(0.25 * c * w for c, w in zip(colour, (1.0, 0.8, 0.6), strict=True)), colour)
    shader.attach(
        Base_Color=light, Roughness=0.9, Specular_IOR_Level=0.1, Emission_Color=light, Emission_Strength=strength
    )
    (x, y, z), (wide, tall) = centre, size
    corners = [
        (x - wide / 2, y, z - tall / 2),
        (x + wide / 2, y, z - tall / 2),
        (x + wide / 2, y, z + tall / 2),
        (x - wide / 2, y, z + tall / 2),
    ]
    return rectangle("paper", corners, shader.material)
