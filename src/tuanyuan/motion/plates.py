"""The still taken apart: what is behind people, filled a little way under their edges, and people themselves."""

from __future__ import annotations

from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from tuanyuan.imaging.restoration.filling import spread
from tuanyuan.motion.compiled import compiled
from tuanyuan.motion.planes import planes, to_frame
from tuanyuan.motion.stage import Stage
from tuanyuan.motion.zooming import (
    BEHIND,
    BOTH,
    CELLS,
    FINE,
    FULL,
    HIGH,
    LEVEL,
    MIDDLE,
    PAD,
    PEOPLE,
    RIGHT,
    WIDE,
    Plate,
)

Array = NDArray[np.float32]
Fixed = NDArray[np.int16]
Pixels = NDArray[np.uint8]

# People's outline shines into the pixels beside it: nothing behind them is taken from there. Pixels.
FRINGE = 5


class Plates(NamedTuple):
    """A still in two depths.

    y, u, v: its planes. rim, keep: int16, 0..FULL, padded, at half size: edges that catch light, where things in
    front may be seen. full, some: cells of y that people fill, that they touch; full_half, some_half: of u and v.
    rim_full, rim_some: cells of half the size where the rim is 1, where it is not 0; keep_full, keep_some: where
    nothing in front is seen, where not all of it is.
    """

    y: Plate
    u: Plate
    v: Plate
    rim: Fixed
    keep: Fixed
    full: Pixels
    some: Pixels
    full_half: Pixels
    some_half: Pixels
    rim_full: Pixels
    rim_some: Pixels
    keep_full: Pixels
    keep_some: Pixels


def plates(stage: Stage) -> Plates:
    """Of a stage, once for each clip; about 0.3 s for 1920×1080."""
    alpha = _levels(stage.people)
    hole = cv2.dilate((alpha > 0).astype(np.uint8), np.ones((FRINGE, FRINGE), np.uint8))
    filled = stage.rgb.copy()
    inside = hole.astype(bool)
    if inside.any() and not inside.all():
        filled[inside] = np.rint(spread(stage.rgb.astype(np.float32), inside)[inside]).clip(0, 255)
    still, back = planes(to_frame(stage.rgb)), planes(to_frame(filled))
    half = (alpha.shape[1] // 2, alpha.shape[0] // 2)
    alpha_half = _levels(stage.mask)
    hole_half = (cv2.resize(hole.astype(np.float32), half, interpolation=cv2.INTER_AREA) > 0).astype(np.uint8)
    keep = np.maximum(stage.free, 1 - alpha_half.astype(np.float32) / 255)
    # Colour's two planes are covered alike: one copy of it for both.
    cover = _padded(_shares(alpha_half))
    return Plates(
        y=_plate(still.y, back.y, alpha, hole, _padded(_shares(alpha))),
        u=_plate(still.u, back.u, alpha_half, hole_half, cover),
        v=_plate(still.v, back.v, alpha_half, hole_half, cover),
        rim=_padded(_shares(_levels(stage.rim))),
        keep=_padded(_shares(_levels(keep))),
        full=_cells(alpha == 255, all_of=True),
        some=_cells(hole > 0, all_of=False),
        full_half=_cells(alpha_half == 255, all_of=True),
        some_half=_cells(hole_half > 0, all_of=False),
        rim_full=_cells(_levels(stage.rim) == 255, all_of=True),
        rim_some=_cells(_levels(stage.rim) > 0, all_of=False),
        keep_full=_cells(_levels(keep) == 0, all_of=True),
        keep_some=_cells(_levels(keep) < 255, all_of=False),
    )


def _levels(shares: Array) -> Pixels:
    return np.rint(shares * 255).clip(0, 255).astype(np.uint8)


def _shares(levels: Pixels) -> Fixed:
    shares: Fixed = np.rint(levels.astype(np.float32) * (FULL / 255)).astype(np.int16)
    return shares


def _plate(still: Pixels, filled: Pixels, alpha: Pixels, hole: Pixels, cover: Fixed) -> Plate:
    """The rest after what is behind people is people's own: so both together are the still to the bit."""
    back = np.where(hole > 0, filled, still).astype(np.float32) - MIDDLE
    edge = still.astype(np.float32) - MIDDLE - back * (1 - alpha.astype(np.float32) / 255)
    fine = np.where(hole > 0, np.rint(edge * FINE), 0).astype(np.int16)
    return Plate(_padded((back * LEVEL).astype(np.int16)), cover, _padded(fine))


def _padded(plane: Fixed) -> Fixed:
    return np.ascontiguousarray(np.pad(plane, ((PAD, PAD), (PAD, RIGHT)), mode="edge"))


def _cells(there: NDArray[np.bool_], *, all_of: bool) -> Pixels:
    rows, columns = (-(-side // CELLS) * CELLS for side in there.shape)
    grown = np.pad(there, ((0, rows - there.shape[0]), (0, columns - there.shape[1])), mode="edge")
    cells = grown.reshape(rows // CELLS, CELLS, columns // CELLS, CELLS)
    return np.asarray(cells.all((1, 3)) if all_of else cells.any((1, 3)), np.uint8)


@compiled
def kinds_of(full: Pixels, some: Pixels, centre: tuple[float, float], scale: float, kinds: Pixels) -> None:
    """What each block of a frame shows, when people are seen larger by `scale` round `centre` (pixels of the plane).

    full, some: uint8, cells of CELLS pixels: 1 where people cover all of it, where they may cover a part of it.
    """
    rows, columns = full.shape
    for v in range(kinds.shape[0]):
        top = centre[1] + (v * HIGH - centre[1]) / scale - 4
        low = centre[1] + ((v + 1) * HIGH - centre[1]) / scale + 4
        y0, y1 = max(0, int(top / CELLS)), min(rows, int(low / CELLS) + 1)
        for u in range(kinds.shape[1]):
            left = centre[0] + (u * WIDE - centre[0]) / scale - 4
            right = centre[0] + ((u + 1) * WIDE - centre[0]) / scale + 4
            x0, x1 = max(0, int(left / CELLS)), min(columns, int(right / CELLS) + 1)
            whole, none = True, True
            for y in range(y0, y1):
                for x in range(x0, x1):
                    whole &= full[y, x] != 0
                    none &= some[y, x] == 0
            kinds[v, u] = BEHIND if none else PEOPLE if whole else BOTH
