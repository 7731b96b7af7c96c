"""Things that fall: how they are spread in depth, which ways they take, and that none of them crosses a head."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tuanyuan.motion.effects.falling_paths import Course, Wind, hidden
from tuanyuan.motion.layers import Pose
from tuanyuan.motion.stage import Stage

Array = NDArray[np.float32]

# How long light is gathered for a frame, in seconds: half the time from frame to frame at 25 a second.
SHUTTER = 0.02
# Counts are given for this many half-size pixels, and follow the area between these shares.
USUAL_AREA = 960 * 540
FEWEST, MOST = 0.45, 1.25
# What is far seems to fall slower by its distance to this power; 1 would be true, and near things mere streaks.
SLOWER = 0.7
# Ways that are tried for a thing in front. A way is good that is hidden for less than this share of its fall; what has
# none goes behind people if it is about where they are (farther than BESIDE), and else is faint enough to fade in the
# fall before it comes to a head, if it is seen at all for long enough.
TRIED, GOOD, ENOUGH, BESIDE = 40, 0.25, 0.72, 0.62
# How near two in front crowd each other, in shares of the shorter side, and how much of its fall that is worth.
ROOM, CROWDED = 0.16, 0.3
# The wind: periods in seconds, and waves in the frame's shorter side.
PERIODS = (5.0, 3.6, 2.3, 1.7)
WAVES = (0.35, 0.6, 0.9, 1.3)


@dataclass(frozen=True)
class Manner:
    """How a kind of thing falls; lengths in shares of the frame's shorter side, at the people's distance.

    speed: a second. spread: share by which speeds differ. sway, lift: of its own swing. period: seconds of a swing,
    from and to. slope: sideways per fall, of all. gust: how far the wind carries. edges: how much denser the sides are
    than the middle, 0: not at all.
    """

    speed: float
    spread: float
    sway: float
    lift: float
    period: tuple[float, float]
    slope: float
    gust: float
    edges: float


@dataclass(frozen=True)
class Depths:
    """How a kind of thing is spread in depth; the people stand at 1. What is seen grows denser as depth to `power`."""

    nearest: float
    farthest: float
    power: float

    def draw(self, rng: np.random.Generator, stage: Stage, seconds: float, usual: float, manner: Manner) -> Array:
        """float32 (n,), far first: depths of as many courses as show about `usual` things at a time.

        What is far falls slowly, so that more of one course is in sight: courses are rarer there than things.
        """
        width, height = stage.size
        shown = usual * min(MOST, max(FEWEST, width * height / USUAL_AREA))
        power = self.power + 1 - SLOWER
        low, high = self.nearest**power, self.farthest**power
        sample = (low + (high - low) * np.linspace(0, 1, 512)) ** (1 / power)
        in_sight = height / (manner.speed * min(width, height) * seconds) * float(np.mean(sample**SLOWER))
        # Some of the ways lead past the frame's sides.
        in_sight *= width / (width + (manner.slope + 0.5 * manner.gust) * height)
        number = max(1, round(shown / in_sight))
        drawn = (low + (high - low) * rng.random(number)) ** (1 / power)
        return np.asarray(-np.sort(-drawn), np.float32)


def defocus(depth: Array, near: float, far: float) -> Array:
    """Radius of the blur of a thin lens that is focused at 1: |1/depth - 1| times `near` before it, `far` behind it.

    Behind, the lens is gentler than a real one: the still's own background is sharp.
    """
    away = 1 / depth - 1
    return np.asarray(np.where(away > 0, away * near, -away * far), np.float32)


def wind(rng: np.random.Generator, stage: Stage, seconds: float, gust: float) -> Wind:
    """Gusts that the whole field follows: slow waves in time and place."""
    width, height = stage.size
    short = min(width, height)
    reach = gust * short * np.array([0.5, 0.34, 0.2, 0.11])
    direction = rng.uniform(0, 2 * np.pi, len(WAVES))
    waves = np.array(WAVES) / short
    columns = (
        reach,
        0.3 * reach,
        np.array([max(1, round(seconds / period)) for period in PERIODS]),
        waves * np.cos(direction),
        waves * np.sin(direction),
        rng.random(len(WAVES)),
    )
    across, up, turns, right, down, phase = (np.asarray(c, np.float32) for c in columns)
    return Wind(across, up, turns, right, down, phase, height / 2)


def courses(
    rng: np.random.Generator, stage: Stage, seconds: float, depth: Array, reach: Array, manner: Manner
) -> tuple[Course, Wind, NDArray[np.bool_]]:
    """Ways for things at `depth` that reach `reach` half-size pixels round their middle (both float32 (n,)).

    Returns the ways, the wind, and which things (n,) have one: what is near and has no way past the heads is left out.
    What passes close before people and has no way there goes behind them.
    """
    width, height = stage.size
    short, number = min(width, height), len(depth)
    near = 1 / depth
    air = wind(rng, stage, seconds, manner.gust)
    swing = manner.sway * short * near * rng.uniform(0.5, 1.3, number)
    lift = manner.lift * short * near * rng.uniform(0.5, 1.2, number)
    # The wind and the swing carry a thing: it is let go, and ends, so far outside that it is never seen there.
    beyond = reach + lift + near * float(air.up.sum()) + 2
    fall = manner.speed * short * near**SLOWER * rng.uniform(1 - manner.spread, 1 + manner.spread, number)
    slope = manner.slope * rng.uniform(0.6, 1.4, number)
    aside = reach + swing + near * float(air.across.sum()) * 0.5 + np.abs(slope) * height / 2

    def across(i: int) -> float:
        while True:
            x = rng.uniform(-aside[i], width + aside[i])
            side = min(1.0, abs(2 * x / width - 1))
            if rng.random() * (1 + manner.edges) <= 1 + manner.edges * side**1.5:
                return float(x)

    columns = (
        depth < 1,
        rng.random(number),
        (height + 2 * beyond) / (fall * seconds),
        np.array([across(i) for i in range(number)]),
        -beyond,
        fall * seconds,
        slope,
        swing,
        lift,
        seconds / rng.uniform(*manner.period, number),
        rng.random(number),
        near,
    )
    course = Course(*(np.ascontiguousarray(c, np.float32) for c in columns))
    kept = _past_heads(rng, stage, course, air, (depth, reach), across)
    return Course(*(np.ascontiguousarray(c[kept]) for c in course)), air, kept


def _past_heads(
    rng: np.random.Generator,
    stage: Stage,
    course: Course,
    air: Wind,
    things: tuple[Array, Array],
    across: Callable[[int], float],
) -> NDArray[np.bool_]:
    """Look in place for ways that cross no head; (n,): which things have one."""
    depth, reach = things
    heads, short = seen_heads(stage, Pose((0, 0))), min(stage.size)
    kept = np.ones(len(depth), np.bool_)
    placed: list[int] = []
    for i in map(int, np.flatnonzero(course.front)):
        best = (np.inf, course.x[i], course.start[i])
        for _ in range(TRIED):
            lost = hidden(course, i, air, heads, reach[i], stage.size)
            # All would come down the same gap between heads if they did not keep apart.
            lost += CROWDED * _crowd(course, i, placed, short * ROOM)
            best = min(best, (lost, course.x[i], course.start[i]))
            if best[0] < GOOD:
                break
            course.x[i], course.start[i] = across(i), rng.random()
        course.x[i], course.start[i] = best[1:]
        if best[0] > GOOD and depth[i] > BESIDE:
            course.front[i] = 0
        elif best[0] < ENOUGH:
            placed.append(i)
        else:
            kept[i] = False
    return kept


def _crowd(course: Course, i: int, others: list[int], room: float) -> float:
    """How many of the others are within `room` half-size pixels of thing i as it crosses the frame's middle height."""
    at = course.start - course.life / 2
    later = (at[others] - at[i] + 0.5) % 1 - 0.5
    away = np.hypot(course.x[others] - course.x[i], later * course.drop[i])
    return float(np.exp(-((away / room) ** 2)).sum())


def seen_heads(stage: Stage, pose: Pose) -> Array:
    """float32 (n, 4): middle x, y and radii of the heads as seen from `pose`."""
    x, y = pose.centre
    scale = pose.people
    rows = [(x + (h.x - x) * scale, y + (h.y - y) * scale, h.wide * scale, h.high * scale) for h in stage.heads]
    return np.array(rows, np.float32).reshape(-1, 4)
