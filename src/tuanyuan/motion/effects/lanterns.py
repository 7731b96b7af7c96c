"""Red lanterns hung behind the family: they swing a little, their flames play, the wall about them is warm."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tuanyuan.motion.effects.lantern_drawing import cord, float_discs, hang
from tuanyuan.motion.effects.lantern_light import TURN, Flicker, Specks, flicker, shine, specks
from tuanyuan.motion.effects.lantern_places import Place, places
from tuanyuan.motion.effects.lantern_sprite import KNOT, Sprite, globe, tassel
from tuanyuan.motion.layers import Layers, Pose, layers
from tuanyuan.motion.stage import Stage

Points = NDArray[np.float64]

# A swing takes so many seconds; the tassel follows by so much of a round, and swings farther; flames, rounds a second.
PERIOD, LATE, FARTHER, FLAMES = 2.7, 0.11, 1.25, (0.35, 0.85, 1.6)
# Half widths, in shares of the shorter side, at and beyond which a lantern is before and behind what is in focus.
NEAR, FAR, HAZE = 0.085, 0.055, 0.95
# How far the flame's unrest shows on the silk; what the silk gives to the bloom.
UNREST, GLOW = 0.065, (0.10, 0.034, 0.008)
# The room, so that lanterns can be seen to shine: what is behind people, people; then their light on both.
DUSK, DUSK_PEOPLE = (-0.06, -0.09, -0.13), (0.0, -0.012, -0.03)
POOL, WARMTH, AMBIENT = (0.32, 0.17, 0.06), (0.040, 0.020, 0.002), (0.010, 0.005, 0.0015)
CORD = (0.50, 0.25, 0.08)
EMBER, SPOT = (1.0, 0.45, 0.13), (1.0, 0.60, 0.28)


@dataclass(frozen=True, eq=False)
class _Lantern:
    place: Place
    globe: Sprite
    tassel: Sprite
    flame: Flicker
    swings: int
    phase: float
    blur: float

    def angles(self, loop: float) -> tuple[float, float]:
        """Of the cord with the globe, and of the tassel, from the upright, in radians."""
        turns = self.swings * loop + self.phase
        late = math.sin(TURN * (turns - LATE)) * FARTHER + 0.12 * math.sin(TURN * (2 * turns + 0.3))
        return self.place.swing * math.sin(TURN * turns), self.place.swing * late


class Lanterns:
    """Implements layers.Moving. places: where they hang at rest, from far to near; empty where none fits."""

    def __init__(self, stage: Stage, seconds: float, seed: int) -> None:
        rng = np.random.default_rng((seed, 0x6C616E))
        self._seconds, self._short = seconds, min(stage.size)
        self.places = places(stage, rng)
        self._lanterns = tuple(self._made(place, rng) for place in self.places)
        self._room = tuple(_room(stage, place) for place in self.places)
        self._embers, self._spots = _embers(stage, rng), _spots(stage, rng)

    def draw(self, time: float, pose: Pose, into: Layers) -> None:
        """As of layers.Moving."""
        loop = time / self._seconds % 1.0
        float_discs(into.back, into.touched, self._spots.discs(loop, pose, pose.back))
        float_discs(into.light, into.touched, self._embers.discs(loop, pose, pose.back))
        into.gain[:] += np.array(DUSK, np.float32)
        into.gain_people[:] += np.array(DUSK_PEOPLE, np.float32)
        for lantern, room in zip(self._lanterns, self._room, strict=True):
            self._hang(lantern, room, loop, pose, into)

    def _hang(self, lantern: _Lantern, room: float, loop: float, pose: Pose, into: Layers) -> None:
        place, scale = lantern.place, pose.back
        swung, behind = lantern.angles(loop)
        flame = lantern.flame.at(loop)
        hook = tuple(c + (v - c) * scale for c, v in zip(pose.centre, (place.x, place.hook), strict=True))

        def below(length: float) -> tuple[float, float]:
            return hook[0] + length * scale * math.sin(swung), hook[1] + length * scale * math.cos(swung)

        radius, middle = place.radius, below(place.length)
        half, soft = max(0.55, 0.016 * radius) * scale, 0.8 + lantern.blur
        cord(into.back, into.touched, (hook[0], hook[1]), below(place.length - 1.02 * radius), half, soft, CORD)
        for sprite, at, angle in (
            (lantern.tassel, below(place.length - KNOT * radius), behind),
            (lantern.globe, middle, swung),
        ):
            step, anchor = sprite.step * scale, (sprite.x, sprite.y)
            lift = UNREST * flame
            hang(into.back, into.light, into.touched, sprite.pixels, anchor, at, angle, step, lift, GLOW)
        size = radius / (0.1 * self._short)
        strong, calm = 1 + 0.16 * flame, 1 + 0.08 * flame
        shine(into.gain, *middle, 2.1 * radius, 2.1 * radius, _times(POOL, room * strong * min(1.0, 0.6 + 0.4 * size)))
        far = 0.5 * self._short
        shine(into.gain_people, middle[0], middle[1] + 0.3 * far, far, 1.2 * far, _times(WARMTH, calm * size))
        into.ambient[:] += np.array(_times(AMBIENT, calm * size), np.float32)

    def _made(self, place: Place, rng: np.random.Generator) -> _Lantern:
        share = place.radius / self._short
        blur = 0.25 + 0.014 * place.radius * min(1.0, max(0.0, (share - NEAR) / 0.02))
        light = HAZE + (1 - HAZE) * min(1.0, max(0.0, (share - FAR) / (NEAR - FAR)))
        return _Lantern(
            place=place,
            globe=globe(place.radius, blur, light, rng),
            tassel=tassel(place.radius, blur, light, rng),
            flame=flicker(self._seconds, FLAMES, rng),
            swings=max(1, round(self._seconds / (PERIOD * float(rng.uniform(0.85, 1.25))))),
            phase=float(rng.random()),
            blur=blur,
        )


def warm() -> None:
    """Compile or load the loops."""
    into = layers(32, 32)
    hang(
        into.back,
        into.light,
        into.touched,
        np.zeros((4, 4, 5), np.float32),
        (1.0, 1.0),
        (9.0, 9.0),
        0.1,
        0.5,
        0.1,
        GLOW,
    )
    cord(into.back, into.touched, (8.0, -4.0), (9.0, 9.0), 0.5, 0.8, CORD)
    for layer in (into.back, into.light):
        float_discs(layer, into.touched, np.zeros((1, 8), np.float32))


def _room(stage: Stage, place: Place) -> float:
    """How much brighter the wall there may get before it is merely white or flat red, 0.3..1."""
    reach, (x, y) = round(2 * place.radius), (round(place.x), round(place.y))
    wall = stage.rgb[max(0, 2 * (y - reach)) : 2 * (y + reach) : 4, max(0, 2 * (x - reach)) : 2 * (x + reach) : 4]
    brightest = float(wall.max(2).mean()) / 255
    return min(1.0, max(0.3, 2.4 * (1 - brightest)))


def _times(colour: tuple[float, float, float], factor: float) -> tuple[float, float, float]:
    return colour[0] * factor, colour[1] * factor, colour[2] * factor


def _embers(stage: Stage, rng: np.random.Generator) -> Specks:
    """A few sparks that rise far behind."""
    x, y = _scattered(stage, 9, rng)
    return specks(x, y, min(stage.size), rng, (0.0030, 0.0055), 1.0, (0.10, 0.26), EMBER, 0.30)


def _spots(stage: Stage, rng: np.random.Generator) -> Specks:
    """Lights so far behind that the lens spreads them to discs."""
    x, y = _scattered(stage, 6, rng)
    return specks(x, y, min(stage.size), rng, (0.016, 0.034), 0.35, (0.035, 0.085), SPOT, 0.03)


def _scattered(stage: Stage, count: int, rng: np.random.Generator) -> tuple[Points, Points]:
    """Over the upper two thirds, more of them at the sides."""
    aside = rng.uniform(-1, 1, count)
    x = stage.size[0] * (0.5 + 0.5 * np.sign(aside) * np.abs(aside) ** 0.6)
    return x, rng.uniform(0.05, 0.66, count) * stage.size[1]
