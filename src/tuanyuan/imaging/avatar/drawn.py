"""Styles of the drawn line: guochao 国潮 and cartoon."""

from __future__ import annotations

import math
from dataclasses import replace

import cv2
import numpy as np
from numpy.typing import NDArray

from tuanyuan.imaging.avatar.bust import Bust
from tuanyuan.imaging.avatar.drawing import eyes_of, mouth_of, redrawn
from tuanyuan.imaging.avatar.edges import bordered, cut_clean, fitted_light, rimmed, shadowed
from tuanyuan.imaging.avatar.grounds import radial, rgb
from tuanyuan.imaging.avatar.ornament import Colour, cloud, disc, laid, rays, ring, scales
from tuanyuan.imaging.avatar.texture import over
from tuanyuan.imaging.enlarging import Enlarger

Array = NDArray[np.float32]
Pixels = NDArray[np.uint8]
Picture = tuple[Pixels, Pixels]

# two reds (or greens) of the rays, the sun, gold, the clouds' dark, middle and light
GUOCHAO = {
    "vermilion": (0xC8281E, 0xB01C18, 0xDB4A2C, 0xF0C05A, 0x0F4A43, 0x1C7A6B, 0xF3E6C8),
    "jade": (0x12564C, 0x0D463E, 0xC9301F, 0xEEC468, 0x7E1612, 0xC9301F, 0xF6E8CC),
    "indigo": (0x1D2F63, 0x162450, 0xC8321F, 0xF0C05A, 0x0D6660, 0x2AA193, 0xF3E6C8),
    "rice": (0xF0E4C8, 0xE8D8B4, 0xC9301F, 0xC8942E, 0x0F4A43, 0x1C7A6B, 0xFFF6E0),
}
# ground lit and unlit, the disc behind the head, dots
CARTOON = {
    "sky": (0x8FD3F4, 0x58A9E0, 0xFFE27A, 0xFFFFFF),
    "coral": (0xFFC2A6, 0xF2836B, 0xFFF1D6, 0xFFFFFF),
    "mint": (0xB5EAD0, 0x6CC5A6, 0xFFF3C4, 0xFFFFFF),
    "lilac": (0xD9C8FA, 0xA48BE0, 0xFFD9E8, 0xFFFFFF),
}
# Where the sea begins behind the person and in front, as shares of the height.
SEA_BEHIND, SEA_BEFORE = 0.80, 0.905
# Radius of the medal that the cartoon looks out of, as a share of the shorter side.
MEDAL, MEDAL_UNDER_EYES = 0.405, 0.06


def guochao(bust: Bust, palette: str, seed: int, enlarger: Enlarger) -> Picture:
    """A poster: rays and a ringed sun, auspicious clouds, the sea at the foot; the person drawn in clear planes."""
    _, _, sun, gold, deep, _, light = (rgb(code) for code in GUOCHAO[palette])
    bust = cut_clean(bust)
    ground = _poster(bust, palette, seed)
    colour = _planes(bust, enlarger, 46, np.array(sun, np.float32), vivid=1.14)
    colour = rimmed(bust, colour, gold, side=0.0, strength=0.45, width=0.10)
    made = shadowed(bust, ground, 0.32, fall=0.08, blur=0.10)
    made = bordered(bust, made, ((0.060, light), (0.022, deep)))
    return _bytes(_in_front(over(colour, made, bust.alpha), palette)), _bytes(ground)


def _poster(bust: Bust, palette: str, seed: int) -> Array:
    dark_ray, ray, sun, gold, *_ = (rgb(code) for code in GUOCHAO[palette])
    width, height = bust.size
    side = min(bust.size)
    at = (0.5 * width, float(bust.eyes[1]) + 0.02 * side)
    ground = rays(bust.size, at, (dark_ray, ray), 18, turn=0.17 * (seed % 7))
    radius = max(0.355 * side, 2.15 * bust.unit)
    ground = laid(ground, gold, disc(bust.size, at, radius + 0.011 * side))
    ground = laid(ground, sun, disc(bust.size, at, radius))
    ground = laid(ground, gold, ring(bust.size, at, radius - 0.023 * side, 0.0042 * side)).astype(np.float32)
    for x, y, size, mirrored in ((0.14, 0.23, 0.085, False), (0.87, 0.17, 0.072, True), (0.90, 0.55, 0.080, False)):
        cloud(ground, (x * width, y * height), size * side, _cloud_of(palette), mirrored=mirrored ^ bool(seed & 1))
    return _with_sea(ground, palette, SEA_BEHIND)


def _in_front(picture: Array, palette: str) -> Array:
    """The sea comes up in front of the body, and a cloud on either side of it."""
    height, width = picture.shape[:2]
    side = min(height, width)
    made = _with_sea(picture, palette, SEA_BEFORE)
    cloud(made, (0.17 * width, 0.885 * height), 0.085 * side, _cloud_of(palette), mirrored=False)
    cloud(made, (0.84 * width, 0.90 * height), 0.078 * side, _cloud_of(palette), mirrored=True)
    return made


def _cloud_of(palette: str) -> tuple[Colour, ...]:
    """Outline, dark, middle, light."""
    return tuple(rgb(code) for code in GUOCHAO[palette][3:])


def _with_sea(ground: Array, palette: str, row: float) -> Array:
    gold, deep, middle, light = _cloud_of(palette)
    size = (ground.shape[1], ground.shape[0])
    bands = (gold, deep, light, middle, deep)
    waves, cover = scales(size, 0.072 * min(size), bands, from_row=row * size[1])
    return np.ascontiguousarray(ground + (waves - ground) * cover[..., None], np.float32)


def cartoon(bust: Bust, palette: str, seed: int, enlarger: Enlarger) -> Picture:
    """A sticker: bold line and smooth planes, bright eyes, a white border, a cheerful ground."""
    lit, unlit, round_, dots = (rgb(code) for code in CARTOON[palette])
    side = min(bust.size)
    at = (0.5 * bust.size[0], float(bust.eyes[1]) + MEDAL_UNDER_EYES * side)
    ground = radial(bust.size, lit, unlit, at=(0.5, 0.3), reach=0.95)
    ground = laid(ground, dots, 0.22 * _dots(bust.size, 0.042 * side, seed))
    ground = laid(ground, round_, disc(bust.size, at, MEDAL * side))
    ground = laid(ground, dots, 0.9 * ring(bust.size, at, MEDAL * side + 0.03 * side, 0.010 * side))
    ground = ground.astype(np.float32)
    bust = _in_medal(cut_clean(bust), at, MEDAL * side)
    colour = _planes(bust, enlarger, 36, np.array(round_, np.float32), vivid=1.20)
    made = shadowed(bust, ground, 0.20, fall=0.09, blur=0.09)
    made = bordered(bust, made, ((0.085, (1.0, 1.0, 1.0)),))
    return _bytes(over(colour, made, bust.alpha)), _bytes(ground)


def _planes(bust: Bust, enlarger: Enlarger, unit: float, ground: Array, vivid: float) -> Array:
    """The person drawn by the network: brighter, more colourful, with clear eyes of their own."""
    shown = replace(bust, colour=fitted_light(bust, bust.colour, 58, 76))
    drawn = redrawn(shown, enlarger, unit=unit, ground=ground)
    drawn = drawn + (shown.colour - drawn) * (0.45 * eyes_of(bust, 0.06))[..., None]
    mouth = mouth_of(bust)
    drawn = drawn + (shown.colour - drawn) * (0.4 * mouth)[..., None]
    lab = cv2.cvtColor(np.clip(drawn, 0, 1).astype(np.float32), cv2.COLOR_RGB2LAB)
    level = lab[..., 0] / 100
    lab[..., 0] = 100 * (
        level + 0.10 * level * (1 - level) + 0.06 * np.sin(2 * np.pi * (level - 0.5)) * (level - level**2)
    )
    # Livelier all over but for teeth: what is bright between the lips loses its yellow.
    teeth = mouth * np.clip((level - 0.42) / 0.15, 0, 1)
    lab[..., 1:] *= (vivid + (0.45 - vivid) * teeth)[..., None]
    lab[..., 0] += 5 * teeth
    planes: Array = np.clip(cv2.cvtColor(lab, cv2.COLOR_LAB2RGB), 0, 1)
    return planes


def _in_medal(bust: Bust, at: tuple[float, float], radius: float) -> Bust:
    """The body ends at the medal's rim; the head looks out over it."""
    rows = np.arange(bust.size[1], dtype=np.float32)[:, None]
    columns = np.arange(bust.size[0], dtype=np.float32)[None]
    # Above the middle, between the medal's sides: hair that is wider than it ends in a straight line, not in a corner.
    head = np.clip(at[1] - rows + 0.5, 0, 1) * np.clip(radius - np.abs(columns - at[0]), 0, 1)
    inside = disc(bust.size, at, radius - 1)
    return replace(bust, alpha=(bust.alpha * np.maximum(inside, head)).astype(np.float32))


def _dots(size: tuple[int, int], spacing: float, seed: int) -> Array:
    """A field of dots that grow towards the lower border."""
    y, x = np.mgrid[: size[1], : size[0]].astype(np.float32)
    turn = math.radians(30 + 15 * (seed % 3))
    u = (x * math.cos(turn) + y * math.sin(turn)) / spacing
    v = (y * math.cos(turn) - x * math.sin(turn)) / spacing
    away = np.hypot(u - np.round(u), v - np.round(v)) * spacing
    radius = spacing * (0.06 + 0.30 * y / size[1])
    cover: Array = np.clip(radius - away + 0.5, 0, 1)
    return cover


def _bytes(picture: Array) -> Pixels:
    return np.rint(np.clip(picture, 0, 1) * 255).astype(np.uint8)
