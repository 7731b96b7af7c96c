"""Where everybody stands: pure geometry of a group, from outlines to seats.

Lengths without a unit are eye distances of a grown-up. The rules, in the order in which they give way:
no bust floats (its cut lower edge is below the frame or behind somebody), heads do not hide heads, everybody is
inside the frame, those who look aside look inwards, the group fills the frame.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from tuanyuan.imaging.sitter import Shape

RowName = Literal["front", "back"]

# How much a body may be carried on below its photo.
MOST_BELOW, MOST_BELOW_BEHIND = 0.6, 1.3
# Eyes of the front row above the lower edge of the frame, when the bodies reach that far.
FRONT_LINE = 5.1
# Where shoulders hide what stands behind, below the eyes.
SHOULDER_LINE = 2.2
REACH = 2.9
GAP = 0.35
LEAST_SPACING, MOST_SPACING = 2.7, 3.6
# Somebody looks through between two who stand in front.
MOST_TWO_ROW_SPACING = 4.4
TWO_ROW_SPACING = 3.5
MARGIN, OUTER_CROP = 0.25, 0.8
# A row of busts too wide to fill this share of what the height allows gives up its outer shoulders instead.
FILL = 0.8
# Of what is wider than that, an arm held out or a hat, so much is granted; the rest goes behind the neighbour.
SPREAD, MOST_NARROWED = 0.5, 0.4
# From the eyes to the ear: so much of everybody is in the frame, however narrow it is.
FACE_REACH = 1.35
RAISE = 1.45
CHILD_DROP, CHIN = 6.0, 2.6
HEIGHT_VARIETY = 0.14
MOST_UNEVEN = 0.55
LOWEST_EYES = 1.9
LEAST_HEADROOM, SMALLER = 0.025, 0.96


@dataclass(frozen=True)
class Place:
    """What the customer said of one sitter. scale: size against a grown-up's, 0.5–1.2. row: None for our choice."""

    scale: float = 1.0
    row: RowName | None = None


@dataclass(frozen=True)
class Rows:
    """Who stands in which row: numbers of sitters, each row from left to right. One row: all are in front."""

    front: tuple[int, ...]
    back: tuple[int, ...] = ()


@dataclass(frozen=True)
class Framing:
    """closeness: 1 normal, smaller is closer together. headroom: share of the height left above the highest hair.

    size: 1 fills the frame, smaller shows more scene, larger crops the outer shoulders.
    """

    closeness: float = 1.0
    headroom: float = 0.16
    size: float = 1.0


@dataclass(frozen=True)
class Seat:
    """Eyes of sitter number `sitter` at (x, y) pixels, `eye_distance` pixels; seats are painted in list order.

    below: how far its body has to be carried on under its photo, in its own eye distances.
    """

    sitter: int
    x: float
    y: float
    eye_distance: float
    below: float
    row: RowName


def arrange(
    shapes: Sequence[Shape], places: Sequence[Place], size: tuple[int, int], rows: Rows, framing: Framing
) -> list[Seat]:
    """Seats for all `shapes` on a canvas of `size` (width, height), back to front."""
    across = _across(shapes, places, rows, framing.closeness)
    unit = _unit(shapes, places, across, bool(rows.back), size, framing)
    seats = _seats(shapes, places, size, rows, across, unit)
    while min(s.y - shapes[s.sitter].top * s.eye_distance for s in seats) < LEAST_HEADROOM * size[1]:
        unit *= SMALLER
        seats = _seats(shapes, places, size, rows, across, unit)
    return seats


def _seats(
    shapes: Sequence[Shape],
    places: Sequence[Place],
    size: tuple[int, int],
    rows: Rows,
    across: dict[int, float],
    unit: float,
) -> list[Seat]:
    """Everybody at a given size, back to front."""
    xs = {i: size[0] / 2 + x * unit for i, x in _centred(shapes, places, across).items()}
    drops = [(1 - place.scale) * CHILD_DROP * unit for place in places]
    front = [_seat(i, shapes[i], places[i], xs[i], unit, size[1], None) for i in rows.front]
    front = _levelled(front, drops, size[1])
    cover = [(s.x, s.y + SHOULDER_LINE * s.eye_distance) for s in front]
    back = [_seat(i, shapes[i], places[i], xs[i], unit, size[1], cover) for i in rows.back]
    back = _levelled(back, drops, size[1])
    middle = size[0] / 2
    outer_first = [sorted(row, key=lambda s: -abs(s.x - middle)) for row in (back, front)]
    return outer_first[0] + outer_first[1]


def _levelled(row: list[Seat], drops: Sequence[float], height: int) -> list[Seat]:
    """Nobody towers over the row because their photo happens to show more body.

    drops: how much lower each sitter is to be than a grown-up, in pixels: a child beside one stays a child, as far as
    the frame lets its chin be seen.
    """
    if not row:
        return row
    lowest = max(s.y - drops[s.sitter] for s in row)
    out = []
    for seat in row:
        y = min(lowest + drops[seat.sitter] - MOST_UNEVEN * seat.eye_distance, height - CHIN * seat.eye_distance)
        y = max(seat.y, y)
        below = max(0.0, seat.below - (y - seat.y) / seat.eye_distance)
        out.append(Seat(seat.sitter, seat.x, y, seat.eye_distance, below, seat.row))
    return out


def _across(shapes: Sequence[Shape], places: Sequence[Place], rows: Rows, closeness: float) -> dict[int, float]:
    """Horizontal position of each sitter's eyes, the group's middle near 0."""
    front, back = rows.front, rows.back
    xs = {}
    stagger = TWO_ROW_SPACING / 4 if front and back and (len(front) - len(back)) % 2 == 0 else 0.0
    for members, shift in ((front, stagger), (back, -stagger)):
        x = 0.0
        for left, right in zip([None, *members], members, strict=False):
            if left is not None:
                apart = shapes[left].head_right * places[left].scale + shapes[right].head_left * places[right].scale
                most = MOST_TWO_ROW_SPACING if front and back else MOST_SPACING
                nearer = max(most + SPREAD * max(0.0, apart - most), apart - MOST_NARROWED)
                apart = min(max(apart + GAP, LEAST_SPACING), nearer)
                if front and back:
                    apart = max(apart, TWO_ROW_SPACING)
                x += apart * closeness
            xs[right] = x
        for i in members:
            xs[i] += shift - x / 2
    return xs


def _reach(shape: Shape, place: Place) -> tuple[float, float]:
    left = max(shape.left, REACH) if shape.cut_left is not None else shape.left
    right = max(shape.right, REACH) if shape.cut_right is not None else shape.right
    return min(left, max(REACH, shape.head_left)) * place.scale, min(right, max(REACH, shape.head_right)) * place.scale


def _edges(shapes: Sequence[Shape], places: Sequence[Place], xs: dict[int, float]) -> tuple[float, float]:
    reach = [_reach(s, p) for s, p in zip(shapes, places, strict=True)]
    return min(x - reach[i][0] for i, x in xs.items()), max(x + reach[i][1] for i, x in xs.items())


def _centred(shapes: Sequence[Shape], places: Sequence[Place], xs: dict[int, float]) -> dict[int, float]:
    left, right = _edges(shapes, places, xs)
    return {i: x - (left + right) / 2 for i, x in xs.items()}


def _unit(
    shapes: Sequence[Shape],
    places: Sequence[Place],
    xs: dict[int, float],
    two_rows: bool,
    size: tuple[int, int],
    framing: Framing,
) -> float:
    """Eye distance of a grown-up in pixels: as large as width and height allow."""
    left, right = _edges(shapes, places, xs)
    # An upright frame may cut the outer shoulders; empty wall above a row of heads looks worse.
    margin = MARGIN if size[0] > size[1] else -OUTER_CROP
    by_width = size[0] / (right - left + 2 * margin)
    middle = (left + right) / 2
    by_faces = size[0] / 2 / max(abs(x - middle) + FACE_REACH * places[i].scale for i, x in xs.items())
    top = max(s.top * p.scale for s, p in zip(shapes, places, strict=True))
    lowest = min(FRONT_LINE, min(s.bottom for s in shapes) + MOST_BELOW)
    by_height = size[1] * (1 - framing.headroom) / (top + lowest + (RAISE if two_rows else 0.0))
    cropped = size[0] / max(right - left - 2 * OUTER_CROP, 2 * FACE_REACH)
    by_width = max(by_width, min(FILL * by_height, cropped))
    return min(min(by_width, by_height, 0.16 * size[1]) * framing.size, by_faces)


def _seat(
    i: int,
    shape: Shape,
    place: Place,
    x: float,
    unit: float,
    height: int,
    cover: list[tuple[float, float]] | None,
) -> Seat:
    """One seat. `cover`: (x, y) of the shoulders in front of a back seat; None for the front row."""
    own = unit * place.scale * (1.0 if cover is None else 0.97)
    # Spread like people's heights, and the same for one sitter in every candidate.
    variety = HEIGHT_VARIETY * ((i * 37 + 11) % 21 - 10) / 10 * unit
    wanted = height - FRONT_LINE * unit + (1 - place.scale) * CHILD_DROP * unit + variety
    lower_edge = hem = height + (0.02 + shape.slant) * own
    if cover is not None:
        wanted -= RAISE * unit
        if any(cx < x for cx, _ in cover) and any(cx > x for cx, _ in cover):
            hem = min(hem, max(y for _, y in cover) + 0.3 * unit)
    most = MOST_BELOW if cover is None else MOST_BELOW_BEHIND
    y = max(min(wanted, height - LOWEST_EYES * own), hem - (shape.bottom + (most if shape.cut_bottom else 0.0)) * own)
    # Shoulders in front hide most of what is carried on, but the place must not show between them.
    below = max(0.0, (lower_edge - y) / own - shape.bottom) if shape.cut_bottom else 0.0
    return Seat(i, x, y, own, below, "front" if cover is None else "back")
