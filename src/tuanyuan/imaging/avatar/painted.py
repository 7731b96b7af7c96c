"""Styles of the brush: classical, ink, oil."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from tuanyuan.imaging.avatar import oil as brush
from tuanyuan.imaging.avatar.bust import Bust
from tuanyuan.imaging.avatar.drawing import eyes_of, face_of, redrawn
from tuanyuan.imaging.avatar.edges import dissolved, fitted_light
from tuanyuan.imaging.avatar.grounds import radial, rgb
from tuanyuan.imaging.avatar.ink import lines, washes
from tuanyuan.imaging.avatar.landscape import blossom_branch, mountains
from tuanyuan.imaging.avatar.ornament import disc, laid, ring
from tuanyuan.imaging.avatar.texture import blurred, clouded, fine, over, paper
from tuanyuan.imaging.enlarging import Enlarger

Array = NDArray[np.float32]
Pixels = NDArray[np.uint8]
Picture = tuple[Pixels, Pixels]

# paper, moon, mountains, wood, petal
CLASSICAL = {
    "celadon": (0xE9E6D6, 0xD3DDD0, 0x7C9A90, 0x4A3B34, 0xD77488),
    "moonlight": (0xE3E6E6, 0xF4F3EA, 0x7E93A3, 0x40404A, 0xC9869C),
    "rose": (0xF1E4DC, 0xF7EEE6, 0xB59A98, 0x54403C, 0xCF5F6E),
    "tea": (0xE6D9BF, 0xF0E6D0, 0x9A8A66, 0x4A3826, 0xC8574B),
}
# paper, ink, share of the person's own colour
INK = {
    "black": (0xF3EEE2, 0x15161A, 0.22),
    "umber": (0xEFE6D4, 0x2A1D14, 0.16),
    "blue": (0xECEFEF, 0x14243A, 0.14),
    "rouge": (0xF4EBE0, 0x1B1717, 0.42),
}
# lit, unlit, and a second tone that is mixed in
OIL = {
    "umber": (0x8A6A48, 0x1E140C, 0x5A3A22),
    "olive": (0x76744E, 0x17180E, 0x4A4A28),
    "teal": (0x4F7474, 0x0C1719, 0x1F4044),
    "crimson": (0x8E3B30, 0x1E0908, 0x58170F),
}
SUN = 0xC7402F


def classical(bust: Bust, palette: str, seed: int, enlarger: Enlarger) -> Picture:
    """Fine-line painting on tinted silk: a moon, far mountains, plum blossom; the body fades into mist."""
    moon = np.array(rgb(CLASSICAL[palette][1]), np.float32)
    scale = min(bust.size) / 1440
    silk, ground = _silk(bust, palette, seed)
    shown = fitted_light(bust, bust.colour, 60, 78)
    drawn = redrawn(bust, enlarger, unit=58, ground=moon)
    mixed = shown * np.float32(0.35) + drawn * np.float32(0.65)
    mixed = mixed + (shown - mixed) * (0.6 * eyes_of(bust))[..., None]
    contour = lines(cv2.cvtColor(mixed, cv2.COLOR_RGB2GRAY), scale, width=0.8)
    pale = _pale(mixed, moon) * (1 - 0.30 * contour * (1 - 0.7 * face_of(bust)))[..., None]
    alpha = dissolved(bust, seed + 5, begin=2.2, end=3.3)
    # Mist where the body fades: no mountain shows through it.
    made = over(silk, ground, blurred(bust.alpha, 0.40 * bust.unit))
    return _bytes(over(pale * paper(bust.size, (1.0, 1.0, 1.0), seed), made, alpha)), _bytes(ground)


def _silk(bust: Bust, palette: str, seed: int) -> tuple[Array, Array]:
    """The silk with its moon, bare, and with all that is painted on it."""
    sheet, moon, far, wood, petal = (rgb(code) for code in CLASSICAL[palette])
    side = min(bust.size)
    centre = (0.5 * bust.size[0], float(bust.eyes[1]) + 0.10 * side)
    silk = laid(paper(bust.size, sheet, seed), moon, 0.85 * disc(bust.size, centre, 0.40 * side, 0.012 * side))
    ground = laid(silk, far, np.clip(1.25 * mountains(bust.size, seed + 3, top=0.52), 0, 1))
    branch = blossom_branch(bust.size, seed + 11, start=(1.02, 0.05), heading=158, length=0.62)
    ground = branch.on(ground, wood, petal, rgb(0xF0CF6A), seed)
    return silk, laid(ground, wood, 0.35 * ring(bust.size, centre, 0.425 * side, 0.0022 * side))


def ink(bust: Bust, palette: str, seed: int) -> Picture:
    """Ink on rice paper: the face finely washed, the clothes in free ink that runs out, much left blank."""
    sheet, black, share = (rgb(INK[palette][0]), rgb(INK[palette][1]), INK[palette][2])
    bare = paper(bust.size, sheet, seed)
    ground = laid(bare, black, _behind(bust, seed))
    if palette == "rouge":
        side = min(bust.size)
        at = (0.73 * bust.size[0], float(bust.eyes[1]) - 0.10 * side)
        ground = laid(ground, rgb(SUN), 0.82 * disc(bust.size, at, 0.15 * side, 0.004 * side))
    shown = fitted_light(bust, bust.colour, 62, 80)
    face = face_of(bust, 0.2)
    alpha = dissolved(bust, seed + 6, begin=1.7, end=3.2)
    inked = laid(over(bare, ground, bust.alpha), black, np.clip(_inked(bust, shown, face, seed) * alpha, 0, 1))
    hue = shown - cv2.cvtColor(shown, cv2.COLOR_RGB2GRAY)[..., None]
    inked = inked + hue * (np.float32(share) * alpha * (0.55 + 0.45 * face))[..., None]
    return _bytes(inked), _bytes(ground)


def _behind(bust: Bust, seed: int) -> Array:
    """Depth of ink of the mountains, with mist round the head, so that they stay behind it."""
    y, x = np.ogrid[: bust.size[1], : bust.size[0]]
    near = np.hypot(x - bust.eyes[0], y - bust.eyes[1]).astype(np.float32) / (2.5 * bust.unit)
    depth: Array = 0.9 * mountains(bust.size, seed + 2, top=0.22) * np.clip(near - 0.62, 0, 1)
    return depth


def _inked(bust: Bust, shown: Array, face: Array, seed: int) -> Array:
    """Depth of ink of the person: layers of wash, finer in the face, and the brush's line."""
    scale = min(bust.size) / 1440
    light = cv2.cvtColor(over(shown, np.ones_like(shown), bust.alpha), cv2.COLOR_RGB2GRAY)
    # The photo's grain is no brush work.
    light = cv2.bilateralFilter(light, 9, 0.09, 4.0 * scale)
    lifted = 1 - (1 - light) ** np.float32(1.2)
    free = washes(cv2.GaussianBlur(lifted, (0, 0), 3.0 * scale), scale, seed)
    fine_wash = lifted * np.float32(0.68) + washes(lifted, scale, seed + 1) * np.float32(0.32)
    tone = free + (fine_wash - free) * face
    stroke = lines(light, scale) * (1 - 0.40 * face)
    depth = np.clip(1.13 * (1 - tone * (1 - 0.88 * stroke)) - 0.03, 0, 1)
    uneven: Array = depth * (1 + 0.10 * clouded(bust.size, 0.10 * min(bust.size), seed + 4))
    return uneven


def oil(bust: Bust, palette: str, seed: int) -> Picture:
    """Classical oil, low key: a dark ground laid in broad strokes, warm light on the face, canvas under all."""
    lit, unlit, mixed_in = (rgb(code) for code in OIL[palette])
    side = min(bust.size)
    scale = side / 1440
    ground = radial(bust.size, lit, unlit, at=(0.40, 0.36), reach=0.95)
    mixed = np.clip(0.5 + 0.9 * clouded(bust.size, 0.30 * side, seed, 3), 0, 1) * np.float32(0.6)
    ground = laid(ground, mixed_in, mixed)
    # What the brush left: broad touches, each of its own tone.
    touches = blurred(fine(bust.size, 0, seed), 15 * scale)
    touches = touches / np.float32(touches.std()) * np.float32(0.035)
    ground = np.clip(ground * (1 + touches)[..., None], 0, 1).astype(np.float32)
    colour = fitted_light(bust, bust.colour, 48, 68)
    colour = np.clip(colour * np.array([1.03, 0.985, 0.90], np.float32), 0, 1)
    rows = np.clip((np.arange(bust.size[1], dtype=np.float32) - bust.eyes[1]) / bust.unit - 1.6, 0, 3) / 3
    colour = colour * (1 - 0.42 * rows)[:, None, None]
    soft = blurred(bust.alpha, 1.2 * scale)
    spare = np.clip(0.55 * face_of(bust) + 0.9 * eyes_of(bust), 0, 1)
    made = brush.painted(over(colour, ground, soft).astype(np.float32), scale, seed, spare=spare)
    return _bytes(_varnished(made)), _bytes(_varnished(ground))


def _varnished(picture: Array) -> Array:
    """Deeper darks and a golden film over all."""
    curve = picture * picture * (3 - 2 * picture)
    deep: Array = (0.62 * picture + 0.38 * curve) * np.array([1.02, 0.99, 0.93], np.float32)
    return deep


def _pale(colour: Array, towards: Array) -> Array:
    """Mineral colours: less saturated, lifted, tinted by the silk."""
    grey = colour.mean(2, keepdims=True)
    soft = grey + (colour - grey) * np.float32(0.84)
    lifted = 0.09 + 0.90 * soft
    return lifted * (0.92 + 0.08 * towards)


def _bytes(picture: Array) -> Pixels:
    return np.rint(np.clip(picture, 0, 1) * 255).astype(np.uint8)
