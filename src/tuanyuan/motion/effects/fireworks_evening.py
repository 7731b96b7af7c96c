"""Evening for the clip: the room a little darker than in the still, lit up for moments by each burst."""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from tuanyuan.motion.layers import CELL, Layers
from tuanyuan.motion.stage import Stage

Array = NDArray[np.float32]
Records = NDArray[Any]

# How much darker what is behind becomes: least, and more with its lightness; people.
DARKER, DARKER_BRIGHT, DARKER_PEOPLE = 0.20, 0.42, (0.07, 0.12)
# By how much these change from the frame's top to its foot.
TOP, FOOT = 1.18, 0.72
# Bounds of both gains, whatever bursts at once.
LEAST, MOST, LEAST_PEOPLE, MOST_PEOPLE = -0.62, 0.30, -0.16, 0.12
# The least red of evening, the most blue.
DUSK = (1.03, 1.03, 0.93)
# Light of a near burst: on the wall beside it, on the nearest people, from all sides; the last one's bound.
ON_WALL, ON_PEOPLE, AROUND, AROUND_MOST = 0.42, 0.12, 0.055, 0.12


class Evening:
    """What the still's own light does over the loop."""

    def __init__(self, stage: Stage, shells: Records) -> None:
        width, height = stage.size
        cells = -(-width // CELL), -(-height // CELL)
        self.behind, self.people = _dusk(stage, cells)
        self.shells = shells[shells["flash"] > 0]
        xs = (np.arange(cells[0], dtype=np.float32) + 0.5) * CELL
        ys = (np.arange(cells[1], dtype=np.float32) + 0.5) * CELL
        short = float(min(width, height))
        away = np.hypot(
            xs[None, None] - self.shells["x"][:, None, None], ys[None, :, None] - self.shells["y"][:, None, None]
        )
        size = self.shells["size"][:, None, None]
        near = (size / (0.36 * short)) * (self.shells["bright"][:, None, None])
        self.on_wall = (ON_WALL * near / (1 + (away / (0.9 * size)) ** 2) ** 1.5).astype(np.float32)
        self.on_people = (ON_PEOPLE * near / (1 + (away / (0.5 * short)) ** 2)).astype(np.float32)
        self.around = (AROUND * near[:, 0, 0]).astype(np.float32)

    def draw(self, time: float, loop: float, into: Layers) -> None:
        """Add the moment `time` to the gains and to the light from all sides."""
        light = self._light(time, loop)
        behind = self.behind + np.tensordot(self.on_wall, light, (0, 0))
        people = self.people + np.tensordot(self.on_people, light, (0, 0))
        into.gain[:] += np.clip(behind, LEAST, MOST)
        into.gain_people[:] += np.clip(people, LEAST_PEOPLE, MOST_PEOPLE)
        # A third of its colour: a face may be lit, not painted.
        pale = 0.35 * light + 0.65 * light.mean(1, keepdims=True)
        total = (pale * self.around[:, None]).sum(0)
        into.ambient[:] += AROUND_MOST * total / (AROUND_MOST + total)

    def _light(self, time: float, loop: float) -> Array:
        """float32 (shells, 3): the light of each, 1 at most: at once there, soon low, gone before its sparks are."""
        shells = self.shells
        light = np.zeros((len(shells), 3), np.float32)
        age = (time - shells["birth"]) % loop
        while (age < shells["lasts"]).any():
            ends = np.clip((shells["lasts"] - age) / (0.5 * shells["lasts"]), 0, 1)
            value = (1 - np.exp(-age / 0.08)) * (0.62 * np.exp(-age / 0.20) + 0.38 * np.exp(-age / 0.75))
            value = (value * ends * ends * (3 - 2 * ends))[:, None]
            hot = np.exp(-age / 0.09)[:, None]
            turned = np.clip(age / shells["lasts"] * 1.6, 0, 1)[:, None]
            colour = shells["first"] + (shells["second"] - shells["first"]) * turned
            light += (value * (colour * (1 - hot) + hot)).astype(np.float32)
            age = age + loop
        return light


def _dusk(stage: Stage, cells: tuple[int, int]) -> tuple[Array, Array]:
    """Constant gains (high, wide, 3) of what is behind and of people: bright walls darken by more than dark ones."""
    behind = 1 - stage.mask
    spread = 0.12 * min(stage.size)
    small = (cells[0] * 2, cells[1] * 2)
    seen = cv2.resize(behind, small, interpolation=cv2.INTER_AREA)
    luma = cv2.resize(stage.luma * behind, small, interpolation=cv2.INTER_AREA)
    blur = spread * small[0] / stage.size[0]
    seen, luma = (cv2.GaussianBlur(part, (0, 0), blur, borderType=cv2.BORDER_REFLECT) for part in (seen, luma))
    mean = float(luma.sum() / max(1e-3, float(seen.sum())))
    # Where only people are, what is behind them counts as the mean of what is seen.
    wall = cv2.resize((luma + 0.02 * mean) / (seen + 0.02), cells, interpolation=cv2.INTER_AREA)
    down = np.linspace(TOP, FOOT, cells[1], dtype=np.float32)[:, None]
    amount = (DARKER + DARKER_BRIGHT * np.clip(0.5 * wall + 0.5 * mean, 0, 0.8)) * down
    dusk = np.array(DUSK, np.float32)
    people = np.float32(DARKER_PEOPLE[0] + (DARKER_PEOPLE[1] - DARKER_PEOPLE[0]) * min(1.0, mean / 0.5))
    on_people = np.broadcast_to(-people * (0.5 + 0.5 * down[..., None]) * np.ones(3, np.float32), (*cells[::-1], 3))
    return np.asarray(-amount[..., None] * dusk, np.float32), np.asarray(on_people, np.float32)
