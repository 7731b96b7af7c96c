"""Every compiled loop of moving pictures run once, so that no one waits for the compiler at the first clip."""

from __future__ import annotations

from importlib import import_module

import numpy as np

from tuanyuan.motion.composing import Composer
from tuanyuan.motion.layers import Pose
from tuanyuan.motion.stage import make_stage

EFFECTS = ("fireworks", "lanterns", "snow", "petals", "warm_light")


def warm() -> None:
    """Compile what is not on the disk yet; a second call takes some milliseconds. From any thread."""
    side = 64
    people = np.zeros((side, side), np.float32)
    people[24:, 16:48] = 1
    composer = Composer(make_stage(np.full((side, side, 3), 120, np.uint8), people, ()))
    room = composer.room()
    drawn = room.layers
    drawn.light[4:12, 4:12] = 1
    drawn.gain[:] = -0.1
    drawn.touched[:] = 1
    centre = (side / 4, side / 4)
    composer.compose(Pose(centre, 1.004, 1.008, 1.015), drawn, room, np.empty(composer.shape, np.uint8))
    drawn.clear()
    for name in EFFECTS:
        import_module(f"tuanyuan.motion.effects.{name}").warm()
