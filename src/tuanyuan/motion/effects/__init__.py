"""The effects by their names. A new one is a module beside this and a line below."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tuanyuan.domain.clip import Effect
    from tuanyuan.motion.layers import Moving
    from tuanyuan.motion.stage import Stage

# effect: module, class
MODULES = {
    "fireworks": ("fireworks", "Fireworks"),
    "lanterns": ("lanterns", "Lanterns"),
    "snow": ("snow", "Snow"),
    "petals": ("petals", "Petals"),
    "confetti": ("petals", "Confetti"),
    "warm": ("warm_light", "WarmLight"),
}


def make(effect: Effect, stage: Stage, seconds: float, seed: int) -> Moving:
    """The effect over a loop of so many seconds. The same seed gives the same pixels."""
    module, name = MODULES[effect]
    made: Moving = getattr(import_module(f"{__name__}.{module}"), name)(stage, seconds, seed)
    return made
