"""Plain grounds: the paper roll of a studio, a plastered wall, lights out of focus."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from tuanyuan.imaging.avatar.texture import blurred, clouded, fine

Array = NDArray[np.float32]
Size = tuple[int, int]
Colour = tuple[float, float, float]


def rgb(code: int) -> Colour:
    """0xRRGGBB → sRGB 0..1."""
    return (code >> 16) / 255, (code >> 8 & 255) / 255, (code & 255) / 255


def radial(size: Size, inner: Colour, outer: Colour, *, at: tuple[float, float], reach: float = 0.85) -> Array:
    """float32 H×W×3: `inner` at `at` (shares of width and height) runs out into `outer` at `reach` shorter sides."""
    width, height = size
    y, x = np.ogrid[:height, :width]
    away = np.hypot(x - at[0] * width, y - at[1] * height) / (reach * min(size))
    share = np.clip(away, 0, 1).astype(np.float32)[..., None]
    share = share * share * (3 - 2 * share)
    first, second = np.array(inner, np.float32), np.array(outer, np.float32)
    ground: Array = first + (second - first) * share
    return ground


def studio(size: Size, inner: Colour, outer: Colour, seed: int, *, at: tuple[float, float] = (0.5, 0.42)) -> Array:
    """A seamless backdrop with a soft spot of light; dithered, so that it shows no bands."""
    ground = radial(size, inner, outer, at=at)
    uneven = clouded(size, 0.6 * min(size), seed, 2) * np.float32(0.012)
    lit: Array = np.clip(ground * (1 + uneven)[..., None] + 0.004 * fine(size, 0, seed)[..., None], 0, 1)
    return lit


def plaster(size: Size, inner: Colour, outer: Colour, seed: int) -> Array:
    """A hand-finished wall, soft as behind a portrait lens, with slanting light of a window on it."""
    width, height = size
    ground = radial(size, inner, outer, at=(0.36, 0.34), reach=1.05)
    mottled = clouded(size, 0.34 * min(size), seed, 5)
    mottled = blurred(mottled, 0.006 * min(size))
    y, x = np.ogrid[:height, :width]
    across = ((x - 0.70 * width + 0.55 * (y - 0.25 * height)) / (0.30 * min(size))).astype(np.float32)
    down = ((y - 0.36 * height + 0.12 * (x - 0.5 * width)) / (0.42 * min(size))).astype(np.float32)
    # Two panes of light with the bars' shadows between them, soft as light is across a room.
    pane = (np.abs(across) < 1) & (np.abs(down) < 1) & (np.abs(across + 0.04) > 0.06) & (np.abs(down - 0.1) > 0.05)
    beam = blurred(pane.astype(np.float32), 0.014 * min(size)) * np.float32(0.24)
    wall: Array = np.clip(ground * (1 + 0.05 * mottled + beam)[..., None], 0, 1)
    return wall


def bokeh(size: Size, dark: Colour, lights: tuple[Colour, ...], seed: int, *, count: int = 34) -> Array:
    """Lights out of focus over a dark place: discs of a lens, brighter at their rims."""
    width, height = size
    side = min(size)
    rng = np.random.default_rng(seed)
    glow = np.zeros((height, width, 3), np.float32)
    for number in range(count):
        radius = side * float(rng.uniform(0.018, 0.075))
        x, y = rng.uniform(0, width), rng.uniform(-0.05, 0.8) * height
        strength = float(rng.uniform(0.12, 0.55))
        colour = np.array(lights[number % len(lights)], np.float32)
        _add_disc(glow, (float(x), float(y)), radius, colour * np.float32(strength))
    glow = blurred(glow, 0.003 * side)
    red, green, blue = (min(1.0, 1.6 * c) for c in dark)
    ground = radial(size, (red, green, blue), dark, at=(0.5, 0.4))
    night: Array = 1 - (1 - ground) * (1 - np.clip(glow, 0, 0.95))
    return night


def _add_disc(glow: Array, at: tuple[float, float], radius: float, colour: Array) -> None:
    x, y = at
    x0, x1 = max(0, int(x - radius - 3)), min(glow.shape[1], int(x + radius + 4))
    y0, y1 = max(0, int(y - radius - 3)), min(glow.shape[0], int(y + radius + 4))
    if x1 <= x0 or y1 <= y0:
        return
    ys, xs = np.ogrid[y0:y1, x0:x1]
    away = np.hypot(xs - x, ys - y).astype(np.float32)
    disc = np.clip(radius - away, 0, 1) * (0.72 + 0.28 * np.clip(away / radius, 0, 1) ** 6)
    glow[y0:y1, x0:x1] += disc[..., None] * colour
