"""Holes filled with what is around them: coarse to fine, each patch from the likest known one, grain and all."""

from __future__ import annotations

from math import ceil, log2

import cv2
import numpy as np
from numpy.typing import NDArray

from tuanyuan.imaging.reducing import reduce
from tuanyuan.imaging.restoration.kernels import REACH, search, vote

Array = NDArray[np.float32]
Pixels = NDArray[np.uint8]
Mask = NDArray[np.bool_]

# Sweeps and votes at the coarsest scale and at the finest.
ROUNDS, SWEEPS = (6, 2), 2
# How far a source may lie away, in half widths of the hole, at least in pixels, and at most as a share of the longer
# side: a scratch in a face is filled from beside it, not from another face.
FAR, LEAST_FAR, MOST_FAR = 6.0, 18, 0.2
# What the finest pictures take from the best patch alone: a mean of patches has no grain.
SHARP = 0.75
# Below this side nothing is looked for at a coarser scale.
COARSEST = 48
# Weight of a pixel that was only guessed, against a known one.
GUESSED = 0.35


def fill(rgb: Pixels, hole: Mask, *, forbidden: Mask | None = None, seed: int = 0) -> Pixels:
    """`rgb` (uint8 H×W×3) with `hole` (bool H×W) filled; a new array, the rest to the bit.

    forbidden: bool H×W, what may not be copied from. Where nothing may be, the surroundings are spread smoothly. The
    same input gives the same pixels.
    """
    if not hole.any() or hole.all():
        return rgb.copy()
    barred = hole if forbidden is None else hole | forbidden
    scales = [(rgb.astype(np.float32), hole, barred)]
    thickest = float(cv2.distanceTransform(hole.astype(np.uint8), cv2.DIST_L2, 3).max())
    for _ in range(ceil(log2(max(1.0, thickest / 1.5)))):
        picture, gap, bar = scales[-1]
        if min(gap.shape) < 2 * COARSEST:
            break
        scales.append(_halved(picture, gap, bar))
    made = spread(*scales[-1][:2])
    for scale in range(len(scales) - 1, -1, -1):
        picture, gap, bar = scales[scale]
        if scale < len(scales) - 1:
            larger = cv2.resize(made, gap.shape[::-1], interpolation=cv2.INTER_LINEAR)
            made = np.where(gap[..., None], larger, picture)
        rounds = ROUNDS[0] if scale == len(scales) - 1 else ROUNDS[1]
        made = _matched(made, gap, bar, rounds, seed + scale, SHARP if scale == 0 else 0.0)
    out = rgb.copy()
    out[hole] = np.rint(np.clip(made[hole], 0, 255)).astype(np.uint8)
    return out


def spread(picture: Array, hole: Mask) -> Array:
    """`picture` (float32 H×W×3) whose hole is filled smoothly from its rim: pull and push (Gortler et al., 1996)."""
    known = (~hole).astype(np.float32)
    levels = [(picture * known[..., None], known)]
    while min(levels[-1][1].shape) > 2 and float(levels[-1][1].min()) < 1e-3:
        colour, weight = levels[-1]
        size = ((weight.shape[1] + 1) // 2, (weight.shape[0] + 1) // 2)
        colour, weight = (cv2.resize(part, size, interpolation=cv2.INTER_AREA) for part in (colour, weight))
        # A coarse pixel that is known in part is known.
        full = np.minimum(1, weight * 4)
        levels.append((colour * (full / np.maximum(weight, 1e-6))[..., None], full))
    colour, weight = levels[-1]
    out = colour / np.maximum(weight, 1e-6)[..., None]
    for colour, weight in reversed(levels[:-1]):
        larger = cv2.resize(out, weight.shape[::-1], interpolation=cv2.INTER_LINEAR)
        out = colour + larger * (1 - weight)[..., None]
    return np.asarray(out, np.float32)


def _halved(picture: Array, hole: Mask, barred: Mask) -> tuple[Array, Mask, Mask]:
    size = (hole.shape[1] // 2, hole.shape[0] // 2)
    known = (~hole).astype(np.float32)
    colour, weight = reduce(picture * known[..., None], size), reduce(known, size)
    gap = weight < 0.5
    colour = np.where(weight[..., None] > 0, colour / np.maximum(weight, 1e-6)[..., None], 0).astype(np.float32)
    bar = reduce(barred.astype(np.float32), size) > 0.5
    return colour, gap, bar | gap


def _matched(made: Array, hole: Mask, barred: Mask, rounds: int, seed: int, sharp: float) -> Array:
    """One scale: patches found and voted for, `rounds` times."""
    if not hole.any():
        return made
    picture = cv2.copyMakeBorder(made, *(REACH,) * 4, cv2.BORDER_REFLECT_101)
    gap, bar = (np.pad(mask, REACH, mode="reflect") for mask in (hole, barred))
    size = np.ones((2 * REACH + 1, 2 * REACH + 1), np.uint8)
    usable = cv2.erode((~bar).astype(np.uint8), size, borderValue=0)
    usable[:REACH] = usable[-REACH:] = 0
    usable[:, :REACH] = usable[:, -REACH:] = 0
    inner = np.zeros(gap.shape, bool)
    inner[REACH:-REACH, REACH:-REACH] = hole
    touched = cv2.dilate(inner.astype(np.uint8), size).astype(bool)
    touched[:REACH] = touched[-REACH:] = False
    touched[:, :REACH] = touched[:, -REACH:] = False
    targets, holes = (np.argwhere(mask).astype(np.int32) for mask in (touched, inner))
    thick = float(cv2.distanceTransform(hole.astype(np.uint8), cv2.DIST_L2, 3).max())
    far = max(LEAST_FAR, round(min(FAR * thick, MOST_FAR * max(hole.shape))))
    field = _beginning(usable, targets)
    if field is None:
        return made
    number = np.full(gap.shape, -1, np.int32)
    number[tuple(targets.T)] = np.arange(len(targets), dtype=np.int32)
    weight = np.where(gap, np.float32(GUESSED), np.float32(1))
    cost = np.zeros(len(targets), np.float32)
    voted = np.zeros((len(holes), 3), np.float32)
    for turn in range(rounds):
        for sweep in range(SWEEPS):
            search(picture, weight, usable, number, targets, field, cost, far, seed, turn * SWEEPS + sweep)
        soft = max(4.0, float(np.percentile(cost, 60)))
        vote(
            picture, number, holes, field, cost, np.float32(soft), np.float32(sharp if turn == rounds - 1 else 0), voted
        )
        picture[tuple(holes.T)] = voted
        _mirror(picture)
    return np.ascontiguousarray(picture[REACH:-REACH, REACH:-REACH])


def _mirror(picture: Array) -> None:
    inner = np.ascontiguousarray(picture[REACH:-REACH, REACH:-REACH])
    picture[:] = cv2.copyMakeBorder(inner, *(REACH,) * 4, cv2.BORDER_REFLECT_101)


def _beginning(usable: NDArray[np.uint8], targets: NDArray[np.int32]) -> NDArray[np.int32] | None:
    """For each target the nearest whole patch; None: there is none."""
    if not usable.any():
        return None
    _, labels = cv2.distanceTransformWithLabels(1 - usable, cv2.DIST_L2, 5, labelType=cv2.DIST_LABEL_PIXEL)
    places = np.zeros((int(labels.max()) + 1, 2), np.int32)
    known = np.argwhere(usable > 0).astype(np.int32)
    places[labels[tuple(known.T)]] = known
    return places[labels[tuple(targets.T)]]
