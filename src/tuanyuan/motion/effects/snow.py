"""Snow: soft clumps where the people stand, a haze of small flakes behind them, a few large soft discs before them."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from tuanyuan.motion.compiled import compiled
from tuanyuan.motion.effects.falling import SHUTTER, Depths, Manner, courses, defocus, seen_heads
from tuanyuan.motion.effects.falling_paths import TURN, Array, Course, Wind, clearance, mark, place
from tuanyuan.motion.layers import Layers, Pose, layers
from tuanyuan.motion.stage import Stage

# Flakes in sight in a 1080p frame, where they are, and how they fall.
IN_SIGHT = 800.0
DEPTHS = Depths(nearest=0.24, farthest=4.6, power=0.9)
MANNER = Manner(speed=0.25, spread=0.2, sway=0.022, lift=0.004, period=(2.2, 4.6), slope=0.16, gust=0.075, edges=0.9)
# At the people's distance, in shares of the shorter side: a flake's radius, from and to; blur before and behind.
SMALLEST, LARGEST = 0.0048, 0.0125
NEAR_BLUR, FAR_BLUR = 0.0105, 0.0016
# Smaller than this, in half-size pixels, a flake would twinkle as it passes from pixel to pixel.
LEAST = 2.0
LOBES = 4
# A cool, slightly darker light lets white flakes be seen before bright walls: behind the people, and on them.
DUSK, DUSK_ON_PEOPLE = (-0.17, -0.125, -0.07), (-0.035, -0.028, -0.012)


class Flakes(NamedTuple):
    """What n flakes look like, float32 (n,) but for the lobes.

    radius, blur: half-size pixels. thick: coverage of a flake in focus, 0..1. white: (n, 3), sRGB 0..1. tumble: turns
    in a loop. lobes: (n, LOBES, 3): x, y of a lobe's middle in radii, and its share of the coverage.
    """

    radius: Array
    blur: Array
    thick: Array
    white: Array
    tumble: Array
    lobes: Array


class Snow:
    """A light snowfall as in a studio, over `seconds`; the same `seed` gives the same snow."""

    def __init__(self, stage: Stage, seconds: float, seed: int) -> None:
        rng = np.random.default_rng([seed, 1])
        self._stage, self._seconds = stage, seconds
        depth = DEPTHS.draw(rng, stage, seconds, IN_SIGHT, MANNER)
        flakes = _flakes(rng, depth, min(stage.size))
        reach = 1.6 * flakes.radius + flakes.blur + LEAST
        self.course, self.wind, kept = courses(rng, stage, seconds, depth, reach, MANNER)
        self.flakes = Flakes(*(np.ascontiguousarray(column[kept]) for column in flakes))

    def draw(self, time: float, pose: Pose, into: Layers) -> None:
        """See `Moving`."""
        into.gain[...] += np.array(DUSK, np.float32)
        into.gain_people[...] += np.array(DUSK_ON_PEOPLE, np.float32)
        at = time / self._seconds % 1.0, SHUTTER / self._seconds
        seen = *pose.centre, pose.back, pose.front
        heads = seen_heads(self._stage, pose)
        _fall(self.course, self.wind, self.flakes, at, seen, heads, into.back, into.front, into.touched)


def _flakes(rng: np.random.Generator, depth: Array, short: int) -> Flakes:
    number = len(depth)
    near = 1 / depth
    radius = short * near * (SMALLEST + (LARGEST - SMALLEST) * rng.beta(1.4, 2.6, number))
    blur = defocus(depth, NEAR_BLUR, FAR_BLUR) * short
    angle = TURN * (np.arange(LOBES) / LOBES + rng.uniform(-0.12, 0.12, (number, LOBES)))
    # Out of focus a flake is the lens's disc, whatever its own shape.
    away = rng.uniform(0.2, 0.95, (number, LOBES)) * (radius / (radius + 1.5 * blur))[:, None]
    weight = rng.uniform(0.3, 0.85, (number, LOBES))
    haze = np.clip((depth - 1) / 5, 0, 1)
    bright = rng.uniform(0.86, 1.0, number) * (1 - 0.1 * haze)
    white = bright[:, None] * (np.array([0.99, 0.995, 1.0]) - haze[:, None] * np.array([0.09, 0.05, 0.0]))
    columns = (
        radius,
        blur,
        rng.uniform(0.55, 1.0, number) * np.where(depth < 1, 0.92, 1.0),
        white,
        rng.choice([-1, 1], number) * rng.uniform(0.4, 1.6, number),
        np.stack([away * np.cos(angle), away * np.sin(angle), weight], 2),
    )
    return Flakes(*(np.ascontiguousarray(c, np.float32) for c in columns))


@compiled
def _fall(
    course: Course,
    wind: Wind,
    flakes: Flakes,
    at: tuple[float, float],
    seen: tuple[float, float, float, float],
    heads: Array,
    back: Array,
    front: Array,
    touched: NDArray[np.uint8],
) -> None:
    """Draw all flakes. at: time and shutter in loops; seen: centre x, y, scale of what is behind and in front."""
    for i in range(len(course.x)):
        before = course.front[i] > 0
        scale = seen[3] if before else seen[2]
        layer = front if before else back
        age = (course.start[i] + at[0]) % 1.0
        while age < course.life[i]:
            x, y = place(course, i, age, at[0], wind)
            later = place(course, i, age + at[1], at[0] + at[1], wind)
            across, down = (later[0] - x) * scale, (later[1] - y) * scale
            x, y = seen[0] + (x - seen[0]) * scale, seen[1] + (y - seen[1]) * scale
            streak = math.hypot(across, down)
            reach = scale * (1.6 * flakes.radius[i] + flakes.blur[i]) + LEAST + 0.5 * streak
            shown = clearance(x, y, reach, heads) if before else 1.0
            if shown > 0:
                flake(flakes, i, age, (x, y, scale), (across, down), shown, layer, touched)
            age += 1.0


@compiled
def flake(
    flakes: Flakes,
    i: int,
    age: float,
    spot: tuple[float, float, float],
    moved: tuple[float, float],
    shown: float,
    layer: Array,
    touched: NDArray[np.uint8],
) -> None:
    """Draw flake i over `layer` (h×w×4). spot: x, y, scale; moved: x, y while the shutter is open; shown: 0..1."""
    height, width = layer.shape[:2]
    x, y, scale = spot
    radius, blur = flakes.radius[i] * scale, flakes.blur[i] * scale
    outer = math.sqrt((radius + blur) ** 2 + LEAST * LEAST)
    inner = max(0.0, blur - 0.8 * radius) / outer
    streak = math.hypot(moved[0], moved[1])
    along = outer + 0.5 * streak
    # Light is kept: what is spread over more pixels covers each of them less.
    thin = (radius * radius + 0.05 * blur * blur) / (outer * along)
    cover = shown * flakes.thick[i] * min(1.0, 2.8 * thin)
    ux, uy = (moved[0] / streak, moved[1] / streak) if streak > 1e-6 else (0.0, 1.0)
    turn = TURN * flakes.tumble[i] * age
    cos, sin = math.cos(turn) * radius, math.sin(turn) * radius
    squash = 0.72 + 0.28 * math.cos(1.7 * turn + i)
    # Out of focus, or too small, its lobes would not be seen.
    lobes = LOBES if radius > 0.6 * blur + 0.8 else 1
    reach = along + radius if lobes > 1 else along
    left, right = max(0, math.floor(x - reach)), min(width, math.ceil(x + reach) + 1)
    top, bottom = max(0, math.floor(y - reach)), min(height, math.ceil(y + reach) + 1)
    if left >= right or top >= bottom or cover < 0.003:
        return
    mark(touched, left, top, right, bottom)
    soft = 1 / (1 - inner)
    for v in range(top, bottom):
        for u in range(left, right):
            through = 1.0
            for k in range(lobes):
                dx, dy = u - x, v - y
                share = 0.9
                if lobes > 1:
                    lx, ly = flakes.lobes[i, k, 0], flakes.lobes[i, k, 1] * squash
                    dx, dy = dx - (cos * lx - sin * ly), dy - (sin * lx + cos * ly)
                    share = flakes.lobes[i, k, 2]
                far = ((dx * ux + dy * uy) / along) ** 2 + ((dy * ux - dx * uy) / outer) ** 2
                if far < 1:
                    edge = max(0.0, (math.sqrt(far) - inner) * soft)
                    through *= 1 - share * (1 - edge * edge * (3 - 2 * edge))
            a = cover * (1 - through)
            if a > 0:
                for c in range(3):
                    layer[v, u, c] += (flakes.white[i, c] - layer[v, u, c]) * a
                layer[v, u, 3] += (1 - layer[v, u, 3]) * a


def warm() -> None:
    """Compile, or fetch from the cache, what this module runs."""
    nothing = np.zeros((32, 32), np.float32)
    stage = Stage(np.zeros((64, 64, 3), np.uint8), np.zeros((64, 64), np.float32), *(nothing,) * 4, heads=())
    Snow(stage, 3.0, 0).draw(0.0, Pose((16, 16)), layers(32, 32))
