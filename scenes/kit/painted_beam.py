# SPDX-License-Identifier: GPL-3.0-or-later
"""Painted beams of palace halls (旋子彩画): whorled rosettes and a gilt heart in blue, green, white and gold."""

from __future__ import annotations

import math
from pathlib import Path

import bpy
import numpy as np
from PIL import Image, ImageDraw

from . import carving
from .geometry import Point
from .materials import Shader

PIXELS = 800  # per metre
BLUE, GREEN = ((12, 34, 84), (34, 68, 122)), ((8, 58, 48), (36, 96, 76))  # deep and pale, sRGB
WHITE, INK, RED = (150, 150, 138), (16, 22, 30), (118, 20, 14)


class _Board:
    """Colour and gold of one beam, drawn together: where gold is painted the surface becomes metal."""

    def __init__(self, width: float, height: float, ground: tuple[int, int, int]) -> None:
        self.size = int(width * PIXELS), int(height * PIXELS)
        self.colour, self.gold = Image.new("RGB", self.size, ground), Image.new("L", self.size, 0)
        self._paint, self._gild = ImageDraw.Draw(self.colour), ImageDraw.Draw(self.gold)

    def area(self, points: list[tuple[float, float]], colour: tuple[int, int, int]) -> None:
        self._paint.polygon(points, fill=colour)
        self._gild.polygon(points, fill=0)

    def line(self, points: list[tuple[float, float]], width: float, gold: bool = True) -> None:
        self._paint.line(points, fill=(176, 132, 50) if gold else WHITE, width=max(1, int(width)), joint="curve")
        self._gild.line(points, fill=255 if gold else 0, width=max(1, int(width)), joint="curve")

    def disc(self, x: float, y: float, r: float, colour: tuple[int, int, int], gold: bool = False) -> None:
        box = (x - r, y - r, x + r, y + r)
        self._paint.ellipse(box, fill=colour)
        self._gild.ellipse(box, fill=255 if gold else 0)

    def relief(self, mask: np.ndarray, left: int, top: int) -> None:
        """Gold where `mask` is raised."""
        stamp = Image.fromarray((np.clip((mask - 0.22) * 4, 0, 1) * 255).astype(np.uint8))
        self.colour.paste((176, 132, 50), (left, top), stamp)
        self.gold.paste(255, (left, top), stamp)


def _rosette(board: _Board, x: float, y: float, radius: float, first: int) -> None:
    """Two whorls of eyed petals round a gilt heart; blue and green change places from ring to ring."""
    pairs = (BLUE, GREEN) if first % 2 == 0 else (GREEN, BLUE)
    board.disc(x, y, radius * 1.03, (176, 132, 50), gold=True)
    board.disc(x, y, radius, pairs[0][0])
    for ring, (share, petals, colours) in enumerate(((0.80, 12, pairs[1]), (0.50, 8, pairs[0]))):
        size = math.pi * radius * share / petals * 1.12
        for k in range(petals):
            a = 2 * math.pi * (k + 0.5 * ring) / petals
            px, py = x + radius * share * math.cos(a), y + radius * share * math.sin(a)
            for r, tone in ((size, INK), (size * 0.93, WHITE), (size * 0.76, colours[1]), (size * 0.56, colours[0])):
                board.disc(px, py, r, tone)
            board.disc(
                px + 0.2 * size * math.cos(a + 1.2),
                py + 0.2 * size * math.sin(a + 1.2),
                size * 0.24,
                (176, 132, 50),
                gold=True,
            )
    for r, tone, gold in ((0.27, INK, False), (0.25, pairs[1][1], False), (0.17, (176, 132, 50), True)):
        board.disc(x, y, radius * r, tone, gold)


def beam_maps(folder: Path, name: str, width: float, height: float, blue_heart: bool) -> tuple[Path, Path]:
    """Colour and gold of one beam of `width` × `height` metres: end bands, rosettes, heart with gilt scrolls."""
    heart, field = (BLUE, GREEN) if blue_heart else (GREEN, BLUE)
    board = _Board(width, height, field[0])
    w, h = board.size
    middle, reach = w / 2, 0.20 * w
    for k, x in enumerate(np.linspace(0.075 * w, middle - reach - 0.5 * h, 3)):
        for side in (-1, 1):
            centre = middle + side * (middle - x)
            if k < 2:
                _rosette(board, centre, h / 2, 0.47 * h, k + blue_heart)
            for y in (0, h):
                _rosette(board, centre + side * -0.5 * h, y, 0.40 * h, k + 1 + blue_heart)
    for inset, tone in ((-0.30, WHITE), (-0.24, heart[1]), (-0.12, WHITE), (-0.07, heart[0])):
        r, top = reach - inset * h, 0 if inset < -0.2 else 0.07 * h
        tip = 0.55 * h
        board.area(
            [
                (middle - r - tip * 0, h / 2),
                (middle - r + tip, top),
                (middle + r - tip, top),
                (middle + r, h / 2),
                (middle + r - tip, h - top),
                (middle - r + tip, h - top),
            ],
            tone,
        )
    edge = reach + 0.07 * h
    board.line(
        [
            (middle - edge, h / 2),
            (middle - edge + 0.55 * h, 0.07 * h),
            (middle + edge - 0.55 * h, 0.07 * h),
            (middle + edge, h / 2),
            (middle + edge - 0.55 * h, 0.93 * h),
            (middle - edge + 0.55 * h, 0.93 * h),
            (middle - edge, h / 2),
        ],
        0.035 * h,
    )
    scroll = carving.panel(1.55 * reach / PIXELS, 0.72 * height, 4, 0.26 * height, pixels=PIXELS)
    board.relief(scroll, int(middle - scroll.shape[1] / 2), int(h / 2 - scroll.shape[0] / 2))
    for side in (-1, 1):
        for start, end, tone in (
            (0.0, 0.30, heart[0]),
            (0.30, 0.36, WHITE),
            (0.36, 0.66, heart[1]),
            (0.66, 0.72, WHITE),
        ):
            a, b = (start * h, end * h) if side < 0 else (w - start * h, w - end * h)
            board.area([(a, 0), (b, 0), (b, h), (a, h)], tone)
            board.line([(b, 0), (b, h)], 0.03 * h)
    for y in (0.012 * h, 0.988 * h):
        board.line([(0, y), (w, y)], 0.045 * h)
    return _store(board, folder, name)


def strip_maps(folder: Path, name: str, width: float, height: float) -> tuple[Path, Path]:
    """The narrow board between two beams: gilt scrolls on red."""
    board = _Board(width, height, RED)
    scroll = carving.panel(width * 0.98, height * 0.86, int(width / height / 2.2), pixels=PIXELS)
    board.relief(scroll, int(0.01 * board.size[0]), int(0.07 * board.size[1]))
    return _store(board, folder, name)


def _store(board: _Board, folder: Path, name: str) -> tuple[Path, Path]:
    colour, gold = folder / f"{name}.png", folder / f"{name}_gold.png"
    board.colour.save(colour)
    board.gold.save(gold)
    return colour, gold


def surface(name: str, maps: tuple[Path, Path]) -> bpy.types.Material:
    """Mineral colours, chalky and a little uneven; gold leaf laid on raised lines."""
    shader = Shader(name)
    where = shader.place(by="UV")
    paint, leaf = shader.image(maps[0], where, data=False), shader.image(maps[1], where)
    age = shader.noise(shader.place((9, 9, 9)), 5, 0.65)
    worn = shader.ramp(age, (0.25, (0.72, 0.74, 0.76)), (0.7, (1.06, 1.03, 1.0)))
    tone = shader.mix(leaf, shader.mix(1.0, paint, worn, "MULTIPLY"), (0.78, 0.50, 0.18))
    rough = shader.calculate("SUBTRACT", 0.72, shader.calculate("MULTIPLY", leaf, 0.36))
    return shader.attach(
        Base_Color=tone, Metallic=leaf, Roughness=rough, Specular_IOR_Level=0.2, Normal=shader.bump(leaf, 0.0025)
    ).material


def corners(x0: float, x1: float, y: float, z0: float, z1: float) -> list[Point]:
    """A face towards the camera."""
    return [(x0, y, z0), (x1, y, z0), (x1, y, z1), (x0, y, z1)]
