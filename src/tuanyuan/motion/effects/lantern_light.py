"""Warm light that plays: how a flame flickers, how its light lies on a wall, and specks of it that float."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tuanyuan.motion.layers import CELL, Pose

Array = NDArray[np.float32]
Colour = tuple[float, float, float]

TURN = 2 * math.pi


@dataclass(frozen=True, eq=False)
class Flicker:
    """A slow unrest, -1..1, of waves that have nothing in common but the loop. turns: whole rounds in a loop."""

    turns: tuple[int, ...]
    shares: tuple[float, ...]
    phases: tuple[float, ...]

    def at(self, loop: float) -> float:
        """At a share of the loop."""
        waves = zip(self.turns, self.shares, self.phases, strict=True)
        return sum(share * math.sin(TURN * (turns * loop + phase)) for turns, share, phase in waves)


def flicker(seconds: float, rates: tuple[float, ...], rng: np.random.Generator) -> Flicker:
    """rates: rounds in a second, slow ones first; the slower, the stronger."""
    turns: list[int] = []
    for rate in rates:
        whole = max(1, round(rate * seconds * float(rng.uniform(0.85, 1.15))))
        while whole in turns:
            whole += 1
        turns.append(whole)
    weights = [1 / (1 + k) for k in range(len(rates))]
    phases = tuple(float(p) for p in rng.random(len(rates)))
    return Flicker(tuple(turns), tuple(w / sum(weights) for w in weights), phases)


def shine(gain: Array, x: float, y: float, wide: float, high: float, colour: Colour) -> None:
    """Add a soft pool of light (a bell) to a gain of cells. x, y, wide, high (its deviations): half-size pixels."""
    rows, columns = gain.shape[:2]
    across = np.exp(-0.5 * (((np.arange(columns) + 0.5) * CELL - 0.5 - x) / wide) ** 2)
    down = np.exp(-0.5 * (((np.arange(rows) + 0.5) * CELL - 0.5 - y) / high) ** 2)
    bell = (down[:, None] * across).astype(np.float32)
    for k in range(3):
        gain[..., k] += bell * np.float32(colour[k])


@dataclass(frozen=True, eq=False)
class Specks:
    """Soft specks that come, float on and go. float32 (n,), lengths in half-size pixels, times in shares of a loop.

    x, y: where each is in the middle of its life; over, up: how far it goes in a life; sway: half of its swing;
    radius, edge: of its disc; most: its coverage or light at its brightest; born: the beginning of its life, which
    lasts one loop; colour: (n, 3), sRGB 0..1.
    """

    x: Array
    y: Array
    over: Array
    up: Array
    sway: Array
    radius: Array
    edge: Array
    most: Array
    born: Array
    colour: Array

    def discs(self, loop: float, pose: Pose, scale: float) -> Array:
        """For lantern_drawing.float_discs, float32 (n, 8), as seen from the pose at that scale (of their depth)."""
        age = (loop - self.born) % 1.0
        seen = np.sin(math.pi * age) ** 2
        swing = self.sway * np.sin(TURN * (2 * age + 7 * self.born))
        x = self.x + self.over * (age - 0.5) + swing
        y = self.y - self.up * (age - 0.5)
        table = np.empty((len(self.x), 8), np.float32)
        table[:, 0] = pose.centre[0] + (x - pose.centre[0]) * scale
        table[:, 1] = pose.centre[1] + (y - pose.centre[1]) * scale
        table[:, 2], table[:, 3] = self.radius * scale, self.edge * scale
        table[:, 7] = self.most * seen
        table[:, 4:7] = self.colour
        return table


def specks(
    x: NDArray[np.float64],
    y: NDArray[np.float64],
    short: float,
    rng: np.random.Generator,
    radii: tuple[float, float],
    soft: float,
    most: tuple[float, float],
    colour: Colour,
    up: float,
) -> Specks:
    """About the points x, y. radii, up: in shares of the shorter side, `short`; soft: 1 for no inner, all edge."""
    count = len(x)
    # Less than this would twinkle where it crosses from pixel to pixel.
    radius = np.maximum(rng.uniform(*radii, count) * short, 1.5)

    def single(values: NDArray[np.float64]) -> Array:
        return values.astype(np.float32)

    return Specks(
        x=single(x),
        y=single(y),
        over=single(rng.uniform(-0.05, 0.05, count) * short),
        up=single(up * rng.uniform(0.7, 1.3, count) * short),
        sway=single(rng.uniform(0.003, 0.012, count) * short),
        radius=single(radius),
        edge=single(2 * soft * radius),
        most=single(rng.uniform(*most, count)),
        born=single(rng.random(count)),
        colour=np.tile(np.array(colour, np.float32), (count, 1)),
    )
