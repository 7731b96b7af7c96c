"""Composing along one row: short loops, each over a handful of views, which the compiler turns into vectors.

Every function works on rows of equal length that do not overlap; `out`, `to` and what is named last are changed.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from tuanyuan.motion.compiled import compiled
from tuanyuan.motion.layers import CELL
from tuanyuan.motion.planes import BLACK, BLUE, COLOUR_SPAN, FROM_YUV, GREEN, GREY, RED, SPAN

Array = NDArray[np.float32]
Pixels = NDArray[np.uint8]

ONE, HALF, QUARTER = np.float32(1), np.float32(0.5), np.float32(0.25)
# Light that falls on people's edges, as a share of the veil behind them: by their own colour, and as a sheen that
# black hair has too. Light from all sides.
WRAP, SHEEN, AMBIENT = np.float32(5.5), np.float32(0.9), np.float32(0.8)
# Rows of the scratch array: three colours of the first three, one of the others.
BASE, ADDED, SHINE, LIT, BLOOM, GAIN, GAIN_PEOPLE = 0, 3, 6, 9, 10, 11, 12
LUM, COVER, MEAN_GAIN, LINE = 13, 14, 15, 16
COUNT = 17
CR_RED, CB_BLUE = np.float32(FROM_YUV[0, 2]), np.float32(FROM_YUV[2, 1])
CB_GREEN, CR_GREEN = np.float32(FROM_YUV[1, 1]), np.float32(FROM_YUV[1, 2])


@compiled
def next_run(there: Pixels, start: int, end: int) -> tuple[int, int]:
    """The next run of tiles that are there, from `start`; (end, end) if there is none."""
    while start < end and there[start] == 0:
        start += 1
    stop = start
    while stop < end and there[stop] != 0:
        stop += 1
    return start, stop


@compiled
def clear(row: Array) -> None:
    """Empty it."""
    for x in range(len(row)):
        row[x] = 0


@compiled
def copy(row: Array, out: Array) -> None:
    """The same again."""
    for x in range(len(out)):
        out[x] = row[x]


@compiled
def mean_luma(upper: Pixels, lower: Pixels, out: Array) -> None:
    """0..1, the means of 2×2 pixels of two rows of the luma."""
    for x in range(len(out)):
        total = (
            np.int32(upper[2 * x]) + np.int32(upper[2 * x + 1]) + np.int32(lower[2 * x]) + np.int32(lower[2 * x + 1])
        )
        out[x] = (np.float32(total) * QUARTER - np.float32(BLACK)) * np.float32(1 / SPAN)


@compiled
def colours(lum: Array, us: Pixels, vs: Pixels, scratch: Array) -> None:
    """Red, green and blue, 0..1, into the rows BASE of the scratch."""
    # The whole array and no part of it: rows of a part are not known to be dense.
    red, green, blue = scratch[BASE], scratch[BASE + 1], scratch[BASE + 2]
    share = np.float32(1 / COLOUR_SPAN)
    for x in range(len(lum)):
        red[x] = lum[x] + CR_RED * share * (np.float32(vs[x]) - np.float32(GREY))
    for x in range(len(lum)):
        blue[x] = lum[x] + CB_BLUE * share * (np.float32(us[x]) - np.float32(GREY))
    for x in range(len(lum)):
        cb, cr = np.float32(us[x]) - np.float32(GREY), np.float32(vs[x]) - np.float32(GREY)
        green[x] = lum[x] + share * (CB_GREEN * cb + CR_GREEN * cr)


@compiled
def veil_row(veil: Array, y: int, begin: int, line: Array, out: Array) -> None:
    """The veil at row `y` of twice its size, from pixel `begin` (even)."""
    near = y // 2 + 1
    far = near - 1 if y % 2 == 0 else near + 1
    half = (len(out) + 1) // 2
    upper, lower = veil[near][begin // 2 : begin // 2 + half + 2], veil[far][begin // 2 : begin // 2 + half + 2]
    row = line[: half + 2]
    for x in range(len(row)):
        row[x] = np.float32(0.75) * upper[x] + QUARTER * lower[x]
    for x in range(len(out) // 2):
        out[2 * x] = np.float32(0.75) * row[x + 1] + QUARTER * row[x]
        out[2 * x + 1] = np.float32(0.75) * row[x + 1] + QUARTER * row[x + 2]
    if len(out) % 2:
        out[len(out) - 1] = np.float32(0.75) * row[half] + QUARTER * row[half - 1]


@compiled
def widen(cells: Array, phases: Array, out: Array) -> bool:
    """Each row of a gain's cells as wide as the layers: out float32 (3, rows + 4, w), two rows repeated at each end.

    Smooth between the cells' middles (Catmull and Rom, 1974). False: all cells are 0, and `out` is as it was.
    """
    rows, columns = cells.shape[:2]
    some = False
    for v in range(rows):
        for u in range(columns):
            for c in range(3):
                some |= cells[v, u, c] != 0
    if not some:
        return False
    half = CELL // 2
    for v in range(rows):
        for c in range(3):
            to = out[c, v + 2]
            for x in range(len(to)):
                left = x // CELL - 2 if x % CELL < half else x // CELL - 1
                value = np.float32(0)
                for i in range(4):
                    value += phases[i, x % CELL] * cells[v, min(max(left + i, 0), columns - 1), c]
                to[x] = value
    for c in range(3):
        out[c, 0], out[c, 1] = out[c, 2], out[c, 2]
        out[c, rows + 2], out[c, rows + 3] = out[c, rows + 1], out[c, rows + 1]
    return True


@compiled
def gain_row(wide: Array, there: bool, y: int, begin: int, phases: Array, out: Array) -> None:
    """Row `y` of a gain, from pixel `begin`."""
    if not there:
        clear(out)
        return
    phase = y % CELL
    top = y // CELL if 2 * phase < CELL else y // CELL + 1
    a, b, c, d = phases[0, phase], phases[1, phase], phases[2, phase], phases[3, phase]
    end = begin + len(out)
    r0, r1, r2, r3 = wide[top][begin:end], wide[top + 1][begin:end], wide[top + 2][begin:end], wide[top + 3][begin:end]
    for x in range(len(out)):
        out[x] = a * r0[x] + b * r1[x] + c * r2[x] + d * r3[x]


@compiled
def add(to: Array, layer: Array, c: int) -> None:
    """One colour of a layer on top."""
    for x in range(len(to)):
        to[x] += layer[x, c]


@compiled
def shine(lit: Array, mask: Array, shine: Array, cover: Array) -> None:
    """Light behind people, on a film that never burns out; the brightest colour covers, so that it stays coloured."""
    for x in range(len(lit)):
        t = lit[x] * (ONE - mask[x])
        value = ONE - ONE / (ONE + t + HALF * t * t)
        shine[x] = value
        cover[x] = max(cover[x], value)


@compiled
def mixed(behind: Array, people: Array, mask: Array, mean: Array, share: float) -> None:
    """The two gains by the mask, into `behind`; its share of the luma's onto `mean`."""
    for x in range(len(mask)):
        value = behind[x] + (people[x] - behind[x]) * mask[x]
        behind[x] = value
        mean[x] += share * value


@compiled
def falling(bloom: Array, mask: Array, rim: Array, base: Array, gain: Array, ambient: float, out: Array) -> None:
    """What the gain and the light that falls on people add to their colour; it brightens and never darkens them."""
    around = AMBIENT * ambient
    for x in range(len(mask)):
        colour = max(np.float32(0), base[x])
        light = mask[x] * (rim[x] * bloom[x] * (WRAP * colour + SHEEN) + around * colour)
        own = base[x] * gain[x]
        out[x] = own + light / (ONE + light) * max(np.float32(0), ONE - base[x] - own)


@compiled
def covers(layer: Array) -> bool:
    """Whether anything of a layer's row covers something."""
    most = np.float32(0)
    for x in range(len(layer)):
        most = max(most, layer[x, 3])
    return bool(most > 0)


@compiled
def behind(to: Array, layer: Array, c: int, mask: Array) -> None:
    """One channel of the things behind people over what shines."""
    for x in range(len(to)):
        seen = ONE - mask[x]
        to[x] += seen * (layer[x, c] - to[x] * layer[x, 3])


@compiled
def before(to: Array, layer: Array, c: int, keep: Array) -> None:
    """One channel of the things in front."""
    for x in range(len(to)):
        to[x] += keep[x] * (layer[x, c] - to[x] * layer[x, 3])


@compiled
def change(added: Array, base: Array, shine: Array, cover: Array) -> None:
    """By how much one colour changes."""
    for x in range(len(added)):
        added[x] = added[x] * (ONE - cover[x]) + shine[x] - base[x] * cover[x]


@compiled
def linear(
    red: Array, green: Array, blue: Array, lum: Array, gain: Array, cover: Array, factor: Array, offset: Array
) -> None:
    """The change as a share of each pixel's own luma, so that its detail stays, and a rest."""
    for x in range(len(lum)):
        factor[x] = gain[x] - cover[x] - gain[x] * cover[x]
    for x in range(len(lum)):
        change = np.float32(RED) * red[x] + np.float32(GREEN) * green[x] + np.float32(BLUE) * blue[x]
        offset[x] = np.float32(SPAN) * (change - factor[x] * lum[x])


@compiled
def tint(plane: Pixels, red: Array, green: Array, blue: Array, shares: Array, noise: Array) -> None:
    """One plane of colour, changed by `shares` of the three colours' change, dithered as far as it changes."""
    r, g, b = (
        np.float32(COLOUR_SPAN) * shares[0],
        np.float32(COLOUR_SPAN) * shares[1],
        np.float32(COLOUR_SPAN) * shares[2],
    )
    for x in range(len(plane)):
        change = r * red[x] + g * green[x] + b * blue[x]
        grain = noise[x] * min(ONE, np.float32(2) * abs(change))
        plane[x] = np.uint8(min(np.float32(255), max(np.float32(0), np.float32(plane[x]) + change + grain + HALF)))


@compiled
def wider(near: Array, far: Array, line: Array, out: Array) -> None:
    """Of two rows with a border of one pixel, the nearer weighing more, a row of twice the length."""
    for x in range(len(line)):
        line[x] = np.float32(0.75) * near[x] + QUARTER * far[x]
    for x in range(len(line) - 2):
        out[2 * x] = np.float32(0.75) * line[x + 1] + QUARTER * line[x]
        out[2 * x + 1] = np.float32(0.75) * line[x + 1] + QUARTER * line[x + 2]


@compiled
def apply(plane: Pixels, factor: Array, offset: Array, noise: Array) -> None:
    """The new luma, dithered as far as it changes."""
    for x in range(len(plane)):
        luma = np.float32(plane[x])
        change = (luma - np.float32(BLACK)) * factor[x] + offset[x]
        grain = noise[x] * min(ONE, np.float32(2) * abs(change))
        plane[x] = np.uint8(min(np.float32(255), max(np.float32(0), luma + change + grain + HALF)))
