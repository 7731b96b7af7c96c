# SPDX-License-Identifier: GPL-3.0-or-later
"""新中式国潮: a moon gate in grey-green plaster, mountains of lacquered board in mist behind it, slatted walnut, brass
and a trained pine.
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

from kit import bonsai, command, geometry, ink, lighting  # noqa: E402  # after the path
from kit import materials, mouldings, room, timber  # noqa: E402  # after the path
from kit.camera import View  # noqa: E402  # after the path
from kit.finish import Finish  # noqa: E402  # after the path
from kit.scene_file import Words  # noqa: E402  # after the path
from kit.strokes import Pass, cloud, paint  # noqa: E402  # after the path

VIEW = View()
WALL = VIEW.wall - VIEW.distance
GATE = (0.5, 0.420, 1.13)  # u, v, radius in metres
DEPTH = 0.42  # of the niche behind the gate
Peaks = tuple[tuple[float, float, float], ...]
FARTHEST: Peaks = (
    (0.10, 0.42, 0.13), (0.22, 0.66, 0.13), (0.335, 0.44, 0.10), (0.44, 0.20, 0.09),
    (0.60, 0.16, 0.12), (0.73, 0.40, 0.11), (0.83, 0.52, 0.11), (0.95, 0.40, 0.12),
)  # fmt: skip
FAR: Peaks = (
    (0.05, 0.62, 0.13), (0.165, 0.52, 0.09), (0.27, 0.36, 0.085), (0.38, 0.16, 0.08),
    (0.66, 0.22, 0.09), (0.775, 0.36, 0.08), (0.88, 0.62, 0.10), (0.98, 0.50, 0.12),
)  # fmt: skip
NEAR: Peaks = (
    (0.09, 0.66, 0.12), (0.20, 0.42, 0.085), (0.31, 0.24, 0.075), (0.43, 0.10, 0.08),
    (0.72, 0.22, 0.075), (0.81, 0.40, 0.08), (0.93, 0.74, 0.11),
)  # fmt: skip
NEAREST: Peaks = (
    (0.12, 0.70, 0.11), (0.24, 0.40, 0.085), (0.36, 0.20, 0.085),
    (0.60, 0.12, 0.12), (0.78, 0.30, 0.085), (0.90, 0.62, 0.10),
)  # fmt: skip
RANGES = (  # behind the wall's face, scale, foot, ink at the ridge, ink at the foot, peaks, seed
    (0.36, 1.00, 0.30, (0.165, 0.182, 0.166), (0.27, 0.275, 0.245), FARTHEST, 31),
    (0.27, 0.86, 0.30, (0.108, 0.126, 0.115), (0.24, 0.25, 0.225), FAR, 47),
    (0.18, 0.70, 0.32, (0.060, 0.077, 0.070), (0.19, 0.205, 0.185), NEAR, 58),
    (0.09, 0.50, 0.34, (0.024, 0.034, 0.031), (0.11, 0.125, 0.112), NEAREST, 63),
)
WORDS = Words(
    id="guochao",
    name_zh="新中式国潮",
    name_en="New Chinese moon gate",
    motion=("petals", "lanterns", "snow"),
    prompt_zh="新中式国潮风格全家福背景：灰绿色手工艺术漆墙面，正中一道黄铜包边的圆形月洞门，门后层层水墨远山隐入薄雾，暖色灯带沿圆弧透出，"
    "左侧胡桃木格栅，右侧条案上一盆造型松，中间留白，柔和的左前方主光，浅景深，雅致宁静",
    prompt_en="New Chinese style family portrait backdrop: hand-finished grey-green plaster wall, a round moon gate "
    "edged in brass, layered ink mountains fading into mist behind it, a warm strip of light along the "
    "curve, walnut slats on the left, a trained pine on a narrow table on the right, calm empty middle, soft"
    " key light from the front left, shallow depth of field, refined and quiet",
)
FINISH = Finish(exposure=-0.25, saturation=1.0, bloom=0.45, vignette=0.10)


def plaster(scratch: Path) -> bpy.types.Material:
    """Mineral paint in grey-green, brushed on crosswise."""
    rows, cols = 1200, 1600
    coats = [
        Pass(600, 340, 190, 0.4, 1.0, 0.15, (30, -40, 80), 40),
        Pass(1600, 180, 80, 0.3, 1.0, 0.3, (30, -40, 80), 40),
    ]
    tone = 0.5 + 0.13 * (0.6 * paint(rows, cols, coats, seed=5) + 0.5 * cloud(rows, cols, 500, seed=6))
    path = materials.save_map(scratch / "plaster.exr", tone)
    shader = materials.Shader("mineral paint")
    value = shader.image(path, shader.place(by="UV"))
    grit = shader.noise(shader.place((140, 140, 140)), 3, 0.6)
    green = shader.ramp(value, (0.1, (0.120, 0.142, 0.112)), (0.5, (0.185, 0.212, 0.172)), (0.9, (0.255, 0.282, 0.236)))
    normal = shader.bump(grit, 0.0006, below=shader.bump(value, 0.012))
    return shader.attach(Base_Color=green, Roughness=0.82, Specular_IOR_Level=0.2, Normal=normal).material


def wall(surface: bpy.types.Material) -> None:
    """The plaster with a round hole, and the reveal of the opening."""
    cx, _, cz = VIEW.at(GATE[0], GATE[1], WALL)
    vertices, faces, steps = [], [], 240
    for k in range(steps):
        a = 2 * math.pi * k / steps
        c, s = math.cos(a), math.sin(a)
        far = min(3.4 / max(abs(c), 1e-6), ((4.0 - cz) if s > 0 else cz) / max(abs(s), 1e-6))
        for reach, y in ((far, WALL), (GATE[2], WALL), (GATE[2], WALL + DEPTH)):
            vertices.append((cx + reach * c, y, cz + reach * s))
    for k in range(steps):
        a, b = 3 * k, 3 * ((k + 1) % steps)
        faces += [(a, b, b + 1, a + 1), (a + 1, b + 1, b + 2, a + 2)]
    uv = [((vertices[v][0] + 3.4) / 6.8, vertices[v][2] / 4) for face in faces for v in face]
    geometry.mesh("gate wall", vertices, faces, surface, uv, smooth=False)


def _board(name: str, dark: tuple[float, float, float], pale: tuple[float, float, float]) -> bpy.types.Material:
    """A painted mountain: ink at the ridge that thins out downwards, with the blotches of a wet wash."""
    shader = materials.Shader(name)
    place = shader.node("ShaderNodeSeparateXYZ")
    shader.link(shader.place(by="UV"), place.inputs[0])
    wet = shader.noise(shader.place((5, 5, 9)), 5, 0.6)
    depth = shader.calculate(
        "ADD", place.outputs[1], shader.calculate("MULTIPLY", shader.calculate("SUBTRACT", wet, 0.5), 0.5)
    )
    tone = shader.ramp(
        depth, (0.0, dark), (0.25, tuple(0.6 * a + 0.4 * b for a, b in zip(dark, pale, strict=True))), (0.9, pale)
    )
    return shader.attach(Base_Color=tone, Roughness=0.8, Specular_IOR_Level=0.15).material


def mountains(brass: bpy.types.Material) -> None:
    """Four boards one behind the other before a pale sky; a hidden strip between them lights the mist."""
    cx, _, cz = VIEW.at(GATE[0], GATE[1], WALL)
    shader = materials.Shader("sky")
    place = shader.node("ShaderNodeSeparateXYZ")
    shader.link(shader.place(by="UV"), place.inputs[0])
    drift = shader.calculate(
        "MULTIPLY", shader.calculate("SUBTRACT", shader.noise(shader.place((1.4, 1, 4)), 4, 0.55), 0.5), 0.35
    )
    sky = shader.ramp(
        shader.calculate("ADD", place.outputs[1], drift),
        (0.1, (0.300, 0.302, 0.262)),
        (0.55, (0.225, 0.240, 0.212)),
        (1.0, (0.140, 0.160, 0.142)),
    )
    shader.attach(Base_Color=sky, Roughness=0.9, Specular_IOR_Level=0.1)
    back, low, wide = WALL + DEPTH, cz - GATE[2] - 0.1, 2.6
    corners = [(cx - 1.6, back, low), (cx + 1.6, back, low), (cx + 1.6, back, cz + 1.4), (cx - 1.6, back, cz + 1.4)]
    geometry.rectangle("sky", corners, shader.material)
    for deep, tall, base, dark, pale, peaks, seed in RANGES:
        line = ink.ridge(500, list(peaks), seed, 0.036) * tall * 1.35 + base
        x = np.linspace(-wide / 2, wide / 2, 500)
        y = WALL + deep
        points = [(cx + a, y, low + h) for a, h in zip(x, line, strict=True)] + [(cx + a, y, low) for a in x]
        faces = [(k + 500, k + 501, k + 1, k) for k in range(499)]
        uv = [(0, v) for k in range(499) for v in (line[k], line[k + 1], 0, 0)]
        geometry.mesh("range", points, faces, _board("range", dark, pale), uv, smooth=False)
        if deep < 0.2:
            geometry.tubes("brass edge", [[(a, b, c, 0.0022) for a, b, c in points[:500]]], brass, 1)
        lighting.softbox(
            "mist", (cx, y + 0.06, low + 0.12), (cx, y + 0.10, low + 2), (2.0, 0.04), 3.2, lighting.kelvin(3400), 150
        )


def gate(brass: bpy.types.Material) -> None:
    """A brass lip round the opening and, hidden behind it, the warm strip that washes the reveal."""
    cx, _, cz = VIEW.at(GATE[0], GATE[1], WALL)
    lip = [(-0.020, -0.03), (-0.020, 0.010), (-0.017, 0.013), (0.006, 0.013), (0.009, 0.010), (0.009, 0.0)]
    mouldings.round_frame("lip", GATE[2], (cx, WALL, cz), lip, brass)
    shader = materials.Shader("strip").attach(
        Base_Color=(0, 0, 0), Emission_Color=lighting.kelvin(2900), Emission_Strength=42.0
    )
    strip = geometry.ring("strip", GATE[2] - 0.010, 0.006, (cx, WALL + 0.028, cz), shader.material)
    strip.visible_camera = False


def slats(walnut: bpy.types.Material) -> None:
    """Upright slats at the left over dark felt, closed by a brass strip and a line of light."""
    felt = materials.plain("felt", (0.016, 0.014, 0.012), 0.95)
    x0, x1 = VIEW.at(-0.08, 0.5, WALL)[0], VIEW.at(0.135, 0.5, WALL)[0]
    geometry.rectangle(
        "felt", [(x0, WALL - 0.008, 0), (x1, WALL - 0.008, 0), (x1, WALL - 0.008, 4), (x0, WALL - 0.008, 4)], felt
    )
    pieces = timber.Timber("slats", walnut, 0.003, seed=4)
    for x in np.arange(x0, x1, 0.052):
        pieces.box((x, WALL - 0.035, 2.0), (0.030, 0.05, 4.0))
    pieces.box((0, WALL - 0.012, 0.06), (7, 0.024, 0.12))
    pieces.build()
    glow = (
        materials.Shader("line")
        .attach(Base_Color=(0, 0, 0), Emission_Color=lighting.kelvin(3100), Emission_Strength=5.5)
        .material
    )
    line = geometry.Boxes("line of light", glow, 0.001)
    line.box((x1 + 0.022, WALL - 0.02, 2.0), (0.012, 0.012, 4.0))
    line.build()


def table(walnut: bpy.types.Material, brass: bpy.types.Material) -> None:
    """A narrow table with the pine at the right, a scholar's stone beside it."""
    x, y, z = 1.50, WALL - 0.30, 0.86
    pieces = timber.Timber("table", walnut, 0.005, seed=9)
    pieces.box((x + 0.12, y, z - 0.02), (1.10, 0.36, 0.04))
    pieces.box((x + 0.12, y, z - 0.10), (0.93, 0.24, 0.05))
    for leg in (-0.36, 0.60):
        pieces.box((x + leg, y, (z - 0.04) / 2), (0.05, 0.30, z - 0.04))
    pieces.build()
    caps = geometry.Boxes("caps", brass, 0.001)
    for side in (-0.432, 0.672):
        caps.box((x + side, y, z - 0.02), (0.004, 0.37, 0.042))
    caps.build()
    foot = (x + 0.05, y, z + 0.075)
    bonsai.tray((x + 0.05, y, z), (0.46, 0.30, 0.075), (0.055, 0.050, 0.048))
    trunk = [
        (-0.07, 0.0, 0.10),
        (0.03, 0.0, 0.22),
        (0.15, 0.0, 0.33),
        (0.10, 0.0, 0.48),
        (-0.04, 0.0, 0.58),
        (-0.02, 0.0, 0.72),
        (0.08, 0.0, 0.80),
    ]
    pads = [
        (0.06, 0.0, 0.80, 0.17), (-0.18, 0.02, 0.68, 0.17), (0.26, -0.02, 0.66, 0.17), (-0.25, -0.03, 0.51, 0.18),
        (0.33, 0.03, 0.46, 0.19), (-0.14, 0.05, 0.38, 0.12), (0.40, -0.02, 0.30, 0.14), (-0.36, 0.0, 0.38, 0.12),
        (0.05, 0.03, 0.66, 0.13),
    ]  # fmt: skip
    bonsai.pine(foot, trunk, pads, seed=12)


def lights() -> None:
    """Key from the front left, a broad fill, a soft wash high on the wall; cards for the brass."""
    lighting.softbox("key", (-2.3, -2.6, 2.9), (0.1, 0.3, 1.4), (1.8, 1.8), 118, lighting.kelvin(5200), reflected=False)
    lighting.softbox("fill", (2.3, -3.6, 1.9), (0, 0.5, 1.3), (2.6, 2.4), 84, lighting.kelvin(5400), reflected=False)
    lighting.spot(
        "picture light", (1.35, WALL - 0.9, 3.3), (1.62, WALL - 0.2, 1.2), 44, 60, lighting.kelvin(3400), 0.05
    )
    lighting.softbox(
        "cove", (0.4, WALL - 0.22, 3.75), (0.4, WALL, 1.5), (5.0, 0.10), 60, lighting.kelvin(3500), 120, reflected=False
    )
    for x0, x1, glow in ((-3.4, -2.2, 2.0), (-1.2, -0.6, 1.0), (0.5, 0.9, 1.4), (2.3, 3.0, 1.8)):
        corners = [(x0, -4.6, 0.0), (x0, -4.6, 4.0), (x1, -4.6, 4.0), (x1, -4.6, 0.0)]
        lighting.reflection_card("card", corners, (1.0, 0.90, 0.75), glow)


def build(_: argparse.Namespace, scratch: Path) -> None:
    """The whole set."""
    brass = materials.gilt("brass", (0.72, 0.47, 0.19), 0.30, 0.0002)
    walnut = timber.polished(
        "walnut", scratch, ((0.030, 0.016, 0.009), (0.075, 0.042, 0.024), (0.125, 0.076, 0.046)), 0.42, 0.15
    )
    wall(plaster(scratch))
    room.shell(WALL)
    mountains(brass)
    gate(brass)
    slats(walnut)
    table(walnut, brass)
    lights()


if __name__ == "__main__":
    command.run(HERE, WORDS, VIEW, FINISH, build)
