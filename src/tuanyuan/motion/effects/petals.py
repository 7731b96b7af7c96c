"""Petals and confetti: few blossom petals that flutter down, or pieces of paper and foil that turn and glint."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from tuanyuan.motion.effects.falling import SHUTTER, Depths, Manner, courses, defocus, seen_heads
from tuanyuan.motion.effects.falling_paths import Array
from tuanyuan.motion.effects.falling_sheets import Sheets, fall
from tuanyuan.motion.layers import Layers, Pose, layers
from tuanyuan.motion.stage import Stage

# In sight in a 1080p frame, where they are, and how they fall.
PETALS_IN_SIGHT, CONFETTI_IN_SIGHT = 56.0, 185.0
PETALS_DEPTHS = Depths(nearest=0.27, farthest=2.1, power=0.6)
CONFETTI_DEPTHS = Depths(nearest=0.36, farthest=2.3, power=0.8)
PETALS_MANNER = Manner(
    speed=0.16, spread=0.22, sway=0.05, lift=0.012, period=(1.7, 3.2), slope=0.3, gust=0.09, edges=1.6
)
CONFETTI_MANNER = Manner(
    speed=0.19, spread=0.25, sway=0.022, lift=0.006, period=(1.2, 2.4), slope=0.05, gust=0.05, edges=1.0
)
# Half a petal's length and half a piece's, in shares of the shorter side, from and to; blur before and behind.
PETAL, PIECE = (0.0165, 0.026), (0.0095, 0.0155)
NEAR_BLUR, FAR_BLUR = 0.0062, 0.0011
# Petals are soft sooner: large, flat and sharp at once they would look cut out.
PETAL_BLUR = 0.0125
# Plum and peach: at the petal's foot, and at its tip; the outside is paler.
FEET = np.array([[0.93, 0.47, 0.60], [0.95, 0.56, 0.66], [0.97, 0.72, 0.77]])
TIPS = np.array([[1.00, 0.80, 0.85], [1.00, 0.88, 0.90], [1.00, 0.95, 0.95]])
# Gold, champagne and red foil, red paper: front, back, flash, how often.
PAPERS = np.array([[0.98, 0.77, 0.32], [1.00, 0.90, 0.66], [0.90, 0.17, 0.15], [0.84, 0.13, 0.12]])
BACKS = np.array([[0.93, 0.68, 0.27], [0.98, 0.86, 0.60], [0.95, 0.72, 0.34], [0.78, 0.12, 0.11]])
GLOSS, OFTEN = np.array([1.0, 0.9, 0.6, 0.0]), (0.42, 0.22, 0.2, 0.16)


class _Falling:
    """Sheets on their ways; what both kinds share."""

    def __init__(
        self, stage: Stage, seconds: float, rng: np.random.Generator, depth: Array, kind: Sheets, manner: Manner
    ) -> None:
        self._stage, self._seconds = stage, seconds
        reach = np.asarray(1.2 * np.maximum(kind.wide, kind.long) + kind.blur + 2, np.float32)
        self.course, self.wind, kept = courses(rng, stage, seconds, depth, reach, manner)
        self.sheets = Sheets(*(np.ascontiguousarray(column[kept]) for column in kind))

    def draw(self, time: float, pose: Pose, into: Layers) -> None:
        """See `Moving`."""
        at = time / self._seconds % 1.0, SHUTTER / self._seconds
        seen = *pose.centre, pose.back, pose.front
        heads = seen_heads(self._stage, pose)
        fall(self.course, self.wind, self.sheets, at, seen, heads, into.back, into.front, into.touched)


class Petals(_Falling):
    """Plum and peach petals on a light wind, over `seconds`; the same `seed` gives the same petals."""

    def __init__(self, stage: Stage, seconds: float, seed: int) -> None:
        rng = np.random.default_rng([seed, 2])
        depth = PETALS_DEPTHS.draw(rng, stage, seconds, PETALS_IN_SIGHT, PETALS_MANNER)
        number, short = len(depth), min(stage.size)
        long = rng.uniform(*PETAL, number) * short / depth
        tree = rng.integers(0, len(FEET), number)
        pale = rng.uniform(0, 0.5, (number, 1))
        base, tip = FEET[tree] + (1 - FEET[tree]) * pale, TIPS[tree] + (1 - TIPS[tree]) * pale
        sheets = _sheets(
            wide=long * rng.uniform(0.8, 1.0, number),
            long=long,
            blur=defocus(depth, PETAL_BLUR, FAR_BLUR) * short,
            thick=np.clip(0.96 - 0.32 * (1 / depth - 1), 0.4, 0.95),
            base=base,
            tip=tip,
            back=0.35 * base + 0.65 * tip,
            bend=np.stack([rng.uniform(0.22, 0.5, number), rng.uniform(0.1, 0.4, number)], 1),
            spin=_turns(rng, number, 0.25, seconds),
            tilt=_turns(rng, number, 0.3, seconds),
            roll=_turns(rng, number, 0.42, seconds),
            rock=rng.uniform(0.06, 0.14, number),
            thin=np.full(number, 0.24),
            gloss=np.zeros(number),
            through=np.full(number, 0.22),
            notch=rng.uniform(0.02, 0.13, number),
        )
        super().__init__(stage, seconds, rng, depth, sheets, PETALS_MANNER)


class Confetti(_Falling):
    """Gold, champagne and red paper and foil, sinking slowly; the same `seed` gives the same pieces."""

    def __init__(self, stage: Stage, seconds: float, seed: int) -> None:
        rng = np.random.default_rng([seed, 3])
        depth = CONFETTI_DEPTHS.draw(rng, stage, seconds, CONFETTI_IN_SIGHT, CONFETTI_MANNER)
        number, short = len(depth), min(stage.size)
        long = rng.uniform(*PIECE, number) * short / depth
        paper = rng.choice(len(OFTEN), number, p=OFTEN)
        shade = rng.uniform(0.92, 1.04, (number, 1))
        sheets = _sheets(
            wide=long * rng.uniform(0.42, 0.72, number),
            long=long,
            blur=defocus(depth, NEAR_BLUR, FAR_BLUR) * short,
            thick=np.clip(0.98 - 0.4 * (1 / depth - 1), 0.4, 0.98),
            base=PAPERS[paper] * shade,
            tip=PAPERS[paper] * shade,
            back=BACKS[paper] * shade,
            bend=np.stack([np.zeros(number), rng.uniform(-0.3, 0.3, number)], 1),
            spin=_turns(rng, number, 0.3, seconds),
            tilt=_turns(rng, number, 0.75, seconds),
            roll=_turns(rng, number, 0.5, seconds),
            rock=rng.uniform(0.03, 0.1, number),
            thin=np.full(number, 0.07),
            gloss=GLOSS[paper],
            through=np.full(number, 0.12),
            notch=np.full(number, -1.0),
        )
        super().__init__(stage, seconds, rng, depth, sheets, CONFETTI_MANNER)


def _turns(rng: np.random.Generator, number: int, usual: float, seconds: float) -> Array:
    """(number, 2): turns in a loop, about `usual` a second either way, and at birth."""
    speed = rng.choice([-1, 1], number) * rng.uniform(0.5, 1.5, number) * usual * seconds
    return np.asarray(np.stack([speed, rng.random(number)], 1), np.float32)


def _sheets(**columns: NDArray[np.float64] | Array) -> Sheets:
    return Sheets(**{name: np.ascontiguousarray(column, np.float32) for name, column in columns.items()})


def warm() -> None:
    """Compile, or fetch from the cache, what this module runs."""
    nothing = np.zeros((32, 32), np.float32)
    stage = Stage(np.zeros((64, 64, 3), np.uint8), np.zeros((64, 64), np.float32), *(nothing,) * 4, heads=())
    Petals(stage, 3.0, 0).draw(0.0, Pose((16, 16)), layers(32, 32))
