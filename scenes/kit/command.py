# SPDX-License-Identifier: GPL-3.0-or-later
"""The command line that every `draw.py` has."""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Callable
from pathlib import Path

import numpy as np

from . import scene_file
from .camera import View
from .finish import SIZE, Finish, develop, enlarge, save
from .light_probe import probe
from .render import empty_stage, photograph


def _arguments(needs_font: bool) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Draw this scene.")
    parser.add_argument("--draft", type=Path, help="only a PNG to look at, nothing in the scene's folder changes")
    parser.add_argument("--width", type=int, default=SIZE[0])
    parser.add_argument("--samples", type=int, default=64)
    parser.add_argument("--limit", type=float, default=0, help="stop sampling after so many seconds")
    parser.add_argument("--part", type=float, nargs=4, metavar=("U0", "V0", "U1", "V1"), help="draft: this part only")
    parser.add_argument(
        "--negative", type=Path, help="keep the render in this .npy file; if it exists, only develop it again"
    )
    parser.add_argument("--light", action="store_true", help="draft: also print the light on the people")
    if needs_font:
        parser.add_argument(
            "--font", type=Path, required=True, help="font file for the calligraphy, see scenes/README.md"
        )
    return parser.parse_args()


def run(
    folder: Path,
    words: scene_file.Words,
    view: View,
    finish: Finish,
    build: Callable[[argparse.Namespace, Path], None],
    needs_font: bool = False,
) -> None:
    """Build the set with `build(arguments, folder for textures)`, photograph it, measure its light, write
    the scene's files.
    """
    arguments = _arguments(needs_font)
    kept: Path | None = arguments.negative
    light = None
    if arguments.draft and kept and kept.exists():
        negative = np.load(kept)
    else:
        with tempfile.TemporaryDirectory() as scratch:
            empty_stage()
            build(arguments, Path(scratch))
            view.place()
            if arguments.light or not arguments.draft:
                light = probe(view.eyes - 0.05)
                print(light)
            if kept and kept.exists():
                negative = np.load(kept)
            else:
                negative = photograph(
                    arguments.width, arguments.width * 3 // 4, arguments.samples, arguments.limit, arguments.part
                )
        if kept:
            np.save(kept, negative)
    if arguments.draft:
        develop(negative, finish, seed=1).save(arguments.draft)
        return
    assert light is not None
    picture = develop(enlarge(negative), finish, seed=1)
    scene_file.write(folder, words, view, light, exposure=1.0)
    print("picture.jpg:", save(picture, folder), "bytes")
