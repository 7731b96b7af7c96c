"""One thing to be shown: its cut-out, how large it is, and where it touches the ground."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from tuanyuan.imaging.matting import Cutout

Array = NDArray[np.float32]
Flags = NDArray[np.bool_]

SOLID = 0.5
ROOM = 3
# A shadow that came with a cut-out: dark, never solid, apart from the rest.
SHADOW_LEVEL, SHADOW_ALPHA, SPECK = 0.35, 0.8, 0.02
# Parts that end so much above the ground line hover, as shares of the height; the line climbs so far towards the sides
# of a thing seen a little from above, as a share of the width.
GAP, CLIMB = 0.02, 0.16


@dataclass(frozen=True, eq=False)
class Item:
    """colour: float32 h×w×3, sRGB 0..1; alpha: float32 h×w, 0..1; both cut to the thing's own box and a little room."""

    colour: Array
    alpha: Array

    @property
    def size(self) -> tuple[int, int]:
        """Width and height in pixels."""
        return self.alpha.shape[1], self.alpha.shape[0]


@dataclass(frozen=True, eq=False)
class Ground:
    """Where a standing thing meets what it stands on, for each of its columns (float32 w).

    line: the row of the ground. touch: 0..1, how much that column stands on it.
    """

    line: Array
    touch: Array


def item(cutout: Cutout) -> Item:
    """The thing of a cut-out, without empty surroundings. ValueError: nothing is there."""
    ys, xs = np.nonzero(cutout.alpha > 1 / 255)
    if not len(ys):
        raise ValueError("nothing was cut out")
    height, width = cutout.alpha.shape
    y0, y1 = max(0, int(ys.min()) - ROOM), min(height, int(ys.max()) + ROOM + 1)
    x0, x1 = max(0, int(xs.min()) - ROOM), min(width, int(xs.max()) + ROOM + 1)
    return Item(np.ascontiguousarray(cutout.colour[y0:y1, x0:x1]), np.ascontiguousarray(cutout.alpha[y0:y1, x0:x1]))


def without_old_shadow(cutout: Cutout) -> Cutout:
    """Without a shadow that lies apart from the thing in the file's own transparency: our light throws its own."""
    count, labels, stats, _ = cv2.connectedComponentsWithStats((cutout.alpha > SPECK).astype(np.uint8))
    if count < 3:
        return cutout
    keep = np.ones(count, bool)
    for label in range(1, count):
        piece = labels == label
        dark = float(cutout.colour[piece].mean()) < SHADOW_LEVEL
        if dark and float(cutout.alpha[piece].max()) < SHADOW_ALPHA and stats[label, cv2.CC_STAT_AREA] > 16:
            keep[label] = False
    if keep.all():
        return cutout
    near = cv2.dilate((~keep)[labels].astype(np.uint8), np.ones((5, 5), np.uint8)) > 0
    gone = near & ~keep[labels] | (near & (labels == 0))
    return Cutout(cutout.colour, np.where(gone, 0, cutout.alpha).astype(np.float32))


def outline_colours(thing: Item) -> Array:
    """CIE Lab (N, 3) of what lies along the inside of the thing's outline; of all of it where it is thin."""
    reach = max(3, round(0.02 * float(np.sqrt(thing.alpha.size))))
    solid = (thing.alpha > 0.9).astype(np.uint8)
    inner = cv2.erode(solid, np.ones((2 * reach + 1, 2 * reach + 1), np.uint8))
    colours = thing.colour[(solid > 0) & (inner == 0)]
    if not len(colours):
        colours = thing.colour[thing.alpha > 0]
    lab: Array = cv2.cvtColor(np.ascontiguousarray(colours[None, ::4]), cv2.COLOR_RGB2LAB)[0]
    return lab


def scaled(thing: Item, factor: float) -> Item:
    """The thing `factor` times as large, colours weighted by alpha so that edges get no fringe."""
    size = (max(2, round(thing.size[0] * factor)), max(2, round(thing.size[1] * factor)))
    if size == thing.size:
        return thing
    method = cv2.INTER_AREA if factor < 1 else cv2.INTER_CUBIC
    alpha = np.clip(cv2.resize(thing.alpha, size, interpolation=method), 0, 1)
    weighted = cv2.resize(thing.colour * thing.alpha[..., None], size, interpolation=method)
    loose = cv2.resize(thing.colour, size, interpolation=method)
    share = np.clip(alpha * 20, 0, 1)[..., None]
    colour = share * weighted / np.maximum(alpha, 0.02)[..., None] + (1 - share) * loose
    return Item(np.clip(colour, 0, 1).astype(np.float32), alpha.astype(np.float32))


def ground(alpha: Array) -> Ground:
    """Where a thing of this `alpha` (float32 h×w) would stand.

    Front edges of what stands on a table are the lower convex hull of its outline; what ends above it is an arch, a
    handle, a strap. Towards the sides the line climbs, as a round foot does, but no further than CLIMB.
    """
    height, width = alpha.shape
    solid = alpha > SOLID
    columns = np.flatnonzero(solid.any(0))
    if not len(columns):
        return Ground(np.full(width, height, np.float32), np.zeros(width, np.float32))
    lowest = height - np.argmax(solid[::-1, columns], axis=0)
    hull = _lower_hull(columns.astype(np.float64), lowest.astype(np.float64))
    bottom = float(lowest.max())
    breadth, tall = float(np.ptp(columns) + 1), float(np.ptp(np.nonzero(solid.any(1))[0]) + 1)
    line = np.maximum(np.interp(np.arange(width), *hull), bottom - CLIMB * min(breadth, tall))
    gap = np.full(width, np.inf)
    gap[columns] = line[columns] - lowest
    touch = np.exp(-np.maximum(gap, 0) / (GAP * tall)) * np.exp(
        -(((bottom - line) / (CLIMB * min(breadth, tall))) ** 2)
    )
    return Ground(line.astype(np.float32), touch.astype(np.float32))


def _lower_hull(x: NDArray[np.float64], y: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Corners of the convex hull on the side of the larger y, from left to right (Andrew's monotone chain)."""
    kept: list[int] = []
    for k in range(len(x)):
        while len(kept) > 1:
            a, b = kept[-2], kept[-1]
            if (x[b] - x[a]) * (y[k] - y[a]) - (y[b] - y[a]) * (x[k] - x[a]) < 0:
                break
            kept.pop()
        kept.append(k)
    return x[kept], y[kept]
