# SPDX-License-Identifier: GPL-3.0-or-later
"""欧式豪宅: a panelled wall with gilt mouldings and damask, a marble chimneypiece with a mirror at the right, curtains
at the left, sconces that glow.
"""

from __future__ import annotations

import argparse
import math
import sys
from pathlib import Path

import bpy
import numpy as np

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))

from kit import carving, cloth, command, geometry, hearth, lighting  # noqa: E402  # after the path
from kit import materials, mouldings, peony, room  # noqa: E402  # after the path
from kit.camera import View  # noqa: E402  # after the path
from kit.finish import Finish  # noqa: E402  # after the path
from kit.scene_file import Words  # noqa: E402  # after the path

VIEW = View()
WALL = VIEW.wall - VIEW.distance
PANEL = (-0.30, 1.84, 1.36, 1.62)  # the large panel: x, z of its middle, width, height
SCONCES = ((-1.19, 2.12), (0.585, 2.12))
HEARTH = 1.34  # x of the chimneypiece
WORDS = Words(
    id="mansion",
    name_zh="欧式豪宅",
    name_en="European mansion",
    motion=("confetti", "petals", "snow", "warm"),
    prompt_zh="欧式豪宅客厅全家福背景：象牙色护墙板配描金线条，中间一幅香槟色提花丝绸壁板，两侧黄铜壁灯透出暖光，右侧白色大理石壁炉、"
    "雕花鎏金镜和一瓶牡丹，左侧垂坠的丝绒窗帘，中间留白，柔和的左前方主光，浅景深，温暖典雅",
    prompt_en="European mansion family portrait backdrop: ivory boiserie with gilt mouldings, a large champagne silk "
    "damask panel in the middle, brass wall sconces with a warm glow, on the right a marble fireplace with a"
    " carved gilt mirror and a vase of peonies, heavy velvet curtains on the left, calm empty middle, soft "
    "key light from the front left, shallow depth of field, warm and elegant",
)
FINISH = Finish(exposure=-0.55, saturation=1.0, bloom=0.5, vignette=0.12)


def paint() -> bpy.types.Material:
    """Ivory oil paint: brushed along the boards, a little uneven."""
    shader = materials.Shader("ivory paint")
    brush = shader.noise(shader.place((30, 30, 3)), 4, 0.6)
    broad = shader.noise(shader.place((1.3, 1.3, 1.3)), 3, 0.5)
    tone = shader.mix(broad, (0.42, 0.375, 0.305), (0.50, 0.452, 0.375))
    return shader.attach(
        Base_Color=tone, Roughness=0.42, Specular_IOR_Level=0.4, Normal=shader.bump(brush, 0.0004)
    ).material


def boiserie(ivory: bpy.types.Material, gold: bpy.types.Material, scratch: Path) -> None:
    """The wall from skirting to frieze: silk in the large panel, narrow panels beside it, all in mouldings."""
    geometry.rectangle("wall", [(-3.6, WALL, 0), (3.6, WALL, 0), (3.6, WALL, 4), (-3.6, WALL, 4)], ivory)
    x, z, wide, tall = PANEL
    silk = cloth.damask(
        "damask", cloth.damask_map(scratch / "damask.exr"), (0.240, 0.190, 0.124), (0.270, 0.217, 0.144), 0.38
    )
    y = WALL - 0.004
    left, right, low, high = x - wide / 2, x + wide / 2, z - tall / 2, z + tall / 2
    corners = [(left, y, low), (right, y, low), (right, y, high), (left, y, high)]
    geometry.mesh("silk", corners, [(0, 1, 2, 3)], silk, [(a, c) for a, _, c in corners], smooth=False)
    broad, slim = mouldings.classical(0.065, 0.034), mouldings.classical(0.042, 0.022)
    fillet = [(0.0, 0.0), (0.0, 0.010), *mouldings.arc((0.006, 0.010), 0.006, 180, 0, 7), (0.012, 0.0)]
    mouldings.frame("large panel", (wide, tall), (x, WALL, z), broad, ivory)
    mouldings.frame("gilt fillet", (wide - 0.02, tall - 0.02), (x, WALL - 0.002, z), fillet, gold)
    for middle, width in ((-1.19, 0.28), (0.585, 0.26), (2.05, 0.30), (-1.74, 0.6)):
        mouldings.frame("narrow panel", (width, tall), (middle, WALL, z), slim, ivory)
        mouldings.frame(
            "narrow fillet", (width - 0.014, tall - 0.014), (middle, WALL, z), fillet[:5] + [(0.006, 0.0)], gold
        )
    for middle, width in ((-0.30, 1.36), (-1.19, 0.28), (-1.74, 0.6)):
        mouldings.frame("lower panel", (width, 0.46), (middle, WALL, 0.50), slim, ivory)
    rail = [
        (0, 0),
        (0, 0.02),
        *mouldings.arc((0.02, 0.02), 0.02, 270, 360),
        (0.045, 0.045),
        (0.062, 0.045),
        (0.066, 0.0),
    ]
    cornice = [
        (0, 0),
        (0, 0.03),
        *mouldings.arc((0.10, 0.03), 0.08, 180, 90),
        (0.12, 0.13),
        (0.16, 0.13),
        (0.16, 0.17),
        (0.3, 0.3),
    ]
    skirting = [(0.0, 0.03), (0.13, 0.03), *mouldings.arc((0.13, 0.012), 0.018, 90, 0), (0.16, 0.0)]
    mouldings.run("rail", -3.6, 3.6, WALL, 0.86, [(b, a) for a, b in [(p[1], p[0]) for p in rail]], ivory)
    mouldings.run("cornice", -3.6, 3.6, WALL, 2.80, cornice, ivory)
    mouldings.run("gilt bead", -3.6, 3.6, WALL, 2.785, fillet, gold)
    mouldings.run("skirting", -3.6, 3.6, WALL, 0.0, skirting, ivory)
    carving.openwork(
        "spray", (0.42, 0.14), (x, WALL - 0.03, high + 0.035), carving.panel(0.42, 0.14, 1, 0.05), 0.022, gold
    )


def shelf(brass: bpy.types.Material) -> None:
    """On the shelf: peonies in a porcelain urn, candlesticks of different height."""
    top, y = 1.232, WALL - 0.15
    glaze = materials.plain("porcelain", (0.58, 0.57, 0.54), 0.15, Coat_Weight=1.0, Coat_Roughness=0.04)
    urn = [
        (0.0, 0.0),
        (0.062, 0.0),
        (0.064, 0.012),
        (0.045, 0.022),
        (0.028, 0.040),
        (0.030, 0.052),
        (0.068, 0.095),
        (0.084, 0.140),
        (0.084, 0.165),
        (0.066, 0.205),
        (0.052, 0.228),
        (0.056, 0.248),
        (0.064, 0.256),
        (0.058, 0.252),
        (0.044, 0.225),
    ]
    geometry.lathe("urn", urn, (0.86, y, top), glaze)
    heads = [
        (0.0, -0.04, 0.13, 0.072),
        (-0.10, -0.01, 0.09, 0.068),
        (0.10, -0.02, 0.08, 0.066),
        (-0.04, 0.02, 0.22, 0.062),
        (0.07, 0.0, 0.19, 0.060),
        (-0.145, 0.0, 0.18, 0.052),
        (0.02, -0.08, 0.045, 0.058),
    ]
    peony.bunch((0.86, y, top + 0.25), heads, ((0.60, 0.20, 0.20), (0.72, 0.50, 0.45)), seed=5)
    wax = materials.plain("wax", (0.62, 0.57, 0.45), 0.5, Subsurface_Weight=0.3)
    for x, tall in ((1.60, 0.30), (1.74, 0.22)):
        stick = [
            (0.0, 0.0),
            (0.055, 0.0),
            (0.057, 0.008),
            (0.040, 0.016),
            (0.018, 0.028),
            (0.012, 0.05),
            (0.020, 0.062),
            (0.011, 0.078),
            (0.010, tall - 0.05),
            (0.018, tall - 0.04),
            (0.012, tall - 0.026),
            (0.030, tall - 0.012),
            (0.031, tall - 0.006),
            (0.012, tall),
        ]
        geometry.lathe("candlestick", stick, (x, y, top), brass, 48)
        geometry.lathe("candle", [(0.011, tall), (0.011, tall + 0.2), (0.0, tall + 0.203)], (x, y, top), wax, 24)


def window() -> None:
    """Two layers of curtain before a bright window that the frame cuts off."""
    velvet = cloth.velvet("velvet", (0.115, 0.026, 0.026))
    cloth.curtain("curtain", (-2.30, -1.40), (WALL - 0.30, 0.0, 3.6), 9, 0.052, velvet, seed=4, tied=(0.80, 0.72))
    shader = materials.Shader("sheer")
    shader.attach(
        Base_Color=(0.75, 0.74, 0.70), Roughness=0.9, Emission_Color=lighting.kelvin(5600), Emission_Strength=0.55
    )
    cloth.curtain("sheer", (-3.0, -1.62), (WALL - 0.10, 0.0, 3.6), 16, 0.022, shader.material, seed=9)


def lights() -> None:
    """Key from the front left, a broad fill; behind the camera a bright window and a lustre for mirror and gold."""
    lighting.softbox("key", (-2.3, -2.6, 2.9), (0.1, 0.3, 1.4), (1.8, 1.8), 112, lighting.kelvin(5100), reflected=False)
    lighting.softbox("fill", (2.3, -3.6, 1.9), (0, 0.5, 1.3), (2.6, 2.4), 78, lighting.kelvin(5200), reflected=False)
    lighting.softbox(
        "daylight", (-2.6, 1.2, 2.2), (0.3, WALL, 1.4), (0.8, 1.6), 22, lighting.kelvin(5600), 130, reflected=False
    )
    for x0, x1, glow in ((-3.4, -2.4, 1.6), (-1.2, -0.7, 0.8), (0.4, 0.9, 1.2)):
        corners = [(x0, -4.6, 0.0), (x0, -4.6, 4.0), (x1, -4.6, 4.0), (x1, -4.6, 0.0)]
        lighting.reflection_card("card", corners, (1.0, 0.86, 0.66), glow)
    day = [(3.55, -3.6, 0.6), (3.55, -2.2, 0.6), (3.55, -2.2, 3.0), (3.55, -3.6, 3.0)]
    lighting.reflection_card("window", day, (0.95, 1.0, 1.05), 1.6)
    for k in range(14):
        angle = 2 * math.pi * k / 14
        x, y, z = 2.35 + 0.34 * math.cos(angle), -2.4 + 0.34 * math.sin(angle), 2.72 + 0.1 * (k % 2)
        bulb = [(x + dx, y, z + dz) for dx, dz in ((-0.03, -0.03), (0.03, -0.03), (0.03, 0.03), (-0.03, 0.03))]
        lighting.reflection_card("lustre", bulb, (1.0, 0.75, 0.42), 22.0)


def build(_: argparse.Namespace, scratch: Path) -> None:
    """The whole set."""
    gold = materials.gilt("gold", (0.80, 0.52, 0.21), 0.30, 0.0004)
    brass = materials.gilt("brass", (0.74, 0.50, 0.22), 0.24, 0.0002)
    boiserie(paint(), gold, scratch)
    room.shell(WALL, sides=(0.52, 0.47, 0.40))
    hearth.chimneypiece(HEARTH, WALL, scratch)
    hearth.mirror(HEARTH, 1.92, WALL, gold)
    hearth.sconces(SCONCES, WALL, brass)
    shelf(brass)
    window()
    lights()


if __name__ == "__main__":
    command.run(HERE, WORDS, VIEW, FINISH, build)
