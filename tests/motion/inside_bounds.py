"""Frames of awkward sizes, every loop compiled with a look at each index: an IndexError where one leaves its array.

Run by test_bounds.py in a process of its own, with NUMBA_BOUNDSCHECK=1.
"""

from __future__ import annotations

import sys
from concurrent.futures import ThreadPoolExecutor

import numpy as np

from tuanyuan.domain.clip import EFFECTS, ClipShape
from tuanyuan.imaging.faces import Face
from tuanyuan.motion import effects
from tuanyuan.motion.camera import Camera, centre
from tuanyuan.motion.footage import Footage
from tuanyuan.motion.stage import Stage, make_stage

# Widths and heights that are no multiple of runs, tiles, cells and blocks, and some that are.
SIZES = [(310, 242), (322, 350), (384, 320), (398, 226), (258, 514)]
TIMES = (0.0, 0.37, 1.3, 2.5, 4.1)


def stage(width: int, height: int, people: bool) -> Stage:
    """A busy picture, with somebody whose outline passes many blocks."""
    rng = np.random.default_rng(width)
    rgb = rng.integers(0, 255, (height, width, 3), np.uint8)
    ys, xs = np.mgrid[:height, :width]
    body = np.hypot((xs - 0.52 * width) / (0.3 * width), (ys - 0.7 * height) / (0.5 * height))
    alpha = np.clip((1.05 - body) / 0.1, 0, 1).astype(np.float32) if people else np.zeros((height, width), np.float32)
    mesh = np.zeros((468, 3), np.float32)
    mesh[:, 0] = np.linspace(0.45, 0.6, 468) * width
    mesh[:, 1] = np.linspace(0.3, 0.5, 468) * height
    return make_stage(rgb, alpha, [Face(mesh, 1.0, 0.0, 0.0, 0.0, 100.0)] if people else [])


def main() -> None:
    """Every effect at every size, with people and without, as gently and as strongly as the frame breathes."""
    with ThreadPoolExecutor(1) as executor:
        for width, height in SIZES:
            for people in (True, False):
                scene = stage(width, height, people)
                for number, effect in enumerate(EFFECTS):
                    moving = effects.make(effect, scene, 5.0, number)
                    camera = Camera(centre(scene), 5.0, 1.6 if number % 2 else 1.0)
                    shape = ClipShape(width, height, 25, 5.0)
                    footage = Footage(scene, moving, camera, shape, [], executor, threads=1)
                    for time in TIMES:
                        footage.still(time)


if __name__ == "__main__":
    sys.exit(main())
