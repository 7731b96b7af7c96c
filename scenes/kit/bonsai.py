# SPDX-License-Identifier: GPL-3.0-or-later
"""A trained pine: a trunk that was bent for years, flat pads of needles, moss, a shallow pot."""

from __future__ import annotations

import math

import bpy
import numpy as np
from mathutils import Matrix, Vector

from .geometry import Point, add, lathe, tubes
from .materials import Colour, Shader, plain

Pad = tuple[float, float, float, float]  # place against the trunk's foot, radius


def _needles(draw: np.random.Generator) -> bpy.types.Mesh:
    """One tuft of unit size: needles that spread upwards from a point."""
    shader = Shader("pine needle")
    tone = shader.node("ShaderNodeObjectInfo").outputs["Random"]
    shade = shader.ramp(tone, (0.0, (0.016, 0.046, 0.014)), (0.6, (0.030, 0.085, 0.022)), (1.0, (0.070, 0.135, 0.034)))
    shader.attach(Base_Color=shade, Roughness=0.5, Specular_IOR_Level=0.35)
    rods = []
    for _ in range(44):
        angle, spread = draw.uniform(0, 2 * math.pi), draw.uniform(0.15, 1.1)
        reach = draw.uniform(0.75, 1.0)
        x, y, z = (
            reach * math.cos(angle) * math.sin(spread),
            reach * math.sin(angle) * math.sin(spread),
            reach * math.cos(spread),
        )
        rods.append([(0, 0, 0, 0.014), (0.6 * x, 0.6 * y, 0.6 * z, 0.013), (x, y, 0.96 * z, 0.004)])
    thing = tubes("needles", rods, shader.material, 0)
    bpy.context.view_layer.update()
    data = bpy.data.meshes.new_from_object(thing)  # a curve would be tessellated again for every tuft
    bpy.data.objects.remove(thing)
    return data


def _limb(
    a: np.ndarray, b: np.ndarray, thick: float, thin: float, draw: np.random.Generator
) -> list[tuple[float, ...]]:
    """A crooked branch from `a` to `b`."""
    steps = 12
    walk = np.cumsum(draw.normal(0, 1, (steps + 1, 3)), 0)
    walk -= np.linspace(0, 1, steps + 1)[:, None] * walk[-1] + np.linspace(1, 0, steps + 1)[:, None] * walk[0]
    points = a + np.linspace(0, 1, steps + 1)[:, None] * (b - a) + walk * 0.013 * np.linalg.norm(b - a)
    return [(*p, thick + (thin - thick) * i / steps) for i, p in enumerate(points)]


def pine(
    foot: Point, trunk: list[Point], pads: list[Pad], seed: int, tuft: float = 0.030, bark: Colour = (0.06, 0.04, 0.03)
) -> None:
    """A pine with its foot at `foot`; `trunk` leads through points against the foot, `pads` are clouds of needles."""
    draw = np.random.default_rng(seed)
    knots = np.array([(0, 0, 0), *trunk], float)
    t = np.linspace(0, len(knots) - 1, 40)
    line = np.stack([np.interp(t, range(len(knots)), knots[:, k]) for k in range(3)], -1)
    for _ in range(3):
        line[1:-1] = (line[:-2] + 2 * line[1:-1] + line[2:]) / 4
    line += np.array(foot)
    shader = Shader("pine bark")
    plates = shader.noise(shader.place((70, 70, 35)), 5, 0.65)
    tone = shader.ramp(plates, (0.35, tuple(0.45 * c for c in bark)), (0.65, tuple(1.9 * c for c in bark)))
    shader.attach(Base_Color=tone, Roughness=0.85, Normal=shader.bump(plates, 0.008))
    limbs = [[(*p, 0.034 - 0.025 * (i / 39) ** 0.8 + 0.010 * max(0.0, 1 - i / 5)) for i, p in enumerate(line)]]
    mesh = _needles(draw)
    for x, y, z, radius in pads:
        centre = np.array(foot) + (x, y, z)
        near = line[np.argmin(((line - centre) ** 2).sum(1) + 4 * np.clip(line[:, 2] - centre[2] + 0.03, 0, None) ** 2)]
        limbs.append(_limb(near, centre + (0, 0, 0.16 * radius), 0.011, 0.004, draw))
        for _ in range(int(190 * (radius / 0.15) ** 2)):
            out, angle = radius * math.sqrt(draw.random()), draw.uniform(0, 2 * math.pi)
            dome = 0.55 * math.sqrt(max(0.0, radius**2 - out**2)) * draw.uniform(-0.15, 1.0)
            place = Vector(centre) + Vector((out * math.cos(angle), 0.7 * out * math.sin(angle), dome))
            lean = Vector(
                (0.9 * out / radius * math.cos(angle), 0.9 * out / radius * math.sin(angle), 0.9)
            ).normalized()
            thing = add("tuft", mesh)
            turn = lean.to_track_quat("Z", "Y").to_matrix().to_4x4() @ Matrix.Rotation(draw.uniform(0, 6), 4, "Z")
            thing.matrix_world = Matrix.Translation(place) @ turn @ Matrix.Scale(tuft * draw.uniform(0.8, 1.15), 4)
    tubes("limbs", limbs, shader.material, 4)


def tray(centre: Point, size: tuple[float, float, float], glaze: Colour) -> None:
    """A shallow oval pot of unglazed or glazed clay, filled with moss; `size` is width, depth, height."""
    wide, deep, tall = size
    clay = plain("pot", glaze, 0.42, Coat_Weight=0.25, Coat_Roughness=0.2)
    unit = [
        (0.0, 0.06),
        (0.80, 0.06),
        (0.84, 0.10),
        (0.95, 0.75),
        (0.99, 0.80),
        (1.0, 0.95),
        (0.97, 1.0),
        (0.93, 0.96),
        (0.9, 0.8),
    ]
    body = lathe("pot", [(r / 2, h * tall) for r, h in unit], (0, 0, 0), clay)
    body.location, body.scale = centre, (wide, deep, 1)
    shader = Shader("moss")
    tufts = shader.noise(shader.place((90, 90, 90)), 4, 0.6)
    shade = shader.mix(tufts, (0.020, 0.040, 0.010), (0.070, 0.100, 0.025))
    shader.attach(Base_Color=shade, Roughness=0.95, Normal=shader.bump(tufts, 0.01))
    mound = [(0.46, 0.86), (0.40, 0.95), (0.28, 1.10), (0.12, 1.22), (0.0, 1.25)]
    moss = lathe("moss", [(r, h * tall) for r, h in mound], (0, 0, 0), shader.material)
    moss.location, moss.scale = centre, (wide, deep, 1)
