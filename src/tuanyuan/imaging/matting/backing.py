"""Goods in front of plain paper or a plain wall: what it would look like without them, and what shows through them.

Where the backing is known everywhere, a pixel needs no network to say that it is not the backing: holes in handles and
baskets, thin wires, clear glass.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float32]
Flags = NDArray[np.bool_]

# The backing counts as plain when nine tenths of what is surely empty lie this near to a smooth surface (CIE76).
PLAIN = 4.5
LEAST_EMPTY = 0.10
ROUNDS = 3
# A hole: as near as this to the backing, with a rim at least so far from it; not where white is blown out.
SAME, RIM, BLOWN = 1.6, 7.0, 98.6
LEAST_HOLE = 12
# Clear glass: its inside hardly differs from the backing and is even, half of its outline is much darker, in rims so
# thin (share of the longer side); beyond them is backing nearly all round; it is a good part of all.
CLEAR, EVEN, DARK_RIM, RIM_SHARE, RIM_WIDTH, FREE, LEAST_GLASS = 9.0, 3.0, 12.0, 0.45, 0.02, 0.6, 0.15
# Least alpha of glass from which it begins to be solid, and is.
HALF_SOLID, SOLID = 0.55, 0.8
# A shadow on it: of the same colour, darker by so much at most, without edges, in the lowest part of the goods.
SHADOW_COLOUR, SHADOW_DEPTH, SMOOTH, FOOT, MOST_CAST = 4.0, 34.0, 7.0, 0.3, 0.08


@dataclass(frozen=True, eq=False)
class Backing:
    """lab: float32 h×w×3, the backing behind everything. away: float32 h×w, how far each pixel is from it (CIE76).

    noise: how far the backing itself strays from the surface, at most, as a rule.
    """

    lab: Array
    away: Array
    noise: float

    @property
    def same(self) -> float:
        """So near a pixel is the backing."""
        return SAME + self.noise

    @property
    def other(self) -> float:
        """So far away it surely is not."""
        return 5.0 + 2 * self.noise


def plain_backing(lab: Array, empty: Flags) -> Backing | None:
    """The backing of a picture (CIE Lab, float32 h×w×3) whose pixels `empty` surely show it; None: it is not plain."""
    height, width = empty.shape
    if empty.mean() < LEAST_EMPTY:
        return None
    y, x = (np.linspace(-1, 1, n, dtype=np.float32) for n in (height, width))
    terms = np.stack(np.broadcast_arrays(1, x[None], y[:, None], x[None] * y[:, None], x[None] ** 2, y[:, None] ** 2))
    terms = terms.reshape(6, -1).T.astype(np.float32)
    colours, used = lab.reshape(-1, 3), empty.ravel().copy()
    for _ in range(ROUNDS):
        surface = terms @ np.linalg.lstsq(terms[used][::4], colours[used][::4], rcond=None)[0]
        away = np.sqrt(((colours - surface) ** 2).sum(1))
        # The goods' own shadow lies on it, and pulls it down, unless it is left out.
        used = empty.ravel() & (away < max(2.0, 2.5 * float(np.median(away[empty.ravel()]))))
    inliers = away[empty.ravel()]
    if float(np.percentile(inliers, 75)) > PLAIN or used.mean() < LEAST_EMPTY / 2:
        return None
    noise = float(np.percentile(away[used], 90))
    return Backing(surface.reshape(lab.shape).astype(np.float32), away.reshape(height, width).astype(np.float32), noise)


def shadowed(lab: Array, backing: Backing) -> Flags:
    """Where a picture (CIE Lab, float32 h×w×3) may show the backing in shadow: darker, of the same colour."""
    change = lab - backing.lab
    found: Flags = (np.hypot(change[..., 1], change[..., 2]) < SHADOW_COLOUR) & (change[..., 0] < 0)
    return found & (change[..., 0] > -SHADOW_DEPTH)


def cast(lab: Array, backing: Backing, body: Flags) -> Flags:
    """The goods' own shadow, where `body` (bool h×w) took it along: at its foot, smooth, open to the backing."""
    rows = np.flatnonzero(body.any(1))
    if not len(rows):
        return np.zeros(body.shape, bool)
    foot = np.zeros(body.shape, bool)
    foot[int(rows[-1] - FOOT * len(rows)) :] = True
    slope = cv2.morphologyEx(np.ascontiguousarray(lab[..., 0]), cv2.MORPH_GRADIENT, np.ones((3, 3), np.uint8))
    smooth = shadowed(lab, backing) & (slope < SMOOTH) & foot
    free = ~body & (backing.away < backing.other + SHADOW_DEPTH)
    _, labels = cv2.connectedComponents((smooth | free).astype(np.uint8), connectivity=4)
    outside = np.zeros(int(labels.max()) + 1, bool)
    outside[np.unique(labels[free])] = True
    outside[0] = False
    found: Flags = outside[labels] & smooth & body
    # White goods on white paper are a shadow's colour all over.
    return found if found.sum() < MOST_CAST * body.sum() else np.zeros(body.shape, bool)


def holes(backing: Backing, body: Flags) -> Flags:
    """Where the backing is seen through `body`: just its colour, and a rim that is not."""
    inside = body & (backing.away < backing.other) & (backing.lab[..., 0] < BLOWN)
    inside = cv2.morphologyEx(inside.astype(np.uint8), cv2.MORPH_OPEN, np.ones((2, 2), np.uint8)) > 0
    found = np.zeros(body.shape, bool)
    for piece, ring in pieces(inside, LEAST_HOLE):
        # A light that runs over the goods passes the backing's colour somewhere; there nothing ends abruptly.
        if np.median(backing.away[piece]) < backing.same and np.median(backing.away[ring]) > RIM + backing.noise:
            found |= piece
    return found


def glass(lab: Array, backing: Backing, body: Flags) -> Flags:
    """Where the goods with this `body` are clear and show the backing, with their rims; nowhere unless that is sure.

    Sure is what dims the backing evenly, between dark rims that are thin: just beyond them there is backing again.
    White goods on white paper are as near to it, but have no such rims, or are lighter, or shaded.
    """
    within = filled(body)
    through = within & (backing.away < CLEAR + backing.noise) & (backing.lab[..., 0] < BLOWN)
    darker = backing.lab[..., 0] - lab[..., 0]
    found = np.zeros(body.shape, bool)
    reach = max(3, round(RIM_WIDTH * max(body.shape)))
    for piece, ring in pieces(through, max(LEAST_HOLE, int(LEAST_GLASS * within.sum()))):
        low, middle, high = np.percentile(darker[piece], [15, 50, 85])
        around = cv2.dilate(filled(piece).astype(np.uint8), np.ones((2 * reach + 1, 2 * reach + 1), np.uint8)) > 0
        beyond = (cv2.dilate(around.astype(np.uint8), np.ones((5, 5), np.uint8)) > 0) & ~around
        dims = middle > 0.8 * backing.same and high - low < EVEN
        rimmed = float((darker[ring] > DARK_RIM).mean()) > RIM_SHARE
        if dims and rimmed and float((backing.away[beyond] < backing.other).mean()) > FREE:
            found |= around
    return found & (cv2.dilate(within.astype(np.uint8), np.ones((5, 5), np.uint8)) > 0)


def attenuation(image: Array, behind: Array) -> tuple[Array, Array]:
    """Colour (h×w×3) and the least alpha (h×w) that give `image` in front of `behind` (all sRGB, float32, 0..1).

    What only dims the backing keeps dimming whatever is put behind; highlights stay light. What hides most of it is
    taken for solid: a lid, a thick base.
    """
    change = image - behind
    room = np.where(change < 0, behind, 1 - behind)
    alpha = np.clip((np.abs(change) / np.maximum(room, 1e-3)).max(2), 0, 1).astype(np.float32)
    solid = np.clip((alpha - HALF_SOLID) / (SOLID - HALF_SOLID), 0, 1) * (change.mean(2) < 0)
    alpha = (alpha + (1 - alpha) * solid).astype(np.float32)
    colour = np.clip(behind + change / np.maximum(alpha, 1e-3)[..., None], 0, 1)
    return colour.astype(np.float32), alpha


def pieces(inside: Flags, least: int) -> list[tuple[Flags, Flags]]:
    """Connected pieces of at least so many pixels, each with the ring of pixels round it."""
    count, labels, stats, _ = cv2.connectedComponentsWithStats(inside.astype(np.uint8), connectivity=4)
    pieces = []
    for label in range(1, count):
        if stats[label, cv2.CC_STAT_AREA] < least:
            continue
        piece = labels == label
        near = cv2.dilate(piece.astype(np.uint8), np.ones((5, 5), np.uint8)) > 0
        beside = cv2.dilate(near.astype(np.uint8), np.ones((5, 5), np.uint8)) > 0
        pieces.append((piece, beside & ~near))
    return pieces


def filled(flags: Flags) -> Flags:
    """All that lies within the outer outlines of `flags`."""
    outlines, _ = cv2.findContours(flags.astype(np.uint8), cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    full: Flags = cv2.drawContours(np.zeros(flags.shape, np.uint8), outlines, -1, 1, cv2.FILLED) > 0
    return full
