"""One thing painted into its place: mirrored, shadowed, lit, laid on."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from tuanyuan.imaging.goods.item import SOLID, Ground, Item, ground, scaled
from tuanyuan.imaging.goods.light import Light, encoded, linear, lit
from tuanyuan.imaging.goods.reflection import mirrored
from tuanyuan.imaging.goods.shadow import lying, standing
from tuanyuan.imaging.kernels import darken

Array = NDArray[np.float32]
Pixels = NDArray[np.uint8]

# Thrown and touching shadows are worked out at a part of the size.
COARSE = 3
MOST_ENLARGED = 1.8
# Mean difference along the outline from which a thing is clearly seen before its place (CIE76).
CLEAR = 25.0


@dataclass(frozen=True)
class Spot:
    """Where a thing is put: its middle across and its ground (or, lying, its middle) down, as shares of the frame.

    wide, tall: the most of the frame's width and height that it may take.
    """

    x: float
    y: float
    wide: float
    tall: float
    lies: bool = False


@dataclass(frozen=True, eq=False)
class Put:
    """A thing at its place in a frame: colour float32 H×W×3, sRGB; alpha float32 H×W; both of the whole frame.

    box: x0, y0, x1, y1 of it in the frame. enlarged: how many times as large as in its photo.
    """

    colour: Array
    alpha: Array
    box: tuple[int, int, int, int]
    enlarged: float


def put(thing: Item, frame: tuple[int, int], spot: Spot) -> Put:
    """`thing` in a frame of (width, height), as large as the spot allows and its own pixels bear."""
    width, height = frame
    factor = min(spot.wide * width / thing.size[0], spot.tall * height / thing.size[1], MOST_ENLARGED)
    sized = scaled(thing, factor)
    w, h = sized.size
    if spot.lies:
        top = round(spot.y * height - h / 2)
    else:
        solid = np.flatnonzero((sized.alpha > SOLID).any(1))
        top = round(spot.y * height) - (int(solid.max()) + 1 if len(solid) else h)
    left = round(spot.x * width - w / 2)
    colour, alpha = np.zeros((height, width, 3), np.float32), np.zeros((height, width), np.float32)
    x0, y0, x1, y1 = max(0, left), max(0, top), min(width, left + w), min(height, top + h)
    inner = np.s_[y0 - top : y1 - top, x0 - left : x1 - left]
    colour[y0:y1, x0:x1], alpha[y0:y1, x0:x1] = sized.colour[inner], sized.alpha[inner]
    return Put(colour, alpha, (x0, y0, x1, y1), factor)


def painted(place: Array, thing: Put, light: Light, *, lies: bool, reflection: float, tint: float = 1.0) -> Array:
    """`place` (float32 H×W×3, linear) with the thing in it, as sRGB float32 0..1. `place` is painted over.

    reflection: share of light that the ground mirrors; nothing that lies is mirrored.
    """
    foot = ground(thing.alpha)
    if reflection and not lies:
        _mirror(place, thing, foot, reflection)
    _shade(place, thing.alpha, light, lies)
    x0, y0, x1, y1 = thing.box
    alpha = thing.alpha[y0:y1, x0:x1]
    colour = lit(linear(thing.colour[y0:y1, x0:x1]), alpha, light, tint)
    place[y0:y1, x0:x1] += (colour - place[y0:y1, x0:x1]) * alpha[..., None]
    return encoded(place)


def standing_out(place: Array, thing: Put) -> float:
    """How clearly the thing's outline is seen before `place` (float32 H×W×3, linear), 0..1."""
    x0, y0, x1, y1 = thing.box
    part = np.s_[y0:y1:2, x0:x1:2]
    solid = (thing.alpha[part] > SOLID).astype(np.uint8)
    edge = (solid - cv2.erode(solid, np.ones((5, 5), np.uint8))) > 0
    if not edge.any():
        return 0.0
    own, behind = (
        cv2.cvtColor(np.ascontiguousarray(c[None]), cv2.COLOR_RGB2LAB)[0]
        for c in (thing.colour[part][edge], encoded(place[part][edge]))
    )
    return float(np.clip(np.sqrt(((own - behind) ** 2).sum(1)) / CLEAR, 0, 1).mean())


def _mirror(place: Array, thing: Put, foot: Ground, strength: float) -> None:
    x0, y0, x1, y1 = thing.box
    bottom = min(place.shape[0], y1 + (y1 - y0))
    part = np.s_[y0:bottom, x0:x1]
    own = Ground(foot.line[x0:x1] - y0, foot.touch[x0:x1])
    image, opacity = mirrored(thing.colour[part], thing.alpha[part], own, strength)
    place[part] += (linear(image) - place[part]) * opacity[..., None]


def _shade(place: Array, alpha: Array, light: Light, lies: bool) -> None:
    height, width = alpha.shape
    small = cv2.resize(alpha, (-(-width // COARSE), -(-height // COARSE)), interpolation=cv2.INTER_AREA)
    if lies:
        left = lying(small, light.throws, light.contact)
    else:
        left = standing(small, ground(small), light.throws, light.contact)
    darken(place, np.ascontiguousarray(left), COARSE)
