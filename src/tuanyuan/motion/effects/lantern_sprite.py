"""A palace lantern 宫灯 painted once, in two parts that hang on each other: the globe with its gilt, and the tassel."""

from __future__ import annotations

import math
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from tuanyuan.motion.effects.lantern_silk import COLLAR, TILT, silk, weave

Array = NDArray[np.float32]

# The picture of the globe reaches so far up and down, and aside; lengths in the globe's half widths, y upwards.
TOP, BOTTOM, SIDE = 1.20, -1.10, 1.04
# Where the tassel hangs on the globe, how long it is, half its picture's width.
KNOT, TASSEL, FRINGE = -1.02, 1.30, 0.20
# Turned gilt collars: height above the globe's middle and half width.
COLLAR_PROFILE = (
    (0.735, 0.46),
    (0.755, 0.50),
    (0.785, 0.50),
    (0.800, 0.44),
    (0.850, 0.42),
    (0.862, 0.46),
    (0.890, 0.46),
    (0.905, 0.36),
    (0.930, 0.20),
    (0.950, 0.09),
    (1.000, 0.055),
    (1.020, 0.085),
    (1.055, 0.085),
    (1.075, 0.03),
)
GILT = ((0.17, 0.065, 0.02), (0.66, 0.38, 0.12), (0.98, 0.80, 0.44))
THREAD = ((0.42, 0.03, 0.03), (0.80, 0.10, 0.06), (0.98, 0.42, 0.16))
# Painted so much finer than drawn, then averaged; drawn pixels are half of the layers' so that turning stays smooth.
FINER, OVER = 2, 2
# Softness of one painted pixel against the next, so that sampling between them does not shimmer; in sprite pixels.
PREFILTER = 0.75


@dataclass(frozen=True, eq=False)
class Sprite:
    """pixels: float32 h×w×5: red, green, blue (sRGB) times coverage, coverage, and how much of the flame shows.

    x, y: of the point it hangs on, in its own pixels. step: half-size pixels for one of its own.
    """

    pixels: Array
    x: float
    y: float
    step: float


def globe(radius: float, blur: float, light: float, rng: np.random.Generator) -> Sprite:
    """The globe of half width `radius` with its collars; hung on its middle. blur: half-size pixels; light: 1 near."""
    x, up = _grid(radius, SIDE, TOP, BOTTOM)
    colour, cover, flame = silk(x, up, float(rng.random()), weave(rng))
    canvas = np.zeros((*x.shape, 5), np.float32)
    _turned(canvas, x, up, 1)
    _lay(canvas, colour, cover)
    canvas[..., 4] = flame * cover
    _turned(canvas, x, up, -1)
    return _finished(canvas, radius, blur, light, (SIDE, TOP))


def tassel(radius: float, blur: float, light: float, rng: np.random.Generator) -> Sprite:
    """A bead, a bound head and silk threads, hung on the bead's upper end."""
    x, up = _grid(radius, FRINGE, KNOT + 0.06, KNOT - TASSEL)
    canvas = np.zeros((*x.shape, 5), np.float32)
    _threads(canvas, x, up, rng)
    for middle, wide, high in ((KNOT - 0.06, 0.062, 0.055), (KNOT - 0.215, 0.082, 0.022), (KNOT - 0.30, 0.088, 0.018)):
        _bead(canvas, x, up - np.float32(middle), wide, high)
    return _finished(canvas, radius, blur, light, (FRINGE, KNOT + 0.06), KNOT)


def _grid(radius: float, side: float, top: float, bottom: float) -> tuple[Array, Array]:
    scale = radius * OVER * FINER
    columns, rows = FINER * math.ceil(2 * side * scale / FINER), FINER * math.ceil((top - bottom) * scale / FINER)
    x = (np.arange(columns, dtype=np.float32) + 0.5) / scale - side
    up = top - (np.arange(rows, dtype=np.float32) + 0.5) / scale
    across, upwards = np.meshgrid(x.astype(np.float32), up.astype(np.float32))
    return across, upwards


def _lay(canvas: Array, colour: Array, cover: Array) -> None:
    canvas[..., :4] *= (1 - cover)[..., None]
    canvas[..., :3] += colour * cover[..., None]
    canvas[..., 3] += cover


def _gilt(value: Array) -> Array:
    dark, middle, bright = (np.array(c, np.float32) for c in GILT)
    low, high = np.clip(value * 2, 0, 1)[..., None], np.clip(value * 2 - 1, 0, 1)[..., None]
    return np.asarray(dark + (middle - dark) * low + (bright - middle) * high, np.float32)


def _mirrored(aside: Array, lean: float | Array) -> Array:
    """What a round gilt body shows of the room: a window to the left, a lamp to the right. aside: -1..1 across it."""
    lit = 0.16 + 0.72 * np.exp(-(((aside + 0.42) / 0.20) ** 2)) + 0.34 * np.exp(-(((aside - 0.62) / 0.13) ** 2))
    return np.asarray(lit * (1 - 0.45 * np.abs(aside) ** 4) + lean, np.float32)


def _turned(canvas: Array, x: Array, up: Array, sign: int) -> None:
    """Turned metal: its slices from the top downwards, as the eye below sees them, each hiding the one before."""
    step = float(x[0, 1] - x[0, 0])
    heights, wide = np.array(COLLAR_PROFILE, np.float32).T
    count = math.ceil((heights[-1] - heights[0]) / step * 1.5)
    at = np.linspace(heights[-1], heights[0], count) if sign > 0 else np.linspace(heights[0], heights[-1], count)
    for height in at:
        r = float(np.interp(height, heights, wide))
        slope = float(np.interp(height + step, heights, wide) - np.interp(height - step, heights, wide)) / (2 * step)
        middle = sign * height * math.cos(TILT)
        reach = r * math.sin(TILT) + 2 * step
        rows = slice(*np.searchsorted(-up[:, 0], (-middle - reach, -middle + reach)))
        columns = slice(*np.searchsorted(x[0], (-r - 2 * step, r + 2 * step)))
        u, v = x[rows, columns], up[rows, columns] - np.float32(middle)
        away = np.hypot(u, v / math.sin(TILT))
        cover = np.clip((r - away) / step * math.sin(TILT) + 0.5, 0, 1) * np.clip((r - np.abs(u)) / step + 0.5, 0, 1)
        aside = np.clip(u / r, -1, 1)
        # What leans down mirrors the lit silk above the collar or the floor below; what leans up mirrors the ceiling.
        lean = -0.16 * math.tanh(sign * slope) + 0.03 * np.cos(26 * np.arcsin(aside))
        colour = _gilt(_mirrored(aside, lean))
        if sign > 0:
            warm = 0.30 * max(0.0, 1 - (height - COLLAR) / 0.16)
            colour = colour + np.array((0.42, 0.13, 0.03), np.float32) * warm
        part = canvas[rows, columns]
        _lay(part, np.clip(colour, 0, 1), cover.astype(np.float32))
        part[..., 4] *= 1 - cover


def _bead(canvas: Array, x: Array, up: Array, wide: float, high: float) -> None:
    step = float(x[0, 1] - x[0, 0])
    away = np.hypot(x / wide, up / high)
    cover = np.clip((1 - away) * min(wide, high) / step + 0.5, 0, 1).astype(np.float32)
    aside = np.clip(x / wide, -1, 1)
    _lay(canvas, np.clip(_gilt(_mirrored(aside, 0.22 * np.clip(up / high, -1, 1))), 0, 1), cover)


def _threads(canvas: Array, x: Array, up: Array, rng: np.random.Generator) -> None:
    """Threads one over the other, from the back to the front; each bends a little and ends where it likes."""
    step = float(x[0, 1] - x[0, 0])
    rows = up[:, 0]
    dark, middle, bright = (np.array(c, np.float32) for c in THREAD)
    count = 64
    for k in range(count):
        near = k / count
        across = float(rng.uniform(-1, 1))
        end = KNOT - TASSEL * float(rng.uniform(0.86, 0.985)) + 0.03
        t = np.clip((KNOT - 0.1 - rows) / (TASSEL - 0.1), 0, 1)
        # Bound together at the two rings, a bell below them.
        spread = 0.050 + 0.055 * np.clip((t - 0.02) / 0.08, 0, 1) - 0.030 * np.exp(-(((t - 0.12) / 0.05) ** 2))
        spread = spread + 0.045 * np.clip((t - 0.14) / 0.86, 0, 1)
        path = across * spread + 0.010 * np.sin(6.0 * t + rng.uniform(0, 6.28)) * t
        thin = 0.0125 * (1 - 0.45 * np.clip((t - 0.7) / 0.3, 0, 1))
        beside = np.abs(x - path[:, None].astype(np.float32)) - thin[:, None].astype(np.float32)
        cover = np.clip(0.5 - beside / step, 0, 1) * np.clip((rows - end) / (6 * step), 0, 1)[:, None]
        cover = cover * np.clip((KNOT - 0.05 - rows) / step, 0, 1)[:, None]
        # Lit by the lantern above it, and from the side.
        shade = 0.25 + 0.45 * near - 0.35 * across * across - 0.22 * across + rng.uniform(-0.14, 0.14)
        lit = np.clip(shade + 0.45 * np.exp(-t / 0.22), 0, 1)[:, None, None]
        colour = dark + (middle - dark) * np.clip(lit * 2, 0, 1) + (bright - middle) * np.clip(lit * 2 - 1, 0, 1)
        _lay(canvas, np.broadcast_to(colour, (*x.shape, 3)).astype(np.float32), cover.astype(np.float32))


def _finished(
    canvas: Array, radius: float, blur: float, light: float, corner: tuple[float, float], hook: float = 0.0
) -> Sprite:
    """Averaged to sprite pixels, out of focus by `blur`, with room for it all round."""
    height, width = canvas.shape[:2]
    small = cv2.resize(canvas, (width // FINER, height // FINER), interpolation=cv2.INTER_AREA)
    sigma = math.hypot(blur * OVER, PREFILTER)
    pad = math.ceil(3 * sigma) + 2
    soft = cv2.GaussianBlur(cv2.copyMakeBorder(small, pad, pad, pad, pad, cv2.BORDER_CONSTANT), (0, 0), sigma)
    soft[..., :3] *= light
    scale = radius * OVER
    x, y = corner[0] * scale + pad - 0.5, (corner[1] - hook) * scale + pad - 0.5
    return Sprite(np.ascontiguousarray(soft, np.float32), x, y, 1 / OVER)
