# SPDX-License-Identifier: GPL-3.0-or-later
"""影棚: a hand-painted canvas in warm grey-beige, hung behind the group and lit with one soft pool of
light.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

import numpy as np
from scipy.ndimage import gaussian_filter1d

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))

from kit import command, geometry, lighting, materials  # noqa: E402  # after the path
from kit.camera import View  # noqa: E402  # after the path
from kit.finish import Finish  # noqa: E402  # after the path
from kit.scene_file import Words  # noqa: E402  # after the path
from kit.strokes import Pass, cloud, paint  # noqa: E402  # after the path

VIEW = View(wall=5.0)
WALL = VIEW.wall - VIEW.distance
CANVAS = (4.2, 3.5)  # metres
WORDS = Words(
    id="studio",
    name_zh="影棚",
    name_en="Portrait studio",
    motion=("snow", "petals", "confetti", "lanterns"),
    prompt_zh="专业照相馆影棚全家福：手绘暖灰米色帆布背景，细腻的云状笔触，人物身后一片柔和光晕，四角自然渐暗，左前方大柔光箱主光，"
    "背景轻微虚化，质感真实",
    prompt_en="Professional family portrait studio: hand-painted canvas backdrop in warm grey-beige with "
    "subtle cloudy brushwork, a soft pool of light behind the group, gentle fall-off to the corners, large "
    "softbox key from the front left, backdrop slightly out of focus",
)
FINISH = Finish(exposure=-1.38, bloom=0.2, vignette=0.22)


def _pigment(rows: int, cols: int) -> np.ndarray:
    """Tone of the paint 0–1: broad clouds, and coats of an ever smaller brush laid on thinly in every
    direction.
    """
    every_way = (0, 45, 90, 135)
    coats = [
        Pass(700, 380, 250, 0.30, 1.0, 0.25, every_way, 45),
        Pass(2500, 210, 130, 0.22, 1.0, 0.4, every_way, 45),
        Pass(6000, 110, 64, 0.16, 1.0, 0.6, every_way, 45),
    ]
    tone = 0.38 * cloud(rows, cols, 660, seed=12, octaves=3) + 0.55 * paint(rows, cols, coats, seed=11)
    return 0.5 + 0.5 * np.tanh(0.8 * tone)  # no lonely dark or bright spots: they look like stains


def _hang(rows: int, cols: int) -> np.ndarray:
    """How the canvas hangs, metres towards the camera: a few broad soft folds that fade towards the
    stretched middle.
    """
    draw = np.random.default_rng(21)
    folds = gaussian_filter1d(draw.standard_normal(cols + 400), 26)[200:-200]
    folds = 0.010 * folds / folds.std()
    x = np.linspace(-1, 1, cols)
    lean = np.linspace(-9, 9, rows)[:, None]
    shifted = np.stack([np.interp(np.arange(cols) + shift[0], np.arange(cols), folds) for shift in lean])
    return shifted * (0.12 + 0.88 * np.clip(np.abs(x) - 0.18, 0, None) ** 1.3)[None]


def canvas(scratch: Path) -> None:
    """The backdrop: paint on a weave, two pigments that do not mix quite evenly."""
    rows, cols = 1500, 2000
    tone = materials.save_map(scratch / "tone.exr", _pigment(rows, cols))
    warmth = materials.save_map(scratch / "warmth.exr", 0.5 + 0.2 * cloud(rows, cols, 520, seed=13, octaves=4))
    shader = materials.Shader("painted canvas")
    where = shader.place(by="UV")
    value = shader.image(tone, where)
    dark, light = (0.199, 0.171, 0.141), (0.284, 0.249, 0.210)
    paint_tone = shader.ramp(value, (0.0, dark), (1.0, light))
    cool = shader.mix(shader.image(warmth, where), (0.95, 1.0, 1.05), (1.05, 1.0, 0.93))
    weave = shader.noise(shader.place((700, 700, 700)), 2, 0.5)
    shader.attach(
        Base_Color=shader.mix(1.0, paint_tone, cool, "MULTIPLY"), Roughness=0.9, Specular_IOR_Level=0.1,
        Normal=shader.bump(weave, 0.0004),
    )  # fmt: skip
    geometry.sheet("canvas", *CANVAS, (0, WALL, 1.45), _hang(90, 480), shader.material)


def lights() -> None:
    """Key softbox front left, fill front right, and a gridded background light behind the group for the
    pool.
    """
    lighting.softbox("key", (-2.9, -2.2, 2.9), (0.0, -0.3, 1.40), (1.8, 1.8), 120, lighting.kelvin(5200), 75)
    lighting.softbox("fill", (1.6, -3.9, 1.8), (0.0, 0.0, 1.35), (2.4, 2.2), 165, lighting.kelvin(5200), 80)
    lighting.spot("pool", (-0.20, 0.20, 1.35), (-0.04, WALL, 1.78), 92, 78, lighting.kelvin(5000), 0.3)
    pale = materials.plain("studio wall", (0.55, 0.55, 0.55), 0.9)
    floor = materials.plain("floor", (0.30, 0.27, 0.24), 0.6)
    x, back, top = 3.6, -5.0, 4.0
    geometry.rectangle("floor", [(-x, back, 0), (x, back, 0), (x, WALL + 0.3, 0), (-x, WALL + 0.3, 0)], floor)
    geometry.rectangle("ceiling", [(-x, WALL, top), (x, WALL, top), (x, back, top), (-x, back, top)], pale)
    geometry.rectangle("back", [(-x, back, 0), (-x, back, top), (x, back, top), (x, back, 0)], pale)
    for side in (-x, x):
        geometry.rectangle("side", [(side, back, 0), (side, WALL, 0), (side, WALL, top), (side, back, top)], pale)


def build(_: argparse.Namespace, scratch: Path) -> None:
    """The whole set."""
    canvas(scratch)
    lights()


if __name__ == "__main__":
    command.run(HERE, WORDS, VIEW, FINISH, build)
