"""A garment on a wall or on paper, somebody before a wall: placed, lit, with the shadow that the wall takes."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from tuanyuan.imaging.goods.item import Item, scaled
from tuanyuan.imaging.goods.light import LIGHTS, Light, linear
from tuanyuan.imaging.goods.rail import hang, neck
from tuanyuan.imaging.goods.shadow import Throw
from tuanyuan.imaging.goods.sweep import sweep, tones
from tuanyuan.imaging.goods.tabletop import Put, Spot, painted, put

Array = NDArray[np.float32]
Pixels = NDArray[np.uint8]

# The neck of what hangs is no higher than this, and its middle about here, down the frame.
NECK_LINE, MIDDLE = 0.15, 0.47
# The most of the height that a garment takes, for each share of the width.
TALL = 0.94
# How far behind a standing model the wall is: its shadow is soft and goes far.
STANDING_SHADOW = 0.22


@dataclass(frozen=True, eq=False)
class Wall:
    """picture: uint8 H×W×3, the place. side: where its light comes from, -1 left … 1 right. contrast: of that light."""

    picture: Pixels
    side: float
    contrast: float

    @property
    def place(self) -> Array:
        """The place in linear light, a new array."""
        return linear(self.picture.astype(np.float32) / np.float32(255))

    @property
    def light(self) -> Light:
        """What falls on a thing that hangs on it."""
        side = float(np.clip(1.6 * self.side, -1, 1))
        depth = float(np.clip(0.13 * self.contrast, 0.2, 0.42))
        return replace(LIGHTS["softbox"], side=side, throws=(Throw(-side, 0.1, depth, 0.7),), shape=0.08, reflection=0)


def hung(wall: Wall, garment: Item, x: float, size: float) -> tuple[Array, bool]:
    """The garment on the wall, sRGB float32 0..1, and whether it hangs from a rail; what has no neck floats.

    x: its middle, share of the width. size: the most of the width that it takes.
    """
    place = wall.place
    height, width = place.shape[:2]
    held = neck(garment.alpha)
    thing = put(garment, (width, height), Spot(x, MIDDLE, size, TALL * size, lies=True))
    if held is not None:
        tall = garment.size[1] * thing.enlarged / height
        line = max(NECK_LINE, MIDDLE - tall / 2)
        middle = line + tall / 2 - held.y * thing.enlarged / height
        thing = put(garment, (width, height), Spot(x, middle, size, TALL * size, lies=True))
        left = x * width - garment.size[0] * thing.enlarged / 2
        hang(place, (round(left + held.x * thing.enlarged), round(line * height)), side=wall.light.side)
    return painted(place, thing, wall.light, lies=True, reflection=0.0), held is not None


def laid(frame: tuple[int, int], garment: Item, edge: Array, light_name: str, size: float) -> Array:
    """The garment laid flat on paper that suits it, sRGB float32 0..1. edge: CIE Lab (N, 3) along its outline."""
    light = LIGHTS[light_name]
    tone = tones(edge, light.tones)[0]
    thing = put(garment, frame, Spot(0.5, 0.5, max(0.66, size), TALL * max(0.66, size), lies=True))
    return painted(sweep(frame, tone, light, bend=None), thing, light, lies=True, reflection=0.0)


def stood(wall: Wall, wearer: Item, x: float, nearer: float) -> Array:
    """Somebody without a face, whose photo ends somewhere, before the wall, sRGB float32 0..1.

    What the photo's edges cut meets the frame's edges. x: the middle, share of the width. nearer: 1 as large as that
    asks for, more is larger.
    """
    place = wall.place
    height, width = place.shape[:2]
    above, sides = touches(wearer)
    least = max(width / wearer.size[0] if sides else 0.0, height / wearer.size[1] if above else 0.0)
    one = scaled(wearer, nearer * (least or 0.84 * height / wearer.size[1]))
    w, h = one.size
    left = round(np.clip(x * width - w / 2, min(0, width - w), max(0, width - w)))
    top = 0 if above else height - round(h / nearer)
    x0, y0, x1, y1 = max(0, left), max(0, top), min(width, left + w), min(height, top + h)
    colour, alpha = np.zeros((height, width, 3), np.float32), np.zeros((height, width), np.float32)
    inner = np.s_[y0 - top : y1 - top, x0 - left : x1 - left]
    colour[y0:y1, x0:x1], alpha[y0:y1, x0:x1] = one.colour[inner], one.alpha[inner]
    throws = tuple(replace(throw, depth=STANDING_SHADOW, soft=1.6) for throw in wall.light.throws)
    light = replace(wall.light, contact=0.0, throws=throws)
    return painted(place, Put(colour, alpha, (x0, y0, x1, y1), 1.0), light, lies=True, reflection=0.0)


def touches(wearer: Item) -> tuple[bool, bool]:
    """Whether the photo cuts somebody at its upper edge, and at a side."""
    solid = wearer.alpha > 0.5
    return bool(solid[:2].any()), bool(max(solid[:, :2].any(1).mean(), solid[:, -2:].any(1).mean()) > 0.05)
