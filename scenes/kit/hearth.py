# SPDX-License-Identifier: GPL-3.0-or-later
"""A marble chimneypiece without a fire, a gilt mirror, and sconces with silk shades."""

from __future__ import annotations

import math
from pathlib import Path

import bpy
import numpy as np

from . import carving, lighting, mouldings, stone
from .geometry import Boxes, lathe, rectangle, tubes
from .materials import Shader, plain


def chimneypiece(x: float, wall: float, scratch: Path) -> None:
    """White marble round x: jambs, a carved frieze, a stepped shelf 1.23 m high; the wall is at y = `wall`."""
    veins = stone.vein_map(scratch / "veins.exr", 1024, 1024, seed=7)
    white = stone.marble("marble", veins, (0.56, 0.53, 0.48), (0.20, 0.175, 0.145), 0.9, 0.18)
    y, blocks = wall, Boxes("chimneypiece", white, 0.006)
    for jamb in (x - 0.62, x + 0.62):
        blocks.box((jamb, y - 0.10, 0.50), (0.20, 0.20, 1.00))
        blocks.box((jamb, y - 0.115, 0.07), (0.23, 0.23, 0.14))
        blocks.box((jamb, y - 0.108, 0.955), (0.215, 0.216, 0.05))
        blocks.box((jamb, y - 0.205, 0.52), (0.12, 0.016, 0.66))
        blocks.box((jamb, y - 0.11, 1.06), (0.20, 0.22, 0.16))
        petals = carving.flower(0.12, 0.12, 0.052)
        carving.openwork("rosette", (0.12, 0.12), (jamb, y - 0.22, 1.06), petals, 0.02, white)
    blocks.box((x, y - 0.085, 1.06), (1.06, 0.17, 0.16))
    for z, wide, deep, tall in ((1.151, 1.46, 0.24, 0.022), (1.173, 1.50, 0.265, 0.022), (1.199, 1.56, 0.30, 0.030)):
        blocks.box((x, y - deep / 2, z), (wide, deep, tall))
    blocks.build()
    inside = Boxes("firebox", plain("soot", (0.012, 0.011, 0.010), 0.9), 0.002)
    inside.box((x, y - 0.030, 0.53), (1.04, 0.05, 1.06))
    inside.build()
    relief = carving.panel(0.84, 0.115, 3, 0.05)
    carving.openwork("frieze", (0.84, 0.115), (x, y - 0.170, 1.06), relief, 0.018, white)


def mirror(x: float, z: float, wall: float, gold: bpy.types.Material) -> None:
    """A gilt mirror with a carved crest, its middle at (x, z)."""
    wide, tall, y = 0.78, 1.16, wall - 0.03
    left, right, low, high = x - wide / 2, x + wide / 2, z - tall / 2, z + tall / 2
    glass = plain("mirror", (0.80, 0.79, 0.76), 0.03, Metallic=1.0)
    rectangle("glass", [(left, y, low), (right, y, low), (right, y, high), (left, y, high)], glass)
    mouldings.frame("mirror frame", (wide, tall), (x, wall - 0.02, z), mouldings.classical(0.095, 0.06), gold)
    bead = [(0.0, 0.0), *mouldings.arc((0.008, 0.012), 0.008, 180, 0, 7), (0.016, 0.0)]
    mouldings.frame("bead", (wide - 0.01, tall - 0.01), (x, wall - 0.045, z), bead, gold)
    crest = carving.panel(0.86, 0.30, 2, 0.085)
    carving.openwork("crest", (0.86, 0.30), (x, wall - 0.055, high + 0.13), crest, 0.045, gold)
    side = np.rot90(carving.panel(0.5, 0.13, 2, 0.04))
    for edge in (left - 0.05, right + 0.05):
        carving.openwork("side", (0.13, 0.5), (edge, wall - 0.07, z), side, 0.022, gold)


def _shade_silk() -> bpy.types.Material:
    """Pleated silk, hottest in the middle where the bulb is."""
    shader = Shader("shade silk")
    place = shader.node("ShaderNodeSeparateXYZ")
    shader.link(shader.place(by="UV"), place.inputs[0])
    heat = shader.ramp(place.outputs[1], (0.0, (1.0, 0.60, 0.27)), (0.4, (1.0, 0.68, 0.36)), (1.0, (0.66, 0.34, 0.13)))
    wave = shader.calculate("SINE", shader.calculate("MULTIPLY", place.outputs[0], 240.0))
    pleats = shader.calculate("ADD", shader.calculate("MULTIPLY", wave, 0.10), 0.9)
    glow = shader.mix(1.0, heat, pleats, "MULTIPLY")
    return shader.attach(
        Base_Color=(0.7, 0.6, 0.45), Roughness=0.8, Emission_Color=glow, Emission_Strength=1.7
    ).material


def sconces(places: tuple[tuple[float, float], ...], wall: float, brass: bpy.types.Material) -> None:
    """At each (x, z) on the wall a plate with two arms, each with a small silk shade over its bulb."""
    silk, ivory = _shade_silk(), plain("candle", (0.6, 0.55, 0.44), 0.5)
    plate = [(0.056, 0.0), (0.052, 0.012), (0.040, 0.016), (0.022, 0.028), (0.0, 0.030)]
    cup = [(0.004, -0.012), (0.012, -0.006), (0.027, 0.004), (0.030, 0.010), (0.014, 0.014), (0.011, 0.016)]
    t = np.linspace(0, 1, 28)
    sag, out = 0.03 * t - 0.075 * np.sin(math.pi * t * 1.15), 0.03 + 0.085 * np.sin(math.pi * 0.5 * t)
    for x, z in places:
        back = lathe("plate", plate, (0, 0, 0), brass, 48)
        back.location, back.rotation_euler, back.scale = (x, wall, z - 0.06), (math.pi / 2, 0, 0), (0.8, 1.9, 1)
        arms = []
        for side in (-1, 1):
            bend = zip(t, out, sag, strict=True)
            arms.append([(x + side * 0.115 * s, wall - a, z - 0.06 + b, 0.0062) for s, a, b in bend])
            tip = arms[-1][-1][:3]
            lathe("cup", cup, tip, brass, 32)
            lathe("sleeve", [(0.010, 0.012), (0.010, 0.075), (0.0, 0.078)], tip, ivory, 24)
            lathe("shade", [(0.062, 0.060), (0.058, 0.080), (0.038, 0.150)], tip, silk, 64)
            for up, watts in ((0.165, 2.6), (0.050, 1.6)):
                lighting.glow((tip[0], tip[1], tip[2] + up), watts, lighting.kelvin(2700), 0.022)
        tubes("arms", arms, brass, 3)
