"""Scratches, creases and tears: which lines are damage, how far they go, and how wide they are."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from tuanyuan.imaging.restoration import fitted
from tuanyuan.imaging.restoration.evidence import evidence
from tuanyuan.imaging.restoration.guard import Guard
from tuanyuan.imaging.restoration.ridges import FEATURES, Piece

Array = NDArray[np.float32]
Mask = NDArray[np.bool_]

LINES = {1: fitted.BRIGHT_LINES, -1: fitted.DARK_LINES}
# Log odds from which a line is damage in a photo that shows no other, in one that shows much, and where it goes on
# from a line that is damage. In photos left out of the fit a fifth of a piece of content lies above the first bound,
# two or three above the second (`bench.scratches`).
SURE, LIKELY, GOING_ON = {1: 5.0, -1: 3.0}, {1: 1.0, -1: 0.6}, {1: -2.0, -1: -2.5}
# Length of sure lines, as a share of the longer side, that makes a photo a damaged one.
MUCH = 0.25
# Least length of wide lines as a share of the side, and what they must have more.
WIDE, WIDE_MORE = 0.1, 3.0
# A tear shows bare paper: where that is among the features, and how much darker than the photo's lightest parts it may
# be, in 50 levels.
WHITENESS, WHITE = FEATURES.index("whiteness"), -0.4
# What a line must have more where hair, glasses and wrinkles, or where necklaces and collars are.
IN_FACE, ON_NECK = 2.0, 2.0
# How much of that is left in a photo that is scratched elsewhere.
DOUBT_IF_WORN = 0.6
# A line that ends here, as a share of the longer side, may go on there; how far its direction may turn (cosine), and
# how far it may lie beside, as a share of the gap and in pixels.
GAP, TURN, ASIDE = 0.05, 0.94, (0.12, 3.0)
# A line goes on where its ridge keeps this share of its height; farther than this share of the side nobody looks.
FAINTER, FARTHEST = 0.4, 0.1
STEP = 3.0
# Half the width that is looked at across a line, and the share of its height at which it ends.
ACROSS, RIM = 12, 0.28
# How far the middle of a line may be off before its width is measured, and over how many points it is smoothed.
OFF, SMOOTH = 3, 5
# A line ends where it is lower than this share of what it is at its best.
ENDING = 0.3
# A tear has a shaded rim: of so much width a pixel more is taken.
SHADED = 3
# What is wider than this is no line.
MOST_WIDTH = 12
# What is only likely must be thinner: a collar, a window bar and a hem are wider.
LIKELY_WIDTH = 7
# Share of a line that must lie outside faces before it may be filled in eyes and mouths.
OUTSIDE = 0.5


def scratches(
    levels: Array,
    sign: int,
    seen: tuple[list[Piece], Array],
    guard: Guard,
    *,
    aged: bool,
    sure_only: bool = False,
    wide: bool = False,
) -> tuple[Mask, bool]:
    """Where lines damaged the photo (bool H×W), and whether they are so many that less sure ones count, too.

    levels: float32 H×W, 0..255. sign: 1 for bright lines, -1 for dark ones; seen: their `ridges.pieces`. aged: the
    photo shows other damage. sure_only: less sure lines never count. wide: the picture was made smaller for lines that
    are wide; only long and sure ones count.
    """
    found, height = seen
    if wide:
        long = WIDE * max(levels.shape)
        found = [piece for piece in found if _length(piece) > long and piece.features[WHITENESS] > WHITE]
    mask = np.zeros(levels.shape, np.uint8)
    if not found:
        return mask > 0, False
    odds = evidence(LINES[sign], FEATURES).odds(np.stack([piece.features for piece in found]))
    doubt = np.array([_doubt(piece, guard) for piece in found], np.float32)
    side = max(levels.shape)
    sure = sum(_length(piece) for piece, odd in zip(found, odds - doubt, strict=True) if odd > SURE[sign]) / side
    odds -= doubt * np.float32(DOUBT_IF_WORN if aged or sure > MUCH else 1)
    least = SURE[sign] + WIDE_MORE if wide else (SURE if sure_only or not (aged or sure > MUCH) else LIKELY)[sign]
    known = {id(piece): float(odd) for piece, odd in zip(found, odds, strict=True)}
    for chain in _chains(found, odds, (least, GOING_ON[sign]), side):
        line = np.zeros(levels.shape, np.uint8)
        widest = MOST_WIDTH if max(known[id(piece)] for piece in chain) > SURE[sign] else LIKELY_WIDTH
        for piece in chain:
            _draw(line, levels, _centre(piece, levels.shape, height), sign, widest)
        for start, end in _bridges(chain, side):
            _draw(line, levels, np.stack([start, end]), sign, widest)
        drawn = line > 0
        if (drawn & ~guard.faces).sum() < OUTSIDE * drawn.sum():
            drawn &= ~guard.features
        mask |= drawn.astype(np.uint8)
    return mask > 0, bool(sure > MUCH)


def _length(piece: Piece) -> float:
    return float(np.linalg.norm(piece.end - piece.start))


def _doubt(piece: Piece, guard: Guard) -> float:
    """Log odds that the place takes away."""
    in_face = float(guard.faces[piece.rows, piece.columns].mean())
    on_neck = float(guard.necks[piece.rows, piece.columns].mean())
    return max(IN_FACE * min(1.0, 1.5 * in_face), ON_NECK * min(1.0, 1.5 * on_neck))


def _chains(found: Sequence[Piece], odds: Array, bounds: tuple[float, float], side: int) -> list[list[Piece]]:
    """Pieces that are damage, with what goes on from them; each chain is one line."""
    chosen = [i for i in range(len(found)) if odds[i] > bounds[0]]
    left = {i for i in range(len(found)) if bounds[1] < odds[i] <= bounds[0]}
    chains = []
    waiting = sorted(chosen, key=lambda i: -float(odds[i]))
    taken: set[int] = set()
    for first in waiting:
        if first in taken:
            continue
        chain, edge = [first], [first]
        taken.add(first)
        while edge:
            here = found[edge.pop()]
            near = [i for i in (left | set(chosen)) - taken if _goes_on(here, found[i], side)]
            taken |= set(near)
            chain += near
            edge += near
        chains.append([found[i] for i in chain])
    return chains


def _goes_on(one: Piece, other: Piece, side: int) -> bool:
    if abs(float(one.direction @ other.direction)) < TURN:
        return False
    normal = np.array([-one.direction[1], one.direction[0]], np.float32)
    ends = [(a, b) for a in (one.start, one.end) for b in (other.start, other.end)]
    gap, (a, b) = min(((float(np.linalg.norm(a - b)), (a, b)) for a, b in ends), key=lambda found: found[0])
    return gap <= GAP * side and abs(float((b - a) @ normal)) <= ASIDE[0] * gap + ASIDE[1]


def _bridges(chain: Sequence[Piece], side: int) -> list[tuple[Array, Array]]:
    """The gaps between neighbouring pieces of a chain."""
    gaps = []
    for i, one in enumerate(chain):
        for other in chain[i + 1 :]:
            if not _goes_on(one, other, side):
                continue
            ends = [(a, b) for a in (one.start, one.end) for b in (other.start, other.end)]
            gaps.append(min(ends, key=lambda pair: float(np.linalg.norm(pair[0] - pair[1]))))
    return gaps


def _centre(piece: Piece, shape: tuple[int, ...], height: Array) -> Array:
    """The piece's middle line, x, y (n, 2), carried on at both ends as far as its ridge goes."""
    points = np.column_stack([piece.columns, piece.rows]).astype(np.float32)
    along = (points - piece.start) @ piece.direction
    weight = height[piece.rows, piece.columns]
    step = np.clip((along / STEP).astype(int), 0, None)
    total = np.bincount(step, weight)
    summed = np.column_stack([np.bincount(step, weight * points[:, k]) for k in (0, 1)])
    middle: Array = np.asarray(summed[total > 0] / total[total > 0, None], np.float32)
    if len(middle) < 3:
        middle = np.stack([piece.start, piece.end])
    least = FAINTER * piece.height
    before = _carried_on(middle[::-1], height, least, shape)[::-1]
    after = _carried_on(middle, height, least, shape)
    return np.concatenate([before, middle, after]).astype(np.float32)


def _carried_on(middle: Array, height: Array, least: float, shape: tuple[int, ...]) -> Array:
    """Further points after the last of `middle` (n, 2), while the ridge there is `least` high."""
    back = min(len(middle) - 1, 8)
    heading = middle[-1] - middle[-1 - back]
    heading = heading / max(1e-6, float(np.linalg.norm(heading)))
    normal = np.array([-heading[1], heading[0]], np.float32)
    here, points = middle[-1], []
    for _ in range(int(FARTHEST * max(shape) / STEP)):
        there = here + heading * np.float32(STEP)
        offsets = [there + normal * np.float32(aside) for aside in (0, -1, 1)]
        places = [(round(float(p[1])), round(float(p[0]))) for p in offsets]
        seen = [height[y, x] if 0 <= y < shape[0] and 0 <= x < shape[1] else 0 for y, x in places]
        best = int(np.argmax(seen))
        if seen[best] < least:
            break
        # Only a little of what it strays, or it would turn into another line.
        here = there + normal * np.float32((0, -0.5, 0.5)[best])
        points.append(here)
    return np.array(points, np.float32).reshape(-1, 2)


def _draw(mask: NDArray[np.uint8], levels: Array, middle: Array, sign: int, widest: int) -> None:
    """Mark the strip along `middle` (n, 2) that differs from what is beside it, as wide as its mean profile says."""
    if len(middle) < 2:
        return
    seen, normals = _beside(levels, middle)
    off = cv2.blur(seen, (1, SMOOTH))[:, ACROSS - OFF : ACROSS + OFF + 1] * sign
    shift = (np.argmax(off, 1) - OFF).astype(np.float32)
    shift = cv2.blur(shift.reshape(-1, 1), (1, 2 * SMOOTH + 1))
    middle = middle + normals * shift
    seen, normals = _beside(levels, middle)
    lifted = (seen[:, ACROSS - 1 : ACROSS + 2].mean(1) - np.median(seen[:, [0, 1, 2, -3, -2, -1]], 1)) * sign
    lifted = cv2.blur(lifted.reshape(-1, 1), (1, SMOOTH))[:, 0]
    there = np.flatnonzero(lifted > ENDING * np.percentile(lifted, 80))
    if there.size < 2:
        return
    # Its mean along itself sees a line a little beyond its ends.
    kept = slice(int(there[0]), int(there[-1]) + 1)
    seen, normals, middle = seen[kept], normals[kept], middle[kept]
    profile = np.median(seen, 0)
    ground = np.median(np.concatenate([profile[:3], profile[-3:]]))
    height = (profile - ground) * sign
    most = float(height[ACROSS])
    if most <= 0:
        return
    first = last = ACROSS
    while first > 2 and abs(height[first - 1]) > RIM * most:
        first -= 1
    while last < 2 * ACROSS - 2 and abs(height[last + 1]) > RIM * most:
        last += 1
    if last - first > widest:
        return
    points = np.round((middle + normals * np.float32((first + last) / 2 - ACROSS)) * 8).astype(np.int32)
    cv2.polylines(
        mask, [points.reshape(-1, 1, 2)], False, 1, last - first + 2 + (last - first) // SHADED, cv2.LINE_8, 3
    )


def _beside(levels: Array, middle: Array) -> tuple[Array, Array]:
    """The levels across each point (n, 2 ACROSS + 1), and the unit vectors across (n, 2)."""
    headings = np.gradient(middle, axis=0)
    headings /= np.maximum(np.linalg.norm(headings, axis=1, keepdims=True), 1e-6)
    normals = np.column_stack([-headings[:, 1], headings[:, 0]]).astype(np.float32)
    steps = np.arange(-ACROSS, ACROSS + 1, dtype=np.float32)
    x, y = (middle[:, k : k + 1] + normals[:, k : k + 1] * steps for k in (0, 1))
    seen = cv2.remap(
        levels, x.astype(np.float32), y.astype(np.float32), cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE
    )
    return seen, normals
