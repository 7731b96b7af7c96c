# SPDX-License-Identifier: GPL-3.0-or-later
"""Silk lanterns: a ribbed globe lit from within, turned gilt caps, cord, bead and tassel."""

from __future__ import annotations

import math
import random
from dataclasses import dataclass

import bpy
import numpy as np

from .geometry import Point, lathe, tubes
from .materials import Shader, plain

RIBS = 22
SQUASH = 0.84  # height of the globe against its width
OPENING = 1.12  # radians from the equator to the caps


@dataclass(frozen=True)
class Trim:
    """What the lanterns of one scene are made of."""

    silk: bpy.types.Material
    metal: bpy.types.Material
    thread: bpy.types.Material
    cord: bpy.types.Material


def red_trim(metal: bpy.types.Material) -> Trim:
    """Red silk, red tassels, golden cord."""
    thread = plain("tassel silk", (0.40, 0.006, 0.005), 0.6)
    return Trim(_glowing_silk(), metal, thread, plain("cord", (0.50, 0.30, 0.08), 0.5))


def _glowing_silk() -> bpy.types.Material:
    """Hot where one looks straight into the lantern, deep red towards the rim, dark along the ribs."""
    shader = Shader("lantern silk")
    uv = shader.node("ShaderNodeSeparateXYZ")
    shader.link(shader.node("ShaderNodeTexCoord").outputs["UV"], uv.inputs[0])
    around, upwards = uv.outputs[0], uv.outputs[1]
    stops = ((0.0, 0.10), (0.30, 0.62), (0.46, 1.0), (0.72, 0.5), (1.0, 0.12))
    bulb = shader.ramp(upwards, *((at, (grey,) * 3) for at, grey in stops))
    glow = shader.ramp(
        shader.node("ShaderNodeLayerWeight", Blend=0.5).outputs["Facing"],
        (0.0, (1.0, 0.125, 0.020)),
        (0.30, (0.80, 0.060, 0.012)),
        (0.70, (0.40, 0.013, 0.006)),
        (1.0, (0.20, 0.004, 0.002)),
    )
    weave = shader.noise(shader.place((420, 150, 1), "UV"), 3, 0.6)
    cloth = shader.ramp(weave, (0.3, (0.78,) * 3), (0.7, (1.08,) * 3))
    wave = shader.calculate("SINE", shader.calculate("MULTIPLY", around, math.pi * RIBS))
    ribs = shader.ramp(shader.calculate("ABSOLUTE", wave), (0.0, (0.22,) * 3), (0.16, (0.75,) * 3), (0.5, (1.0,) * 3))
    for factor in (bulb, cloth, ribs):
        glow = shader.mix(1.0, glow, factor, "MULTIPLY")
    shader.attach(Emission_Color=glow, Emission_Strength=1.35)
    return shader.attach(Base_Color=(0.42, 0.012, 0.010), Roughness=0.5, Specular_IOR_Level=0.2).material


def hang(centre: Point, radius: float, trim: Trim, ceiling: float = 4.1) -> None:
    """One lantern of `radius` metres round `centre`, on a cord from `ceiling`; tilt and turn by `random`."""
    angles = np.linspace(-OPENING, OPENING, 41)
    globe = [(radius * math.cos(a), SQUASH * radius * math.sin(a)) for a in angles]
    body = lathe("lantern", globe, (0, 0, 0), trim.silk, segments=RIBS * 12, gores=RIBS, sag=0.035)
    tilt = random.uniform(-0.02, 0.02), random.uniform(-0.02, 0.02)
    body.location, body.rotation_euler = centre, (*tilt, random.random())
    half = SQUASH * radius * math.sin(OPENING)
    _caps(centre, radius, half, trim)
    x, y, z = centre
    end = z - half - 0.14 * radius
    upper = [(x, y, z + half, 0.004), (x, y, ceiling, 0.004)]
    lower = [(x, y, end + 0.1 * radius, 0.004), (x, y, end - 0.3 * radius, 0.004)]
    tubes("cord", [upper, lower], trim.cord)
    _tassel((x, y, end), radius, trim)


def _caps(centre: Point, r: float, half: float, trim: Trim) -> None:
    profile = [
        (0.47, -0.02),
        (0.49, 0.01),
        (0.47, 0.05),
        (0.40, 0.06),
        (0.38, 0.11),
        (0.30, 0.12),
        (0.05, 0.14),
        (0, 0.14),
    ]
    for up in (1, -1):
        lathe("cap", [(a * r, up * (half + b * r)) for a, b in profile], centre, trim.metal, 64)


def _tassel(top: Point, r: float, trim: Trim) -> None:
    """A gilt bead, a band, and 150 threads that spread a little."""
    x, y, z = top
    bead = [(0, 0), (0.09, -0.03), (0.12, -0.10), (0.09, -0.17), (0, -0.20)]
    lathe("bead", [(a * r, b * r) for a, b in bead], (x, y, z - 0.08 * r), trim.metal, 32)
    start, threads = z - 0.28 * r, []
    for _ in range(150):
        angle, reach = random.uniform(0, 2 * math.pi), 0.11 * r * math.sqrt(random.random())
        length = r * random.uniform(0.95, 1.1)
        dx, dy = reach * math.cos(angle), reach * math.sin(angle)
        knots = ((0.5, 0, 0.0026), (1.0, 0.3, 0.0026), (1.25, 1.0, 0.0020))
        threads.append([(x + k * dx, y + k * dy, start - drop * length, thick) for k, drop, thick in knots])
    tubes("tassel", threads, trim.thread, 1)
    band = [(0.075, 0), (0.09, -0.05), (0.075, -0.10)]
    lathe("tassel band", [(a * r, b * r) for a, b in band], (x, y, start - 0.06 * r), trim.metal, 32)


def hang_palace(centre: Point, radius: float, trim: Trim, wood: bpy.types.Material, ceiling: float = 4.1) -> None:
    """A six-sided palace lantern: silk in wooden frames, a wider roof with tassels at its corners, one tassel below."""
    x, y, z = centre
    half, roof, turn = 1.15 * radius, 1.38 * radius, random.uniform(-0.12, 0.12)

    def corner(k: int, r: float, up: float, thick: float) -> tuple[float, float, float, float]:
        angle = turn + math.pi / 6 + k * math.pi / 3
        return x + r * math.cos(angle), y + r * math.sin(angle), z + up, thick

    rods = []
    for k in range(6):
        rods.append([corner(k, 0.90 * radius, -half, 0.006), corner(k, radius, half, 0.006)])
        for r, up, thick in (
            (0.90 * radius, -half, 0.009),
            (0.94 * radius, -0.45 * half, 0.004),
            (radius, half, 0.009),
            (roof, half + 0.16 * radius, 0.010),
        ):
            rods.append([corner(k, r, up, thick), corner(k + 1, r, up, thick)])
        rods.append(
            [corner(k, roof, half + 0.16 * radius, 0.008), corner(k, 0.25 * radius, half + 0.62 * radius, 0.008)]
        )
        rods.append([corner(k, roof, half + 0.16 * radius, 0.008), corner(k, 1.12 * roof, half + 0.30 * radius, 0.004)])
        tip = corner(k, roof, half + 0.16 * radius, 0)
        _tassel((tip[0], tip[1], tip[2] + 0.05 * radius), 0.42 * radius, trim)
    tubes("palace lantern", rods, wood, 2)
    rise = [(0.86 * radius, -half), (0.97 * radius, half)]
    body = lathe("silk", rise, (0, 0, 0), trim.silk, segments=6)
    cover = lathe(
        "roof",
        [(roof, half + 0.16 * radius), (0.6 * radius, half + 0.36 * radius), (0.2 * radius, half + 0.64 * radius)],
        (0, 0, 0),
        wood,
        segments=6,
    )
    for part in (body, cover):
        part.data.polygons.foreach_set("use_smooth", [False] * len(part.data.polygons))
        part.location, part.rotation_euler = centre, (0, 0, turn + math.pi / 6)
    knob = [(0.10, 0.60), (0.20, 0.66), (0.16, 0.76), (0.06, 0.80), (0.10, 0.88), (0.0, 0.94)]
    lathe("knob", [(r * radius, half + h * radius) for r, h in knob], centre, trim.metal, 32)
    tubes("cord", [[(x, y, z + half, 0.004), (x, y, ceiling, 0.004)]], trim.cord)
    _tassel((x, y, z - half), 0.9 * radius, trim)


def pale_trim(metal: bpy.types.Material) -> Trim:
    """Cream silk lit from within, red tassels."""
    shader = Shader("cream silk")
    uv = shader.node("ShaderNodeSeparateXYZ")
    shader.link(shader.node("ShaderNodeTexCoord").outputs["UV"], uv.inputs[0])
    glow = shader.ramp(uv.outputs[1], (0.0, (0.62, 0.33, 0.12)), (0.45, (1.0, 0.66, 0.33)), (1.0, (0.55, 0.28, 0.10)))
    weave = shader.noise(shader.place((300, 300, 120)), 3, 0.6)
    cloth = shader.ramp(weave, (0.3, (0.85,) * 3), (0.7, (1.05,) * 3))
    silk = shader.attach(
        Base_Color=(0.6, 0.5, 0.35),
        Roughness=0.7,
        Emission_Color=shader.mix(1.0, glow, cloth, "MULTIPLY"),
        Emission_Strength=0.42,
    ).material
    return Trim(silk, metal, plain("tassel silk", (0.34, 0.008, 0.006), 0.6), plain("cord", (0.40, 0.05, 0.03), 0.6))
