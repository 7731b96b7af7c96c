# SPDX-License-Identifier: GPL-3.0-or-later
"""Blue-and-white porcelain: scrolls, petals and frets painted round turned bodies."""

from __future__ import annotations

import math
from pathlib import Path

import bpy
import numpy as np
from scipy.ndimage import gaussian_filter

from . import carving
from .geometry import Point, lathe
from .materials import Shader, save_map
from .strokes import cloud

MEIPING = [
    (0.0, 0.0), (0.070, 0.0), (0.074, 0.008), (0.070, 0.05), (0.076, 0.12), (0.098, 0.22), (0.120, 0.305),
    (0.127, 0.35), (0.120, 0.385), (0.098, 0.412), (0.062, 0.428), (0.042, 0.436), (0.040, 0.450), (0.050, 0.464),
    (0.046, 0.468), (0.036, 0.45), (0.034, 0.40),
]  # fmt: skip
JAR = [
    (0.0, 0.0), (0.085, 0.0), (0.088, 0.008), (0.085, 0.03), (0.115, 0.10), (0.140, 0.165), (0.147, 0.21),
    (0.137, 0.255), (0.110, 0.284), (0.080, 0.298), (0.074, 0.318),
]  # fmt: skip
LID = [
    (0.090, 0.300), (0.095, 0.304), (0.095, 0.322), (0.088, 0.342), (0.062, 0.364), (0.024, 0.376), (0.014, 0.383),
    (0.013, 0.392), (0.022, 0.404), (0.021, 0.418), (0.008, 0.427), (0.0, 0.428),
]  # fmt: skip


def _smooth(profile: list[tuple[float, float]], steps: int = 8) -> list[tuple[float, float]]:
    """A Catmull–Rom curve through the points (E. Catmull, R. Rom, 1974)."""
    p = np.array([profile[0], *profile, profile[-1]], float)
    curve = []
    for a, b, c, d in zip(p, p[1:], p[2:], p[3:], strict=False):
        for t in np.linspace(0, 1, steps, endpoint=False):
            curve.append(
                0.5 * (2 * b + (c - a) * t + (2 * a - 5 * b + 4 * c - d) * t**2 + (3 * b - a - 3 * c + d) * t**3)
            )
    return [(max(0.0, float(r)), float(z)) for r, z in [*curve, p[-1]]]


def _painted(relief: np.ndarray) -> np.ndarray:
    """Outlines drawn dark, inside a wash that thickens where the brush stopped."""
    inside = np.clip(relief / 0.08, 0, 1)
    outline = inside * np.exp(-((relief / 0.26) ** 2))
    return np.clip(0.95 * outline + 0.42 * inside * (1.05 - 0.5 * relief), 0, 1)


def _petals(rows: int, cols: int, count: int, down: bool) -> np.ndarray:
    x, y = np.meshgrid(np.linspace(0, count, cols) % 1 * 2 - 1, np.linspace(1, 0, rows))
    y = 1 - y if down else y
    edge = np.abs(x) - 0.92 * np.sqrt(np.clip(1 - y**2.4, 0, 1))
    return np.maximum(np.abs(edge) < 0.10, 0.45 * ((edge < -0.30) & (y < 0.55)))


def _fret(rows: int, cols: int, count: int) -> np.ndarray:
    x, y = np.meshgrid(np.linspace(0, count, cols) % 1 * 2 - 1, np.linspace(-1, 1, rows))
    ring = np.maximum(np.abs(x), np.abs(y))
    return (((ring * 2.6) % 1 < 0.5) & ~((x > 0) & (np.abs(y) < 0.2))) * 0.9


def cobalt(path: Path, seed: int, rows: int = 1100, cols: int = 2200) -> Path:
    """Strength of the blue round a body, 0–1, rows from its lip: petals, fret, scrolls with peonies, petals."""
    blue = np.zeros((rows, cols), np.float32)

    def band(top: float, bottom: float, drawing: np.ndarray) -> None:
        first = int(top * rows)
        blue[first : first + drawing.shape[0], : drawing.shape[1]] = drawing[: rows - first, :cols]

    def height(share: float) -> int:
        return int(share * rows)

    scroll = carving.panel(1.0, 0.62, 1, 0.20, pixels=cols / 3)
    scroll = np.tile(_painted(scroll[: height(0.40)]), (1, 3))
    band(0.29, 0.69, scroll)
    band(0.17, 0.25, _petals(height(0.08), cols, 16, True))
    band(0.10, 0.145, _fret(height(0.045), cols, 30))
    band(0.74, 0.90, _petals(height(0.16), cols, 14, False))
    for line in (0.085, 0.155, 0.265, 0.275, 0.705, 0.72, 0.915, 0.93):
        blue[int(line * rows) : int(line * rows) + 5] = 0.85
    piled = np.clip(0.82 + 0.22 * cloud(rows, cols, 40, seed), 0.4, 1.1)
    spread = gaussian_filter(blue, 1.5, mode="nearest") * piled + 0.10 * gaussian_filter(blue, 10)
    return save_map(path, spread)


def glaze(painted: Path) -> bpy.types.Material:
    """A bluish white glaze over cobalt."""
    shader = Shader("porcelain")
    blue = shader.image(painted, shader.place(by="UV"), repeat=True)
    tone = shader.ramp(blue, (0.0, (0.56, 0.60, 0.60)), (0.45, (0.12, 0.19, 0.42)), (1.0, (0.010, 0.022, 0.14)))
    waves = shader.noise(shader.place((16, 16, 16)), 2, 0.5)
    return shader.attach(
        Base_Color=tone, Roughness=0.22, Coat_Weight=1.0, Coat_Roughness=0.03, Normal=shader.bump(waves, 0.0012)
    ).material


def body(
    name: str, profile: list[tuple[float, float]], foot: Point, material: bpy.types.Material, turn: float = 0.0
) -> bpy.types.Object:
    """A turned body of `profile` with its foot at `foot`."""
    thing = lathe(name, _smooth(profile), (0, 0, 0), material)
    thing.location, thing.rotation_euler = foot, (0, 0, turn % (2 * math.pi))
    return thing
