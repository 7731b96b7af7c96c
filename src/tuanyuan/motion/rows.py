"""Composing along one row, CHUNK pixels at a time.

What a chunk needs lies in `work`, float32 (ROWS * CHUNK,), small enough to stay in the first cache: row k of it begins
at k * CHUNK. Loops over `work` alone are of a known length and known not to overlap, so the compiler makes plain
vectors of them; what they work out beyond a chunk's end is not used. Loops over other arrays are as long as these.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from tuanyuan.motion.compiled import compiled
from tuanyuan.motion.layers import CELL, TILE
from tuanyuan.motion.planes import BLACK, BLUE, COLOUR_SPAN, FROM_YUV, GREEN, GREY, LUMA, RED, SPAN, TO_CB, TO_CR

Array = NDArray[np.float32]
Pixels = NDArray[np.uint8]

ONE, HALF, QUARTER, MOST_OF = np.float32(1), np.float32(0.5), np.float32(0.25), np.float32(0.75)
# Light that falls on people's edges, as a share of the veil behind them: by their own colour, and as a sheen that
# black hair has too. Light from all sides.
WRAP, SHEEN, AMBIENT = np.float32(5.5), np.float32(0.9), np.float32(0.8)
CHUNK = 8 * TILE
# Where rows of `work` begin: of three colours each, and single ones.
BASE, ADDED, SHINE, LIT, BLOOM, GAIN, GAIN_PEOPLE = (3 * k * CHUNK for k in range(7))
LUM, CB, CR, MASK, RIM, COVER, MEAN, FACTOR, OFFSET = (k * CHUNK for k in range(21, 30))
LINE = 30 * CHUNK
ROWS = 32
# Cells that one pixel of a cell takes from, along a row.
NEAR = 5
CR_RED, CB_BLUE = np.float32(FROM_YUV[0, 2]), np.float32(FROM_YUV[2, 1])
CB_GREEN, CR_GREEN = np.float32(FROM_YUV[1, 1]), np.float32(FROM_YUV[1, 2])
LUMA_RED, LUMA_GREEN, LUMA_BLUE = np.float32(LUMA[0]), np.float32(LUMA[1]), np.float32(LUMA[2])
CB_OF = tuple(np.float32(share * COLOUR_SPAN) for share in TO_CB)
CR_OF = tuple(np.float32(share * COLOUR_SPAN) for share in TO_CR)


@compiled
def clear(row: Array) -> None:
    """Empty it."""
    for x in range(len(row)):
        row[x] = 0


@compiled
def copy(row: Array, out: Array) -> None:
    """The same again."""
    for x in range(len(row)):
        out[x] = row[x]


@compiled
def colours(upper: Pixels, lower: Pixels, us: Pixels, vs: Pixels, work: Array) -> None:
    """LUM, and red, green, blue of BASE, 0..1: the means of 2×2 pixels of two rows of the luma, with their colour."""
    for x in range(len(us)):
        total = (
            np.int32(upper[2 * x]) + np.int32(upper[2 * x + 1]) + np.int32(lower[2 * x]) + np.int32(lower[2 * x + 1])
        )
        work[LUM + x] = (np.float32(total) * QUARTER - np.float32(BLACK)) * np.float32(1 / SPAN)
    for x in range(len(us)):
        work[CB + x] = (np.float32(us[x]) - np.float32(GREY)) * np.float32(1 / COLOUR_SPAN)
        work[CR + x] = (np.float32(vs[x]) - np.float32(GREY)) * np.float32(1 / COLOUR_SPAN)
    for x in range(CHUNK):
        lum, cb, cr = work[LUM + x], work[CB + x], work[CR + x]
        work[BASE + x] = lum + CR_RED * cr
        work[BASE + CHUNK + x] = lum + CB_GREEN * cb + CR_GREEN * cr
        work[BASE + 2 * CHUNK + x] = lum + CB_BLUE * cb


@compiled
def veil_line(upper: Array, lower: Array, out: Array) -> None:
    """The veil between two rows of it, nearer to the upper one."""
    for x in range(len(upper)):
        out[x] = MOST_OF * upper[x] + QUARTER * lower[x]


@compiled
def veil_row(line: Array, at: int, work: Array) -> None:
    """A part of a veil's line twice as long, into `work` from `at`. line: CHUNK / 2 and a pixel more at each end."""
    for x in range(CHUNK // 2):
        left, here, right = line[x], line[x + 1], line[x + 2]
        to = np.uint64(at + 2 * x)
        work[to] = MOST_OF * here + QUARTER * left
        work[to + np.uint64(1)] = MOST_OF * here + QUARTER * right


@compiled
def anything(values: Array) -> bool:
    """Whether any is not 0."""
    total = np.float32(0)
    for x in range(len(values)):
        total += abs(values[x])
    return bool(total > 0)


@compiled
def cells_of_row(cells: Array, y: int, phases: Array, out: Array) -> None:
    """A gain's cells at row `y` of the layers: out float32 ((cells wide + 4) * 3,), two cells repeated at each end.

    Smooth between the cells' middles (Catmull and Rom, 1974).
    """
    rows, columns = cells.shape[:2]
    phase = y % CELL
    top = y // CELL - 2 if 2 * phase < CELL else y // CELL - 1
    out[:] = 0
    for k in range(4):
        row, share = cells[min(max(top + k, 0), rows - 1)], phases[k, phase]
        for u in range(columns):
            for c in range(3):
                out[3 * (u + 2) + c] += share * row[u, c]
    for c in range(6):
        out[c], out[3 * (columns + 2) + c] = out[6 + c % 3], out[3 * (columns + 1) + c % 3]


@compiled
def gain_tiles(cells: Array, first: int, count: int, phases: Array, at: int, work: Array) -> None:
    """Three rows of a gain, of `count` tiles from `first`, each as wide as a cell, into `work` from `at`.

    cells: as of `cells_of_row`; phases: flat, (NEAR * CELL,).
    """
    for t in range(count):
        i = 3 * (first + t)
        near, begin = cells[i : i + 3 * NEAR], np.uint64(at + t * TILE)
        for x in range(CELL):
            a, b, c, d, e = (
                phases[x],
                phases[CELL + x],
                phases[2 * CELL + x],
                phases[3 * CELL + x],
                phases[4 * CELL + x],
            )
            to = begin + np.uint64(x)
            red, green, blue = to, to + np.uint64(CHUNK), to + np.uint64(2 * CHUNK)
            work[red] = near[0] * a + near[3] * b + near[6] * c + near[9] * d + near[12] * e
            work[green] = near[1] * a + near[4] * b + near[7] * c + near[10] * d + near[13] * e
            work[blue] = near[2] * a + near[5] * b + near[8] * c + near[11] * d + near[14] * e


@compiled
def mixed(work: Array) -> None:
    """The two gains by the mask, into GAIN."""
    for c in range(3):
        for x in range(CHUNK):
            behind, people = work[GAIN + c * CHUNK + x], work[GAIN_PEOPLE + c * CHUNK + x]
            work[GAIN + c * CHUNK + x] = behind + (people - behind) * work[MASK + x]


@compiled
def gained(work: Array) -> None:
    """What GAIN adds to BASE, into ADDED, and its share of the luma's, into MEAN."""
    for x in range(CHUNK):
        red, green, blue = work[GAIN + x], work[GAIN + CHUNK + x], work[GAIN + 2 * CHUNK + x]
        work[ADDED + x] = work[BASE + x] * red
        work[ADDED + CHUNK + x] = work[BASE + CHUNK + x] * green
        work[ADDED + 2 * CHUNK + x] = work[BASE + 2 * CHUNK + x] * blue
        work[MEAN + x] = LUMA_RED * red + LUMA_GREEN * green + LUMA_BLUE * blue


@compiled
def lit(work: Array) -> None:
    """LIT of BLOOM, before light is added."""
    for x in range(3 * CHUNK):
        work[LIT + x] = work[BLOOM + x]


@compiled
def add(layer: Array, work: Array) -> None:
    """Light on top of LIT. layer: flat, three colours of each pixel."""
    for x in range(len(layer) // 3):
        work[LIT + x] += layer[3 * x]
        work[LIT + CHUNK + x] += layer[3 * x + 1]
        work[LIT + 2 * CHUNK + x] += layer[3 * x + 2]


@compiled
def shine(work: Array) -> None:
    """Light behind people, on a film that never burns out; the brightest colour covers, so that it stays coloured."""
    for x in range(CHUNK):
        seen = ONE - work[MASK + x]
        red, green, blue = work[LIT + x] * seen, work[LIT + CHUNK + x] * seen, work[LIT + 2 * CHUNK + x] * seen
        red = ONE - ONE / (ONE + red + HALF * red * red)
        green = ONE - ONE / (ONE + green + HALF * green * green)
        blue = ONE - ONE / (ONE + blue + HALF * blue * blue)
        work[SHINE + x], work[SHINE + CHUNK + x], work[SHINE + 2 * CHUNK + x] = red, green, blue
        work[COVER + x] = max(red, max(green, blue))


@compiled
def falling(work: Array, ambient: Array) -> None:
    """Onto ADDED, the light that falls on people: it brightens their colour and never darkens it."""
    for c in range(3):
        around = AMBIENT * ambient[c]
        for x in range(CHUNK):
            base = work[BASE + c * CHUNK + x]
            own = max(np.float32(0), base)
            edge = work[RIM + x] * work[BLOOM + c * CHUNK + x]
            light = work[MASK + x] * (edge * (WRAP * own + SHEEN) + around * own)
            added = work[ADDED + c * CHUNK + x]
            work[ADDED + c * CHUNK + x] = added + light / (ONE + light) * max(np.float32(0), ONE - base - added)


@compiled
def covers(layer: Array) -> bool:
    """Whether anything of a layer's row covers something. layer: flat, red, green, blue, coverage of each pixel."""
    total = np.float32(0)
    for x in range(len(layer) // 4):
        total += layer[4 * x + 3]
    return bool(total > 0)


@compiled
def things(layer: Array, seen: Array, work: Array) -> None:
    """Things over what shines, as far as they are `seen`. layer: as of `covers`."""
    for x in range(len(seen)):
        part = seen[x]
        left = ONE - part * layer[4 * x + 3]
        work[SHINE + x] = work[SHINE + x] * left + part * layer[4 * x]
        work[SHINE + CHUNK + x] = work[SHINE + CHUNK + x] * left + part * layer[4 * x + 1]
        work[SHINE + 2 * CHUNK + x] = work[SHINE + 2 * CHUNK + x] * left + part * layer[4 * x + 2]
        work[COVER + x] = ONE - (ONE - work[COVER + x]) * left


@compiled
def unmasked(work: Array) -> None:
    """What people do not hide, into LINE."""
    for x in range(CHUNK):
        work[LINE + x] = ONE - work[MASK + x]


@compiled
def change(work: Array) -> None:
    """What all of it changes: of the colour, into CB and CR, in levels; of the luma, into FACTOR and OFFSET.

    The luma's is a share of each pixel's own, so that its detail stays, and a rest.
    """
    for x in range(CHUNK):
        cover, gain, lum = work[COVER + x], work[MEAN + x], work[LUM + x]
        left = ONE - cover
        red = work[ADDED + x] * left + work[SHINE + x] - work[BASE + x] * cover
        green = work[ADDED + CHUNK + x] * left + work[SHINE + CHUNK + x] - work[BASE + CHUNK + x] * cover
        blue = work[ADDED + 2 * CHUNK + x] * left + work[SHINE + 2 * CHUNK + x] - work[BASE + 2 * CHUNK + x] * cover
        factor = gain * left - cover
        work[FACTOR + x] = factor
        work[OFFSET + x] = np.float32(SPAN) * (
            np.float32(RED) * red + np.float32(GREEN) * green + np.float32(BLUE) * blue - factor * lum
        )
        work[CB + x] = CB_OF[0] * red + CB_OF[1] * green + CB_OF[2] * blue
        work[CR + x] = CR_OF[0] * red + CR_OF[1] * green + CR_OF[2] * blue


@compiled
def tint(plane: Pixels, change: Array, noise: Array) -> None:
    """One plane of colour, dithered as far as it changes."""
    for x in range(len(plane)):
        grain = noise[x] * min(ONE, np.float32(2) * abs(change[x]))
        value = np.float32(plane[x]) + change[x] + grain + HALF
        plane[x] = np.uint8(min(np.float32(255), max(np.float32(0), value)))


@compiled
def relit(plane: Pixels, factor: Array, factor_far: Array, offset: Array, offset_far: Array, noise: Array) -> None:
    """The new luma, dithered as far as it changes: plane * (1 + factor) + offset, of rows of half the length.

    A row lies between two of these, nearer to the first; they have a border of one pixel.
    """
    for x in range(len(plane) // 2):
        share = MOST_OF * factor[x + 1] + QUARTER * factor_far[x + 1]
        rest = MOST_OF * offset[x + 1] + QUARTER * offset_far[x + 1]
        for side in range(2):
            beside = MOST_OF * factor[x + 2 * side] + QUARTER * factor_far[x + 2 * side]
            more = MOST_OF * offset[x + 2 * side] + QUARTER * offset_far[x + 2 * side]
            luma = np.float32(plane[2 * x + side])
            own = MOST_OF * share + QUARTER * beside
            changed = (luma - np.float32(BLACK)) * own + MOST_OF * rest + QUARTER * more
            grain = noise[2 * x + side] * min(ONE, np.float32(2) * abs(changed))
            plane[2 * x + side] = np.uint8(min(np.float32(255), max(np.float32(0), luma + changed + grain + HALF)))
