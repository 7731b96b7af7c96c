"""Composing a frame: light and things laid over the still's planes, by runs of tiles, a chunk at a time (`rows.py`)."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from tuanyuan.motion import rows
from tuanyuan.motion.compiled import compiled
from tuanyuan.motion.layers import TILE
from tuanyuan.motion.rows import ADDED, CHUNK, COVER, GAIN, GAIN_PEOPLE, MASK, MEAN, RIM, SHINE
from tuanyuan.motion.zooming import BEHIND, BOTH, HIGH, PEOPLE, WIDE

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
    gain_people: Array,
    ambient: Array,
    touched: Pixels,
    active: Pixels,
    kinds: Pixels,
    veil: Array,
    shines: bool,
    mask: Array,
    rim: Array,
    keep: Array,
    phases: Array,
    wide_phases: Array,
    noise: Array,
    work: Array,
    cells: Array,
    lines: Array,
    factor: Array,
    offset: Array,
) -> None:
    """Lay everything over a frame's planes, in place; nothing changes beyond `active` tiles.

    light, back, front: the layers, flat; gain, gain_people, touched: as they are. ambient: float32 (3,), with the
    veil's mean. kinds: of the blocks. veil, shines: as of `Bloom`, and whether it holds anything. mask, rim, keep:
    float32 h×w, as the pose shows them. phases: float32 (4, CELL), weights of the cells for each pixel of a tile;
    wide_phases: float32 (NEAR * CELL,), the same for cells round its own. noise: float32, levels. work: as of `rows`.
    cells: float32 (2, (cells wide + 4) * 3), lines: float32 (3, w / 2 + CHUNK), factor, offset: float32 (3, w + 2):
    scratch; the last two are what the luma of a row becomes, luma * (1 + factor) + offset.
    """
    height, width = mask.shape
    columns = active.shape[1]
    gained, gained_people = rows.anything(gain.reshape(-1)), rows.anything(gain_people.reshape(-1))
    bright = shines or rows.anything(ambient)
    for y in range(height):
        v, here, pixel = y // TILE, y % 3, y * width
        rows.clear(factor[here])
        rows.clear(offset[here])
        if gained:
            rows.cells_of_row(gain, y, phases, cells[0])
        if gained_people:
            rows.cells_of_row(gain_people, y, phases, cells[1])
        if shines:
            near = y // 2 + 1
            for c in range(3):
                rows.veil_line(veil[c, near], veil[c, near - 1 if y % 2 == 0 else near + 1], lines[c])
        u = 0
        while u < columns:
            u, stop = _next_run(active[v], u, columns)
            # Chunks lie on a grid, so that as many as can be show only people, or none.
            stop = min(stop, (u * TILE // CHUNK + 1) * CHUNK // TILE)
            begin, end = u * TILE, min(width, stop * TILE)
            if begin >= end:
                break
            kind = kinds[y // HIGH, begin // WIDE]
            for block in range(begin // WIDE + 1, (end - 1) // WIDE + 1):
                if kinds[y // HIGH, block] != kind:
                    kind = BOTH
            held = _next_run(touched[v], u, stop)[0] < stop
            us, vs = frame_u[y][begin:end], frame_v[y][begin:end]
            rows.colours(frame_y[2 * y][2 * begin : 2 * end], frame_y[2 * y + 1][2 * begin : 2 * end], us, vs, work)
            rows.copy(mask[y][begin:end], work[MASK : MASK + CHUNK])
            _gain(gained, gained_people, kind, u, stop, cells, wide_phases, work)
            if shines:
                for c in range(3):
                    rows.veil_row(lines[c][begin // 2 : begin // 2 + CHUNK // 2 + 2], rows.BLOOM + c * CHUNK, work)
            if bright and kind != BEHIND:
                if shines:
                    rows.copy(rim[y][begin:end], work[RIM : RIM + CHUNK])
                else:
                    rows.clear(work[RIM : RIM + CHUNK])
                rows.falling(work, ambient)
            if shines and kind != PEOPLE:
                rows.lit(work)
                if held:
                    rows.add(light[3 * (pixel + begin) : 3 * (pixel + end)], work)
                rows.shine(work)
            else:
                rows.clear(work[SHINE : SHINE + 3 * CHUNK])
                rows.clear(work[COVER : COVER + CHUNK])
            if held:
                behind, before = (
                    back[4 * (pixel + begin) : 4 * (pixel + end)],
                    front[4 * (pixel + begin) : 4 * (pixel + end)],
                )
                if kind != PEOPLE and rows.covers(behind):
                    rows.unmasked(work)
                    rows.things(behind, work[rows.LINE : rows.LINE + end - begin], work)
                if rows.covers(before):
                    rows.things(before, keep[y][begin:end], work)
            rows.change(work)
            rows.copy(work[rows.FACTOR : rows.FACTOR + end - begin], factor[here][begin + 1 : end + 1])
            rows.copy(work[rows.OFFSET : rows.OFFSET + end - begin], offset[here][begin + 1 : end + 1])
            rows.tint(us, work[rows.CB : rows.CB + CHUNK], noise[(y + 21) % noise.shape[0]][begin:end])
            rows.tint(vs, work[rows.CR : rows.CR + CHUNK], noise[(y + 43) % noise.shape[0]][begin:end])
            u = stop
        for ends in (factor[here], offset[here]):
            ends[0], ends[width + 1] = ends[1], ends[width]
        # The luma of a row takes from the rows above and below it: one row late, while it is still near.
        if y > 0:
            relight(frame_y, y - 1, max(y - 2, 0) % 3, here, factor, offset, active, noise)
    last_row = height - 1
    relight(frame_y, last_row, max(last_row - 1, 0) % 3, last_row % 3, factor, offset, active, noise)


@compiled
def _next_run(there: Pixels, start: int, end: int) -> tuple[int, int]:
    """The next run of tiles that are there, from `start`; (end, end) if there is none."""
    while start < end and there[start] == 0:
        start += 1
    stop = start
    while stop < end and there[stop] != 0:
        stop += 1
    return start, stop


@compiled
def _gain(
    gained: bool, gained_people: bool, kind: int, u: int, stop: int, cells: Array, phases: Array, work: Array
) -> None:
    """ADDED and MEAN of the gains of tiles u..stop. kind: of what they show."""
    behind, people = gained and kind != PEOPLE, gained_people and kind != BEHIND
    if not behind and not people:
        rows.clear(work[ADDED : ADDED + 3 * CHUNK])
        rows.clear(work[MEAN : MEAN + CHUNK])
        return
    to = GAIN_PEOPLE if kind == BOTH else GAIN
    if behind:
        rows.gain_tiles(cells[0], u, stop - u, phases, GAIN, work)
    elif kind == BOTH:
        rows.clear(work[GAIN : GAIN + 3 * CHUNK])
    if people:
        rows.gain_tiles(cells[1], u, stop - u, phases, to, work)
    elif kind == BOTH:
        rows.clear(work[GAIN_PEOPLE : GAIN_PEOPLE + 3 * CHUNK])
    if kind == BOTH:
        rows.mixed(work)
    rows.gained(work)


@compiled
def relight(
    plane: Pixels, y: int, above: int, below: int, factor: Array, offset: Array, active: Pixels, noise: Array
) -> None:
    """Two rows of the luma, of row `y` of half the size, where its tiles are active; factor, offset as of `shade`."""
    width, near = plane.shape[1] // 2, y % 3
    start, columns = 0, active.shape[1]
    while start < columns:
        first, start = _next_run(active[y // TILE], start, columns)
        begin, end = first * TILE, min(width, start * TILE)
        if begin >= end:
            continue
        for far, full in ((above, 2 * y), (below, 2 * y + 1)):
            rows.relit(
                plane[full][2 * begin : 2 * end],
                factor[near][begin : end + 2],
                factor[far][begin : end + 2],
                offset[near][begin : end + 2],
                offset[far][begin : end + 2],
                noise[full % noise.shape[0]][2 * begin : 2 * end],
            )
