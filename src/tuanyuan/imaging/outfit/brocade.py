"""Motifs of festive silk, drawn: each a tile that repeats without a seam.

Roundels 团花, clouds 如意云, plum blossoms 梅花, a lattice of crab-apple panes 海棠格. Small and all over
the cloth: large ones and stripes break where it folds.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import partial

import cv2
import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float32]
Mask = NDArray[np.uint8]
Point = tuple[float, float]

# Side of a tile, and how many times larger it is drawn.
TILE = 256
OVERSAMPLING = 4
_SIDE = TILE * OVERSAMPLING
# Fixed-point bits of the coordinates that are drawn with.
_SHIFT = 4


def motif(name: str) -> Array:
    """The tile `name` (float32 TILE×TILE, 0..1: how much thread of the second colour shows). Unknown name: KeyError."""
    tile = np.zeros((_SIDE, _SIDE), np.uint8)
    MOTIFS[name](tile)
    return cv2.resize(tile, (TILE, TILE), interpolation=cv2.INTER_AREA).astype(np.float32) / 255


def damask() -> Array:
    """The ground under every motif, woven tone in tone (float32 TILE×TILE, 0..1): small lozenges."""
    v, u = np.mgrid[:TILE, :TILE].astype(np.float32) * np.float32(2 * math.pi * 8 / TILE)
    weave = np.cos(u + v) + np.cos(u - v)
    return np.clip(0.5 + 0.5 * weave, 0, 1).astype(np.float32)


def _everywhere(tile: Mask, paint: Callable[[Mask, float, float], None], x: float, y: float) -> None:
    """Paint something with its middle at (x, y), in tiles, and again where it leaves the tile."""
    for across in (-1, 0, 1):
        for down in (-1, 0, 1):
            if -0.45 < x + across < 1.45 and -0.45 < y + down < 1.45:
                paint(tile, x + across, y + down)


def _line(tile: Mask, points: list[Point], width: float, *, closed: bool = False, level: int = 255) -> None:
    scaled = np.round(np.array(points) * _SIDE * (1 << _SHIFT)).astype(np.int32)
    cv2.polylines(tile, [scaled], closed, level, max(1, round(width * _SIDE)), cv2.LINE_AA, _SHIFT)


def _fill(tile: Mask, points: list[Point], level: int = 255) -> None:
    scaled = np.round(np.array(points) * _SIDE * (1 << _SHIFT)).astype(np.int32)
    cv2.fillPoly(tile, [scaled], level, cv2.LINE_AA, _SHIFT)


def _round(x: float, y: float, radius: float, start: float = 0.0, end: float = 360.0, steps: int = 48) -> list[Point]:
    angles = np.radians(np.linspace(start, end, steps))
    return [(x + radius * math.cos(a), y + radius * math.sin(a)) for a in angles]


def _petal(x: float, y: float, angle: float, near: float, far: float, half: float) -> list[Point]:
    """An almond from `near` to `far` of (x, y), `half` wide at its thickest."""
    along = np.array([math.cos(angle), math.sin(angle)])
    aside = np.array([-along[1], along[0]])
    shares = np.linspace(0, 1, 16)
    bulge = half * np.sin(np.pi * shares) ** 0.8
    out = [(x, y) + along * (near + (far - near) * s) + aside * b for s, b in zip(shares, bulge, strict=True)]
    back = [(x, y) + along * (near + (far - near) * s) - aside * b for s, b in zip(shares, bulge, strict=True)]
    return [(float(p[0]), float(p[1])) for p in out + back[::-1]]


def _flower(tile: Mask, x: float, y: float, radius: float, petals: int, turn: float) -> None:
    for number in range(petals):
        angle = turn + 2 * math.pi * number / petals
        _fill(tile, _petal(x, y, angle, 0.22 * radius, radius, 0.9 * radius * math.pi / petals / 1.6))
    _fill(tile, _round(x, y, 0.15 * radius))


def _roundel(tile: Mask, x: float, y: float) -> None:
    radius, thread = 0.235, 0.013
    _line(tile, _round(x, y, radius), thread, closed=True)
    for number in range(16):
        angle = 2 * math.pi * number / 16
        cx, cy = x + 0.82 * radius * math.cos(angle), y + 0.82 * radius * math.sin(angle)
        _fill(tile, _round(cx, cy, 0.06 * radius))
    for number in range(8):
        angle = math.pi * (2 * number + 1) / 8
        cx, cy = x + 0.52 * radius * math.cos(angle), y + 0.52 * radius * math.sin(angle)
        start = math.degrees(angle) - 130
        _line(tile, _round(cx, cy, 0.17 * radius, start, start + 260), 0.8 * thread)
    _flower(tile, x, y, 0.42 * radius, 8, 0.0)


def _roundels(tile: Mask) -> None:
    for x, y in ((0.25, 0.25), (0.75, 0.75)):
        _everywhere(tile, _roundel, x, y)
    for x, y in ((0.75, 0.25), (0.25, 0.75)):
        _everywhere(tile, lambda t, cx, cy: _flower(t, cx, cy, 0.10, 4, math.pi / 4), x, y)
        _everywhere(tile, lambda t, cx, cy: _flower(t, cx, cy, 0.065, 4, 0.0), x, y)


def _spiral(x: float, y: float, radius: float, turns: float, start: float, hand: int) -> list[Point]:
    shares = np.linspace(0, 1, 60)
    angles = start + hand * 2 * math.pi * turns * shares
    radii = radius * (1 - 0.82 * shares)
    return [(float(x + r * math.cos(a)), float(y + r * math.sin(a))) for r, a in zip(radii, angles, strict=True)]


def _cloud(tile: Mask, x: float, y: float, hand: int = 1, size: float = 1.0) -> None:
    """A lucky cloud: three curls on a tail."""
    thread = 0.016 * size
    for across, up, radius, turn in ((-0.085, 0.0, 0.075, -1), (0.085, 0.0, 0.075, 1), (0.0, -0.085, 0.085, 1)):
        start = math.pi / 2 if up == 0 else math.pi / 2 * 1.1
        cx, cy = x + hand * across * size, y + up * size
        _line(tile, _spiral(cx, cy, radius * size, 1.45, start, turn * hand), thread)
    shares = np.linspace(0, 1, 40)
    tail = [
        (x + hand * size * (-0.085 + 0.36 * s), y + size * (0.075 + 0.045 * math.sin(2 * math.pi * s) * (1 - 0.4 * s)))
        for s in shares
    ]
    _line(tile, [(float(a), float(b)) for a, b in tail], thread)
    short = [(x + hand * size * (-0.2 + 0.2 * s), y + size * (0.125 + 0.02 * math.sin(3 * s))) for s in shares]
    _line(tile, [(float(a), float(b)) for a, b in short], 0.8 * thread)


def _clouds(tile: Mask) -> None:
    for x, y, hand, size in (
        (0.25, 0.27, 1, 1.0),
        (0.75, 0.77, -1, 1.0),
        (0.76, 0.27, -1, 0.62),
        (0.24, 0.77, 1, 0.62),
    ):
        _everywhere(tile, partial(_cloud, hand=hand, size=size), x, y)


def _blossom(tile: Mask, x: float, y: float, radius: float, turn: float) -> None:
    for number in range(5):
        angle = turn + 2 * math.pi * number / 5
        cx, cy = x + 0.56 * radius * math.cos(angle), y + 0.56 * radius * math.sin(angle)
        _fill(tile, _round(cx, cy, 0.40 * radius))
    _fill(tile, _round(x, y, 0.25 * radius), 0)
    for number in range(10):
        angle = turn + 2 * math.pi * (number + 0.5) / 10
        tip = (x + 0.52 * radius * math.cos(angle), y + 0.52 * radius * math.sin(angle))
        _line(tile, [(x, y), tip], 0.035 * radius, level=0)
    _fill(tile, _round(x, y, 0.12 * radius))


def _sprig(tile: Mask, x: float, y: float, turn: float) -> None:
    shares = np.linspace(-1, 1, 30)
    bend = [(float(0.20 * s), float(0.05 * s * s + 0.02 * math.sin(4 * s))) for s in shares]
    c, s_ = math.cos(turn), math.sin(turn)
    _line(tile, [(x + c * a - s_ * b, y + s_ * a + c * b) for a, b in bend], 0.011)
    for a, b, radius in ((-0.17, 0.0, 0.062), (0.02, 0.055, 0.085), (0.18, 0.0, 0.05)):
        cx, cy = x + c * a - s_ * b, y + s_ * a + c * b
        _fill(tile, _round(cx, cy, 1.12 * radius), 0)
        _blossom(tile, cx, cy, radius, 0.7 * a * 10 + turn)
    for a, b in ((-0.08, -0.045), (0.11, -0.04)):
        cx, cy = x + c * a - s_ * b, y + s_ * a + c * b
        _fill(tile, _round(cx, cy, 0.02))


def _blossoms(tile: Mask) -> None:
    for x, y, turn in ((0.27, 0.25, 0.5), (0.77, 0.75, -0.6)):
        _everywhere(tile, partial(_sprig, turn=turn), x, y)
    for x, y in ((0.78, 0.22), (0.25, 0.74)):
        _everywhere(tile, lambda t, cx, cy: _blossom(t, cx, cy, 0.055, 0.3), x, y)


def _pane(tile: Mask, x: float, y: float) -> None:
    """A crab-apple pane: four arcs that meet, with a flower in it."""
    for number in range(4):
        angle = math.pi / 2 * number + math.pi / 4
        cx, cy = x + 0.105 * math.cos(angle), y + 0.105 * math.sin(angle)
        start = math.degrees(angle) - 118
        _line(tile, _round(cx, cy, 0.105, start, start + 236), 0.012)
    _flower(tile, x, y, 0.085, 8, 0.0)


def _panes(tile: Mask) -> None:
    for x, y in ((0.25, 0.25), (0.75, 0.75), (0.25, 0.75), (0.75, 0.25)):
        _everywhere(tile, _pane, x, y)
    for x, y in ((0.0, 0.0), (0.5, 0.5), (0.5, 0.0), (0.0, 0.5)):
        _everywhere(tile, lambda t, cx, cy: _flower(t, cx, cy, 0.05, 4, 0.0), x, y)


MOTIFS: dict[str, Callable[[Mask], None]] = {
    "roundels": _roundels,
    "clouds": _clouds,
    "blossoms": _blossoms,
    "panes": _panes,
}
