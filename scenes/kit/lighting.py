# SPDX-License-Identifier: GPL-3.0-or-later
"""Studio lights: softboxes, a background spot, and the cards that metal needs to reflect."""

from __future__ import annotations

import math

import bpy
import numpy as np

from .geometry import Point, add, look_at, rectangle
from .materials import Colour, Shader


def _black_body(temperature: float) -> np.ndarray:
    """Linear RGB of a black body of 1000–6600 K, largest part 1.

    Fit by Tanner Helland, "How to convert temperature (K) to RGB" (2012), sRGB decoded with an exponent of
    2.2.
    """
    t = temperature / 100
    red = 255.0
    green = 99.4708 * math.log(t) - 161.1196
    blue = 138.5177 * math.log(t - 10) - 305.0448 if t > 19 else 0.0
    return np.clip(np.array([red, green, blue]) / 255, 0.001, 1) ** 2.2


def kelvin(temperature: float, white: float = 5200) -> Colour:
    """Linear RGB tint (mean 1) of a lamp of `temperature`, as a camera balanced for `white` kelvin records
    it.
    """
    tint = _black_body(temperature) / _black_body(white)
    return tuple((tint / tint.mean()).tolist())


def softbox(
    name: str,
    place: Point,
    target: Point,
    size: tuple[float, float],
    watts: float,
    colour: Colour,
    spread: float = 180,
    reflected: bool = True,
) -> bpy.types.Object:
    """A rectangular area light at `place` that points at `target`.

    `spread` in degrees narrows it like a grid; `reflected` says whether shiny things show it.
    """
    light = bpy.data.lights.new(name, "AREA")
    light.shape, light.size, light.size_y = "RECTANGLE", *size
    light.energy, light.color, light.spread = watts, colour, math.radians(spread)
    thing = add(name, light)
    thing.location = place
    look_at(thing, target)
    thing.visible_camera, thing.visible_glossy = False, reflected
    return thing


def spot(
    name: str, place: Point, target: Point, angle: float, watts: float, colour: Colour, radius: float = 0.25
) -> bpy.types.Object:
    """A spot with a fully soft edge; `angle` is the whole cone in degrees."""
    light = bpy.data.lights.new(name, "SPOT")
    light.spot_size, light.spot_blend = math.radians(angle), 1.0
    light.energy, light.color, light.shadow_soft_size = watts, colour, radius
    thing = add(name, light)
    thing.location = place
    look_at(thing, target)
    return thing


def reflection_card(name: str, corners: list[Point], colour: Colour, strength: float) -> bpy.types.Object:
    """A glowing sheet that only mirror-like surfaces see: it shapes gold without lighting the room."""
    shader = Shader(name).attach(Base_Color=(0, 0, 0), Emission_Color=colour, Emission_Strength=strength)
    card = rectangle(name, corners, shader.material)
    card.visible_camera = card.visible_diffuse = card.visible_shadow = card.visible_transmission = False
    return card


def sun(direction: Point, strength: float, colour: Colour, softness: float = 1.5) -> bpy.types.Object:
    """Sunlight that travels along `direction`; `softness` is its width in degrees (the sky's own sun has 0.5)."""
    light = bpy.data.lights.new("sun", "SUN")
    light.energy, light.color, light.angle = strength, colour, math.radians(softness)
    thing = add("sun", light)
    look_at(thing, direction)
    return thing


def glow(place: Point, watts: float, colour: Colour, radius: float) -> bpy.types.Object:
    """A bulb: a small ball of light that the camera does not see."""
    light = bpy.data.lights.new("bulb", "POINT")
    light.energy, light.color, light.shadow_soft_size = watts, colour, radius
    thing = add("bulb", light)
    thing.location, thing.visible_camera = place, False
    return thing
