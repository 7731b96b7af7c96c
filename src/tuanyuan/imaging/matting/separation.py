"""Goods in front of anything: where the network hesitates, colours decide.

GrabCut: Rother, Kolmogorov, Blake, SIGGRAPH 2004.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from tuanyuan.imaging.matting.backing import pieces

Array = NDArray[np.float32]
Flags = NDArray[np.bool_]
Pixels = NDArray[np.uint8]

ROUNDS = 3
SEED = 20
# Salience from which nothing is asked, and the depth below the outline at which it is believed at once, as a share of
# the picture's longer side; so far from the goods nothing is theirs.
CERTAIN, DEPTH, AWAY = 0.9, 0.02, 0.06
LEAST_PIXELS = 60
# Colours add nothing that the network hardly hesitates about, and take nothing away from deep inside the goods.
UNLIKELY, NEARLY, NARROW = 0.25, 0.97, 0.01
# Lab cells of the colour counts; how much commoner outside a colour must be to be seen through a hole, and the salience
# above which the network is believed that there is none.
CELL, CELLS = 8.0, 32
COMMONER, SURELY, SOLID = 6.0, 20.0, 0.85


def separated(rgb: Pixels, probability: Array) -> Flags:
    """Goods (bool h×w) in `rgb` (uint8 h×w×3) of which a network gave `probability` (float32 h×w)."""
    height, width = probability.shape
    side = max(height, width)
    likely = probability > 0.5
    inside = cv2.distanceTransform(likely.astype(np.uint8), cv2.DIST_L2, 3)
    outside = cv2.distanceTransform((~likely).astype(np.uint8), cv2.DIST_L2, 3)
    state = np.where(likely, cv2.GC_PR_FGD, cv2.GC_PR_BGD).astype(np.uint8)
    state[(probability > CERTAIN) & (inside > DEPTH * side)] = cv2.GC_FGD
    state[(probability < 1 - CERTAIN) & (outside > AWAY * side)] = cv2.GC_BGD
    # Its colour models start from clusters that are drawn by lot; the thread's own lots are set.
    cv2.setRNGSeed(SEED)
    y0, x0, y1, x1 = _box(state != cv2.GC_BGD, round(AWAY * side), (height, width))
    part = np.ascontiguousarray(state[y0:y1, x0:x1])
    counts = [(part == v).sum() for v in (cv2.GC_BGD, cv2.GC_PR_BGD, cv2.GC_FGD, cv2.GC_PR_FGD)]
    if counts[0] + counts[1] < LEAST_PIXELS or counts[2] + counts[3] < LEAST_PIXELS:
        return likely
    models = np.zeros((1, 65)), np.zeros((1, 65))
    cv2.grabCut(np.ascontiguousarray(rgb[y0:y1, x0:x1]), part, None, *models, ROUNDS, cv2.GC_INIT_WITH_MASK)
    found = np.zeros((height, width), bool)
    found[y0:y1, x0:x1] = (part == cv2.GC_FGD) | (part == cv2.GC_PR_FGD)
    # Where a whole piece would be lost or won, the colours of goods and place are too alike to decide.
    if not 0.6 < found.sum() / max(1, likely.sum()) < 1.8:
        return likely
    return (found & (probability > UNLIKELY)) | (likely & (probability > NEARLY) & (inside > NARROW * side))


def seen_through(lab: Array, probability: Array, empty: Flags) -> Flags:
    """Where the place is seen through the goods: the network hesitates, and the colour is the place's."""
    solid = probability > SOLID
    if empty.sum() < LEAST_PIXELS or solid.sum() < LEAST_PIXELS:
        return np.zeros(probability.shape, bool)
    cells = np.clip(np.rint(lab / CELL).astype(np.int32) + np.array([0, CELLS // 2, CELLS // 2]), 0, CELLS - 1)
    index = (cells[..., 0] * CELLS + cells[..., 1]) * CELLS + cells[..., 2]
    outside, inside = (_counted(index[flags]) for flags in (empty, solid))
    ratio = (outside / outside.sum() / np.maximum(inside / inside.sum(), 1e-5))[index].astype(np.float32)
    ratio = cv2.medianBlur(np.clip(np.rint(ratio * 8), 0, 255).astype(np.uint8), 5).astype(np.float32) / 8
    found = (ratio > COMMONER) & (probability < SOLID)
    for piece, ring in pieces((ratio > COMMONER) & ~empty, LEAST_PIXELS):
        # Against the network's word only what has a clear rim all round.
        if np.median(ratio[piece]) > SURELY and np.percentile(ratio[ring], 90) < 1:
            found |= piece
    return found


def _counted(index: NDArray[np.int32]) -> Array:
    """How often each cell occurs, spread a little over its neighbours."""
    counts = np.bincount(index, minlength=CELLS**3).reshape(CELLS, CELLS, CELLS).astype(np.float32)
    for axis in range(3):
        counts = counts + 0.5 * (np.roll(counts, 1, axis) + np.roll(counts, -1, axis))
    return counts.ravel()


def _box(flags: Flags, room: int, shape: tuple[int, int]) -> tuple[int, int, int, int]:
    ys, xs = np.nonzero(flags)
    if not len(ys):
        return 0, 0, *shape
    return (
        max(0, int(ys.min()) - room),
        max(0, int(xs.min()) - room),
        min(shape[0], int(ys.max()) + room + 1),
        min(shape[1], int(xs.max()) + room + 1),
    )
