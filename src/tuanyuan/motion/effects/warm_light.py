"""Warm light, as of a fire or of many candles: it plays slowly over the room, and shows the dust in its way."""

from __future__ import annotations

import math
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from tuanyuan.motion.effects.lantern_drawing import float_discs
from tuanyuan.motion.effects.lantern_light import TURN, Flicker, Specks, flicker, shine, specks
from tuanyuan.motion.layers import CELL, Layers, Pose, layers
from tuanyuan.motion.stage import Stage

Array = NDArray[np.float32]
Points = NDArray[np.float64]

# The most that light comes and goes: behind people, on people; each flame's share, its colour.
PLAY, PLAY_PEOPLE, STRONG = 0.055, 0.018, 0.075
FIRE = (1.0, 0.70, 0.36)
# Flames, rounds a second.
RATES = (0.2, 0.42, 0.8)
# What does not move: the warm room, and the shaft of light across it.
TONE, TONE_PEOPLE = (-0.012, -0.035, -0.075), (0.004, -0.004, -0.014)
SHAFT, SHAFT_PEOPLE, SHAFT_COLOUR = 0.19, 0.030, (1.0, 0.86, 0.60)
# The shaft's deviation from its middle line, in shares of the shorter side; how it leans: sideways for each step down.
BROAD, LEAN = 0.17, 0.75
MOTE, DISC = (1.0, 0.80, 0.48), (1.0, 0.70, 0.36)
# Motes for a frame of 960×540, and their bounds.
MOTES, NEAR_MOTES, DISCS = (30, 14, 40), (9, 4, 12), 7


@dataclass(frozen=True, eq=False)
class _Lobe:
    """A pool of light: its middle at rest, its way to and fro, its deviation; half-size pixels."""

    x: float
    y: float
    way: float
    turns: int
    phase: float
    wide: float
    flame: Flicker

    def shine(self, into: Array, loop: float, weight: float) -> None:
        """Add its light of a moment, weight times."""
        turn = TURN * (self.turns * loop + self.phase)
        strength = weight * (0.55 + 0.45 * self.flame.at(loop))
        at = self.x + self.way * math.sin(turn), self.y + 0.6 * self.way * math.cos(turn)
        shine(into, *at, self.wide, 1.2 * self.wide, (strength, 0.0, 0.0))


class WarmLight:
    """Implements layers.Moving. The picture as a whole keeps its brightness: light only wanders."""

    def __init__(self, stage: Stage, seconds: float, seed: int) -> None:
        rng = np.random.default_rng((seed, 0x7761726D))
        self._seconds = seconds
        (width, height), short = stage.size, min(stage.size)
        cells = -(-height // CELL), -(-width // CELL)
        self._weights = [_weights(stage.luma * part, cells) for part in (1 - stage.mask, stage.mask)]
        places = ((0.10, 0.34), (0.90, 0.44), (0.52, 0.06))
        self._lobes = tuple(
            _Lobe(
                x=(x + float(rng.uniform(-0.05, 0.05))) * width,
                y=(y + float(rng.uniform(-0.08, 0.08))) * height,
                way=0.10 * short,
                turns=1 + k % 2,
                phase=float(rng.random()),
                wide=0.34 * short,
                flame=flicker(seconds, RATES, rng),
            )
            for k, (x, y) in enumerate(places)
        )
        side = 1 if rng.random() < 0.5 else -1
        self._shaft = _shaft(cells, side, short) * _headroom(stage, cells)
        self._tone = _toned(self._shaft, SHAFT, TONE), _toned(self._shaft, SHAFT_PEOPLE, TONE_PEOPLE)
        self._motes = _motes(stage, self._shaft, _count(MOTES, stage), rng, near=False)
        self._near = _motes(stage, self._shaft, _count(NEAR_MOTES, stage), rng, near=True)
        self._discs = _discs(stage, rng)

    def draw(self, time: float, pose: Pose, into: Layers) -> None:
        """As of layers.Moving."""
        loop = time / self._seconds % 1.0
        play = np.zeros((*into.gain.shape[:2], 3), np.float32)
        for lobe in self._lobes:
            lobe.shine(play, loop, STRONG)
        fire = np.array(FIRE, np.float32)
        parts = (into.gain, PLAY), (into.gain_people, PLAY_PEOPLE)
        for (gain, most), weights, tone in zip(parts, self._weights, self._tone, strict=True):
            level = play[..., 0] - float((play[..., 0] * weights).sum())
            level = most * np.tanh(level / PLAY)
            gain += (level - np.float32((level * weights).sum()))[..., None] * fire + tone
        float_discs(into.back, into.touched, self._discs.discs(loop, pose, pose.back))
        float_discs(into.light, into.touched, self._motes.discs(loop, pose, pose.back))
        float_discs(into.front, into.touched, self._near.discs(loop, pose, pose.front))


def warm() -> None:
    """Compile or load the loops."""
    into = layers(32, 32)
    for layer in (into.back, into.light):
        float_discs(layer, into.touched, np.zeros((1, 8), np.float32))


def _weights(light: Array, cells: tuple[int, int]) -> Array:
    """Each cell's share in the light of a part of the still; they sum up to 1, or to 0 where there is none."""
    whole = cv2.copyMakeBorder(
        light, 0, cells[0] * CELL - light.shape[0], 0, cells[1] * CELL - light.shape[1], cv2.BORDER_CONSTANT, value=0
    )
    sums = cv2.resize(whole, cells[::-1], interpolation=cv2.INTER_AREA)
    return np.asarray(sums / max(float(sums.sum()), 1e-6), np.float32)


def _shaft(cells: tuple[int, int], side: int, short: float) -> Array:
    """0..1 over the cells: from above one side down across the frame, fading with its way."""
    rows, columns = cells
    x = ((np.arange(columns) + 0.5) * CELL)[None, :] - columns * CELL * (0.5 - 0.38 * side)
    y = ((np.arange(rows) + 0.5) * CELL)[:, None]
    aside = (x - side * LEAN * y) / math.hypot(1, LEAN)
    wide = BROAD * short * (1 + 0.5 * y / (rows * CELL))
    faded = np.exp(-y / (0.9 * rows * CELL))
    return np.asarray(np.exp(-0.5 * (aside / wide) ** 2) * faded, np.float32)


def _headroom(stage: Stage, cells: tuple[int, int]) -> Array:
    """0.2..1 over the cells: how much light they take before they are merely white."""
    width, height = stage.size
    brightest = cv2.resize(stage.rgb.max(2), (width, height), interpolation=cv2.INTER_AREA).astype(np.float32) / 255
    room = np.clip(2.6 * (1 - cv2.GaussianBlur(brightest, (0, 0), 1.5 * CELL)), 0.2, 1)
    return np.asarray(cv2.resize(room, cells[::-1], interpolation=cv2.INTER_AREA), np.float32)


def _toned(shaft: Array, strong: float, tone: tuple[float, float, float]) -> Array:
    light = np.array(SHAFT_COLOUR, np.float32) * (shaft * np.float32(strong))[..., None]
    return np.asarray(light + np.array(tone, np.float32), np.float32)


def _count(bounds: tuple[int, int, int], stage: Stage) -> int:
    usual, least, most = bounds
    return round(min(most, max(least, usual * stage.size[0] * stage.size[1] / (960 * 540))))


def _motes(stage: Stage, shaft: Array, count: int, rng: np.random.Generator, *, near: bool) -> Specks:
    """Dust in the shaft. What floats before people keeps off heads on all its way."""
    (width, height), short = stage.size, min(stage.size)
    radii = (0.007, 0.014) if near else (0.0030, 0.0060)
    reach = round((0.09 + radii[1]) * short) if near else 0
    free = cv2.erode(stage.free, np.ones((2 * reach + 1, 2 * reach + 1), np.uint8), borderValue=1) if near else None
    points: list[tuple[float, float]] = []
    for x, y, chance in rng.random((60 * count, 3)):
        lit = float(shaft[int(y * height) // CELL, int(x * width) // CELL])
        if 0.75 * lit + 0.1 > chance and (free is None or free[int(y * height), int(x * width)] > 0.99):
            points.append((x * width, y * height))
        if len(points) == count:
            break
    found: Points = np.array(points, np.float64).reshape(-1, 2)
    most = (0.06, 0.14) if near else (0.16, 0.42)
    return specks(found[:, 0], found[:, 1], short, rng, radii, 1.0, most, MOTE, 0.02)


def _discs(stage: Stage, rng: np.random.Generator) -> Specks:
    """Far lights, discs in the lens, at the frame's sides."""
    width, height = stage.size
    x = np.where(np.arange(DISCS) % 2 == 0, 0.0, 1.0) + rng.normal(0, 0.07, DISCS)
    y = rng.uniform(0.02, 0.75, DISCS)
    return specks(x * width, y * height, min(stage.size), rng, (0.028, 0.06), 0.22, (0.09, 0.17), DISC, 0.012)
