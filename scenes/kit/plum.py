# SPDX-License-Identifier: GPL-3.0-or-later
"""A flowering plum branch: crooked old wood, straight young twigs, five-petalled blossoms and buds on the
young wood.
"""

from __future__ import annotations

import math

import bpy
import numpy as np
from mathutils import Matrix, Vector

from .geometry import add, mesh, tubes
from .materials import Shader, plain

Twig = list[tuple[float, float, float, float]]


def _walk(
    start: np.ndarray, heading: float, length: float, radius: float, crook: float, draw: np.random.Generator
) -> Twig:
    """A limb of `length` from `start`; heading in the picture's plane, radians from the right, upwards
    positive.
    """
    step, points, here = 0.022, [], start.copy()
    count = max(3, int(length / step))
    for i in range(count + 1):
        points.append((*here, radius * (1 - 0.72 * i / count)))
        heading += draw.normal(0, crook) + (draw.normal(0, crook * 5) if draw.random() < 0.10 else 0)
        here = here + step * np.array([math.cos(heading), draw.normal(0, 0.22), math.sin(heading)])
    return points


def _grow(
    start: np.ndarray, heading: float, length: float, radius: float, order: int, draw: np.random.Generator
) -> list[tuple[int, Twig]]:
    """The limb and all that springs from it, with their order (0 = old wood)."""
    limb = _walk(start, heading, length, radius, 0.10 if order == 0 else 0.05, draw)
    grown = [(order, limb)]
    if order == 2:
        return grown
    side = draw.choice((-1, 1))
    for share in np.sort(draw.uniform(0.18, 0.95, 7 if order == 0 else 4)):
        index = int(share * (len(limb) - 1))
        x, y, z, r = limb[index]
        ahead = limb[min(index + 3, len(limb) - 1)]
        along = math.atan2(ahead[2] - z, ahead[0] - x) if ahead[0] != x else heading
        side = -side
        turned = along + side * draw.uniform(0.5, 0.95)
        reach = length * draw.uniform(0.28, 0.5) * (1.1 - 0.5 * share)
        grown += _grow(np.array([x, y, z]), turned, reach, r * 0.55, order + 1, draw)
    return grown


def _petals(
    openness: float,
) -> tuple[list[tuple[float, float, float]], list[tuple[int, ...]], list[tuple[float, float]]]:
    """Five cupped petals of unit length; UV v runs from the heart to the rim."""
    vertices, faces, uv = [], [], []
    rows, cols = 7, 7
    for petal in range(5):
        turn, first = petal * 2 * math.pi / 5, len(vertices)
        for i in range(rows):
            t = i / (rows - 1)
            half = 0.60 * math.sqrt(max(0.0, math.sin(math.pi * (0.10 + 0.87 * t) ** 1.25))) * (0.35 + 0.65 * t)
            for j in range(cols):
                s = -1 + 2 * j / (cols - 1)
                out = 0.10 + 0.86 * t - 0.10 * t * s * s
                rise = openness * t**1.4 + 0.22 * t * s * s - 0.08 * math.sin(math.pi * t)
                x, y = out, half * s
                vertices.append(
                    (
                        x * math.cos(turn) - y * math.sin(turn),
                        x * math.sin(turn) + y * math.cos(turn),
                        rise + 0.02 * petal * t,
                    )
                )
        for i in range(rows - 1):
            for j in range(cols - 1):
                a = first + i * cols + j
                faces.append((a, a + 1, a + cols + 1, a + cols))
                uv += [(j / 6, i / 6), ((j + 1) / 6, i / 6), ((j + 1) / 6, (i + 1) / 6), (j / 6, (i + 1) / 6)]
    return vertices, faces, uv


def _flower_meshes() -> tuple[list[bpy.types.Mesh], bpy.types.Mesh, bpy.types.Mesh]:
    """Open flowers in three stages, the tuft of stamens, a bud."""
    shader = Shader("petal")
    uv = shader.node("ShaderNodeSeparateXYZ")
    shader.link(shader.node("ShaderNodeTexCoord").outputs["UV"], uv.inputs[0])
    tone = shader.ramp(uv.outputs[1], (0.0, (0.62, 0.05, 0.10)), (0.25, (0.84, 0.36, 0.40)), (1.0, (0.93, 0.70, 0.70)))
    shader.attach(
        Base_Color=tone,
        Roughness=0.55,
        Subsurface_Weight=0.25,
        Subsurface_Radius=(0.004, 0.002, 0.002),
        Subsurface_Scale=1.0,
    )
    flowers = []
    for openness in (0.18, 0.38, 0.75):
        thing = mesh("flower", *_petals(openness)[:2], shader.material, _petals(openness)[2])
        flowers.append(thing.data)
        bpy.data.objects.remove(thing)
    spokes = []
    for k in range(15):
        a, r = k * 2.4, 0.16 + 0.13 * (k % 3) / 2
        spokes.append(
            [
                (0, 0, 0.02, 0.02),
                (r * math.cos(a), r * math.sin(a), 0.34, 0.018),
                (r * 1.04 * math.cos(a), r * 1.04 * math.sin(a), 0.37, 0.05),
            ]
        )
    tuft = tubes("stamens", spokes, plain("stamen", (0.90, 0.62, 0.20), 0.6), 1)
    bpy.ops.mesh.primitive_uv_sphere_add(radius=0.38, segments=16, ring_count=10)
    bud = bpy.context.object
    bpy.ops.object.shade_smooth()
    bud.data.materials.append(plain("bud", (0.70, 0.13, 0.18), 0.55))
    data = flowers, tuft.data, bud.data
    bpy.data.objects.remove(tuft)
    bpy.data.objects.remove(bud)
    return data


def _dress(limbs: list[tuple[int, Twig]], size: float, density: float, draw: np.random.Generator) -> None:
    """Blossoms in loose clusters and buds towards the tips, mostly turned to the camera."""
    flowers, tuft, bud = _flower_meshes()
    for order, limb in limbs:
        if order == 0:
            continue
        for index in range(1, len(limb)):
            tip = index / len(limb)
            if draw.random() > density * (0.5 + 0.5 * tip):
                continue
            x, y, z, r = limb[index]
            facing = Vector((draw.normal(0, 0.55), -1, draw.normal(0.1, 0.55))).normalized()
            turn = facing.to_track_quat("Z", "Y").to_matrix().to_4x4() @ Matrix.Rotation(draw.uniform(0, 6.28), 4, "Z")
            place = Vector((x, y, z)) + facing * (r + 0.004) + Vector(draw.normal(0, 0.007, 3))
            budding = draw.random() < 0.25 + 0.45 * (tip > 0.8)
            scale = size * draw.uniform(0.8, 1.15) * (0.55 if budding else 1)
            shapes = [bud] if budding else [flowers[draw.integers(3)], tuft]
            for shape in shapes:
                thing = add("blossom", shape)
                thing.matrix_world = Matrix.Translation(place) @ turn @ Matrix.Scale(scale, 4)


def branch(
    start: tuple[float, float, float],
    heading: float,
    length: float,
    seed: int,
    radius: float = 0.014,
    size: float = 0.021,
    density: float = 0.55,
) -> None:
    """A branch from `start` towards `heading` (radians from the right, up positive), `length` metres,
    flowers of radius `size`.
    """
    draw = np.random.default_rng(seed)
    limbs = _grow(np.array(start), heading, length, radius, 0, draw)
    shader = Shader("bark")
    rough = shader.noise(shader.place((60, 60, 60)), 5, 0.6)
    tone = shader.mix(rough, (0.035, 0.022, 0.018), (0.12, 0.075, 0.055))
    shader.attach(Base_Color=tone, Roughness=0.75, Normal=shader.bump(rough, 0.003))
    tubes("wood", [limb for _, limb in limbs], shader.material, 3)
    _dress(limbs, size, density, draw)
