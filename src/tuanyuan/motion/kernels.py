"""Composing a frame: light and things laid over the still's planes, by runs of tiles, a row at a time (`rows.py`)."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from tuanyuan.motion import rows
from tuanyuan.motion.compiled import compiled
from tuanyuan.motion.layers import TILE
from tuanyuan.motion.planes import LUMA, TO_CB, TO_CR
from tuanyuan.motion.rows import ADDED, BASE, BLOOM, COVER, GAIN, GAIN_PEOPLE, LINE, LIT, LUM, MEAN_GAIN, SHINE
from tuanyuan.motion.zooming import BEHIND, PEOPLE

Array = NDArray[np.float32]
Pixels = NDArray[np.uint8]

# Less of a veil than this is not seen: an eighth of a level.
FAINT = np.float32(0.0005)


@compiled
def activity(
    touched: Pixels,
    kinds: Pixels,
    gain: Array,
    gain_people: Array,
    veil: Array,
    shines: bool,
    ambient: bool,
    out: Pixels,
) -> None:
    """Which tiles differ from the still: out uint8, 0 or 1. kinds: of blocks of two tiles at half size."""
    high, columns = touched.shape
    out[:] = 0
    for v in range(high):
        for u in range(columns):
            kind = kinds[v, u // 2]
            on = ambient and kind != BEHIND
            for y in range(max(0, v - 2), min(high, v + 3)):
                for x in range(max(0, u - 2), min(columns, u + 3)):
                    on |= abs(y - v) < 2 and abs(x - u) < 2 and touched[y, x] != 0
                    for c in range(3):
                        on |= kind != PEOPLE and gain[y, x, c] != 0
                        on |= kind != BEHIND and gain_people[y, x, c] != 0
            if shines and not on:
                for c in range(3):
                    for y in range(v * TILE // 2, min(veil.shape[1], (v + 1) * TILE // 2 + 2)):
                        for x in range(u * TILE // 2, min(veil.shape[2], (u + 1) * TILE // 2 + 2)):
                            on |= veil[c, y, x] > FAINT
            if on:
                out[v, u] = 1


@compiled
def shade(
    frame_y: Pixels,
    frame_u: Pixels,
    frame_v: Pixels,
    light: Array,
    back: Array,
    front: Array,
    gain: Array,
    gained: bool,
    gain_people: Array,
    gained_people: bool,
    ambient: Array,
    touched: Pixels,
    active: Pixels,
    veil: Array,
    shines: bool,
    mask: Array,
    rim: Array,
    keep: Array,
    phases: Array,
    noise: Array,
    scratch: Array,
    factor: Array,
    offset: Array,
) -> None:
    """Lay everything over a frame's planes, in place; nothing changes beyond `active` tiles.

    light, back, front, touched: the layers. gain, gain_people: as of `rows.widen`, and whether they are there. ambient:
    float32 (3,), with the veil's mean. veil, shines: as of `Bloom`, and whether it holds anything. mask, rim, keep:
    float32 h×w, as the pose shows them. phases: float32 (4, CELL), weights of the cells for each pixel of a tile.
    noise: float32, levels. factor, offset: float32 (3, w + 2), scratch: what the luma of a row becomes,
    luma * (1 + factor) + offset.
    """
    height, width = mask.shape
    for y in range(height):
        v, here = y // TILE, y % 3
        rows.clear(factor[here])
        rows.clear(offset[here])
        u, columns = 0, active.shape[1]
        while u < columns:
            first = u
            while u < columns and active[v, u]:
                u += 1
            if u == first:
                u += 1
                continue
            begin, end = first * TILE, min(width, u * TILE)
            m, r, k = mask[y][begin:end], rim[y][begin:end], keep[y][begin:end]
            us, vs = frame_u[y][begin:end], frame_v[y][begin:end]
            lum, cover, mean = (
                scratch[LUM][: end - begin],
                scratch[COVER][: end - begin],
                scratch[MEAN_GAIN][: end - begin],
            )
            rows.mean_luma(frame_y[2 * y][2 * begin : 2 * end], frame_y[2 * y + 1][2 * begin : 2 * end], lum)
            rows.colours(lum, us, vs, scratch)
            rows.clear(cover)
            rows.clear(mean)
            for c in range(3):
                base, added, shine = (
                    scratch[BASE + c][: end - begin],
                    scratch[ADDED + c][: end - begin],
                    scratch[SHINE + c][: end - begin],
                )
                lit, bloom = scratch[LIT][: end - begin], scratch[BLOOM][: end - begin]
                behind, people = scratch[GAIN][: end - begin], scratch[GAIN_PEOPLE][: end - begin]
                if shines:
                    rows.veil_row(veil[c], y, begin, scratch[LINE], bloom)
                else:
                    rows.clear(bloom)
                rows.gain_row(gain[c], gained, y, begin, phases, behind)
                rows.gain_row(gain_people[c], gained_people, y, begin, phases, people)
                rows.clear(shine)
                if shines:
                    rows.copy(bloom, lit)
                    t = first
                    while t < u:
                        t, stop = rows.next_run(touched[v], t, u)
                        x0, x1 = t * TILE, min(width, stop * TILE)
                        rows.add(lit[x0 - begin : x1 - begin], light[y][x0:x1], c)
                        t = stop
                    rows.shine(lit, m, shine, cover)
                rows.mixed(behind, people, m, mean, LUMA[c])
                rows.falling(bloom, m, r, base, behind, ambient[c], added)
            t = first
            while t < u:
                t, stop = rows.next_run(touched[v], t, u)
                x0, x1 = t * TILE - begin, min(width, stop * TILE) - begin
                things, before = back[y][x0 + begin : x1 + begin], front[y][x0 + begin : x1 + begin]
                if rows.covers(things):
                    for c in range(4):
                        rows.behind(cover[x0:x1] if c == 3 else scratch[SHINE + c][x0:x1], things, c, m[x0:x1])
                if rows.covers(before):
                    for c in range(4):
                        rows.before(cover[x0:x1] if c == 3 else scratch[SHINE + c][x0:x1], before, c, k[x0:x1])
                t = stop
            for c in range(3):
                rows.change(
                    scratch[ADDED + c][: end - begin],
                    scratch[BASE + c][: end - begin],
                    scratch[SHINE + c][: end - begin],
                    cover,
                )
            red, green, blue = (
                scratch[ADDED][: end - begin],
                scratch[ADDED + 1][: end - begin],
                scratch[ADDED + 2][: end - begin],
            )
            a, b = factor[here][begin + 1 : end + 1], offset[here][begin + 1 : end + 1]
            rows.linear(red, green, blue, lum, mean, cover, a, b)
            rows.tint(us, red, green, blue, TO_CB, noise[(y + 21) % noise.shape[0]][begin:end])
            rows.tint(vs, red, green, blue, TO_CR, noise[(y + 43) % noise.shape[0]][begin:end])
        for ends in (factor[here], offset[here]):
            ends[0], ends[width + 1] = ends[1], ends[width]
        # The luma of a row takes from the rows above and below it: one row late, while it is still near.
        if y > 0:
            relight(frame_y, y - 1, max(y - 2, 0) % 3, here, factor, offset, active, noise, scratch)
    last = height - 1
    relight(frame_y, last, max(last - 1, 0) % 3, last % 3, factor, offset, active, noise, scratch)


@compiled
def relight(
    plane: Pixels,
    y: int,
    above: int,
    below: int,
    factor: Array,
    offset: Array,
    active: Pixels,
    noise: Array,
    scratch: Array,
) -> None:
    """Two rows of the luma, of row `y` of half the size, where its tiles are active; factor, offset as of `shade`."""
    width, near = plane.shape[1] // 2, y % 3
    start, columns = 0, active.shape[1]
    while start < columns:
        first, start = rows.next_run(active[y // TILE], start, columns)
        begin, end = first * TILE, min(width, start * TILE)
        count = end - begin
        if count <= 0:
            continue
        share, rest, line = scratch[0][: 2 * count], scratch[1][: 2 * count], scratch[2][: count + 2]
        for far, full in ((above, 2 * y), (below, 2 * y + 1)):
            rows.wider(factor[near][begin : end + 2], factor[far][begin : end + 2], line, share)
            rows.wider(offset[near][begin : end + 2], offset[far][begin : end + 2], line, rest)
            grain = noise[full % noise.shape[0]][2 * begin : 2 * end]
            rows.apply(plane[full][2 * begin : 2 * end], share, rest, grain)
