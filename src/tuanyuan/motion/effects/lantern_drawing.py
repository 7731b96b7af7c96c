"""What hangs and what floats, drawn into float pixels at any sub-pixel place. Compiled by numba."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from tuanyuan.motion.compiled import compiled
from tuanyuan.motion.layers import TILE

Array = NDArray[np.float32]
Tiles = NDArray[np.uint8]


@compiled
def hang(
    back: Array,
    light: Array,
    touched: Tiles,
    pixels: Array,
    anchor: tuple[float, float],
    at: tuple[float, float],
    angle: float,
    step: float,
    flame: float,
    glow: tuple[float, float, float],
) -> None:
    """Lay a sprite over `back`, turned by `angle` (radians, its lower end to the right) about a point of its own.

    pixels: float32 h×w×5 as of lantern_sprite.Sprite, finer than the layer (step: layer pixels for one of its own, at
    most 0.75, so that straight interpolation does not shimmer). anchor: its point that comes to `at` of the layer.
    flame: by how much what shows the flame is brighter. glow: what shows it adds to `light`.
    """
    rows, columns = pixels.shape[:2]
    height, width = back.shape[:2]
    cosine = math.cos(angle) / step
    sine = math.sin(angle) / step
    # Reach of the turned sprite round its anchor.
    left = right = at[0]
    top = bottom = at[1]
    for corner in range(4):
        u = (columns - 1 if corner & 1 else 0) - anchor[0]
        v = (rows - 1 if corner & 2 else 0) - anchor[1]
        x = at[0] + (u * cosine + v * sine) * step * step
        y = at[1] + (v * cosine - u * sine) * step * step
        left, right, top, bottom = min(left, x), max(right, x), min(top, y), max(bottom, y)
    x0, x1 = max(0, math.floor(left)), min(width - 1, math.ceil(right))
    y0, y1 = max(0, math.floor(top)), min(height - 1, math.ceil(bottom))
    one = np.float32(1)
    for y in range(y0, y1 + 1):
        for x in range(x0, x1 + 1):
            dx = x - at[0]
            dy = y - at[1]
            u = anchor[0] + dx * cosine - dy * sine
            v = anchor[1] + dy * cosine + dx * sine
            if u < 0 or v < 0 or u >= columns - 1 or v >= rows - 1:
                continue
            i = int(v)
            j = int(u)
            fx = np.float32(u - j)
            fy = np.float32(v - i)
            w00, w01 = (one - fx) * (one - fy), fx * (one - fy)
            w10, w11 = (one - fx) * fy, fx * fy
            a, b, c, d = pixels[i, j], pixels[i, j + 1], pixels[i + 1, j], pixels[i + 1, j + 1]
            cover = w00 * a[3] + w01 * b[3] + w10 * c[3] + w11 * d[3]
            if cover < np.float32(1e-4):
                continue
            shown = w00 * a[4] + w01 * b[4] + w10 * c[4] + w11 * d[4]
            lift = one + np.float32(flame) * shown
            through = one - cover
            for k in range(3):
                colour = (w00 * a[k] + w01 * b[k] + w10 * c[k] + w11 * d[k]) * lift
                back[y, x, k] = back[y, x, k] * through + min(colour, cover)
                light[y, x, k] += np.float32(glow[k]) * shown
            back[y, x, 3] = back[y, x, 3] * through + cover
            touched[y // TILE, x // TILE] = 1


@compiled
def cord(
    back: Array,
    touched: Tiles,
    upper: tuple[float, float],
    lower: tuple[float, float],
    half: float,
    soft: float,
    colour: tuple[float, float, float],
) -> None:
    """A straight cord down from `upper` to `lower`, nearly upright, over `back`; half its width, softness in pixels."""
    height, width = back.shape[:2]
    slope = (lower[0] - upper[0]) / (lower[1] - upper[1])
    upright = 1 / math.sqrt(1 + slope * slope)
    reach = half + soft
    # Thinner than its softness, it covers less instead.
    whole = min(1.0, half / soft)
    for y in range(max(0, math.ceil(upper[1])), min(height - 1, math.floor(lower[1])) + 1):
        middle = upper[0] + slope * (y - upper[1])
        for x in range(max(0, math.floor(middle - reach - 1)), min(width - 1, math.ceil(middle + reach + 1)) + 1):
            aside = (x - middle) * upright
            edge = (half - abs(aside)) / (2 * soft) + 0.5
            if edge <= 0:
                continue
            q = min(1.0, edge)
            cover = np.float32(q * q * (3 - 2 * q) * whole)
            # Round: lit from the left.
            lit = np.float32(1 - 0.35 * (aside + half) / (2 * half + 1e-6))
            for k in range(3):
                back[y, x, k] = back[y, x, k] * (1 - cover) + cover * np.float32(colour[k]) * lit
            back[y, x, 3] = back[y, x, 3] * (1 - cover) + cover
            touched[y // TILE, x // TILE] = 1


@compiled
def float_discs(layer: Array, touched: Tiles, discs: Array) -> None:
    """Soft discs over a layer of coverage (h×w×4) or added to one of light (h×w×3).

    discs: float32 (n, 8): x, y, radius, width of the edge, red, green, blue, coverage; all sizes in pixels. A disc's
    edge lies half within and half without its radius; a broad edge makes it a soft spot.
    """
    height, width, channels = layer.shape
    for n in range(len(discs)):
        middle_x, middle_y, radius, edge, red, green, blue, most = discs[n]
        if most <= 1e-4:
            continue
        reach = radius + edge / 2
        for y in range(max(0, math.floor(middle_y - reach)), min(height - 1, math.ceil(middle_y + reach)) + 1):
            for x in range(max(0, math.floor(middle_x - reach)), min(width - 1, math.ceil(middle_x + reach)) + 1):
                dx = np.float32(x) - middle_x
                dy = np.float32(y) - middle_y
                q = (reach - math.sqrt(dx * dx + dy * dy)) / edge
                if q <= 0:
                    continue
                q = min(np.float32(1), np.float32(q))
                cover = most * q * q * (3 - 2 * q)
                through = np.float32(1) - cover if channels == 4 else np.float32(1)
                layer[y, x, 0] = layer[y, x, 0] * through + cover * red
                layer[y, x, 1] = layer[y, x, 1] * through + cover * green
                layer[y, x, 2] = layer[y, x, 2] * through + cover * blue
                if channels == 4:
                    layer[y, x, 3] = layer[y, x, 3] * through + cover
                touched[y // TILE, x // TILE] = 1
