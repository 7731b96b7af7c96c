"""Styles that stay photographs: business, film, festive."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from tuanyuan.imaging.avatar.bust import Bust
from tuanyuan.imaging.avatar.edges import fitted_light, rimmed, shadowed, wrapped
from tuanyuan.imaging.avatar.grounds import bokeh, plaster, rgb, studio
from tuanyuan.imaging.avatar.landscape import blossom_branch
from tuanyuan.imaging.avatar.lanterns import lantern
from tuanyuan.imaging.avatar.texture import blurred, fine, over
from tuanyuan.imaging.grade import Grade, apply_grade

Array = NDArray[np.float32]
Pixels = NDArray[np.uint8]
Picture = tuple[Pixels, Pixels]


@dataclass(frozen=True)
class Backdrop:
    """Colours 0xRRGGBB of a studio ground where it is lit and where it is not, and of the light at the edge."""

    lit: int
    unlit: int
    rim: int = 0xFFFFFF


BUSINESS = {
    "steel": Backdrop(0xC4CFD8, 0x6F8092),
    "light": Backdrop(0xF1F2F3, 0xC3C8CE),
    "navy": Backdrop(0x44597A, 0x141D30, 0xD9E6FF),
    "warm": Backdrop(0xD9CFC3, 0x8E8172, 0xFFF3E0),
}
FILM = {
    "ochre": Backdrop(0xC2AA85, 0x6B5B48),
    "sage": Backdrop(0xA9B299, 0x55604F),
    "dusk": Backdrop(0x9AA7B4, 0x46515F),
    "rose": Backdrop(0xC6A69B, 0x6E5450),
}
FESTIVE = {
    "lanterns": Backdrop(0x8E1414, 0x5C090C, 0xFFC98A),
    "blossom": Backdrop(0xD8402E, 0x8E0F12, 0xFFD9A0),
    "gold": Backdrop(0xD9A94E, 0x8A4A16, 0xFFE2A8),
    "night": Backdrop(0x4A0E2A, 0x1E0716, 0xFFB27A),
}
LIGHTS = ((1.0, 0.77, 0.42), (1.0, 0.54, 0.29), (1.0, 0.88, 0.63))


def business(bust: Bust, palette: str, seed: int) -> Picture:
    """Soft box on a paper roll: clean, evenly lit, a little light along the edge."""
    chosen = BUSINESS[palette]
    ground = studio(bust.size, rgb(chosen.lit), rgb(chosen.unlit), seed)
    colour = fitted_light(bust, bust.colour, 52, 74)
    colour = rimmed(bust, colour, rgb(chosen.rim), side=0.0, strength=0.30)
    colour = wrapped(bust, colour, ground, 0.35)
    grade = Grade(exposure=0.03, warmth=0.06, contrast=0.24, vignette=0.05, grain=0.004)
    return _developed(over(colour, ground, bust.alpha), ground, grade, seed)


def film(bust: Bust, palette: str, seed: int) -> Picture:
    """Negative film by a window: soft shoulder, blacks that never close, red glow round lights, grain."""
    chosen = FILM[palette]
    ground = plaster(bust.size, rgb(chosen.lit), rgb(chosen.unlit), seed)
    colour = fitted_light(bust, bust.colour, 54, 74)
    colour = wrapped(bust, rimmed(bust, colour, (1.0, 0.93, 0.80), side=-1.0, strength=0.45), ground, 0.35)
    taken = over(colour, shadowed(bust, ground, 0.16, fall=0.25, blur=0.5), bust.alpha)
    return _on_film(taken, seed), _on_film(ground, seed)


def festive(bust: Bust, palette: str, seed: int) -> Picture:
    """New Year: reds, and lanterns or blossoms behind; the person in their warm light."""
    chosen = FESTIVE[palette]
    ground = _festive_ground(bust.size, palette, chosen, seed)
    colour = fitted_light(bust, bust.colour, 52, 73) * np.array([1.02, 0.995, 0.94], np.float32)
    colour = rimmed(bust, colour, rgb(chosen.rim), side=1.0, strength=0.75)
    colour = wrapped(bust, rimmed(bust, colour, rgb(chosen.rim), side=-1.0, strength=0.35), ground, 0.3)
    grade = Grade(exposure=0.05, warmth=0.22, contrast=0.26, vignette=0.12, grain=0.005)
    return _developed(over(np.clip(colour, 0, 1), ground, bust.alpha), ground, grade, seed)


def _festive_ground(size: tuple[int, int], palette: str, chosen: Backdrop, seed: int) -> Array:
    side = min(size)
    if palette == "blossom":
        ground = studio(size, rgb(chosen.lit), rgb(chosen.unlit), seed)
        # A branch reaches in from each upper corner.
        for number, (start, heading) in enumerate((((1.02, 0.04), 155), ((-0.02, 0.16), 20))):
            branch = blossom_branch(size, seed + number, start=start, heading=heading, length=0.46)
            ground = branch.on(ground, rgb(0x3C0A08), rgb(0xF6C9B8), rgb(0xFFE08A), seed)
        return blurred(ground, 0.0022 * side)
    ground = bokeh(size, rgb(chosen.unlit), LIGHTS, seed, count=40 if palette == "gold" else 30)
    if palette == "gold":
        ground = np.clip(ground * 0.75 + studio(size, rgb(chosen.lit), rgb(chosen.unlit), seed) * 0.4, 0, 1)
    hung = {
        "lanterns": ((0.13, 0.20, 0.085), (0.87, 0.15, 0.105), (0.80, 0.46, 0.05)),
        "gold": ((0.14, 0.15, 0.10), (0.88, 0.26, 0.08)),
        "night": ((0.10, 0.30, 0.06), (0.22, 0.10, 0.08), (0.90, 0.20, 0.09), (0.76, 0.07, 0.05)),
    }[palette]
    for x, y, radius in hung:
        lantern(ground, (x * size[0], y * size[1]), radius * side, 0.09 * radius * side)
    return ground


def _developed(picture: Array, ground: Array, grade: Grade, seed: int) -> Picture:
    first = apply_grade(np.clip(picture, 0, 1).astype(np.float32), grade, seed)
    return first, apply_grade(np.clip(ground, 0, 1).astype(np.float32), grade, seed)


def _on_film(picture: Array, seed: int) -> Pixels:
    side = min(picture.shape[:2])
    lights = np.clip((cv2.cvtColor(np.clip(picture, 0, 1).astype(np.float32), cv2.COLOR_RGB2GRAY) - 0.70) / 0.30, 0, 1)
    glow = blurred(lights, 0.011 * side)
    out = 1 - (1 - picture) * (1 - glow[..., None] * np.array([0.20, 0.065, 0.02], np.float32))
    grey = out.mean(2, keepdims=True)
    out = grey + (out - grey) * np.float32(0.86)
    # Shoulder and toe; shadows towards green-blue, lights towards cream.
    curved = 0.05 + 0.925 * out - 0.10 * out * (1 - out) * (1 - 2 * out) * 2
    split = (1 - grey) ** 2 * np.array([-0.012, 0.006, 0.016], np.float32)
    split = split + grey**2 * np.array([0.022, 0.010, -0.030], np.float32)
    y, x = np.ogrid[: picture.shape[0], : picture.shape[1]]
    corner = np.hypot((x / picture.shape[1] - 0.5) * 1.3, (y / picture.shape[0] - 0.46) * 1.3).astype(np.float32)
    out = (curved + split) * (1 - 0.20 * np.clip(corner, 0, 1) ** 2)[..., None]
    grain = fine(picture.shape[1::-1], 0.75 * side / 1440, seed) * (
        0.005 + 0.011 * 4 * grey[..., 0] * (1 - grey[..., 0])
    )
    return np.rint(np.clip(out + grain[..., None], 0, 1) * 255).astype(np.uint8)
