"""A silk globe lit from within, as a camera below it sees it: each pixel's ray meets the globe once.

Lengths are in the globe's half widths; the globe's middle is at (0, 0), x to the right, y upwards, z to the viewer.
"""

from __future__ import annotations

import math

import cv2
import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float32]

# Height of the globe against its width; where its silk ends at the collars; how far the eye looks up, radians.
SQUASH, COLLAR, TILT = 0.83, 0.755, 0.13
# Ribs all round, half the width of one's shadow in gores, how far the silk swells between them (in gores turned).
RIBS, SHADOW, SWELL = 22, 0.075, 1.5
# The flame's place; the width of its image through the silk.
FLAME, HEART = -0.20, 0.40
# What silk lets through, straight and for each further thickness; what it gives back of the room's light.
SILK, DEPTH, DYE = (2.10, 0.120, 0.012), (0.34, 1.15, 1.30), (0.42, 0.014, 0.012)
HOT = (0.90, 0.40, 0.060)
LAMP = (-0.38, 0.62, 0.69)


def silk(x: Array, up: Array, turn: float, texture: Array) -> tuple[Array, Array, Array]:
    """Colour (…, 3) in sRGB 0..1, coverage and how much of the flame shows, 0..1, at the points (x, up) of the picture.

    turn: of the ribs, in gores. texture: float32 h×w round 1, the cloth unrolled. Light through a dyed sheet falls off
    exponentially with its length in the dye (Beer and Lambert), so the rim, seen aslant, is the deepest red.
    """
    sine, cosine = math.sin(TILT), math.cos(TILT)
    flat = 1 / SQUASH**2
    a = cosine**2 + sine**2 * flat
    b = up * (2 * sine * cosine * (1 - flat))
    c = x * x + up * up * (sine**2 + cosine**2 * flat) - 1
    inside = b * b - 4 * a * c
    s = (np.sqrt(np.maximum(inside, 0)) - b) / (2 * a)
    height, depth = up * cosine - s * sine, up * sine + s * cosine
    # To first order the distance from the outline is the discriminant over its slope.
    slope = np.hypot(8 * a * x, 2 * b * 2 * sine * cosine * (1 - flat) - 8 * a * up * (sine**2 + cosine**2 * flat))
    step = float(x[0, 1] - x[0, 0])
    cover = np.clip(inside / (slope + 1e-6) / step + 0.5, 0, 1) * np.clip((COLLAR - np.abs(height)) / step + 0.5, 0, 1)
    colour, flame = _shaded(x, height, depth, turn, texture)
    return colour, np.asarray(cover, np.float32), flame


def _shaded(x: Array, height: Array, depth: Array, turn: float, texture: Array) -> tuple[Array, Array]:
    around = np.arctan2(x, depth)
    gore = around * (RIBS / (2 * math.pi)) + turn
    across = gore - np.floor(gore) - 0.5
    swollen = around + across * (SWELL * 2 * math.pi / RIBS)
    rise = height / SQUASH**2
    level = np.sqrt(np.maximum(1 - (height / SQUASH) ** 2, 0.05))
    length = np.hypot(rise, level)
    normal = (level * np.sin(swollen) / length, rise / length, level * np.cos(swollen) / length)
    facing = np.clip(normal[2] * math.cos(TILT) - normal[1] * math.sin(TILT), 0.0, 1)

    from_flame = height - FLAME
    distance = np.sqrt(x * x + depth * depth + from_flame * from_flame)
    lit = (level * level + from_flame * rise) / length / distance**3
    lit = np.clip(lit, 0.1, 2.4) ** 0.8
    thick = 1 / np.maximum(facing, 0.16) - 1
    through = np.exp(-thick[..., None] * np.array(DEPTH, np.float32)) * np.array(SILK, np.float32)
    # The flame's own image, spread by the cloth: along the line of sight through the flame.
    aside = x * x + (height * math.cos(TILT) + depth * math.sin(TILT) - FLAME * math.cos(TILT)) ** 2 * 1.25
    image = np.exp(-aside / (2 * HEART**2)) * facing
    ribs = 1 - 0.42 * np.exp(-(((0.5 - np.abs(across)) / SHADOW) ** 2))
    # Near the collars the cloth is doubled.
    hem = 1 - 0.35 * np.clip((np.abs(height) - COLLAR + 0.07) / 0.02, 0, 1)
    cloth = cv2.remap(
        texture,
        ((around / math.pi * 0.5 + 0.5) * (texture.shape[1] - 1)).astype(np.float32),
        ((height / SQUASH * 0.5 + 0.5).clip(0, 1) * (texture.shape[0] - 1)).astype(np.float32),
        cv2.INTER_LINEAR,
    )
    glow = (lit[..., None] * through + image[..., None] * np.array(HOT, np.float32)) * (ribs * hem * cloth)[..., None]
    lamp = np.clip(sum(n * v for n, v in zip(normal, LAMP, strict=True)), 0, 1)
    sheen = 0.03 * np.clip(lamp, 0, 1) ** 14
    own = (0.25 + 0.75 * lamp)[..., None] * np.array(DYE, np.float32) * cloth[..., None] + sheen[..., None]
    # As film answers: bright red first takes in yellow, and never clips.
    colour = 1 - np.exp(-1.15 * glow - own)
    # Light is linear up to here; the picture is not.
    return np.asarray(colour ** (1 / 1.35), np.float32), np.asarray(0.4 + 0.6 * image, np.float32)


def weave(rng: np.random.Generator) -> Array:
    """Cloth unrolled, float32 256×1024 round 1: threads across and along, and faint clouds."""
    rows, columns = 256, 1024
    fine = rng.standard_normal((rows, columns)).astype(np.float32)
    weft = cv2.GaussianBlur(fine, (0, 0), sigmaX=9, sigmaY=0.7)
    warp = cv2.GaussianBlur(np.roll(fine, 31, 1), (0, 0), sigmaX=0.7, sigmaY=9)
    clouds = cv2.GaussianBlur(rng.standard_normal((rows, columns)).astype(np.float32), (0, 0), 22)
    parts = [(weft, 0.035), (warp, 0.025), (clouds, 0.045)]
    return np.asarray(1 + sum(share * part / part.std() for part, share in parts), np.float32)
