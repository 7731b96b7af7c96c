# SPDX-License-Identifier: GPL-3.0-or-later
"""红木沙发: a hall with a carved rosewood settle, lattice screens with bamboo shadows, a landscape above the heads and
porcelain at the sides; late sun from a window on the left.
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

from kit import carving, cloth, command, geometry, ink, lattice, lighting  # noqa: E402  # after the path
from kit import materials, mouldings, porcelain, room, settle, timber  # noqa: E402  # after the path
from kit.camera import View  # noqa: E402  # after the path
from kit.finish import Finish  # noqa: E402  # after the path
from kit.plum import branch  # noqa: E402  # after the path
from kit.scene_file import Words  # noqa: E402  # after the path

VIEW = View()
WALL = VIEW.wall - VIEW.distance
WORDS = Words(
    id="rosewood",
    name_zh="红木沙发",
    name_en="Rosewood hall",
    motion=("lanterns", "petals", "warm"),
    prompt_zh="中式红木厅堂全家福背景：草编墙布前一张雕花红木罗汉榻式沙发，米金色织锦坐垫，"
    "上方悬挂装裱的水墨山水横幅，两侧红木格心屏风透出竹影，高几上青花梅瓶插红梅、青花盖罐，左侧窗外斜阳落在墙上，中间留白，柔和的左前方主光，浅景深，典雅温润",
    prompt_en="Chinese rosewood hall family portrait backdrop: a carved rosewood settle with champagne brocade seats "
    "before a grass-cloth wall, a framed ink landscape high above, rosewood lattice screens with bamboo "
    "shadows on both sides, a blue-and-white vase with plum blossom and a lidded jar on tall stands, low sun"
    " from a window on the left, calm empty middle, soft key light from the front left, shallow depth of "
    "field, refined and warm",
)
FINISH = Finish(exposure=-0.22, saturation=1.0, bloom=0.4, vignette=0.12)


def wall() -> None:
    """Grass-cloth: fine horizontal fibres, here and there a thicker one."""
    shader = materials.Shader("grass cloth")
    fine, thick = shader.noise(shader.place((10, 10, 420)), 4, 0.6), shader.noise(shader.place((4, 4, 150)), 2, 0.5)
    broad = shader.noise(shader.place((1.1, 1.1, 1.1)), 3, 0.5)
    weave = shader.calculate("ADD", shader.calculate("MULTIPLY", fine, 0.6), shader.calculate("MULTIPLY", thick, 0.4))
    tone = shader.ramp(weave, (0.30, (0.235, 0.182, 0.118)), (0.70, (0.365, 0.292, 0.200)))
    tone = shader.mix(shader.calculate("MULTIPLY", broad, 0.4), tone, (0.250, 0.196, 0.130))
    shader.attach(Base_Color=tone, Roughness=0.8, Specular_IOR_Level=0.2, Normal=shader.bump(weave, 0.0012))
    geometry.rectangle("wall", [(-3.6, WALL, 0), (3.6, WALL, 0), (3.6, WALL, 4), (-3.6, WALL, 4)], shader.material)


def frame_of_the_hall(wood: bpy.types.Material, scratch: Path) -> None:
    """Columns, beam and skirting; lattice screens between the columns and the frame's edge."""
    pieces = timber.Timber("hall", wood, 0.008, seed=2)
    pieces.box((0, WALL - 0.06, 2.86), (7, 0.14, 0.22))
    for z, deep in ((2.735, 0.06), (2.70, 0.04), (0.06, 0.03)):
        pieces.box((0, WALL - deep / 2, z), (7, deep, 0.03 if z > 1 else 0.12))
    for x in (-2.16, -1.23, 1.23, 2.16):
        pieces.box((x, WALL - 0.075, 1.5), (0.115, 0.15, 3.0))
        pieces.box((x, WALL - 0.07, 0.07), (0.15, 0.165, 0.14))
    for x, seed in ((-1.695, 5), (1.695, 23)):
        _screen(pieces, x, 0.80, seed, scratch)
    pieces.build()


def _screen(pieces: timber.Timber, x: float, wide: float, seed: int, scratch: Path) -> None:
    """One leaf: frame, carved skirt panel, lattice over lit paper."""
    y, inner = WALL - 0.055, wide - 0.11
    for side in (-1, 1):
        pieces.box((x + side * (wide - 0.055) / 2, y, 1.38), (0.055, 0.06, 2.60))
    for z in (0.11, 0.66, 0.76, 0.84, 2.44, 2.54, 2.65):
        pieces.box((x, y, z), (inner, 0.055, 0.05))
    for z, tall in ((0.385, 0.55), (0.71, 0.06), (2.49, 0.06), (2.60, 0.06)):
        pieces.box((x, y + 0.016, z), (inner, 0.012, tall))
    pieces.carved(
        (x, y + 0.008, 0.385), (inner * 0.92, 0.44), 0.016 * carving.panel(inner * 0.92, 0.44, 1, 0.12, pixels=420)
    )
    lattice.squares(pieces, (x, y, 1.64), (inner, 1.55), (4, 9))
    lattice.paper(scratch / f"paper{seed}.exr", (x, WALL - 0.012, 1.64), (inner, 1.56), (0.62, 0.53, 0.38), 0.42, seed)


def painting(wood: bpy.types.Material, gold: bpy.types.Material, scratch: Path) -> None:
    """The ink landscape on paper, mounted on silk, in a plain rosewood frame."""
    x, z, wide, tall, mount = -0.02, 2.27, 1.62, 0.56, 0.075
    strength = materials.save_map(scratch / "landscape.exr", ink.landscape(1000, 2892, seed=14))
    shader = materials.Shader("painting")
    tone = shader.ramp(
        shader.image(strength, shader.place(by="UV")),
        (0.0, (0.430, 0.372, 0.262)),
        (0.5, (0.150, 0.138, 0.112)),
        (1.0, (0.016, 0.016, 0.017)),
    )
    shader.attach(Base_Color=tone, Roughness=0.85, Specular_IOR_Level=0.1)
    left, right, low, high, y = x - wide / 2, x + wide / 2, z - tall / 2, z + tall / 2, WALL - 0.024
    geometry.rectangle(
        "painting", [(left, y, low), (right, y, low), (right, y, high), (left, y, high)], shader.material
    )
    silk = materials.plain("mount", (0.30, 0.245, 0.155), 0.75)
    geometry.rectangle(
        "mount",
        [
            (left - 0.1, y + 0.003, low - 0.1),
            (right + 0.1, y + 0.003, low - 0.1),
            (right + 0.1, y + 0.003, high + 0.1),
            (left - 0.1, y + 0.003, high + 0.1),
        ],
        silk,
    )
    mouldings.frame(
        "gilt line", (wide, tall), (x, WALL - 0.024, z), [(0.0, 0.0), (0.0, 0.004), (0.006, 0.004), (0.006, 0.0)], gold
    )
    pieces = timber.Timber("picture frame", wood, 0.008, seed=7)
    for side in (-1, 1):
        pieces.box((x, WALL - 0.035, z + side * (tall / 2 + mount + 0.024)), (wide + 2 * mount + 0.096, 0.05, 0.048))
        pieces.box((x + side * (wide / 2 + mount + 0.024), WALL - 0.035, z), (0.048, 0.05, tall + 2 * mount))
    pieces.build()
    red = materials.plain("seal", (0.30, 0.02, 0.015), 0.8)
    for dx, dz, size in ((0.735, 0.05, 0.026), (0.735, 0.015, 0.024)):
        a, b = x + dx, z + dz
        geometry.rectangle(
            "seal",
            [(a, y - 0.001, b), (a + size, y - 0.001, b), (a + size, y - 0.001, b + size), (a, y - 0.001, b + size)],
            red,
        )


def cushions(scratch: Path) -> None:
    """Three seats in champagne brocade; two pairs of cushions, none like its neighbour."""
    pattern = cloth.damask_map(scratch / "brocade.exr")
    champagne = cloth.damask("champagne", pattern, (0.235, 0.170, 0.095), (0.330, 0.252, 0.150), 0.17)
    red = cloth.damask("red brocade", pattern, (0.130, 0.011, 0.010), (0.270, 0.110, 0.040), 0.15)
    teal = cloth.damask("teal brocade", pattern, (0.016, 0.048, 0.050), (0.130, 0.115, 0.060), 0.15)
    y = WALL - 0.22 - 0.34
    for k in (-1, 0, 1):
        cloth.cushion(
            "seat", (0.66, 0.60, 0.11), (k * 0.66, y, settle.SEAT + 0.05), (0, 0, 0.01 * k), champagne, 10 + k, 0.2
        )
    for x, size, lean, turn, cloth_, seed in (
        (-0.81, 0.44, 71, -0.20, red, 3),
        (-0.50, 0.37, 66, 0.16, champagne, 5),
        (0.80, 0.43, 73, 0.26, teal, 8),
        (0.56, 0.34, 63, -0.10, champagne, 9),
    ):
        place = (x, y + 0.15 - 0.03 * (size < 0.4), settle.SEAT + 0.09 + size * 0.44)
        cloth.cushion(
            "cushion", (size, size, 0.17), place, (math.radians(lean), 0.06 * math.sin(seed), turn), cloth_, seed
        )


def stands(wood: bpy.types.Material, scratch: Path) -> None:
    """Two tall stands: a meiping with plum blossom on the left, a lidded jar, a bowl and old books on the right."""
    pieces = timber.Timber("stands", wood, 0.007, seed=17)
    for x, y, tall in ((-1.47, WALL - 0.50, 0.70), (1.44, WALL - 0.46, 0.66)):
        pieces.box((x, y, tall - 0.015), (0.46, 0.44, 0.030))
        pieces.box((x, y, tall - 0.045), (0.42, 0.40, 0.03))
        pieces.box((x, y, tall - 0.095), (0.40, 0.38, 0.07))
        pieces.carved((x, y - 0.192, tall - 0.095), (0.36, 0.06), 0.009 * carving.panel(0.36, 0.06, 3))
        for a in (-1, 1):
            for b in (-1, 1):
                pieces.box((x + a * 0.185, y + b * 0.175, tall / 2 - 0.02), (0.046, 0.046, tall - 0.05))
        pieces.box((x, y, 0.17), (0.38, 0.36, 0.022))
    pieces.build()
    china = porcelain.glaze(porcelain.cobalt(scratch / "cobalt.exr", seed=4))
    vase = (-1.47, WALL - 0.50, 0.70)
    porcelain.body("meiping", porcelain.MEIPING, vase, china, 0.7)
    jar = (1.36, WALL - 0.44, 0.66)
    porcelain.body("jar", porcelain.JAR, jar, china, 2.1)
    porcelain.body("lid", porcelain.LID, jar, china, 1.1)
    celadon = materials.plain("celadon", (0.21, 0.29, 0.23), 0.16, Coat_Weight=1.0, Coat_Roughness=0.03)
    bowl = [
        (0.0, 0.004),
        (0.024, 0.0),
        (0.028, 0.008),
        (0.042, 0.026),
        (0.050, 0.050),
        (0.047, 0.052),
        (0.036, 0.026),
        (0.0, 0.014),
    ]
    porcelain.body("bowl", bowl, (1.555, WALL - 0.60, 0.715), celadon)
    indigo, leaves = (
        materials.plain("book cloth", (0.018, 0.028, 0.060), 0.8),
        materials.plain("leaves", (0.38, 0.33, 0.24), 0.9),
    )
    books, pages = timber.Timber("books", indigo, 0.002, 3), timber.Timber("pages", leaves, 0.001, 4)
    for k, swing in enumerate((0.10, -0.05)):
        books.box((1.555, WALL - 0.58, 0.673 + 0.027 * k), (0.15, 0.21, 0.003), swing=swing)
        pages.box((1.555, WALL - 0.58, 0.6855 + 0.027 * k), (0.145, 0.205, 0.022), swing=swing)
    books.box((1.555, WALL - 0.58, 0.7135), (0.15, 0.21, 0.003), swing=-0.05)
    books.build()
    pages.build()
    for heading, long, seed in ((1.95, 0.62, 31), (1.35, 0.70, 57), (2.5, 0.42, 12)):
        branch((vase[0], vase[1], vase[2] + 0.44), heading, long, seed, radius=0.008, size=0.016, density=0.42)


def lights(wood: bpy.types.Material) -> None:
    """Key from the front left, a broad fill; the low sun comes through a barred window behind the people's plane."""
    lighting.softbox("key", (-2.3, -2.6, 2.9), (0.1, 0.3, 1.4), (1.8, 1.8), 118, lighting.kelvin(5100), reflected=False)
    lighting.softbox("fill", (2.3, -3.6, 1.9), (0, 0.5, 1.3), (2.6, 2.4), 84, lighting.kelvin(5300), reflected=False)
    lighting.sun((1.0, 0.34, -0.26), 2.6, lighting.kelvin(4000), 1.1)
    lighting.softbox(
        "picture light",
        (0, WALL - 0.42, 2.95),
        (0, WALL, 2.2),
        (1.5, 0.06),
        7,
        lighting.kelvin(3300),
        140,
        reflected=False,
    )
    bars = timber.Timber("window", wood, 0.004, seed=23)
    y0, y1, z0, z1 = 0.75, 1.72, 1.25, 2.95
    for y in np.linspace(y0, y1, 4):
        bars.box((room.LEFT, float(y), (z0 + z1) / 2), (0.05, 0.045, z1 - z0))
    for z in np.linspace(z0, z1, 6):
        bars.box((room.LEFT, (y0 + y1) / 2, float(z)), (0.05, y1 - y0, 0.04))
    bars.build()
    room.shell(WALL, window=(y0, y1, z0, z1))
    for x0, x1, glow in ((-3.4, -2.4, 1.5), (-1.2, -0.7, 0.7), (0.6, 1.1, 1.0), (2.4, 3.0, 1.2)):
        corners = [(x0, -4.6, 0.0), (x0, -4.6, 4.0), (x1, -4.6, 4.0), (x1, -4.6, 0.0)]
        lighting.reflection_card("card", corners, (1.0, 0.90, 0.75), glow)


def build(_: argparse.Namespace, scratch: Path) -> None:
    """The whole set."""
    shades = ((0.0115, 0.0040, 0.0028), (0.056, 0.0170, 0.0095), (0.135, 0.046, 0.024))
    wood = timber.polished("rosewood", scratch, shades, 0.34, 0.35)
    gold = materials.gilt("gold", (0.78, 0.52, 0.22), 0.30, 0.0004)
    wall()
    frame_of_the_hall(wood, scratch)
    painting(wood, gold, scratch)
    settle.build(wood, WALL - 0.22)
    cushions(scratch)
    stands(wood, scratch)
    lights(wood)


if __name__ == "__main__":
    command.run(HERE, WORDS, VIEW, FINISH, build)
