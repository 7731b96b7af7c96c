# SPDX-License-Identifier: GPL-3.0-or-later
"""新年红墙: a trowelled red wall with a gilt 福 above the heads, couplets at the sides and silk lanterns in
front of it.
"""

from __future__ import annotations

import argparse
import math
import random
import sys
from pathlib import Path

import bpy

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))

from kit import command, geometry, lantern, lighting, materials  # noqa: E402  # after the path
from kit.camera import View  # noqa: E402  # after the path
from kit.finish import Finish  # noqa: E402  # after the path
from kit.plum import branch  # noqa: E402  # after the path
from kit.scene_file import Words  # noqa: E402  # after the path
from kit.strokes import Pass, cloud, paint  # noqa: E402  # after the path

VIEW = View()
WALL = VIEW.wall - VIEW.distance  # y of the wall
RIGHT, LEFT = "天增岁月人增寿", "春满乾坤福满门"  # the first line of a couplet hangs on the viewer's right
WORDS = Words(
    id="new-year-wall",
    name_zh="新年红墙",
    name_en="New Year red wall",
    motion=("fireworks", "lanterns", "petals", "snow"),
    prompt_zh="照相馆新年全家福背景：手工抹灰的中国红墙，上方一块烫金福字圆匾，两侧挂洒金春联和红绸灯笼，灯笼透出暖光，"
    "中间留白，柔和的左前方主光，浅景深，喜庆温馨",
    prompt_en="Chinese New Year family portrait backdrop: hand-plastered red wall, a round lacquer plaque "
    "with a gilt brush-written 福 above the heads, gold-flecked couplets and glowing red silk lanterns at "
    "the sides, calm empty middle, soft key light from the front left, shallow depth of field, festive "
    "and warm",
)
FINISH = Finish(exposure=-0.3, saturation=1.0, bloom=0.5, vignette=0.06)


def wall(scratch: Path) -> None:
    """Red lime plaster, trowelled on in overlapping arcs; a little polish where the trowel pressed."""
    rows, cols = 1400, 1900
    coats = [
        Pass(500, 380, 180, 0.5, 1.0, 0.08, (20, -35, 70), 40),
        Pass(1200, 220, 110, 0.35, 1.0, 0.12, (20, -35, 70), 40),
    ]
    trowel = paint(rows, cols, coats, seed=3)
    tone = 0.5 + 0.12 * (0.75 * trowel + 0.25 * cloud(rows, cols, 520, seed=4))
    path = materials.save_map(scratch / "plaster.exr", tone)
    shader = materials.Shader("red plaster")
    value = shader.image(path, shader.place(by="UV"))
    grit = shader.noise(shader.place((60, 60, 60)), 4, 0.6)
    red = shader.ramp(value, (0.1, (0.235, 0.010, 0.009)), (0.5, (0.31, 0.0145, 0.012)), (0.9, (0.40, 0.024, 0.018)))
    rough = shader.calculate("MULTIPLY_ADD", value, -0.25)
    rough.node.inputs[2].default_value = 0.66
    normal = shader.bump(grit, 0.0008, below=shader.bump(value, 0.018))
    shader.attach(Base_Color=red, Roughness=rough, Normal=normal, Specular_IOR_Level=0.25)
    corners = [(-3, WALL, -0.2), (3, WALL, -0.2), (3, WALL, 4.2), (-3, WALL, 4.2)]
    geometry.rectangle("wall", corners, shader.material)


def room() -> None:
    """What the camera does not see but the light does: a warm floor, pale side walls and ceiling."""
    pale = materials.plain("pale wall", (0.62, 0.60, 0.57), 0.9)
    wood = materials.plain("floor", (0.30, 0.24, 0.19), 0.5)
    x, back, top = 3.6, -5.0, 4.2
    geometry.rectangle("floor", [(-x, back, 0), (x, back, 0), (x, WALL, 0), (-x, WALL, 0)], wood)
    geometry.rectangle("ceiling", [(-x, WALL, top), (x, WALL, top), (x, back, top), (-x, back, top)], pale)
    geometry.rectangle("back", [(-x, back, 0), (-x, back, top), (x, back, top), (x, back, 0)], pale)
    for side in (-x, x):
        geometry.rectangle("side", [(side, back, 0), (side, WALL, 0), (side, WALL, top), (side, back, top)], pale)


def plaque(font: Path, gold: bpy.types.Material) -> None:
    """A lacquered disc with two gilt rims and the brush-written character in relief."""
    x, y, z = VIEW.at(0.5, 0.160, WALL)
    red = materials.plain("plaque lacquer", (0.20, 0.005, 0.004), 0.4, Specular_IOR_Level=0.2)
    profile = [(0.0, 0.045), (0.30, 0.045), (0.335, 0.043), (0.352, 0.036), (0.36, 0.0)][::-1]
    disc = geometry.lathe("plaque", profile, (0, 0, 0), red, segments=160)
    disc.location, disc.rotation_euler = (x, y, z), (math.pi / 2, 0, 0)
    geometry.ring("rim", 0.365, 0.021, (x, y - 0.028, z), gold)
    geometry.ring("inner rim", 0.322, 0.006, (x, y - 0.047, z), gold)
    geometry.character("福", font, 0.46, (x, y - 0.060, z), gold, thickness=0.002, bevel=0.015)


def couplets(font: Path, gold: bpy.types.Material) -> None:
    """Gold-flecked red paper on dark boards, gilt characters a hair above the paper."""
    shader = materials.Shader("flecked paper")
    flecks = shader.noise(shader.place((85, 85, 85)), 2, 0.5)
    leaf = shader.ramp(flecks, (0.665, (0, 0, 0)), (0.685, (1, 1, 1)))
    shader.attach(
        Base_Color=shader.mix(leaf, (0.30, 0.008, 0.007), (0.80, 0.48, 0.14)),
        Metallic=leaf,
        Roughness=0.6,
        Specular_IOR_Level=0.15,
    )
    boards = geometry.Boxes("boards", materials.lacquer("board", (0.075, 0.018, 0.012), 0.3, 0.5), 0.006)
    papers = geometry.Boxes("papers", shader.material, 0.001)
    edges = geometry.Boxes("gilt edges", gold, 0.002)
    for u, line in ((0.094, LEFT), (0.906, RIGHT)):
        x, y, top = VIEW.at(u, 0.165, WALL)
        tall, wide = 1.90, 0.27
        middle = top - tall / 2
        boards.box((x, y - 0.016, middle), (wide + 0.05, 0.032, tall + 0.05))
        papers.box((x, y - 0.033, middle), (wide, 0.004, tall))
        for side in (-1, 1):
            edges.box((x + side * (wide / 2 + 0.006), y - 0.034, middle), (0.009, 0.008, tall + 0.02))
            edges.box((x, y - 0.034, middle + side * (tall / 2 + 0.006)), (wide + 0.02, 0.008, 0.009))
        step = (tall - 0.10) / len(line)
        for i, letter in enumerate(line):
            place = (x, y - 0.037, top - 0.05 - step * (i + 0.5))
            geometry.character(letter, font, 0.205, place, gold, thickness=0.001, bevel=0.0022)
    for boxes in (boards, papers, edges):
        boxes.build()


def plum() -> None:
    """Branches reach in from both upper corners, more from the left: what breaks the symmetry."""
    for u, v, y, heading, length, seed in (
        (-0.03, 0.055, WALL - 0.35, 0.14, 1.15, 114),
        (1.03, 0.03, WALL - 0.30, math.pi + 0.05, 0.75, 213),
    ):
        branch(VIEW.at(u, v, y), heading, length, seed)


def lanterns(gold: bpy.types.Material) -> None:
    """A large one and a small one on either side, not quite alike."""
    trim = lantern.red_trim(gold)
    for u, v, y, radius in (
        (0.222, 0.150, 1.25, 0.205),
        (0.782, 0.142, 1.22, 0.205),
        (0.325, 0.072, 1.65, 0.125),
        (0.676, 0.080, 1.60, 0.125),
    ):
        lantern.hang(VIEW.at(u, v, y), radius, trim)


def lights() -> None:
    """Key from the front left, a broad fill, a wash on the wall; glossy-only cards so that gold has
    something to show.

    The softboxes themselves are hidden from mirrors: flat gold would show them as white patches.
    """
    lighting.softbox("key", (-2.3, -2.6, 2.9), (0.1, 0.3, 1.4), (1.8, 1.8), 118, lighting.kelvin(5200), reflected=False)
    lighting.softbox("fill", (2.3, -3.6, 1.9), (0, 0.5, 1.3), (2.6, 2.4), 84, lighting.kelvin(5400), reflected=False)
    lighting.spot("wash", (0, 0.25, 1.9), (0, WALL, 1.8), 115, 95, lighting.kelvin(4600), 0.35)
    for x0, x1, glow in (
        (-3.4, -2.2, 2.2),
        (-1.5, -0.8, 0.9),
        (0.15, 0.6, 1.7),
        (1.3, 1.7, 0.7),
        (2.3, 3.0, 2.0),
    ):
        corners = [(x0, -4.6, 0.0), (x0, -4.6, 4.0), (x1, -4.6, 4.0), (x1, -4.6, 0.0)]
        lighting.reflection_card("card", corners, (1.0, 0.86, 0.66), glow)


def build(arguments: argparse.Namespace, scratch: Path) -> None:
    """The whole set."""
    random.seed(8)
    gold = materials.gilt("gold", (0.83, 0.46, 0.125))
    wall(scratch)
    room()
    plaque(arguments.font, gold)
    couplets(arguments.font, gold)
    plum()
    lanterns(gold)
    lights()


if __name__ == "__main__":
    command.run(HERE, WORDS, VIEW, FINISH, build, needs_font=True)
