"""Ornaments of 国潮: rays behind the head, a ringed sun, auspicious clouds 祥云 and the scales of the sea 海水纹.

All are drawn from distances to simple shapes, smooth at any size.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float32]
Size = tuple[int, int]
Colour = tuple[float, float, float]


def laid(ground: Array, colour: Colour | Array, cover: Array) -> Array:
    """`colour` on `ground` (float32 H×W×3) as far as `cover` (float32 H×W, 0..1) says."""
    tone = np.asarray(colour, np.float32)
    covered: Array = ground + (tone - ground) * cover[..., None]
    return covered


def rays(size: Size, at: tuple[float, float], colours: tuple[Colour, Colour], count: int, turn: float = 0.0) -> Array:
    """Rays of two colours round `at` (pixels), fading into the second towards the rim."""
    width, height = size
    y, x = np.mgrid[:height, :width].astype(np.float32)
    angle = np.arctan2(y - at[1], x - at[0]) + np.float32(turn)
    away = np.hypot(y - at[1], x - at[0]) + 1
    wave = np.sin(angle * count)
    # One pixel of softness at every distance.
    share = np.clip(wave * away / count / 1.2 + 0.5, 0, 1)
    first, second = (np.array(c, np.float32) for c in colours)
    painted: Array = first + (second - first) * share[..., None]
    return painted


def disc(size: Size, at: tuple[float, float], radius: float, softness: float = 1.0) -> Array:
    """Cover of a disc: float32 H×W, 0..1."""
    y, x = np.ogrid[: size[1], : size[0]]
    away = np.hypot(x - at[0], y - at[1]).astype(np.float32)
    cover: Array = np.clip((radius - away) / softness + 0.5, 0, 1)
    return cover


def ring(size: Size, at: tuple[float, float], radius: float, width: float) -> Array:
    """Cover of a ring whose middle line has `radius`."""
    y, x = np.ogrid[: size[1], : size[0]]
    away = np.hypot(x - at[0], y - at[1]).astype(np.float32)
    cover: Array = np.clip(width / 2 - np.abs(away - radius) + 0.5, 0, 1)
    return cover


def cloud(ground: Array, at: tuple[float, float], scale: float, colours: Sequence[Colour], *, mirrored: bool) -> None:
    """One auspicious cloud on `ground`, in place: lobes over flat bars that trail off, in bands of `colours`.

    at: middle of its foot in pixels; scale: its height in pixels. The first colour is its outline, the last its heart.
    """
    height, width = ground.shape[:2]
    reach = 3.2 * scale
    x0, x1 = max(0, int(at[0] - reach)), min(width, int(at[0] + reach))
    y0, y1 = max(0, int(at[1] - 1.6 * scale)), min(height, int(at[1] + 0.9 * scale))
    if x1 <= x0 or y1 <= y0:
        return
    y, x = np.mgrid[y0:y1, x0:x1].astype(np.float32)
    u, v = (x - at[0]) / scale * (-1 if mirrored else 1), (y - at[1]) / scale
    away = _outline(u, v) * scale
    line = 0.035 * scale
    part = ground[y0:y1, x0:x1]
    part[:] = laid(part, colours[0], np.clip(-away + 0.5, 0, 1))
    for band, colour in enumerate(colours[1:]):
        inside = np.clip(-(away + line + band * 0.11 * scale) + 0.5, 0, 1)
        part[:] = laid(part, colour, inside)
    for spiral in ((0.0, -0.50, 0.30), (-0.72, -0.22, 0.22), (0.78, -0.18, 0.20)):
        part[:] = laid(part, colours[0], _curl(u, v, *spiral, 0.034, scale))


def _outline(u: Array, v: Array) -> Array:
    """Signed distance to a cloud of height about one, negative inside."""
    parts = [np.hypot(u - cx, v - cy) - r for cx, cy, r in LOBES]
    for left, right, middle, radius in BARS:
        parts.append(np.hypot(u - np.clip(u, left, right), v - middle) - radius)
    joined: Array = np.minimum.reduce(parts)
    return joined


LOBES = ((0.0, -0.50, 0.52), (-0.72, -0.22, 0.38), (0.78, -0.18, 0.34), (-1.25, 0.0, 0.2))
BARS = ((-1.75, 1.35, 0.06, 0.13), (-0.9, 2.35, 0.30, 0.11), (0.4, 1.6, 0.52, 0.08))


def _curl(u: Array, v: Array, x: float, y: float, radius: float, width: float, scale: float) -> Array:
    """Cover of a spiral line that winds in twice."""
    away, angle = np.hypot(u - x, v - y), np.arctan2(v - y, u - x)
    pitch = radius / 2.1
    turns = (radius - away) / pitch - (angle / np.float32(2 * np.pi))
    off = np.abs(turns - np.round(turns)) * pitch
    line = np.clip((width / 2 - off) * scale + 0.5, 0, 1)
    cover: Array = line * np.clip((radius - away) * scale + 0.5, 0, 1) * np.clip((away - 0.05) * scale, 0, 1)
    return cover


def scales(size: Size, radius: float, colours: Sequence[Colour], *, from_row: float) -> tuple[Array, Array]:
    """Waves as overlapping scales below `from_row` (pixels): colour float32 H×W×3 and cover float32 H×W."""
    width, height = size
    painted = np.zeros((height, width, 3), np.float32)
    cover = np.zeros((height, width), np.float32)
    y, x = np.mgrid[:height, :width].astype(np.float32)
    rows = int((height - from_row) / (radius * 0.5)) + 3
    for row in range(rows):
        cy = from_row + radius + row * radius * 0.5
        shift = radius if row % 2 else 0.0
        u = np.mod(x + shift, 2 * radius) - radius
        top = int(max(0, cy - radius - 1))
        away = np.hypot(u[top:], y[top:] - cy)
        inside = np.clip(radius - away + 0.5, 0, 1) * (y[top:] < cy + radius)
        bands = np.clip((radius - away) / radius * len(colours) * 1.05, 0, len(colours) - 1)
        index = np.floor(bands).astype(int)
        tone = np.array(colours, np.float32)[index]
        painted[top:] = painted[top:] + (tone - painted[top:]) * inside[..., None]
        cover[top:] = np.maximum(cover[top:], inside)
    return painted, cover
