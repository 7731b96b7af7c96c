"""Light drawn into float pixels: strokes that join without a seam, soft discs, puffs of smoke. Compiled by numba.

A stroke's light at a pixel is the light along its path, weighted by a kernel across and along. Along, a segment from
0 to L weighs F(u) - F(u - L) with F rising smoothly from 0 to 1; where two segments meet, the terms cancel, so a chain
of segments is one stroke: no bead at its joints, and no gap.

numba keeps compiled loops by the age of their own file: after a change here, fireworks_sparks has to be saved again, or
its loops go on with what they took from here before.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from tuanyuan.motion.compiled import compiled

Array = NDArray[np.float32]
Tiles = NDArray[np.uint8]

# Half the width of the thinnest kernel, in pixels: thinner strokes are drawn so wide and dimmer instead. Sampled at any
# sub-pixel place its sum stays within 3 %, so thin strokes do not shimmer.
THINNEST = 1.5
# How far F reaches to each side, in pixels.
SOFT = 1.0
# log2 of layers.TILE
TILE_BITS = 4


@compiled
def rise(u: float) -> float:
    """F: 0 below -SOFT, 1 above SOFT, smooth between."""
    if u <= -SOFT:
        return 0.0
    if u >= SOFT:
        return 1.0
    q = 0.5 + 0.5 * u / SOFT
    return q * q * (3.0 - 2.0 * q)


@compiled
def touch(touched: Tiles, x0: int, x1: int, y0: int, y1: int) -> None:
    """Mark the tiles of the pixels x0..x1, y0..y1, both ends included."""
    for row in range(y0 >> TILE_BITS, (y1 >> TILE_BITS) + 1):
        for column in range(x0 >> TILE_BITS, (x1 >> TILE_BITS) + 1):
            touched[row, column] = 1


@compiled
def segment(
    light: Array,
    touched: Tiles,
    x0: float,
    y0: float,
    x1: float,
    y1: float,
    wide0: float,
    wide1: float,
    r0: float,
    g0: float,
    b0: float,
    r1: float,
    g1: float,
    b1: float,
) -> None:
    """Add one piece of a stroke to `light` (h×w×3), from (x0, y0), half width wide0, colour (r0, g0, b0), to the other.

    Walks along the axis it mostly follows; pixels outside are left out.
    """
    height, width = light.shape[0], light.shape[1]
    length = ((x1 - x0) ** 2 + (y1 - y0) ** 2) ** 0.5
    if length < 1e-4:
        return
    ux, uy = (x1 - x0) / length, (y1 - y0) / length
    steep = abs(uy) > abs(ux)
    reach = max(THINNEST, wide0, wide1)
    margin = reach + SOFT
    left, right = max(0, int(np.ceil(min(x0, x1) - margin))), min(width - 1, int(np.floor(max(x0, x1) + margin)))
    top, bottom = max(0, int(np.ceil(min(y0, y1) - margin))), min(height - 1, int(np.floor(max(y0, y1) + margin)))
    if left > right or top > bottom:
        return
    touch(touched, left, right, top, bottom)
    across = reach / max(abs(ux), abs(uy))
    first, last = (top, bottom) if steep else (left, right)
    for along in range(first, last + 1):
        if steep:
            middle = x0 + (along - y0) * ux / uy
            low, high = max(left, int(np.ceil(middle - across))), min(right, int(np.floor(middle + across)))
        else:
            middle = y0 + (along - x0) * uy / ux
            low, high = max(top, int(np.ceil(middle - across))), min(bottom, int(np.floor(middle + across)))
        for other in range(low, high + 1):
            x, y = (other, along) if steep else (along, other)
            u = (x - x0) * ux + (y - y0) * uy
            share = rise(u) - rise(u - length)
            if share <= 0.0:
                continue
            q = min(1.0, max(0.0, u / length))
            half = max(THINNEST, wide0 + (wide1 - wide0) * q)
            d = ((x - x0) * uy - (y - y0) * ux) / half
            fall = 1.0 - d * d
            if fall <= 0.0:
                continue
            weight = share * fall * fall
            light[y, x, 0] += weight * (r0 + (r1 - r0) * q)
            light[y, x, 1] += weight * (g0 + (g1 - g0) * q)
            light[y, x, 2] += weight * (b0 + (b1 - b0) * q)


@compiled
def thin(wide: float) -> float:
    """The share of its light that a stroke of half width `wide` keeps, being drawn at least THINNEST wide."""
    return min(1.0, wide / THINNEST)


@compiled
def short(length: float) -> float:
    """How much brighter a whole stroke is drawn that is shorter than its kernel, so that a resting spark is one."""
    return 1.0 / max(0.05, 2.0 * rise(0.5 * length) - 1.0)


@compiled
def disc(
    light: Array, touched: Tiles, x: float, y: float, radius: float, red: float, green: float, blue: float
) -> None:
    """Add a soft disc: full in its middle, without an edge at `radius` pixels."""
    height, width = light.shape[0], light.shape[1]
    left, right = max(0, int(np.ceil(x - radius))), min(width - 1, int(np.floor(x + radius)))
    top, bottom = max(0, int(np.ceil(y - radius))), min(height - 1, int(np.floor(y + radius)))
    if left > right or top > bottom:
        return
    touch(touched, left, right, top, bottom)
    for row in range(top, bottom + 1):
        for column in range(left, right + 1):
            away = ((column - x) ** 2 + (row - y) ** 2) / (radius * radius)
            if away < 1.0:
                weight = (1.0 - away) ** 4
                light[row, column, 0] += weight * red
                light[row, column, 1] += weight * green
                light[row, column, 2] += weight * blue


@compiled
def puff(
    back: Array,
    touched: Tiles,
    cloud: Array,
    x: float,
    y: float,
    radius: float,
    turn: float,
    cover: float,
    red: float,
    green: float,
    blue: float,
) -> None:
    """Lay smoke over `back` (h×w×4): `cloud` (n×n, 0..1, 0 at its rim) turned, `radius` pixels, at most `cover`."""
    height, width = back.shape[0], back.shape[1]
    left, right = max(0, int(np.ceil(x - radius))), min(width - 1, int(np.floor(x + radius)))
    top, bottom = max(0, int(np.ceil(y - radius))), min(height - 1, int(np.floor(y + radius)))
    if left > right or top > bottom:
        return
    touch(touched, left, right, top, bottom)
    side = cloud.shape[0]
    full, r, g, b = np.float32(cover), np.float32(red), np.float32(green), np.float32(blue)
    scale = 0.5 * (side - 1) / radius
    ux, uy = np.cos(turn) * scale, np.sin(turn) * scale
    for row in range(top, bottom + 1):
        dy = row - y
        half = radius * radius - dy * dy
        if half <= 0.0:
            continue
        half = half**0.5
        for column in range(max(left, int(np.ceil(x - half))), min(right, int(np.floor(x + half))) + 1):
            dx = column - x
            u = 0.5 * (side - 1) + dx * ux + dy * uy
            v = 0.5 * (side - 1) - dx * uy + dy * ux
            i, j = min(side - 2, max(0, int(u))), min(side - 2, max(0, int(v)))
            p, q = np.float32(u - i), np.float32(v - j)
            upper = cloud[j, i] + (cloud[j, i + 1] - cloud[j, i]) * p
            lower = cloud[j + 1, i] + (cloud[j + 1, i + 1] - cloud[j + 1, i]) * p
            covered = full * (upper + (lower - upper) * q)
            if covered > 0:
                through = np.float32(1) - covered
                back[row, column, 0] = back[row, column, 0] * through + covered * r
                back[row, column, 1] = back[row, column, 1] * through + covered * g
                back[row, column, 2] = back[row, column, 2] * through + covered * b
                back[row, column, 3] = back[row, column, 3] * through + covered
