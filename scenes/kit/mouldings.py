# SPDX-License-Identifier: GPL-3.0-or-later
"""Profiles drawn along walls and round panels, mirrors and openings."""

from __future__ import annotations

import math
from collections.abc import Sequence

import bpy
import numpy as np

from .geometry import Point, mesh

Profile = Sequence[tuple[float, float]]


def arc(
    centre: tuple[float, float], radius: float, start: float, end: float, steps: int = 7
) -> list[tuple[float, float]]:
    """Points of a circle from `start` to `end` degrees, for profiles."""
    angles = np.radians(np.linspace(start, end, steps))
    return [(centre[0] + radius * math.cos(a), centre[1] + radius * math.sin(a)) for a in angles]


def classical(width: float, height: float) -> list[tuple[float, float]]:
    """(outwards, towards the camera): fillet, quarter round, flat, hollow, fillet – a common panel moulding."""
    unit = [
        (0.0, 0.0), (0.0, 0.22), (0.10, 0.22), *arc((0.42, 0.28), 0.32, 180, 90), (0.46, 0.72), (0.46, 1.0),
        (0.66, 1.0), *arc((0.98, 0.82), 0.30, 160, 250), (0.90, 0.30), (1.0, 0.30), (1.0, 0.0),
    ]  # fmt: skip
    return [(a * width, b * height) for a, b in unit]


def frame(
    name: str, size: tuple[float, float], centre: Point, profile: Profile, material: bpy.types.Material
) -> bpy.types.Object:
    """A mitred frame that faces the camera round an opening of `size`; `profile` is (outwards, towards the camera)."""
    vertices: list[Point] = []
    faces: list[tuple[int, ...]] = []
    uv: list[tuple[float, float]] = []
    half = np.array(size) / 2
    for side in range(4):
        corners = [(-1, -1), (1, -1), (1, 1), (-1, 1)]
        a, b = np.array(corners[side]), np.array(corners[(side + 1) % 4])
        first = len(vertices)
        for away, out in profile:
            for corner in (a, b):
                x, z = corner * (half + away)
                vertices.append((centre[0] + x, centre[1] - out, centre[2] + z))
        for k in range(len(profile) - 1):
            face = (first + 2 * k, first + 2 * k + 1, first + 2 * k + 3, first + 2 * k + 2)
            faces.append(face)
            along = [vertices[v][0 if side % 2 == 0 else 2] for v in face]
            uv += [(u, profile[k + (j > 1)][0]) for j, u in enumerate(along)]
    return mesh(name, vertices, faces, material, uv, smooth=False)


def run(
    name: str, x0: float, x1: float, y: float, z: float, profile: Profile, material: bpy.types.Material
) -> bpy.types.Object:
    """A straight moulding from `x0` to `x1`; `profile` is (upwards, towards the camera) from (y, z)."""
    vertices = [(x, y - out, z + up) for up, out in profile for x in (x0, x1)]
    faces = [(2 * k + 1, 2 * k, 2 * k + 2, 2 * k + 3) for k in range(len(profile) - 1)]
    uv = [(vertices[v][0], profile[v // 2][0]) for face in faces for v in face]
    return mesh(name, vertices, faces, material, uv, smooth=False)


def round_frame(
    name: str, radius: float, centre: Point, profile: Profile, material: bpy.types.Material, segments: int = 240
) -> bpy.types.Object:
    """A round frame that faces the camera; `profile` is (outwards from `radius`, towards the camera)."""
    vertices, faces = [], []
    count = len(profile)
    for k in range(segments):
        angle = 2 * math.pi * k / segments
        for away, out in profile:
            r = radius + away
            vertices.append((centre[0] + r * math.cos(angle), centre[1] - out, centre[2] + r * math.sin(angle)))
    for k in range(segments):
        for j in range(count - 1):
            a, b = k * count + j, (k + 1) % segments * count + j
            faces.append((a, b, b + 1, a + 1))
    return mesh(name, vertices, faces, material, smooth=True)
