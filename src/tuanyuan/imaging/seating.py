"""Who stands where: all sensible orders of a group, the best first.

An order costs for every face that somebody hides, for empty space above the group, for people who look out of the
picture, for bodies that have to be carried on. Nothing is left to chance.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations, permutations

import numpy as np
from numpy.typing import NDArray

from tuanyuan.imaging.layout import Framing, Place, Rows, Seat, arrange
from tuanyuan.imaging.reducing import reduce
from tuanyuan.imaging.sitter import Sitter

# Pixels of an eye distance in the outlines by which hidden faces are found.
GRAIN = 6
# With at most one behind, and with a real second row.
MOST_OPTIONS = (16, 60)
CHILD = 0.88
SEEN = 0.02
# More of a face is only hidden where every order hides as much.
MOST_HIDDEN = 0.1
# Eye distance of a face that is large enough, as a share of the width, and what smaller ones cost.
GOOD_FACE, SMALL_FACES = 0.066, 1.5
CHEEKS = 0.08
FULL_HEADROOM, EMPTY = 0.28, 6.0


@dataclass(frozen=True, eq=False)
class Outline:
    """A sitter in small, GRAIN pixels an eye distance: opaque (bool), eyes (2,), the faces' boxes x0, y0, x1, y1."""

    opaque: NDArray[np.bool_]
    eyes: NDArray[np.float32]
    faces: tuple[tuple[float, float, float, float], ...]


@dataclass(frozen=True)
class Option:
    """One order of the group and what it costs; 0 is perfect."""

    rows: Rows
    cost: float


def outline(sitter: Sitter) -> Outline:
    """Reduce a sitter to what hiding depends on."""
    scale = GRAIN / sitter.eye_distance
    height, width = sitter.cutout.alpha.shape
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    opaque = reduce(sitter.cutout.alpha, size) > 0.5
    boxes = [tuple(float(v) * scale for v in f.box) for f in sitter.faces]
    return Outline(opaque, sitter.eyes * np.float32(scale), tuple((x, y, x + w, y + h) for x, y, w, h in boxes))


def options(
    sitters: Sequence[Sitter], places: Sequence[Place], size: tuple[int, int], framing: Framing
) -> list[Option]:
    """Orders of the group, cheapest first; the first four differ from each other as far as the group allows."""
    shapes = [s.shape for s in sitters]
    outlines = [outline(s) for s in sitters]
    made = []
    for rows in _all_rows(places):
        seats = arrange(shapes, places, size, rows, framing)
        made.append(Option(rows, _cost(seats, sitters, outlines, size)))
    return _varied(sorted(made, key=lambda o: o.cost))


def _all_rows(places: Sequence[Place]) -> list[Rows]:
    """Some ways to stand that respect what the customer said; the same ones every time."""
    everyone = range(len(places))
    fixed_front = {
        i for i in everyone if places[i].row == "front" or (places[i].row is None and places[i].scale < CHILD)
    }
    fixed_back = {i for i in everyone if places[i].row == "back"}
    if len(fixed_front) == len(places):
        fixed_front = {i for i in fixed_front if places[i].row == "front"}
    backs = set()
    for count in _back_counts(len(places)):
        for back in combinations(everyone, count):
            if fixed_back <= set(back) and not fixed_front & set(back):
                backs.add(back)
    if not backs:
        backs.add(tuple(sorted(fixed_back if len(fixed_back) < len(places) else ())))
    rows = []
    for count in sorted({len(back) for back in backs}):
        of_count = [back for back in sorted(backs) if len(back) == count]
        every = [r for back in of_count for r in _orders([i for i in everyone if i not in back], list(back))]
        chooser = random.Random(10 * len(places) + count)  # noqa: S311  # variety, not secrecy
        rows += chooser.sample(every, min(len(every), MOST_OPTIONS[count > 1]))
    return rows


def _back_counts(people: int) -> range:
    """How many may stand behind: nobody, or a second row that the front one can carry."""
    return range(1) if people < 3 else range(people // 2 + 1)


def _orders(front: list[int], back: list[int]) -> Iterator[Rows]:
    for f in permutations(front):
        for b in permutations(back):
            yield Rows(f, b)


def _cost(
    seats: Sequence[Seat], sitters: Sequence[Sitter], outlines: Sequence[Outline], size: tuple[int, int]
) -> float:
    width, height = size
    worst = max(hidden(seats, outlines))
    cost = 6 * max(0.0, worst - SEEN) + 30 * max(0.0, worst - MOST_HIDDEN)
    largest = max(s.eye_distance for s in seats)
    cost += SMALL_FACES * max(0.0, 1 - largest / (GOOD_FACE * min(width, height * 4 / 3)))
    top = min(s.y - sitters[s.sitter].shape.top * s.eye_distance for s in seats) / height
    cost += EMPTY * max(0.0, top - FULL_HEADROOM) + 3 * max(0.0, 0.02 - top)
    for seat in seats:
        shape = sitters[seat.sitter].shape
        aside = (seat.x / width - 0.5) * 2
        cost += max(0.0, aside * shape.yaw - 4) / 60
        cost += 0.08 * seat.below * (1.5 if seat.row == "front" else 1.0)
    return cost


def hidden(seats: Sequence[Seat], outlines: Sequence[Outline]) -> list[float]:
    """Share of each seat's faces that later seats paint over; the worst face of each, 0..1."""
    worst = []
    for k, seat in enumerate(seats):
        own = outlines[seat.sitter]
        step = seat.eye_distance / GRAIN
        shares = []
        for x0, y0, x1, y1 in own.faces:
            xs, ys = _ellipse(x0, y0, x1, y1)
            px, py = seat.x + (xs - own.eyes[0]) * step, seat.y + (ys - own.eyes[1]) * step
            over = np.zeros(px.shape, bool)
            for later in seats[k + 1 :]:
                over |= _opaque_at(outlines[later.sitter], later, px, py)
            shares.append(float(over.mean()) if over.size else 0.0)
        worst.append(max(shares))
    return worst


def _ellipse(x0: float, y0: float, x1: float, y1: float) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Points of the grid inside the ellipse that the box holds, widened so that cheeks and ears count."""
    wider = CHEEKS * (x1 - x0)
    x0, x1 = x0 - wider, x1 + wider
    xs, ys = np.meshgrid(np.arange(x0, x1), np.arange(y0, y1))
    across, down = (2 * xs - x0 - x1) / (x1 - x0), (2 * ys - y0 - y1) / (y1 - y0)
    inside = across**2 + down**2 <= 1
    return xs[inside], ys[inside]


def _opaque_at(o: Outline, seat: Seat, px: NDArray[np.float64], py: NDArray[np.float64]) -> NDArray[np.bool_]:
    scale = GRAIN / seat.eye_distance
    x = np.rint((px - seat.x) * scale + o.eyes[0]).astype(int)
    y = np.rint((py - seat.y) * scale + o.eyes[1]).astype(int)
    height, width = o.opaque.shape
    inside = (x >= 0) & (y >= 0) & (x < width) & (y < height)
    return inside & o.opaque[np.clip(y, 0, height - 1), np.clip(x, 0, width - 1)]


def _varied(cheapest: list[Option]) -> list[Option]:
    """Bring orders to the front that differ in who is in which row or in the left-to-right order of most people."""
    chosen: list[Option] = []
    for option in cheapest:
        if option.cost <= cheapest[0].cost + 0.6 and all(_differ(option.rows, c.rows) for c in chosen):
            chosen.append(option)
        if len(chosen) == 4:
            break
    return chosen + [o for o in cheapest if o not in chosen]


def _differ(a: Rows, b: Rows) -> bool:
    if set(a.back) != set(b.back):
        return True
    moved = sum(p != q for p, q in zip(a.front + a.back, b.front + b.back, strict=True))
    return moved >= min(3, len(a.front) + len(a.back))
