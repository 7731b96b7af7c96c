# SPDX-License-Identifier: GPL-3.0-or-later
"""Cloth: curtains in folds, cushions, velvet, and silk woven with a pattern."""

from __future__ import annotations

import math
from pathlib import Path

import bpy
import numpy as np
from scipy.ndimage import gaussian_filter

from .geometry import Point, mesh, tubes
from .materials import Colour, Shader, save_map


def velvet(name: str, colour: Colour) -> bpy.types.Material:
    """Deep pile: dark where one looks into it, bright along the folds' edges."""
    shader = Shader(name)
    pile = shader.noise(shader.place((9, 9, 3)), 4, 0.6)
    tone = shader.mix(pile, tuple(0.75 * c for c in colour), tuple(1.2 * c for c in colour))
    return shader.attach(
        Base_Color=tone, Roughness=0.8, Specular_IOR_Level=0.15, Sheen_Weight=0.6, Sheen_Roughness=0.35,
        Sheen_Tint=tuple(min(1.0, 2.2 * c + 0.1) for c in colour),
    ).material  # fmt: skip


def damask_map(path: Path, pixels: int = 768) -> Path:
    """One repeat of a damask, 0–1: pointed ovals of leaves round a palmette, offset by half."""
    y, x = np.mgrid[-1 : 1 : pixels * 1j, -1 : 1 : pixels * 1j]
    woven = np.zeros((pixels, pixels))
    for dx, dy in ((0, 0), (-1, -1), (1, -1), (-1, 1), (1, 1)):
        u, v = np.abs(x - dx), y - dy
        oval = u - 0.46 * np.cos(np.clip(v, -1, 1) * math.pi / 2) ** 0.9
        woven = np.maximum(woven, (np.abs(oval) < 0.030 + 0.018 * np.cos(v * 14)) & (np.abs(v) < 0.98))
        angle, r = np.arctan2(u, -v + 0.10), np.hypot(u, v - 0.10)
        fan = 0.40 * (0.62 + 0.38 * np.abs(np.cos(angle * 4.5)) ** 0.7) * np.clip(1.15 - 0.25 * angle, 0.3, 1)
        woven = np.maximum(woven, (r < fan) & (r > 0.45 * fan) & (angle < 2.1))
        woven = np.maximum(woven, np.hypot(u, 0.8 * (v - 0.14)) < 0.085)
        woven = np.maximum(woven, (np.hypot(u - 0.13, v - 0.42) < 0.10) & (np.hypot(u - 0.10, v - 0.38) > 0.085))
        woven = np.maximum(woven, np.hypot(u, 0.45 * (v - 0.60)) < 0.055)
    return save_map(path, gaussian_filter(woven.astype(float), 1.6, mode="wrap"))


def damask(name: str, pattern: Path, ground: Colour, figure: Colour, repeat: float) -> bpy.types.Material:
    """Silk with a figure that shines a little differently from the ground; `repeat` metres (UV in metres)."""
    shader = Shader(name)
    value = shader.image(pattern, shader.place((1 / repeat, 1 / repeat, 1), "UV"), repeat=True)
    slub = shader.noise(shader.place((6, 6, 260)), 3, 0.6)
    tone = shader.mix(
        1.0, shader.mix(value, ground, figure), shader.ramp(slub, (0.3, (0.9,) * 3), (0.7, (1.06,) * 3)), "MULTIPLY"
    )
    rough = shader.calculate("SUBTRACT", 0.62, shader.calculate("MULTIPLY", value, 0.16))
    normal = shader.bump(slub, 0.0004, below=shader.bump(value, 0.0006))
    return shader.attach(
        Base_Color=tone, Roughness=rough, Sheen_Weight=0.2, Specular_IOR_Level=0.3, Normal=normal
    ).material


def curtain(
    name: str,
    edges: tuple[float, float],
    place: tuple[float, float, float],
    folds: int,
    depth: float,
    material: bpy.types.Material,
    seed: int,
    tied: tuple[float, float] | None = None,
) -> bpy.types.Object:
    """A hanging from x = edges[0] to edges[1] at (y, bottom, top); `tied` (height, share of the width) gathers it
    towards edges[0].
    """
    y, bottom, top = place
    draw = np.random.default_rng(seed)
    cols, rows = folds * 22, 70
    across, down = np.linspace(0, 1, cols), np.linspace(0, 1, rows)
    pace = np.interp(across, np.linspace(0, 1, folds + 1), np.r_[0, np.cumsum(draw.uniform(0.6, 1.4, folds))])
    phase = 2 * math.pi * folds * pace / pace[-1]
    strength = np.interp(across, np.linspace(0, 1, folds + 1), draw.uniform(0.55, 1.2, folds + 1))
    sway = np.cumsum(draw.normal(0, 0.05, rows))
    points = []
    for s, drift in zip(down, sway - sway.mean(), strict=True):
        z, width = top + (bottom - top) * s, 1.0
        if tied:
            width = 1 - (1 - tied[1]) * math.exp(-(((z - tied[0]) / (0.55 if z > tied[0] else 0.40)) ** 2))
        wave = np.sin(phase + 0.5 * drift) + 0.22 * np.sin(2 * phase + 1.3 + drift)
        x = edges[0] + (edges[1] - edges[0]) * width * (across + 0.25 / folds * np.cos(phase) * (0.4 + 0.6 * s))
        points.append(
            np.column_stack([x, y + depth * (0.55 + 0.45 * s) * width**0.5 * strength * wave, np.full(cols, z)])
        )
    index = np.arange(rows * cols).reshape(rows, cols)
    quads = np.stack([index[1:, :-1], index[1:, 1:], index[:-1, 1:], index[:-1, :-1]], -1).reshape(-1, 4)
    flat = np.column_stack(
        [np.tile(across * (edges[1] - edges[0]) * 2.2, rows), np.repeat(top - (top - bottom) * down, cols)]
    )
    return mesh(name, np.concatenate(points), quads.tolist(), material, flat[quads.ravel()])


def cushion(
    name: str, size: Point, centre: Point, turn: Point, material: bpy.types.Material, seed: int, plump: float = 0.45
) -> bpy.types.Object:
    """A stuffed square of `size`, turned by Euler angles; corners stand out, cloth puckers, the seam is corded."""
    draw = np.random.default_rng(seed)
    n, waves, phase = 48, draw.uniform(-8, 8, (9, 2)), draw.uniform(0, 6.3, 9)
    a, b = np.meshgrid(np.linspace(-1, 1, n), np.linspace(-1, 1, n))
    thick = (np.clip(1 - np.abs(a) ** 2.6, 0, 1) * np.clip(1 - np.abs(b) ** 2.6, 0, 1)) ** plump
    crease = (
        np.mean([np.sin(w[0] * a + w[1] * b + p) for w, p in zip(waves, phase, strict=True)], 0) * thick**0.6 * 0.07
    )
    dent = -0.22 * np.exp(-((a - draw.normal(0, 0.15)) ** 2 + (b - draw.normal(0.1, 0.15)) ** 2) / 0.28)
    x, y = a * (1 - 0.05 * (1 - b**2) * np.abs(a) ** 6), b * (1 - 0.05 * (1 - a**2) * np.abs(b) ** 6)
    sides = [
        np.stack([x * size[0] / 2, y * size[1] / 2, size[2] / 2 * (s * thick * (1 + (s > 0) * dent) + crease)], -1)
        for s in (1, -1)
    ]
    index = np.arange(n * n).reshape(n, n)
    quads = np.stack([index[:-1, :-1], index[:-1, 1:], index[1:, 1:], index[1:, :-1]], -1).reshape(-1, 4)
    faces = np.concatenate([quads, quads[:, ::-1] + n * n])
    flat = np.tile(np.stack([a * size[0] / 2, b * size[1] / 2], -1).reshape(-1, 2) + draw.uniform(0, 3, 2), (2, 1))
    body = mesh(
        name, np.concatenate([side.reshape(-1, 3) for side in sides]), faces.tolist(), material, flat[faces.ravel()]
    )
    rim = np.r_[index[0, :-1], index[:-1, -1], index[-1, :0:-1], index[::-1, 0]]
    seam = [(*map(float, sides[0].reshape(-1, 3)[k][:2]), 0.0, 0.0055) for k in rim]
    cord = tubes(f"{name} cord", [seam], material, 2)
    for part in (body, cord):
        part.location, part.rotation_euler = centre, turn
    return body
