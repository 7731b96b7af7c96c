"""Fireworks behind people, in the evening: shells burst above and beside them, and light the room and their edges."""

from __future__ import annotations

import numpy as np

from tuanyuan.motion.effects.fireworks_evening import Evening
from tuanyuan.motion.effects.fireworks_shells import GOLD, PEONY, shell, throw
from tuanyuan.motion.effects.fireworks_show import CLOUD, RISER, plan
from tuanyuan.motion.effects.fireworks_sparks import risers, shells, smoke
from tuanyuan.motion.layers import Layers, Pose, layers
from tuanyuan.motion.stage import Stage


class Fireworks:
    """A `Moving` of about nine bursts in five seconds. All of it follows from the time: nothing is kept between frames.

    stage: the still; bursts look for what is free of people. seconds: of the loop, above 0. seed: the same, the same
    pixels.
    """

    def __init__(self, stage: Stage, seconds: float, seed: int) -> None:
        self._seconds = seconds
        self._show = plan(stage, seconds, seed)
        self._evening = Evening(stage, self._show.shells)

    def draw(self, time: float, pose: Pose, into: Layers) -> None:
        """Add the moment `time` (seconds) to the layers: light and smoke behind people, and the evening's gains."""
        show, loop = self._show, self._seconds
        at = float(time % loop), float(loop), float(pose.centre[0]), float(pose.centre[1]), float(pose.back)
        smoke(into.back, into.touched, show.smoke, show.clouds, *at)
        risers(into.light, into.touched, show.risers, *at)
        shells(into.light, into.touched, show.shells, show.sparks, *at)
        self._evening.draw(time % loop, loop, into)


def warm() -> None:
    """Run each compiled loop once on tiny layers, so that no clip waits for a compiler."""
    into = layers(32, 32)
    at = 0.3, 5.0, 16.0, 16.0, 1.0
    row = shell(PEONY, GOLD, 0.0, 16, 16, 8, 0)
    row["stop"], row["wide"], row["crackle"] = 1, 2, 1
    riser, cloud = np.zeros(1, RISER), np.zeros(1, CLOUD)
    riser["climb"], riser["trail"], cloud["lasts"], cloud["radius"] = 1, 1, 1, 8
    smoke(into.back, into.touched, cloud, np.zeros((1, 8, 8), np.float32), *at)
    risers(into.light, into.touched, riser, *at)
    shells(into.light, into.touched, row, throw(PEONY, 12, np.random.default_rng(0))[:1], *at)
