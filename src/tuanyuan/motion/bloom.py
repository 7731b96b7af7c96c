"""Light that spreads in the lens: a close, a wide and a very wide veil round all that shines."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from tuanyuan.motion.compiled import compiled
from tuanyuan.motion.layers import TILE

Array = NDArray[np.float32]
Pixels = NDArray[np.uint8]

# Of each veil: how wide (standard deviation, in pixels of its own size) and how strong. Each is a quarter of the size
# of the one before; the first is half of the light's.
CLOSE, WIDE, FAR = (1.6, 0.8), (3.0, 0.9), (7.0, 1.7)
STEP = 4


class Bloom:
    """The veils of one thread. veil: float32 (3, h/2 + 2, w/2 + 2), a border of one pixel repeats the edge's."""

    def __init__(self, width: int, height: int) -> None:
        sizes = [(-(-height // 2), -(-width // 2))]
        for _ in range(2):
            sizes.append((-(-sizes[-1][0] // STEP), -(-sizes[-1][1] // STEP)))
        self._levels = [np.zeros((3, *size), np.float32) for size in sizes]
        self._spare = [np.zeros(size, np.float32) for size in sizes]
        self._bells = [_bell(width) for width, _ in (CLOSE, WIDE, FAR)]
        self.veil = np.zeros((3, sizes[0][0] + 2, sizes[0][1] + 2), np.float32)

    def of(self, light: Array, touched: Pixels) -> Array | None:
        """Mean of the veil, float32 (3,), which `veil` then holds; None where nothing shines: `veil` is as it was."""
        close, wide, far = self._levels
        if not halve(light, touched, close):
            return None
        for channel in range(3):
            blur(close[channel], self._bells[0], self._spare[0])
            shrink(close[channel], wide[channel])
            blur(wide[channel], self._bells[1], self._spare[1])
            shrink(wide[channel], far[channel])
            blur(far[channel], self._bells[2], self._spare[2])
            grow(far[channel], FAR[1], WIDE[1], wide[channel], wide[channel], 0)
            grow(wide[channel], 1.0, CLOSE[1], close[channel], self.veil[channel], 1)
        return np.asarray(self.veil[:, 1:-1, 1:-1].mean((1, 2)), np.float32)


def _bell(deviation: float) -> Array:
    reach = int(np.ceil(2.7 * deviation))
    weights = np.exp(-0.5 * (np.arange(-reach, reach + 1) / deviation) ** 2)
    return np.asarray(weights / weights.sum(), np.float32)


@compiled
def halve(light: Array, touched: Pixels, out: Array) -> bool:
    """Means of 2×2 pixels of `light` (h×w×3) into `out` (3, h/2, w/2), of touched tiles; False: all of it is 0."""
    height, width = light.shape[:2]
    _, rows, columns = out.shape
    out[:] = 0
    most = np.float32(0)
    for v in range(touched.shape[0]):
        for u in range(touched.shape[1]):
            if touched[v, u] == 0:
                continue
            for y in range(v * TILE // 2, min(rows, (v + 1) * TILE // 2)):
                low = min(2 * y + 1, height - 1)
                for x in range(u * TILE // 2, min(columns, (u + 1) * TILE // 2)):
                    right = min(2 * x + 1, width - 1)
                    for c in range(3):
                        value = (
                            light[2 * y, 2 * x, c]
                            + light[2 * y, right, c]
                            + light[low, 2 * x, c]
                            + light[low, right, c]
                        )
                        out[c, y, x] = np.float32(0.25) * value
                        most = max(most, value)
    return bool(most > 0)


@compiled
def blur(plane: Array, bell: Array, spare: Array) -> None:
    """`plane` (float32 h×w) by `bell` (symmetric, an odd number of weights) both ways, in place.

    Beyond its edges nothing shines.
    """
    height, width = plane.shape
    reach = len(bell) // 2
    bright = np.zeros(height + 2 * reach, np.bool_)
    for y in range(height):
        bright[y + reach] = _shines(plane[y])
    wider = np.zeros(width + 2 * reach, np.float32)
    inner = wider[reach : reach + width]
    dark = np.zeros(width, np.float32)
    for y in range(height):
        row = spare[y]
        row[:] = 0
        # bright[y + k] is of row y + k - reach: what lies beyond the edges is dark.
        if not bright[y : y + 2 * reach + 1].any():
            continue
        if bright[y + reach]:
            _scaled(plane[y], bell[reach], row)
        for k in range(0, reach, 3):
            a0 = plane[y + k - reach] if bright[y + k] else dark
            a1 = plane[y + k + 1 - reach] if k + 1 < reach and bright[y + k + 1] else dark
            a2 = plane[y + k + 2 - reach] if k + 2 < reach and bright[y + k + 2] else dark
            b0 = plane[y + reach - k] if bright[y + 2 * reach - k] else dark
            b1 = plane[y + reach - k - 1] if k + 1 < reach and bright[y + 2 * reach - k - 1] else dark
            b2 = plane[y + reach - k - 2] if k + 2 < reach and bright[y + 2 * reach - k - 2] else dark
            _add_rows(row, a0, b0, bell[k], a1, b1, bell[min(k + 1, reach)], a2, b2, bell[min(k + 2, reach)])
    for y in range(height):
        row = plane[y]
        if not _shines(spare[y]):
            row[:] = 0
            continue
        _scaled(spare[y], 1.0, inner)
        _scaled(spare[y], bell[reach], row)
        k = 0
        while k < reach:
            left, right = wider[k : k + width + 2], wider[2 * reach - k - 2 : 2 * reach - k + width]
            if k + 3 <= reach:
                _add_six(row, left, right, bell[k], bell[k + 1], bell[k + 2])
                k += 3
            else:
                _add_pair(row, left[:width], right[2:], bell[k])
                k += 1


@compiled
def _shines(row: Array) -> bool:
    # A sum, as a vector can be summed: light is nowhere less than 0.
    total = np.float32(0)
    for x in range(len(row)):
        total += row[x]
    return bool(total > 0)


@compiled
def _scaled(row: Array, weight: float, out: Array) -> None:
    share = np.float32(weight)
    for x in range(len(out)):
        out[x] = share * row[x]


@compiled
def _add_pair(to: Array, one: Array, other: Array, weight: float) -> None:
    share = np.float32(weight)
    for x in range(len(to)):
        to[x] += share * (one[x] + other[x])


@compiled
def _add_rows(
    to: Array,
    a0: Array,
    b0: Array,
    outer: float,
    a1: Array,
    b1: Array,
    middle: float,
    a2: Array,
    b2: Array,
    inner: float,
) -> None:
    """Three pairs of rows at once."""
    a, b, c = np.float32(outer), np.float32(middle), np.float32(inner)
    for x in range(len(to)):
        to[x] += a * (a0[x] + b0[x]) + b * (a1[x] + b1[x]) + c * (a2[x] + b2[x])


@compiled
def _add_six(to: Array, left: Array, right: Array, outer: float, middle: float, inner: float) -> None:
    """Three pairs at once: `left` goes inwards to the right, `right` to the left."""
    a, b, c = np.float32(outer), np.float32(middle), np.float32(inner)
    for x in range(len(to)):
        to[x] += a * (left[x] + right[x + 2]) + b * (left[x + 1] + right[x + 1]) + c * (left[x + 2] + right[x])


@compiled
def shrink(plane: Array, out: Array) -> None:
    """Means of STEP×STEP pixels; beyond the edges nothing shines."""
    height, width = plane.shape
    out[:] = 0
    for y in range(height):
        row, to = plane[y], out[y // STEP]
        for x in range(width):
            to[x // STEP] += row[x] * np.float32(1 / (STEP * STEP))


@compiled
def grow(plane: Array, share: float, own: float, under: Array, out: Array, border: int) -> None:
    """Lay share * `plane`, STEP times larger, over own * `under`; `border` pixels of out repeat its edge."""
    high, wide = plane.shape
    height, width = under.shape
    # One pixel more on both sides, which repeats the edge's.
    row, line = np.empty(wide + 2, np.float32), np.empty(wide * STEP, np.float32)
    for y in range(height):
        v = (y + 0.5) / STEP - 0.5
        above = int(np.floor(v))
        _between(plane[max(0, above)], plane[min(high - 1, above + 1)], v - above, share, row)
        _fourfold(row, line)
        _sum(under[y], own, line, out[y + border][border : border + width])
        if border:
            out[y + border, 0], out[y + border, width + 1] = out[y + border, 1], out[y + border, width]
    if border:
        out[0], out[height + 1] = out[1], out[height]


@compiled
def _between(upper: Array, lower: Array, part: float, share: float, out: Array) -> None:
    above, below = np.float32((1 - part) * share), np.float32(part * share)
    count = len(upper)
    inner = out[1 : count + 1]
    for x in range(count):
        inner[x] = above * upper[x] + below * lower[x]
    out[0], out[count + 1] = out[1], out[count]


@compiled
def _fourfold(row: Array, out: Array) -> None:
    """Four pixels for each, between it and its neighbours; a border of one pixel is not of the picture."""
    for x in range(len(row) - 2):
        left, here, right = row[x], row[x + 1], row[x + 2]
        out[4 * x] = np.float32(0.375) * left + np.float32(0.625) * here
        out[4 * x + 1] = np.float32(0.125) * left + np.float32(0.875) * here
        out[4 * x + 2] = np.float32(0.875) * here + np.float32(0.125) * right
        out[4 * x + 3] = np.float32(0.625) * here + np.float32(0.375) * right


@compiled
def _sum(under: Array, own: float, line: Array, out: Array) -> None:
    share = np.float32(own)
    for x in range(len(out)):
        out[x] = share * under[x] + line[x]
