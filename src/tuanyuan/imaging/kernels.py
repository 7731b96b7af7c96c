"""The inner loops of painting and developing, compiled by numba: one pass over the pixels instead of ten."""

from __future__ import annotations

import numpy as np
from numba import njit

OWNS = 0.5
SURROUND_SCALE = 8


@njit(cache=True, fastmath=True, nogil=True)
def blend(canvas, owner, number, colour, alpha, across, down, rim, surround, left, top, wrap):
    """Lay `colour` over `canvas` by `alpha`, in place; pixels that are mostly covered get `number` in `owner`.

    canvas: float32 (h, w, 3), 0..1, whose corner lies at (left, top) of the picture. colour: uint8 (h, w, 3). alpha,
    rim: uint8 (h, w). across (w,), down (h,): light on the body. Where `rim` is high the light of `surround` (float32,
    of the whole picture, smaller by SURROUND_SCALE) wraps round the edge, at most by the share `wrap`.
    """
    height, width = alpha.shape
    full = np.float32(1 / 255)
    for y in range(height):
        v = (y + top) // SURROUND_SCALE
        for x in range(width):
            level = alpha[y, x]
            if level == 0:
                continue
            a = level * full
            light = across[x] * down[y] * full
            w = rim[y, x] * full * wrap
            u = (x + left) // SURROUND_SCALE
            for c in range(3):
                value = colour[y, x, c] * light
                value += (surround[v, u, c] - value) * w
                value = min(np.float32(1), max(np.float32(0), value))
                canvas[y, x, c] += (value - canvas[y, x, c]) * a
            if a > OWNS:
                owner[y, x] = number


@njit(cache=True, fastmath=True, nogil=True)
def darken(canvas, light, scale):
    """Multiply `canvas` (float32 h×w×3) in place by `light`, a `scale` times smaller float32 plane, bilinearly."""
    height, width, _ = canvas.shape
    rows, columns = light.shape
    step = np.float32(1) / np.float32(scale)
    for y in range(height):
        v = max(np.float32(0), (np.float32(y) + np.float32(0.5)) * step - np.float32(0.5))
        y0 = min(int(v), rows - 1)
        y1 = min(y0 + 1, rows - 1)
        fy = v - np.float32(y0)
        for x in range(width):
            u = max(np.float32(0), (np.float32(x) + np.float32(0.5)) * step - np.float32(0.5))
            x0 = min(int(u), columns - 1)
            x1 = min(x0 + 1, columns - 1)
            fx = u - np.float32(x0)
            upper = light[y0, x0] + (light[y0, x1] - light[y0, x0]) * fx
            lower = light[y1, x0] + (light[y1, x1] - light[y1, x0]) * fx
            s = upper + (lower - upper) * fy
            if s >= np.float32(0.9995):
                continue
            canvas[y, x, 0] *= s
            canvas[y, x, 1] *= s
            canvas[y, x, 2] *= s


@njit(cache=True, nogil=True)
def _noise(x, y, seed):
    """Evenly spread over -0.5 … 0.5, by Wang's integer hash of the place."""
    h = np.uint32(x) * np.uint32(0x9E3779B1) ^ np.uint32(y) * np.uint32(0x85EBCA77) ^ seed
    h = (h ^ np.uint32(61)) ^ (h >> np.uint32(16))
    h = h * np.uint32(9)
    h = h ^ (h >> np.uint32(4))
    h = h * np.uint32(0x27D4EB2D)
    h = h ^ (h >> np.uint32(15))
    return np.float32(h & np.uint32(0xFFFFFF)) / np.float32(0x1000000) - np.float32(0.5)


@njit(cache=True, nogil=True)
def develop(picture, gain, curve, vignette, grain, seed, out):
    """The last look in one pass: gain, tone curve, vignette, grain and dither.

    picture: float32 (h, w, 3), 0..1. gain: float32 (3,). curve: float32 (n,), to 0..255. vignette: share of light lost
    in the corners. grain: levels of 255. seed: uint32. out: uint8 (h, w, 3), filled.
    """
    height, width, _ = picture.shape
    steps = np.float32(len(curve) - 1)
    for y in range(height):
        down = (np.float32(y) / np.float32(height) - np.float32(0.45)) / np.float32(0.75)
        for x in range(width):
            across = (np.float32(x) / np.float32(width) - np.float32(0.5)) / np.float32(0.62)
            light = np.float32(1) - vignette * min(np.float32(1.4), across * across + down * down)
            # Fine and coarse grain together look like film; the last half step is dither.
            grit = (_noise(x, y, seed) + _noise(x >> 1, y >> 1, seed + np.uint32(1))) * grain * np.float32(2.4)
            grit += _noise(x, y, seed + np.uint32(2)) + np.float32(0.5)
            for c in range(3):
                level = min(np.float32(1), max(np.float32(0), picture[y, x, c] * gain[c]))
                value = curve[np.int32(level * steps)] * light + grit
                out[y, x, c] = np.uint8(min(np.float32(255), max(np.float32(0), value)))
