# SPDX-License-Identifier: GPL-3.0-or-later
"""Polished marble whose veins branch and fade."""

from __future__ import annotations

from pathlib import Path

import bpy
import numpy as np
from scipy.ndimage import gaussian_filter, map_coordinates

from .materials import Colour, Shader, save_map
from .strokes import cloud


def vein_map(path: Path, rows: int, cols: int, seed: int) -> Path:
    """Strength of the veins, 0–1: zero lines of bent noise, strong in some zones and nearly gone in others."""
    y, x = np.mgrid[0:rows, 0:cols].astype(np.float32)
    total = np.zeros((rows, cols), np.float32)
    for k, (scale, width, weight) in enumerate(((0.55, 0.030, 1.0), (0.30, 0.045, 0.55), (0.14, 0.07, 0.25))):
        field = cloud(rows, cols, cols * scale, seed + 3 * k, octaves=3, gain=0.35)
        bend = cols * 0.035 * cloud(rows, cols, cols * 0.16, seed + 3 * k + 1, octaves=5, gain=0.55)
        bent = map_coordinates(field, [y + bend, x + 0.7 * bend + 0.6 * y], order=1, mode="reflect")
        zone = np.clip(0.5 + 0.75 * cloud(rows, cols, cols * 0.3, seed + 3 * k + 2), 0, 1) ** 1.5
        line = np.clip(1 - np.abs(bent) / width, 0, 1) ** 1.4 + 0.28 * np.exp(-((bent / (5 * width)) ** 2))
        total += weight * zone * line
    return save_map(path, np.clip(gaussian_filter(total, 0.8), 0, 1))


def marble(
    name: str,
    veins: Path,
    ground: Colour,
    vein: Colour,
    scale: float = 1.0,
    roughness: float = 0.16,
    by: str = "Object",
) -> bpy.types.Material:
    """Marble of `ground` with veins; one tile of the map covers `scale` metres of x and z (Object) or of UV."""
    shader = Shader(name)
    where = shader.place(by=by)
    if by == "Object":
        parts, flat = shader.node("ShaderNodeSeparateXYZ"), shader.node("ShaderNodeCombineXYZ")
        shader.link(where, parts.inputs[0])
        shader.link(
            shader.calculate("ADD", parts.outputs[0], shader.calculate("MULTIPLY", parts.outputs[1], 0.7)),
            flat.inputs[0],
        )
        shader.link(parts.outputs[2], flat.inputs[1])
        where = flat.outputs[0]
    scaled = shader.node("ShaderNodeMapping", Scale=(1 / scale, 1 / scale, 1))
    shader.link(where, scaled.inputs[0])
    value = shader.image(veins, scaled.outputs[0], repeat=True)
    milky = shader.mix(shader.noise(shader.place((3, 3, 3)), 4, 0.55), tuple(0.9 * c for c in ground), ground)
    tone = shader.mix(value, milky, vein)
    return shader.attach(
        Base_Color=tone, Roughness=roughness, Coat_Weight=0.3, Coat_Roughness=0.08, Subsurface_Weight=0.08,
        Subsurface_Radius=(0.01, 0.008, 0.006), Subsurface_Scale=1.0,
    ).material  # fmt: skip
