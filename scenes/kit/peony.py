# SPDX-License-Identifier: GPL-3.0-or-later
"""A bunch of peonies: heads of cupped petals, and leaves between them."""

from __future__ import annotations

import math

import bpy
import numpy as np
from mathutils import Matrix, Vector

from .geometry import Point, add, mesh
from .materials import Colour, Shader


def _petal(cup: float, shader_name: str, heart: Colour, rim: Colour) -> bpy.types.Mesh:
    """A petal of unit length that curves up by `cup`; UV v from the heart to the rim."""
    shader = Shader(shader_name)
    uv = shader.node("ShaderNodeSeparateXYZ")
    shader.link(shader.place(by="UV"), uv.inputs[0])
    tone = shader.ramp(uv.outputs[1], (0.0, heart), (1.0, rim))
    shader.attach(
        Base_Color=tone,
        Roughness=0.6,
        Subsurface_Weight=0.3,
        Subsurface_Radius=(0.01, 0.005, 0.004),
        Subsurface_Scale=1.0,
    )
    n = 9
    v, u = np.meshgrid(np.linspace(0, 1, n), np.linspace(-1, 1, n), indexing="ij")
    half = 0.62 * np.sqrt(np.clip(np.sin(math.pi * (0.12 + 0.84 * v) ** 1.4), 0, 1))
    ruffle = 0.06 * v**3 * np.sin(u * 7)
    points = np.stack([v - 0.12 * v * u**2, half * u, cup * v**1.5 + 0.35 * v * u**2 * cup + ruffle], -1).reshape(-1, 3)
    index = np.arange(n * n).reshape(n, n)
    quads = np.stack([index[:-1, :-1], index[:-1, 1:], index[1:, 1:], index[1:, :-1]], -1).reshape(-1, 4)
    flat = np.stack([(u + 1) / 2, v], -1).reshape(-1, 2)
    thing = mesh("petal", points, quads.tolist(), shader.material, flat[quads.ravel()])
    data = thing.data
    bpy.data.objects.remove(thing)
    return data


def _head(
    centre: Vector, facing: Vector, radius: float, petals: list[bpy.types.Mesh], draw: np.random.Generator
) -> None:
    turn = facing.to_track_quat("Z", "Y").to_matrix().to_4x4()
    for k in range(46):
        share = (k + 0.5) / 46  # 0 is the heart, 1 the outermost petal
        tilt = math.radians(78 - 80 * share**0.9 + draw.normal(0, 7))
        spin = Matrix.Rotation(k * 2.39996 + draw.normal(0, 0.2), 4, "Z") @ Matrix.Rotation(-tilt, 4, "Y")
        size = radius * (0.62 + 0.42 * share) * draw.uniform(0.88, 1.1)
        thing = add("petal", petals[0] if share < 0.5 else petals[1])
        thing.matrix_world = Matrix.Translation(centre) @ turn @ spin @ Matrix.Scale(size, 4)


def bunch(
    neck: Point,
    heads: list[tuple[float, float, float, float]],
    colours: tuple[Colour, Colour],
    seed: int,
    leaves: int = 26,
) -> None:
    """Peonies above `neck`; `heads` are (x, y, z against the neck, radius), `colours` heart and rim of a petal."""
    draw = np.random.default_rng(seed)
    heart, rim = colours
    petals = [
        _petal(0.75, "inner petal", heart, tuple(0.5 * (a + b) for a, b in zip(heart, rim, strict=True))),
        _petal(0.45, "outer petal", heart, rim),
    ]
    leaf = _petal(0.25, "leaf", (0.02, 0.045, 0.012), (0.035, 0.075, 0.02))
    base = Vector(neck)
    for x, y, z, radius in heads:
        out = Vector((x, y - 0.10, z * 0.6 + 0.05)).normalized()
        _head(base + Vector((x, y, z)), out, radius, petals, draw)
    for _ in range(leaves):
        x, y, z, radius = heads[draw.integers(len(heads))]
        share = draw.uniform(0.35, 0.95)
        place = base + Vector((x, y, z)) * share + Vector(draw.normal(0, 0.03, 3))
        way = Vector((x * 2 + draw.normal(0, 0.12), y + draw.normal(-0.05, 0.1), draw.normal(0.02, 0.07))).normalized()
        thing = add("leaf", leaf)
        turn = way.to_track_quat("X", "Z").to_matrix().to_4x4() @ Matrix.Rotation(draw.uniform(-0.6, 0.6), 4, "X")
        thing.matrix_world = (
            Matrix.Translation(place) @ turn @ Matrix.Diagonal((radius * 1.5, radius * 0.75, radius, 1))
        )
