"""Where a falling thing is at any moment, and how far it may be seen there: the compiled part that all share.

Every course lets one thing go above the frame once in a loop. What happens to it afterwards is a function of its age
alone, and the wind's of the loop's time alone; so the loop closes by itself, however slow a thing falls and however it
turns: at the loop's end each thing is where its forerunner was at the beginning.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from tuanyuan.motion.compiled import compiled
from tuanyuan.motion.layers import TILE

Array = NDArray[np.float32]

TURN = 2 * math.pi
# A head's ellipse is kept free up to here, in its own radii widened by the thing's; from there to FREE it fades in.
CLEAR, FREE = 1.04, 1.8


class Course(NamedTuple):
    """The ways of n things, float32 (n,), lengths in half-size pixels, ages in loops; sorted from far to near.

    front: 1 where it passes before people, else 0. start: age of the youngest at the loop's beginning, 0..1. life: age
    at which it has left below. x: where its way crosses the frame's middle height. top: y at birth. drop: fall in a
    loop. slope: sideways per fall. sway: half the width of its own swing; lift: how much it rises and sinks in it;
    swings: in a loop; swing: the first's phase, 0..1. wind: how far the wind carries it, 1 at the people's distance.
    """

    front: Array
    start: Array
    life: Array
    x: Array
    top: Array
    drop: Array
    slope: Array
    sway: Array
    lift: Array
    swings: Array
    swing: Array
    wind: Array


class Wind(NamedTuple):
    """Waves that carry the whole field to and fro, float32 (k,).

    across, up: half-size pixels. turns: whole rounds in a loop. right, down: rounds per half-size pixel. phase: 0..1.
    middle: half the frame's height, in half-size pixels.
    """

    across: Array
    up: Array
    turns: Array
    right: Array
    down: Array
    phase: Array
    middle: float


@compiled
def place(course: Course, i: int, age: float, loop: float, wind: Wind) -> tuple[float, float]:
    """x, y of thing i at an age (loops) and a time (share of the loop), in half-size pixels at rest."""
    y = course.top[i] + course.drop[i] * age
    x = course.x[i] + course.slope[i] * (y - wind.middle)
    swing = TURN * (course.swings[i] * age + course.swing[i])
    blown = course.wind[i]
    across = 0.0
    up = 0.0
    for k in range(len(wind.across)):
        wave = TURN * (wind.turns[k] * loop + wind.right[k] * x + wind.down[k] * y + wind.phase[k])
        across += wind.across[k] * math.sin(wave)
        up += wind.up[k] * math.cos(wave)
    # What slides down to the side falls fastest in the middle of its swing.
    return (
        x + course.sway[i] * math.sin(swing) + blown * across,
        y + course.lift[i] * math.sin(2 * swing) + blown * up,
    )


@compiled
def clearance(x: float, y: float, reach: float, heads: Array) -> float:
    """How far a thing may be seen that reaches `reach` round (x, y), 0..1: nothing of it on a head.

    heads: float32 (n, 4): middle x, y, radii, as seen now.
    """
    seen = 1.0
    for k in range(len(heads)):
        away = math.hypot((x - heads[k, 0]) / (heads[k, 2] + reach), (y - heads[k, 1]) / (heads[k, 3] + reach))
        if away <= CLEAR:
            return 0.0
        share = min(1.0, (away - CLEAR) / (FREE - CLEAR))
        seen *= share * share * (3 - 2 * share)
    return seen


@compiled
def hidden(course: Course, i: int, wind: Wind, heads: Array, reach: float, size: tuple[int, int]) -> float:
    """Share of thing i's fall through the frame (width, height) that heads or the sides keep from sight, 0..1."""
    steps = 96
    falling = 0.0
    shown = 0.0
    for k in range(steps):
        age = course.life[i] * (k + 0.5) / steps
        x, y = place(course, i, age, age - course.start[i], wind)
        if 0 <= y < size[1]:
            falling += 1
            if 0 <= x < size[0]:
                shown += clearance(x, y, reach, heads)
    return 1 - shown / max(falling, 1.0)


@compiled
def mark(touched: NDArray[np.uint8], left: int, top: int, right: int, bottom: int) -> None:
    """Set the tiles of the pixels from (left, top) up to, not including, (right, bottom)."""
    for v in range(top // TILE, (bottom - 1) // TILE + 1):
        for u in range(left // TILE, (right - 1) // TILE + 1):
            touched[v, u] = 1
