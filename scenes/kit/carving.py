# SPDX-License-Identifier: GPL-3.0-or-later
"""Relief carving as height maps: scrolling stems with leaves, a many-petalled flower, beads (numpy only)."""

from __future__ import annotations

import math

import bpy
import numpy as np
from scipy.ndimage import gaussian_filter
from scipy.spatial import cKDTree

from .geometry import Point, mesh


def _stem(points: np.ndarray, thick: np.ndarray) -> np.ndarray:
    return np.column_stack([points, thick])


def spiral(
    centre: tuple[float, float], radius: float, start: float, turns: float, thick: float, leaves: int = 7
) -> list[np.ndarray]:
    """A stem that winds in from `start` (radians, signed `turns`) with leaves along its outside: (x, y, half width)."""
    t = np.linspace(0, 1, 260)
    angle, reach = start + 2 * math.pi * turns * t, radius * ((1 - t) ** 0.85 + 0.06)
    line = np.column_stack([centre[0] + reach * np.cos(angle), centre[1] + reach * np.sin(angle)])
    parts = [_stem(line, thick * (1 - 0.45 * t)), _stem(line[-1:], np.array([thick * 1.9]))]
    sense = math.copysign(1, turns)
    for share in np.linspace(0.02, 0.52, leaves):
        k = int(share * 259)
        a = angle[k]
        s = np.linspace(0, 1, 40)
        out = reach[k] + radius * 0.42 * (1 - 0.5 * share) * s
        bent = a + sense * (0.10 + 0.62 * s**1.2)
        leaf = np.column_stack([centre[0] + out * np.cos(bent), centre[1] + out * np.sin(bent)])
        parts.append(_stem(leaf, thick * 1.35 * np.sin(math.pi * np.clip(0.12 + 0.86 * s, 0, 1)) ** 0.8 + 1e-4))
    return parts


def raised(width: float, height: float, parts: list[np.ndarray], pixels: float = 700) -> np.ndarray:
    """Round-backed ridges along `parts`, 0–1, rows from the top; the origin of `parts` is the middle, y upwards."""
    rows, cols = int(height * pixels), int(width * pixels)
    x, y = np.meshgrid(np.linspace(-0.5, 0.5, cols) * width, np.linspace(0.5, -0.5, rows) * height)
    dots = np.concatenate(parts)
    distance, near = cKDTree(dots[:, :2]).query(np.column_stack([x.ravel(), y.ravel()]), k=5)
    half = dots[near, 2]
    backs = np.sqrt(np.clip(1 - (distance / half) ** 2, 0, 1)) * np.clip(half / dots[:, 2].max(), 0.35, 1) ** 0.5
    return backs.max(1).reshape(rows, cols)


def flower(
    width: float, height: float, radius: float, centre: tuple[float, float] = (0, 0), pixels: float = 700
) -> np.ndarray:
    """A peony seen from above in four whorls, 0–1, 0 outside."""
    rows, cols = int(height * pixels), int(width * pixels)
    x, y = np.meshgrid(
        np.linspace(-0.5, 0.5, cols) * width - centre[0], np.linspace(0.5, -0.5, rows) * height - centre[1]
    )
    r, angle = np.hypot(x, y), np.arctan2(y, x)
    relief = np.zeros_like(r)
    for k, (share, petals, turn) in enumerate(((1, 8, 0), (0.76, 8, 0.39), (0.5, 6, 0.1), (0.24, 5, 0.3))):
        lobe = np.abs(np.cos((angle + turn) * petals / 2))
        edge = radius * share * (0.80 + 0.20 * lobe**0.6)
        cup = 0.36 + 0.15 * k + 0.30 * (r / np.maximum(edge, 1e-6)) ** 2 * lobe**0.5 - 0.12 * (1 - lobe) ** 2
        relief = np.where(r < edge, cup, relief)
    return relief


def panel(width: float, height: float, spirals: int, bloom: float = 0.0, pixels: float = 700) -> np.ndarray:
    """A panel of scrolls mirrored about its middle, 0–1; `bloom` is the radius of a flower in the middle (0: none)."""
    parts = []
    step = (width / 2 - bloom * 0.7) / spirals
    for side in (-1, 1):
        stem_x = np.linspace(bloom * 0.6, width / 2 * 0.96, 300)
        wave = 0.16 * height * np.sin((stem_x - bloom * 0.6) / step * math.pi)
        parts.append(_stem(np.column_stack([side * stem_x, wave]), np.full(300, 0.020 * height + 0.0008)))
        for k in range(spirals):
            up = 1 if k % 2 else -1
            middle = (side * (bloom * 0.7 + step * (k + 0.5)), -up * 0.05 * height)
            parts += spiral(
                middle, min(0.33 * height, 0.62 * step), math.pi / 2 * (1 + up), side * up * 1.5, 0.042 * height
            )
    relief = 0.75 * raised(width, height, parts, pixels)
    if bloom:
        petals = flower(width, height, bloom, pixels=pixels)
        relief = np.where(petals > 0, petals, relief)
    return gaussian_filter(relief, 1.0)


def openwork(
    name: str, size: tuple[float, float], centre: Point, relief: np.ndarray, depth: float, material: bpy.types.Material
) -> bpy.types.Object:
    """A relief (0–1) of which only what is raised remains, `depth` metres thick: crests, brackets, fretwork."""
    rows, cols = relief.shape
    x, z = np.meshgrid(np.linspace(-0.5, 0.5, cols) * size[0], np.linspace(0.5, -0.5, rows) * size[1])
    points = np.stack([x + centre[0], centre[1] - depth * relief, z + centre[2]], -1).reshape(-1, 3)
    index = np.arange(rows * cols).reshape(rows, cols)
    quads = np.stack([index[1:, :-1], index[1:, 1:], index[:-1, 1:], index[:-1, :-1]], -1).reshape(-1, 4)
    kept = relief.ravel()[quads].max(1) > 0.04
    used, faces = np.unique(quads[kept], return_inverse=True)
    uv = np.column_stack([points[:, 0], points[:, 2]])[quads[kept].ravel()]
    return mesh(name, points[used], faces.reshape(-1, 4).tolist(), material, uv)
