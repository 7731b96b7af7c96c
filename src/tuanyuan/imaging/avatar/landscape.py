"""Ink mountains in mist, a moon, and a branch of plum blossom 梅花."""

from __future__ import annotations

import math

import cv2
import numpy as np
from numpy.typing import NDArray

from tuanyuan.imaging.avatar.texture import clouded

Array = NDArray[np.float32]
Size = tuple[int, int]
Colour = tuple[float, float, float]

# Branches that are tried, and blossoms in the frame that are enough.
TRIED, ENOUGH = 8, 22


def mountains(size: Size, seed: int, *, top: float = 0.30, ranges: int = 4) -> Array:
    """Depth of ink, float32 H×W, 0..1, of ridges that stand in mist; far ones pale. top: of the farthest, of height."""
    width, height = size
    rng = np.random.default_rng(seed)
    y = np.arange(height, dtype=np.float32)[:, None]
    wash = clouded(size, 0.16 * min(size), seed + 1, 5)
    ink = np.zeros((height, width), np.float32)
    for number in range(ranges):
        base = (top + 0.11 * number) * height
        ridge = _ridge(width, rng, height * (0.10 + 0.015 * number))
        crest = base - ridge
        depth = (y - crest[None]) / (0.15 * height)
        body = np.clip(depth * 0.15 * height / 2.0, 0, 1) * np.exp(-np.maximum(depth, 0) * 1.9)
        strength = 0.10 + 0.075 * number
        ink = np.maximum(ink * (1 - 0.5 * body), body * strength * (1 + 0.45 * wash))
    washed: Array = np.clip(ink, 0, 1)
    return washed


def _ridge(width: int, rng: np.random.Generator, height: float) -> Array:
    """Heights of a ridge above its foot, float32 (width,)."""
    line = np.zeros(width, np.float32)
    for octave in range(6):
        points = rng.random(3 + 3 * 2**octave).astype(np.float32)
        line += cv2.resize(points[None], (width, 1), interpolation=cv2.INTER_CUBIC)[0] * np.float32(0.52**octave)
    line -= line.min()
    raised: Array = (line / (line.max() + 1e-6)) ** 1.5 * np.float32(height)
    return raised


def blossom_branch(size: Size, seed: int, *, start: tuple[float, float], heading: float, length: float) -> Branch:
    """A branch from `start` (shares of width and height) towards `heading` (degrees, 0 right, 90 down).

    length: of its main stem, as a share of the shorter side. Of a few that grow the one that shows most blossoms.
    """
    side = min(size)
    at = np.array([start[0] * size[0], start[1] * size[1]])
    grown = []
    for number in range(TRIED):
        branch = Branch(size)
        rng = np.random.default_rng((seed, number))
        branch.grow(rng, at, math.radians(heading), length * side, 0.014 * side, 0)
        grown.append(branch)
        if branch.shown >= ENOUGH:
            break
    return max(grown, key=lambda branch: branch.shown)


class Branch:
    """Twigs and blossoms as they grow. wood: depth of ink, float32 H×W; blossoms: (x, y, radius, turn, openness)."""

    def __init__(self, size: Size) -> None:
        self.size = size
        self.wood = np.zeros((size[1], size[0]), np.float32)
        self.blossoms: list[tuple[float, float, float, float, float]] = []

    @property
    def shown(self) -> int:
        """Blossoms that lie in the frame."""
        return sum(0 < x < self.size[0] and 0 < y < self.size[1] for x, y, *_ in self.blossoms)

    def grow(
        self, rng: np.random.Generator, at: NDArray[np.float64], heading: float, length: float, width: float, level: int
    ) -> None:
        """One stem with its side twigs; angular, as plum wood grows."""
        side = min(self.size)
        steps = max(3, int(length / (0.045 * side)))
        for number in range(steps):
            heading += float(rng.normal(0, 0.20))
            to = at + length / steps * np.array([math.cos(heading), math.sin(heading)])
            taper = width * (1 - 0.75 * (number + 0.5) / steps)
            self._stroke(at, to, max(1.2 * side / 1440, taper))
            if level < 2 and number > 0 and rng.random() < 0.62:
                turn = float(rng.choice([-1, 1])) * float(rng.uniform(0.5, 1.0))
                self.grow(rng, to, heading + turn, length * float(rng.uniform(0.28, 0.45)), taper * 0.6, level + 1)
            if level > 0 or number > steps // 3:
                self._flower(rng, to, side)
            at = to
        self._flower(rng, at, side, certain=True)

    def _stroke(self, start: NDArray[np.float64], end: NDArray[np.float64], width: float) -> None:
        points = [(round(float(p[0]) * 16), round(float(p[1]) * 16)) for p in (start, end)]
        cv2.line(self.wood, points[0], points[1], 1.0, max(1, round(width)), cv2.LINE_AA, 4)
        cv2.circle(self.wood, points[1], round(width * 8), 1.0, -1, cv2.LINE_AA, 4)

    def _flower(self, rng: np.random.Generator, at: NDArray[np.float64], side: float, *, certain: bool = False) -> None:
        if not certain and rng.random() > 0.55:
            return
        openness = float(rng.uniform(0.45, 1.0))
        off = rng.normal(0, 0.008 * side, 2)
        radius = side * float(rng.uniform(0.019, 0.032)) * (0.55 + 0.45 * openness)
        self.blossoms.append(
            (float(at[0] + off[0]), float(at[1] + off[1]), radius, float(rng.uniform(0, 6.28)), openness)
        )

    def on(self, ground: Array, wood: Colour, petal: Colour, heart: Colour, seed: int) -> Array:
        """The branch painted on `ground` (float32 H×W×3); a new array."""
        dry = np.clip(0.82 + 0.3 * clouded(self.size, 0.02 * min(self.size), seed, 3), 0.35, 1)
        out = ground + (np.array(wood, np.float32) - ground) * (self.wood * dry)[..., None]
        for flower in self.blossoms:
            _paint_blossom(out, flower, np.array(petal, np.float32), np.array(heart, np.float32))
        return out


def _paint_blossom(out: Array, flower: tuple[float, float, float, float, float], petal: Array, heart: Array) -> None:
    x, y, radius, turn, openness = flower
    reach = 2.2 * radius
    x0, x1 = max(0, int(x - reach)), min(out.shape[1], int(x + reach) + 1)
    y0, y1 = max(0, int(y - reach)), min(out.shape[0], int(y + reach) + 1)
    if x1 <= x0 or y1 <= y0:
        return
    ys, xs = np.mgrid[y0:y1, x0:x1].astype(np.float32)
    u, v = (xs - x) / radius, (ys - y) / radius / np.float32(0.72 + 0.28 * openness)
    part = out[y0:y1, x0:x1]
    for number in range(5):
        angle = turn + number * 2 * math.pi / 5
        cu, cv = 0.62 * math.cos(angle), 0.62 * math.sin(angle)
        away = np.hypot(u - cu, v - cv)
        cover = np.clip((0.56 - away) * radius + 0.5, 0, 1)
        # Wet on wet: pale inside, full towards the rim.
        tone = petal + (1 - petal) * (0.80 * np.clip(1 - away / 0.56, 0, 1) ** 0.8)[..., None]
        part[:] = part + (tone - part) * (0.92 * cover)[..., None]
    centre = np.hypot(u, v)
    part[:] = part + (heart - part) * np.clip((0.15 - centre) * radius + 0.5, 0, 1)[..., None]
    for number in range(9):
        angle = turn + 0.3 + number * 2 * math.pi / 9
        dot = np.hypot(u - 0.42 * math.cos(angle), v - 0.42 * math.sin(angle))
        part[:] = part + (heart - part) * np.clip((0.055 - dot) * radius + 0.5, 0, 1)[..., None]
