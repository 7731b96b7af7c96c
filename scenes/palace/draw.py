# SPDX-License-Identifier: GPL-3.0-or-later
"""故宫: between two vermilion columns under painted beams stands a screen of golden silk, painted with mountains;
lattice doors behind it."""

from __future__ import annotations

import argparse
import math
import random
import sys
from pathlib import Path

import bpy
import numpy as np

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))

from kit import carving, command, geometry, ink, lantern, lattice  # noqa: E402  # after the path
from kit import lighting, materials, mouldings, painted_beam, room, timber  # noqa: E402  # after the path
from kit.camera import View  # noqa: E402  # after the path
from kit.finish import Finish  # noqa: E402  # after the path
from kit.scene_file import Words  # noqa: E402  # after the path

VIEW = View()
DOORS = 2.60  # y of the doors
SCREEN = 1.98
COLUMNS = (1.55, 1.46, 0.165)  # y, distance from the middle, radius
WORDS = Words(
    id="palace",
    name_zh="故宫",
    name_en="Palace hall",
    motion=("lanterns", "confetti", "fireworks", "warm"),
    prompt_zh="故宫大殿全家福背景：两侧朱红大柱，上方青绿描金的旋子彩画额枋与鎏金雀替，柱间一座描金边的三扇屏风，金黄绢地绘青绿山水，屏后朱漆三交六椀菱花隔扇门，"
    "左右悬六角宫灯，中间留白，柔和的左前方主光，浅景深，庄重华贵",
    prompt_en="Palace hall family portrait backdrop: vermilion columns on both sides, beams painted in blue, green and"
    " gold with gilt brackets above, between the columns a gilt-edged three-leaf screen of golden silk "
    "painted with a blue-green landscape, vermilion lattice doors behind it, six-sided palace lanterns at "
    "left and right, calm empty middle, soft key light from the front left, shallow depth of field, "
    "dignified and rich",
)
FINISH = Finish(exposure=-0.22, saturation=0.88, bloom=0.4, vignette=0.12)


def vermilion() -> bpy.types.Material:
    """Tung-oil lacquer over hemp and brick dust: deep red, satin, never quite even."""
    shader = materials.Shader("vermilion")
    broad, brush = shader.noise(shader.place((2.5, 2.5, 1.0)), 4, 0.6), shader.noise(shader.place((40, 40, 5)), 4, 0.6)
    tone = shader.mix(broad, (0.225, 0.0135, 0.0085), (0.320, 0.0230, 0.0135))
    rough = shader.calculate("MULTIPLY_ADD", brush, 0.22)
    rough.node.inputs[2].default_value = 0.20
    normal = shader.bump(brush, 0.0005, below=shader.bump(broad, 0.004))
    return shader.attach(Base_Color=tone, Roughness=rough, Specular_IOR_Level=0.35, Normal=normal).material


def columns(red: bpy.types.Material, gold: bpy.types.Material) -> None:
    """Two columns with a painted head and gilt rings, on stone."""
    y, away, r = COLUMNS
    stone = materials.plain("stone", (0.42, 0.40, 0.36), 0.7)
    green = materials.plain("head", (0.012, 0.068, 0.055), 0.6)
    for side in (-1, 1):
        x = side * away
        geometry.lathe("column", [(r * 1.02, 0.1), (r, 1.2), (r * 0.97, 3.4)], (x, y, 0), red, 128)
        geometry.lathe("base", [(r * 1.5, 0.0), (r * 1.5, 0.06), (r * 1.25, 0.12), (r, 0.12)], (x, y, 0), stone, 96)
        geometry.lathe("head", [(r * 1.005, 2.30), (r * 1.005, 2.44)], (x, y, 0), green, 96)
        for z in (2.285, 2.45):
            geometry.lathe(
                "ring",
                [(r, z - 0.018), (r * 1.03, z - 0.010), (r * 1.03, z + 0.010), (r, z + 0.018)],
                (x, y, 0),
                gold,
                96,
            )


def beams(scratch: Path, gold: bpy.types.Material) -> None:
    """Small beam, board, great beam in the middle bay and on either side, gilt brackets under them."""
    y, away, r = COLUMNS
    front, dark = y - 0.10, materials.plain("beam", (0.02, 0.045, 0.05), 0.7)
    blocks = geometry.Boxes("beams", dark, 0.01)
    for z0, z1, out in ((2.27, 2.405, 0.0), (2.405, 2.465, -0.04), (2.465, 2.74, 0.03)):
        blocks.box((0, front - out + 0.105, (z0 + z1) / 2), (7.5, 0.20, z1 - z0))
    blocks.build()
    wide = 2 * (away - r)
    for name, bay_x, bay in (("middle", 0.0, wide), ("left", -2 * away, wide), ("right", 2 * away, wide)):
        for k, (z0, z1, out) in enumerate(((2.27, 2.405, 0.0), (2.405, 2.465, -0.04), (2.465, 2.74, 0.03))):
            label = f"{k}"
            if k == 1:
                maps = painted_beam.strip_maps(scratch, label, bay, z1 - z0)
            else:
                maps = painted_beam.beam_maps(scratch, label, bay, z1 - z0, blue_heart=k == 2)
            face = painted_beam.corners(bay_x - bay / 2, bay_x + bay / 2, front - out + 0.003, z0, z1)
            geometry.rectangle(name, face, painted_beam.surface(label, maps))
    green = materials.plain("bracket", (0.014, 0.080, 0.062), 0.6)
    for side in (-1, 1):
        _bracket(side, front + 0.03, gold, green)


def _bracket(side: int, y: float, gold: bpy.types.Material, green: bpy.types.Material) -> None:
    """A carved bracket in the corner of column and beam: a board that steps down in clouds, gilt scrolls on it."""
    _, away, r = COLUMNS
    long, tall = 0.46, 0.17
    root = side * (away - r)
    t = np.linspace(0, 1, 60)
    lower = tall * (1 - t) ** 0.8 + 0.018 * np.abs(np.sin(t * math.pi * 3.5))
    points = [(root - side * long * a, y, 2.27 - b) for a, b in zip(t, lower, strict=True)] + [
        (root - side * long * a, y, 2.27) for a in t
    ]
    geometry.mesh("bracket", points, [(k, k + 1, k + 61, k + 60) for k in range(59)], green, smooth=False)
    geometry.tubes("bracket edge", [[(a, b - 0.004, c, 0.006) for a, b, c in points[:60]]], gold, 2)
    for share, size in ((0.16, 0.13), (0.43, 0.095), (0.68, 0.06)):
        parts = carving.spiral((0, 0), size * 0.40, math.pi / 2, 1.5 * side, size * 0.055, leaves=5)
        relief = carving.raised(size * 1.2, size, parts)
        centre = (root - side * long * share, y - 0.003, 2.27 - 0.5 * tall * (1 - share) ** 0.8)
        carving.openwork("scroll", (size * 1.2, size), centre, relief, 0.012, gold)


def doors(red: bpy.types.Material, gold: bpy.types.Material, scratch: Path) -> None:
    """A row of door leaves with lattice above and a gilt panel below, before dimly lit paper."""
    frame, bars = timber.Timber("doors", red, 0.006, 3), timber.Timber("lattice", red, 0.003, 4)
    bosses = timber.Timber("bosses", gold, 0.003, 5)
    wide, y = 0.66, DOORS
    for k in range(-4, 5):
        x = k * wide
        for side in (-1, 1):
            frame.box((x + side * (wide / 2 - 0.035), y, 1.3), (0.066, 0.07, 2.6))
        for z in (0.10, 0.72, 0.90, 2.50, 2.62):
            frame.box((x, y, z), (wide - 0.13, 0.065, 0.06))
        frame.box((x, y + 0.02, 0.50), (wide - 0.13, 0.02, 0.9))
        lattice.threefold(bars, bosses, (x, y - 0.005, 1.70), (wide - 0.13, 1.54), 0.066)
        if abs(k) > 1:
            mouldings.frame(
                "gilt",
                (wide - 0.20, 0.44),
                (x, y + 0.008, 0.41),
                [(0, 0), (0.0, 0.010), (0.016, 0.010), (0.016, 0.0)],
                gold,
            )
    frame.box((0, y, 2.74), (7, 0.12, 0.18))
    for part in (frame, bars, bosses):
        part.build()
    lattice.paper(scratch / "paper.exr", (0, y + 0.05, 1.70), (6.4, 1.60), (0.50, 0.36, 0.20), 0.07, 3, shadows=False)


def _silk(scratch: Path) -> bpy.types.Material:
    """Golden silk with a blue-green landscape (青绿山水) that runs over all three leaves; UV 0–1 over the whole."""
    strength = materials.save_map(scratch / "landscape.exr", ink.landscape(900, 1734, seed=40, rise=0.66))
    shader = materials.Shader("golden silk")
    slub = shader.noise(shader.place((5, 5, 220)), 3, 0.6)
    tint = shader.noise(shader.place((2.2, 2.2, 2.2)), 3, 0.5)
    paint = shader.mix(tint, (0.030, 0.085, 0.062), (0.026, 0.062, 0.098))
    drawn = shader.calculate("MULTIPLY", shader.image(strength, shader.place(by="UV")), 1.05)
    age = shader.noise(shader.place((1.5, 1.5, 1.5)), 4, 0.6)
    ground = shader.mix(age, (0.310, 0.186, 0.056), (0.405, 0.262, 0.092))
    tone = shader.mix(
        1.0, shader.mix(drawn, ground, paint), shader.ramp(slub, (0.3, (0.90,) * 3), (0.7, (1.05,) * 3)), "MULTIPLY"
    )
    return shader.attach(Base_Color=tone, Roughness=0.6, Specular_IOR_Level=0.25, Sheen_Weight=0.15).material


def screen(wood: bpy.types.Material, gold: bpy.types.Material, scratch: Path) -> None:
    """Three leaves, the outer ones turned to the guests: silk in gilt fillets, boards below, shaped crests."""
    silk = _silk(scratch)
    pieces = timber.Timber("screen", wood, 0.008, 6)
    centre, outer, angle = 1.66, 0.48, math.radians(16)
    for side in (-1, 0, 1):
        wide, top = (outer, 1.97) if side else (centre, 2.07)
        x = side * (centre / 2 + outer / 2 * math.cos(angle) + 0.005)
        y, swing = SCREEN - abs(side) * outer / 2 * math.sin(angle), -side * angle
        c, s = math.cos(swing), math.sin(swing)
        for edge in (-1, 1):
            off = edge * (wide / 2 - 0.032)
            pieces.box((x + off * c, y + off * s, top / 2), (0.064, 0.064, top), swing=swing)
        for z, tall in ((top - 0.03, 0.07), (0.64, 0.06), (0.12, 0.07)):
            pieces.box((x, y, z), (wide - 0.08, 0.058, tall), swing=swing)
        pieces.box((x + 0.012 * s, y + 0.012 * c, 0.38), (wide - 0.1, 0.02, 0.5), swing=swing)
        half, low, high = wide / 2 - 0.058, 0.67, top - 0.065
        face = [(x + a * half * c, y + a * half * s, z) for a, z in ((-1, low), (1, low), (1, high), (-1, high))]
        flat = [(point[0] / 2.62 + 0.5, (point[2] - low) / 1.36) for point in face]
        geometry.mesh("silk", face, [(0, 1, 2, 3)], silk, flat, smooth=False)
        fillet = [(0.0, 0.0), (0.0, 0.012), *mouldings.arc((0.010, 0.014), 0.010, 180, 0, 7), (0.020, 0.0)]
        for tall, middle in ((high - low, (low + high) / 2), (0.40, 0.38)):
            trim = mouldings.frame("fillet", (2 * half - 0.03, tall - 0.03), (0, -0.006, middle), fillet, gold)
            trim.location, trim.rotation_euler = (x, y, 0), (0, 0, swing)
        _crest((x, y, top), wide, swing, gold, wood)
    pieces.build()


def _crest(
    place: tuple[float, float, float], wide: float, swing: float, gold: bpy.types.Material, wood: bpy.types.Material
) -> None:
    """A board that rises to its middle in cloud steps, with gilt scrolls and a gilt edge."""
    x, y, top = place
    t = np.linspace(-1, 1, 121)
    tall = 0.10 * wide + 0.05
    outline = (
        tall
        * (0.30 + 0.70 * np.exp(-((t / 0.52) ** 4)))
        * (1 + 0.06 * np.cos(t * 9.4))
        * np.clip((1.0 - np.abs(t)) / 0.06, 0, 1) ** 0.5
    )
    board = timber.Timber("crest", wood, 0.006, 8)
    board.shaped((0, 0, 0), wide * 0.98, outline, np.full(121, -0.01), 0.05)
    scrolls = carving.panel(wide * 0.56, tall * 0.72, 2, tall * 0.27, pixels=900)
    parts = [
        board.build(),
        carving.openwork("scrolls", (wide * 0.56, tall * 0.72), (0, -0.022, tall * 0.42), scrolls, 0.016, gold),
        geometry.tubes(
            "edge", [[(a * wide * 0.49, -0.022, b - 0.006, 0.0055) for a, b in zip(t, outline, strict=True)]], gold, 2
        ),
    ]
    for part in parts:
        part.location, part.rotation_euler = (x, y, top), (0, 0, swing)


def lights() -> None:
    """Key from the front left as from the courtyard, a broad fill, warm light on the beams; cards for the gold."""
    lighting.softbox("key", (-2.3, -2.6, 2.9), (0.1, 0.3, 1.4), (1.8, 1.8), 118, lighting.kelvin(5200), reflected=False)
    lighting.softbox("fill", (2.3, -3.6, 1.9), (0, 0.5, 1.3), (2.6, 2.4), 84, lighting.kelvin(5400), reflected=False)
    lighting.softbox(
        "beams", (0, 0.55, 1.3), (0, COLUMNS[0], 2.5), (2.4, 0.2), 10, lighting.kelvin(4300), 100, reflected=False
    )
    for x0, x1, glow in ((-3.4, -2.2, 2.2), (-1.5, -0.8, 0.9), (0.15, 0.6, 1.5), (1.3, 1.7, 0.7), (2.3, 3.0, 1.6)):
        corners = [(x0, -4.6, 0.0), (x0, -4.6, 4.0), (x1, -4.6, 4.0), (x1, -4.6, 0.0)]
        lighting.reflection_card("card", corners, (1.0, 0.88, 0.70), glow)


def build(_: argparse.Namespace, scratch: Path) -> None:
    """The whole set."""
    random.seed(6)
    gold = materials.gilt("gold", (0.82, 0.50, 0.17), 0.28, 0.0005)
    shades = ((0.010, 0.0045, 0.003), (0.040, 0.014, 0.008), (0.085, 0.032, 0.018))
    wood = timber.polished("dark wood", scratch, shades, 0.34, 0.3)
    red = vermilion()
    columns(red, gold)
    beams(scratch, gold)
    doors(red, gold, scratch)
    screen(wood, gold, scratch)
    trim = lantern.pale_trim(gold)
    for x, y, z, size in ((-1.07, 1.72, 2.05, 0.100), (1.08, 1.70, 2.03, 0.100)):
        lantern.hang_palace((x, y, z), size, trim, wood)
        lighting.glow((x, y - 0.2, z), 1.2, lighting.kelvin(2800), 0.08)
    room.shell(DOORS + 0.12)
    lights()


if __name__ == "__main__":
    command.run(HERE, WORDS, VIEW, FINISH, build)
