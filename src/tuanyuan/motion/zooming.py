"""A plane seen larger by a hair: Lanczos interpolation with six taps, row by row, exact where nothing moves."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from tuanyuan.motion.compiled import compiled

Array = NDArray[np.float32]
Pixels = NDArray[np.uint8]

TAPS = 6
ZERO, ONE, TWO, THREE, FOUR, FIVE = (np.uint64(tap) for tap in range(TAPS))
# Pixels that every source plane repeats beyond each of its edges.
PAD = 4
# Sides of the blocks that are of one kind, in pixels of the plane.
WIDE, HIGH = 32, 16
# Rows are worked on in whole vectors: scratch and sources are longer by this, and what is too much is overwritten.
SPARE = 64
# Side of the cells in which it is known beforehand whether people cover them.
CELLS = 8
# What a block shows: only what is behind people, only people, or both.
BEHIND, PEOPLE, BOTH = 0, 1, 2
# Levels of `Plate.edge` in one of the picture.
FINE = 64


class Taps(NamedTuple):
    """Where the pixels of one axis come from.

    first: int32 (n,), first of the six source pixels, in the padded plane. weight: float32 (6, n + SPARE), sums 1.
    until: int32 (n,), up to which pixel `first` goes on by one for each.
    """

    first: NDArray[np.int32]
    weight: Array
    until: NDArray[np.int32]


class Plate(NamedTuple):
    """One plane (Y, U or V) of the still, taken apart into what is behind people and people.

    All are padded by PAD, and by SPARE on the right. still, back: uint8; alpha: uint8, people's coverage; edge: int16,
    people times coverage in 1 / FINE levels, so that back * (1 - alpha / 255) + edge / FINE is the still.
    """

    still: Pixels
    back: Pixels
    alpha: Pixels
    edge: NDArray[np.int16]


@compiled
def taps(count: int, centre: float, scale: float) -> Taps:
    """Of an axis of `count` pixels that grows by `scale` (1 or more) round `centre` (pixels, 0: middle of the first).

    The window is Lanczos's of three lobes; at scale 1 every pixel is its own source.
    """
    first, until = np.empty(count, np.int32), np.empty(count, np.int32)
    weight = np.zeros((TAPS, count + SPARE), np.float32)
    third = np.pi / 3
    quick_of, slow_of = np.sin(third * (2 - np.arange(TAPS))), np.cos(third * (2 - np.arange(TAPS)))
    for x in range(count):
        source = centre + (x - centre) / scale
        whole = math.floor(source + 1e-6)
        share = source - whole
        first[x] = min(max(int(whole) - 2 + PAD, 0), count + 2 * PAD - TAPS)
        if share < 1e-6:
            weight[2, x] = 1
            continue
        wave, slow, quick = math.sin(np.pi * share), math.sin(third * share), math.cos(third * share)
        total = 0.0
        for k in range(TAPS):
            # sin(pi d) sin(pi d / 3) / d^2 at distance d = share + 2 - k, by the sine's addition theorem.
            away = share + (2 - k)
            turned = slow * slow_of[k] + quick * quick_of[k]
            value = (wave if k % 2 == 0 else -wave) * turned / (away * away)
            weight[k, x] = value
            total += value
        for k in range(TAPS):
            weight[k, x] /= total
    end = count
    for x in range(count - 1, -1, -1):
        until[x] = end
        if x > 0 and first[x] != first[x - 1] + 1:
            end = x
    return Taps(first, weight, until)


@compiled
def _vectors(count: int) -> int:
    return (count + SPARE - 1) // SPARE * SPARE


@compiled
def _down(
    source: NDArray[np.generic], row: int, top: NDArray[np.int32], weight: Array, low: int, high: int, column: Array
) -> None:
    """column[low:high] of the output's `row`, from six rows of the source. Unsigned: so no index is looked at."""
    y, at, count = np.uint64(row), np.uint64(low), np.uint64(_vectors(high - low))
    t0 = np.uint64(top[y])
    t1, t2, t3, t4, t5 = t0 + ONE, t0 + TWO, t0 + THREE, t0 + FOUR, t0 + FIVE
    a, b, c = weight[ZERO, y], weight[ONE, y], weight[TWO, y]
    d, e, f = weight[THREE, y], weight[FOUR, y], weight[FIVE, y]
    if c == 1:
        for x in range(count):
            column[at + x] = np.float32(source[t2, at + x])
        return
    for x in range(count):
        column[at + x] = (
            a * np.float32(source[t0, at + x])
            + b * np.float32(source[t1, at + x])
            + c * np.float32(source[t2, at + x])
            + d * np.float32(source[t3, at + x])
            + e * np.float32(source[t4, at + x])
            + f * np.float32(source[t5, at + x])
        )


@compiled
def _across(column: Array, start: int, weight: Array, begin: int, end: int, row: Array) -> None:
    """row[begin:end], of columns from `start` that go on by one for each pixel."""
    s, b, count = np.uint64(start), np.uint64(begin), np.uint64(_vectors(end - begin))
    for x in range(count):
        row[b + x] = (
            weight[ZERO, b + x] * column[s + x]
            + weight[ONE, b + x] * column[s + x + ONE]
            + weight[TWO, b + x] * column[s + x + TWO]
            + weight[THREE, b + x] * column[s + x + THREE]
            + weight[FOUR, b + x] * column[s + x + FOUR]
            + weight[FIVE, b + x] * column[s + x + FIVE]
        )


@compiled
def _stretch(
    source: NDArray[np.generic],
    y: int,
    top: NDArray[np.int32],
    down: Array,
    first: NDArray[np.int32],
    across: Array,
    until: NDArray[np.int32],
    begin: int,
    end: int,
    column: Array,
    row: Array,
) -> None:
    """row[begin:end] of the output's row `y`; column: scratch of the source."""
    _down(source, y, top, down, first[begin], first[end - 1] + TAPS, column)
    _along(column, first, across, until, begin, end, row)


@compiled
def _along(
    column: Array,
    first: NDArray[np.int32],
    weight: Array,
    until: NDArray[np.int32],
    begin: int,
    end: int,
    row: Array,
) -> None:
    at = begin
    while at < end:
        stop = min(end, until[at])
        _across(column, first[at], weight, at, stop, row)
        at = stop


@compiled
def _store(row: Array, out: Pixels) -> None:
    for x in range(len(out)):
        out[x] = np.uint8(min(np.float32(255), max(np.float32(0), row[x] + np.float32(0.5))))


@compiled
def _over(row: Array, cover: Array, edge: Array) -> None:
    for x in range(len(row)):
        row[x] = row[x] * (np.float32(1) - cover[x] * np.float32(1 / 255)) + edge[x] * np.float32(1 / FINE)


@compiled
def zoom(plate: Plate, kinds: Pixels, back: tuple[Taps, Taps], people: tuple[Taps, Taps], out: Pixels) -> None:
    """Both depths of a plate into `out` (uint8 H×W). back, people: taps across and down. kinds: of its blocks."""
    height, width = out.shape
    blocks = kinds.shape[1]
    column = np.zeros(width + 2 * PAD + 2 * SPARE, np.float32)
    column_behind, column_cover, column_edge = np.zeros_like(column), np.zeros_like(column), np.zeros_like(column)
    row = np.zeros(width + SPARE, np.float32)
    cover, edge = np.zeros_like(row), np.zeros_like(row)
    # Unpacked once: each tuple that is handed on costs its references.
    still, behind, alpha, rest = plate.still, plate.back, plate.alpha, plate.edge
    xb, wb, ub = back[0].first, back[0].weight, back[0].until
    xp, wp, up = people[0].first, people[0].weight, people[0].until
    tops, downs = people[1].first, people[1].weight
    tops_behind, downs_behind = back[1].first, back[1].weight
    begins, ends, sorts = np.zeros(blocks, np.int64), np.zeros(blocks, np.int64), np.zeros(blocks, np.uint8)
    count = 0
    for y in range(height):
        if y % HIGH == 0:
            count = _segments(kinds[y // HIGH], width, begins, ends, sorts)
        for n in range(count):
            begin, end = begins[n], ends[n]
            if sorts[n] == PEOPLE:
                _down(still, y, tops, downs, xp[begin], xp[end - 1] + TAPS, column)
            else:
                _down(behind, y, tops_behind, downs_behind, xb[begin], xb[end - 1] + TAPS, column_behind)
            if sorts[n] == BOTH:
                _down(alpha, y, tops, downs, xp[begin], xp[end - 1] + TAPS, column_cover)
                _down(rest, y, tops, downs, xp[begin], xp[end - 1] + TAPS, column_edge)
        # All of a row down, then all of it across: what was just written would have to be waited for.
        for n in range(count):
            begin, end = begins[n], ends[n]
            if sorts[n] == PEOPLE:
                _along(column, xp, wp, up, begin, end, row)
            else:
                _along(column_behind, xb, wb, ub, begin, end, row)
            if sorts[n] == BOTH:
                _along(column_cover, xp, wp, up, begin, end, cover)
                _along(column_edge, xp, wp, up, begin, end, edge)
                _over(row[begin:end], cover[begin:end], edge[begin:end])
        _store(row[:width], out[y])


@compiled
def _segments(kinds: Pixels, width: int, begins: NDArray[np.int64], ends: NDArray[np.int64], sorts: Pixels) -> int:
    """How many runs of blocks of one kind there are, and where each begins and ends, in pixels."""
    count, u = 0, 0
    while u < len(kinds):
        begins[count], sorts[count] = u * WIDE, kinds[u]
        while u < len(kinds) and kinds[u] == sorts[count]:
            u += 1
        ends[count] = min(width, u * WIDE)
        count += 1
    return count


@compiled
def zoom_map(source: Pixels, kinds: Pixels, people: tuple[Taps, Taps], behind: float, flat: bool, out: Array) -> None:
    """A map that moves with people (uint8, padded) into `out` (float32 h×w), 0..1.

    behind: what it is where nobody is. flat: it is 1 wherever a block shows only people.
    """
    height, width = out.shape
    column = np.zeros(width + 2 * PAD + 2 * SPARE, np.float32)
    row = np.zeros_like(column)
    across, weight, until = people[0].first, people[0].weight, people[0].until
    tops, downs = people[1].first, people[1].weight
    for y in range(height):
        v, u = y // HIGH, 0
        while u < kinds.shape[1]:
            kind = kinds[v, u]
            begin = u * WIDE
            while u < kinds.shape[1] and kinds[v, u] == kind:
                u += 1
            end = min(width, u * WIDE)
            if kind == BEHIND:
                _fill(out[y][begin:end], behind)
            elif kind == PEOPLE and flat:
                _fill(out[y][begin:end], 1.0)
            else:
                _stretch(source, y, tops, downs, across, weight, until, begin, end, column, row)
                _unit(row[begin:end], out[y][begin:end])


@compiled
def _fill(row: Array, value: float) -> None:
    for x in range(len(row)):
        row[x] = np.float32(value)


@compiled
def _unit(row: Array, out: Array) -> None:
    for x in range(len(row)):
        out[x] = min(np.float32(1), max(np.float32(0), row[x] * np.float32(1 / 255)))
