"""A place to be photographed in: its picture and its light."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

Colour = tuple[float, float, float]


@dataclass(frozen=True)
class Light:
    """direction: unit vector from the people towards the key light (x right, y up, z to the camera).

    key_colour, ambient_colour: linear, mean 1. contrast: lit side to shaded side. exposure: factor.
    """

    direction: tuple[float, float, float] = (-0.4, 0.4, 0.8)
    key_colour: Colour = (1.0, 1.0, 1.0)
    ambient_colour: Colour = (1.0, 1.0, 1.0)
    contrast: float = 2.6
    exposure: float = 1.0


@dataclass(frozen=True)
class Scene:
    """motion: effects that suit it. blur: lens blur already in the picture, as a share of its width.

    kind: people stand in a "room", goods on a "table". standing_line: share of the height where the floor, or the
    table's middle, meets the plane of the people or goods; above 1: below the frame. eye_line: share of the height for
    the eyes of a standing grown-up. own: the customer's own picture.
    """

    id: str
    name_zh: str
    name_en: str
    picture: Path
    motion: tuple[str, ...] = ()
    light: Light = Light()
    blur: float = 0.0
    kind: Literal["room", "table"] = "room"
    standing_line: float = 1.3
    eye_line: float = 0.4
    own: bool = False
