"""A plane seen larger by a hair: Lanczos interpolation with six taps, row by row, exact where nothing moves.

All is worked out in 16 bits, with the upper half of each product: twice as many pixels in a vector as in floats, and
nothing to convert. What that rounds off is some hundredths of a level.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from tuanyuan.motion.compiled import compiled

Array = NDArray[np.float32]
Fixed = NDArray[np.int16]
Pixels = NDArray[np.uint8]

TAPS = 6
ZERO, ONE, TWO, THREE, FOUR, FIVE, SIX = (np.uint64(tap) for tap in range(TAPS + 1))
# Pixels of a row that are worked out at once. Within a run the picture may grow by a pixel: so there is a tap more.
RUN, REACH = 16, TAPS + 1
MOST = 1 + 1 / RUN
# Pixels that every source plane repeats beyond each of its edges.
PAD = 4
# Sides of the blocks that are of one kind, in pixels of the plane.
WIDE, HIGH = 32, 16
# Rows are worked on in whole vectors: scratch is longer by this, and what is too much is overwritten. On the right a
# source is padded by RIGHT: its last run may reach beyond the frame, and is read to the end of a vector.
SPARE = 64
RIGHT = PAD + SPARE + RUN
# Side of the cells in which it is known beforehand whether people cover them.
CELLS = 8
# What a block shows: only what is behind people, only people, or both.
BEHIND, PEOPLE, BOTH = 0, 1, 2
# A weight of 1, as near as 16 bits come to it: products are halved by it.
WHOLE = 32767
# Places between two pixels that are told apart: even an edge of 200 levels is 0.03 of one off.
PLACES = 4096
# Levels of planes are kept as (level - MIDDLE) * LEVEL, of `Plate.edge` as level * FINE; shares of 0..1 as * FULL.
MIDDLE, LEVEL, FINE, FULL = 128, 128, 64, 16384
# The upper half of a product is rounded down, six of them by three on average.
LOST = np.int16(3)


class Across(NamedTuple):
    """Where the pixels of a row come from, by runs of RUN pixels.

    start: int32 (runs,), first source pixel of a run, in the padded plane; pixel i of it takes from REACH source pixels
    from start + i. weight: int16 (runs * REACH * RUN,): of each run, by tap, by pixel; WHOLE + 1 for each pixel.
    """

    start: NDArray[np.int32]
    weight: Fixed


class Down(NamedTuple):
    """Where rows come from. first: int32 (n,), of TAPS rows, in the padded plane. weight: int16 (n, TAPS)."""

    first: NDArray[np.int32]
    weight: Fixed


class Axes(NamedTuple):
    """Of a plane that is seen larger."""

    across: Across
    down: Down


class Plate(NamedTuple):
    """One plane (Y, U or V) of the still, taken apart into what is behind people and people.

    All are int16, padded by PAD, on the right by RIGHT. back: (level - MIDDLE) * LEVEL; alpha: people's coverage,
    0..FULL; edge: what back * (1 - coverage) lacks of the still, both less MIDDLE, in 1 / FINE levels.
    """

    back: Fixed
    alpha: Fixed
    edge: Fixed


def _lanczos() -> Fixed:
    """The six weights at each of PLACES between two pixels, int16 (PLACES, TAPS); the window has three lobes."""
    away = np.arange(PLACES)[:, None] / PLACES + 2 - np.arange(TAPS)
    weights = np.sinc(away) * np.sinc(away / 3)
    weights /= weights.sum(1, keepdims=True)
    return np.rint(weights * (WHOLE + 1)).clip(-WHOLE, WHOLE).astype(np.int16)


_WEIGHTS = _lanczos()


def axes(size: tuple[int, int], centre: tuple[float, float], scale: float) -> Axes:
    """Of a plane of width and height `size` that grows by `scale` round `centre` (pixels, 0: middle of the first).

    scale: 1..MOST. At 1 every pixel is its own source.
    """
    return Axes(_across_of(size[0], centre[0], scale, _WEIGHTS), _down_of(size[1], centre[1], scale, _WEIGHTS))


@compiled
def _place(x: int, centre: float, scale: float) -> int:
    return int(np.floor((centre + (x - centre) / scale) * PLACES + 0.5))


@compiled
def _down_of(count: int, centre: float, scale: float, weights: Fixed) -> Down:
    first, weight = np.empty(count, np.int32), np.empty((count, TAPS), np.int16)
    for y in range(count):
        place = _place(y, centre, scale)
        first[y] = min(max(place // PLACES - 2 + PAD, 0), count + 2 * PAD - TAPS)
        weight[y] = weights[place % PLACES]
    return Down(first, weight)


@compiled
def _across_of(count: int, centre: float, scale: float, weights: Fixed) -> Across:
    runs = (count + RUN - 1) // RUN
    start, weight = np.empty(runs, np.int32), np.zeros(runs * REACH * RUN, np.int16)
    for x in range(count):
        n, i = x // RUN, x % RUN
        place = _place(x, centre, scale)
        first = min(max(place // PLACES - 2 + PAD, 1), count + 2 * PAD - TAPS)
        if i == 0:
            start[n] = first - 1
        # 1 at first; 0 as soon as the picture has grown by one pixel since the run's first.
        late = first - i - start[n]
        for k in range(TAPS):
            weight[(n * REACH + late + k) * RUN + i] = weights[place % PLACES, k]
    return Across(start, weight)


@compiled
def _part(a: np.int16, b: np.int16) -> np.int16:
    """The upper half of a product of 16 bits."""
    return np.int16((np.int32(a) * np.int32(b)) >> np.int32(16))


@compiled
def _down(source: Fixed, row: int, top: NDArray[np.int32], weight: Fixed, low: int, high: int, column: Fixed) -> None:
    """column[low:high] of the output's `row`, from six rows of the source.

    Unsigned: so no index is looked at.
    """
    y, at, count = np.uint64(row), np.uint64(low), np.uint64((high - low + SPARE - 1) // SPARE * SPARE)
    t0 = np.uint64(top[y])
    t1, t2, t3, t4, t5 = t0 + ONE, t0 + TWO, t0 + THREE, t0 + FOUR, t0 + FIVE
    a, b, c = weight[y, ZERO], weight[y, ONE], weight[y, TWO]
    d, e, f = weight[y, THREE], weight[y, FOUR], weight[y, FIVE]
    if b == 0 and d == 0:
        for x in range(count):
            column[at + x] = source[t2, at + x]
        return
    for x in range(count):
        total = _part(a, source[t0, at + x]) + _part(b, source[t1, at + x]) + _part(c, source[t2, at + x])
        more = _part(d, source[t3, at + x]) + _part(e, source[t4, at + x]) + _part(f, source[t5, at + x])
        column[at + x] = np.int16(2 * (total + more + LOST))


@compiled
def _along(column: Fixed, start: NDArray[np.int32], weight: Fixed, begin: int, end: int, row: Fixed) -> None:
    """row[begin:end], in half of the column's unit; begin: of a run.

    The innermost loop is one vector: its length is known, and what it reads lies together in two places.
    """
    for n in range(np.uint64(begin // RUN), np.uint64((end + RUN - 1) // RUN)):
        s, w, b = np.uint64(start[n]), n * np.uint64(REACH * RUN), n * np.uint64(RUN)
        for i in range(RUN):
            x = np.uint64(i)
            row[b + x] = np.int16(
                _part(weight[w + x], column[s + x])
                + _part(weight[w + x + np.uint64(RUN)], column[s + x + ONE])
                + _part(weight[w + x + np.uint64(2 * RUN)], column[s + x + TWO])
                + _part(weight[w + x + np.uint64(3 * RUN)], column[s + x + THREE])
                + _part(weight[w + x + np.uint64(4 * RUN)], column[s + x + FOUR])
                + _part(weight[w + x + np.uint64(5 * RUN)], column[s + x + FIVE])
                + _part(weight[w + x + np.uint64(6 * RUN)], column[s + x + SIX])
                + LOST
            )


@compiled
def _store(row: Fixed, unit: int, out: Pixels) -> None:
    """row: levels less MIDDLE, `unit` times FINE of them to one."""
    times = np.int16(unit)
    for x in range(len(out)):
        level = (np.int32(np.int16(row[x] * times)) + np.int32(MIDDLE * FINE + FINE // 2)) >> np.int32(6)
        out[x] = np.uint8(min(np.int32(255), max(np.int32(0), level)))


@compiled
def _store_both(row: Fixed, cover: Fixed, edge: Fixed, out: Pixels) -> None:
    """row: levels less MIDDLE, in 1 / FINE; cover: of FULL / 2; edge: in 2 / FINE."""
    for x in range(len(out)):
        left = np.int16(FULL - 2 * cover[x])
        both = np.int16(_part(np.int16(2 * row[x]), left) + edge[x])
        level = (np.int32(both) + np.int32(MIDDLE * FINE // 2 + FINE // 4)) >> np.int32(5)
        out[x] = np.uint8(min(np.int32(255), max(np.int32(0), level)))


@compiled
def zoom(plate: Plate, kinds: Pixels, back: Axes, people: Axes, out: Pixels) -> None:
    """Both depths of a plate into `out` (uint8 H×W). kinds: of its blocks."""
    height, width = out.shape
    column = np.zeros(width + 2 * PAD + 2 * SPARE, np.int16)
    column_cover, column_edge = np.zeros_like(column), np.zeros_like(column)
    row = np.zeros(width + SPARE, np.int16)
    cover, edge = np.zeros_like(row), np.zeros_like(row)
    # Unpacked once: each tuple that is handed on costs its references.
    behind, alpha, rest = plate.back, plate.alpha, plate.edge
    xb, wb, top_behind, down_behind = back.across.start, back.across.weight, back.down.first, back.down.weight
    xp, wp, top, down = people.across.start, people.across.weight, people.down.first, people.down.weight
    bounds = np.zeros((5, kinds.shape[1], 2), np.int64)
    far, near, mixed, only_far, only_near = bounds[0], bounds[1], bounds[2], bounds[3], bounds[4]
    fars, nears, mixes, only_fars, only_nears = 0, 0, 0, 0, 0
    for y in range(height):
        if y % HIGH == 0:
            of = kinds[y // HIGH]
            fars, nears = _runs(of, width, BEHIND, BOTH, far), _runs(of, width, PEOPLE, BOTH, near)
            mixes, only_fars = _runs(of, width, BOTH, BOTH, mixed), _runs(of, width, BEHIND, BEHIND, only_far)
            only_nears = _runs(of, width, PEOPLE, PEOPLE, only_near)
        # All of a row down, then all of it across: what was just written would have to be waited for.
        for n in range(fars):
            first, last = far[n, 0] // RUN, (far[n, 1] - 1) // RUN
            _down(behind, y, top_behind, down_behind, xb[first], xb[last] + RUN + TAPS, column)
        for n in range(nears):
            first, last = near[n, 0] // RUN, (near[n, 1] - 1) // RUN
            _down(rest, y, top, down, xp[first], xp[last] + RUN + TAPS, column_edge)
        for n in range(mixes):
            first, last = mixed[n, 0] // RUN, (mixed[n, 1] - 1) // RUN
            _down(alpha, y, top, down, xp[first], xp[last] + RUN + TAPS, column_cover)
        for n in range(fars):
            _along(column, xb, wb, far[n, 0], far[n, 1], row)
        for n in range(nears):
            _along(column_edge, xp, wp, near[n, 0], near[n, 1], edge)
        for n in range(mixes):
            _along(column_cover, xp, wp, mixed[n, 0], mixed[n, 1], cover)
        for n in range(only_fars):
            _store(row[only_far[n, 0] : only_far[n, 1]], 1, out[y][only_far[n, 0] : only_far[n, 1]])
        for n in range(only_nears):
            # Where people cover everything the edge is the still.
            _store(edge[only_near[n, 0] : only_near[n, 1]], 2, out[y][only_near[n, 0] : only_near[n, 1]])
        for n in range(mixes):
            begin, end = mixed[n, 0], mixed[n, 1]
            _store_both(row[begin:end], cover[begin:end], edge[begin:end], out[y][begin:end])


@compiled
def _runs(kinds: Pixels, width: int, one: int, other: int, found: NDArray[np.int64]) -> int:
    """How many runs of blocks of either kind there are; begin and end of each, in pixels, into `found`."""
    count, u = 0, 0
    while u < len(kinds):
        if kinds[u] != one and kinds[u] != other:
            u += 1
            continue
        found[count, 0] = u * WIDE
        while u < len(kinds) and (kinds[u] == one or kinds[u] == other):
            u += 1
        found[count, 1] = min(width, u * WIDE)
        count += 1
    return count


@compiled
def zoom_map(source: Fixed, kinds: Pixels, people: Axes, behind: float, full: float, out: Array) -> None:
    """A map that moves with people (int16, 0..FULL, padded) into `out` (float32 h×w), 0..1.

    kinds: of its blocks: BEHIND: it is `behind`; PEOPLE: it is `full`.
    """
    height, width = out.shape
    column = np.zeros(width + 2 * PAD + 2 * SPARE, np.int16)
    row = np.zeros_like(column)
    start, weight = people.across.start, people.across.weight
    top, down = people.down.first, people.down.weight
    for y in range(height):
        v, u = y // HIGH, 0
        while u < kinds.shape[1]:
            kind = kinds[v, u]
            begin = u * WIDE
            while u < kinds.shape[1] and kinds[v, u] == kind:
                u += 1
            end = min(width, u * WIDE)
            if kind != BOTH:
                _fill(out[y][begin:end], behind if kind == BEHIND else full)
                continue
            _down(source, y, top, down, start[begin // RUN], start[(end - 1) // RUN] + RUN + TAPS, column)
            _along(column, start, weight, begin, end, row)
            _unit(row[begin:end], out[y][begin:end])


@compiled
def _fill(row: Array, value: float) -> None:
    for x in range(len(row)):
        row[x] = np.float32(value)


@compiled
def _unit(row: Fixed, out: Array) -> None:
    for x in range(len(row)):
        out[x] = min(np.float32(1), max(np.float32(0), np.float32(row[x]) * np.float32(2 / FULL)))
