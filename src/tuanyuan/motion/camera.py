"""The frame breathes: a slow push in and back, once in a loop; what is nearer moves more."""

from __future__ import annotations

import math
from dataclasses import dataclass

from tuanyuan.motion.layers import Pose
from tuanyuan.motion.stage import Stage

# Where nobody is, the middle lies this far down.
HORIZON = 0.45
# A head's eyes lie below its ellipse's middle by this share of its height: hair is above.
EYES = 0.18
# How far the picture grows at the middle of the loop: people; what is behind them; what passes in front.
PEOPLE, BACK, FRONT = 0.016, 0.008, 0.030


@dataclass(frozen=True)
class Camera:
    """centre: x, y in half-size pixels that stay where they are. amount: 0 is still, 1 is gentle."""

    centre: tuple[float, float]
    seconds: float
    amount: float = 1.0

    def pose(self, time: float) -> Pose:
        """Where it stands at `time`; at the loop's end where it began."""
        grown = self.amount * (0.5 - 0.5 * math.cos(2 * math.pi * time / self.seconds))
        return Pose(self.centre, 1 + BACK * grown, 1 + PEOPLE * grown, 1 + FRONT * grown)


def centre(stage: Stage) -> tuple[float, float]:
    """Between everybody's eyes, x and y in half-size pixels: faces move least of all, and none to one side."""
    width, height = stage.size
    if not stage.heads:
        return width / 2, height * HORIZON
    left, right = (pick(head.x for head in stage.heads) for pick in (min, max))
    # The nearer a face, the more its moving would be seen.
    weights = [head.wide * head.high for head in stage.heads]
    level = sum(weight * (head.y + EYES * head.high) for weight, head in zip(weights, stage.heads, strict=True))
    return min(width, max(0.0, (left + right) / 2)), min(height, max(0.0, level / sum(weights)))
