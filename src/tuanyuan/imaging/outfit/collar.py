"""A stand-up collar 立领: a band round the neck, lit as the cylinder that it is, behind chin and hair."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from tuanyuan.imaging.clothes.figure import Figure
from tuanyuan.imaging.clothes.parsing import HAIR, NOTHING, SKIN, TOP
from tuanyuan.imaging.clothes.top import Top
from tuanyuan.imaging.matting.closed_form import solve_alpha
from tuanyuan.imaging.matting.trimap import BACKGROUND, BODY, UNKNOWN, Trimap
from tuanyuan.imaging.outfit.photometry import log_luminance

Array = NDArray[np.float32]

# All in face widths. How far the pit of the neck lies under the chin; half the width of a neck; the collar's height,
# how much higher its sides stand than its front, how it widens towards its foot.
PIT, PIT_OF_SHOULDERS = (0.40, 0.66), 0.02
HALF, HALF_POSSIBLE = 0.42, (0.34, 0.50)
HEIGHT, RISE, FLARE = 0.29, 0.27, 0.09
# The rounded corners where its ends meet.
NOTCH, NOTCH_WIDTH = 0.055, 0.055
# Light: how much of it comes from everywhere, how far the key turns with the face's light, shade under the chin.
AMBIENT, TURN, CHIN_SHADE = 0.45, 0.8, 0.30
HAIR_BAND = 0.05
# The share of a collar that must be seen.
LEAST_SHOWN = 0.4


@dataclass(frozen=True, eq=False)
class Collar:
    """alpha: float32 h×w, what of it is seen. top, foot: signed distances in pixels to its edges, positive inside.

    level: logarithm of the light on it. around: place round the neck, -1..1. pit (2,): where its front meets the chest.
    front: float32 h×w, hair and face before it. half: of its width, in pixels.
    shown: whether there is one; else what hides the neck hides it too.
    """

    alpha: Array
    top: Array
    foot: Array
    level: Array
    around: Array
    pit: Array
    front: Array
    half: float
    shown: bool


def collar(top: Top, level: Array) -> Collar:
    """Lay a collar round the neck of `top`'s wearer; `level` are the folds, whose light near the neck it shares."""
    body = top.body
    unit = body.unit
    pit = pit_of_neck(body)
    centre, half = _neck(top, pit)
    pit = np.array([centre, pit[1]], np.float32)
    height, width = top.alpha.shape
    y, x = np.mgrid[:height, :width].astype(np.float32)
    lean = (body.chin[0] - pit[0]) / max(1.0, pit[1] - body.chin[1]) * 0.5
    down = y - pit[1]
    aside = x - pit[0] + lean * down
    wide = half * (1 + FLARE * np.clip(1 + down / (HEIGHT * unit), 0, 1.5))
    around = np.clip(aside / wide, -1, 1)
    climb = RISE * unit * (1 - np.sqrt(np.maximum(0, 1 - 0.97 * around**2)))
    notch = NOTCH * unit * np.exp(-((aside / (NOTCH_WIDTH * unit)) ** 2))
    below_top = down + climb + HEIGHT * unit - notch
    above_foot = -(down + climb)
    beside = wide - np.abs(aside)
    band = np.clip(below_top + 0.5, 0, 1) * np.clip(above_foot + 0.5, 0, 1) * np.clip(beside + 0.5, 0, 1)
    front = in_front(top)
    near = cv2.GaussianBlur(cv2.dilate(top.person, np.ones((3, 3), np.uint8)), (0, 0), max(0.8, 0.01 * unit))
    alpha = band * (1 - front) * np.clip(near * 2, 0, 1)
    # A scarf or long hair over the neck hides a collar; bits of one between its folds would look wrong.
    shown = float(alpha[np.isin(top.labels, (SKIN, TOP))].sum()) >= LEAST_SHOWN * float(band.sum())
    if not shown:
        alpha = np.zeros_like(alpha)
    turned = np.arcsin(np.clip(around, -0.98, 0.98)) - TURN * side_of_light(top)
    lit = AMBIENT + (1 - AMBIENT) * np.clip(np.cos(turned), 0, 1)
    shade = CHIN_SHADE * np.clip(1 - below_top / (0.7 * HEIGHT * unit), 0, 1)
    base = _light_at_foot(level, pit, half)
    return Collar(
        alpha.astype(np.float32),
        below_top.astype(np.float32),
        above_foot.astype(np.float32),
        (base + np.log(lit) - shade).astype(np.float32),
        around.astype(np.float32),
        pit,
        front,
        half,
        shown,
    )


def pit_of_neck(body: Figure) -> Array:
    """Where the collarbones meet (2,)."""
    below = (body.middle[1] - body.chin[1]) / body.unit - PIT_OF_SHOULDERS if body.by_pose else 0.52
    below = float(np.clip(below, *PIT))
    share = below * body.unit / max(1.0, float(body.middle[1] - body.chin[1]))
    x = body.chin[0] + (body.middle[0] - body.chin[0]) * min(1.0, share)
    return np.array([x, body.chin[1] + below * body.unit], np.float32)


def side_of_light(top: Top) -> float:
    """Where the light on the face comes from: -1 the picture's left … 1 right."""
    body = top.body
    face = body.face_area((top.alpha.shape[0], top.alpha.shape[1]), -0.06) > 0
    columns = np.arange(top.alpha.shape[1], dtype=np.float32)[None]
    right = face & (columns > body.chin[0])
    left = face & (columns < body.chin[0])
    if min(right.sum(), left.sum()) < 100:
        return 0.0
    level = log_luminance(top.rgb[face].astype(np.float32) / np.float32(255))
    plane = np.zeros(face.shape, np.float32)
    plane[face] = level
    return float(np.clip((np.median(plane[right]) - np.median(plane[left])) / 0.9, -1, 1))


def in_front(top: Top) -> Array:
    """Hair and face that hang before a collar, float32 h×w, 0..1."""
    body = top.body
    shape = (top.alpha.shape[0], top.alpha.shape[1])
    face = cv2.GaussianBlur(body.face_area(shape, 0.015).astype(np.float32), (0, 0), max(0.8, 0.008 * body.unit))
    hair = (top.labels == HAIR).astype(np.uint8)
    if not hair.any():
        return face
    reach = max(2, round(HAIR_BAND * body.unit))
    kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * reach + 1, 2 * reach + 1))
    regions = np.full(shape, UNKNOWN, np.uint8)
    regions[cv2.erode(hair, kernel, borderType=cv2.BORDER_REPLICATE) > 0] = BODY
    regions[cv2.dilate(hair, kernel) == 0] = BACKGROUND
    # Background behind the person is no strand of hair.
    regions[(top.labels == NOTHING) & (regions == UNKNOWN)] = BACKGROUND
    image = top.rgb.astype(np.float32) / np.float32(255)
    trimap = Trimap(regions, hair > 0, np.full(shape, 0.01, np.float32))
    return np.maximum(face, solve_alpha(image, trimap, cv2.GaussianBlur(hair.astype(np.float32), (0, 0), reach / 2)))


def _neck(top: Top, pit: Array) -> tuple[float, float]:
    """Middle and half width of the neck in pixels, from the bare skin under the chin where it is widest."""
    body = top.body
    unit = body.unit
    skin = top.labels == SKIN
    rows = range(max(0, int(body.chin[1] + 0.06 * unit)), min(skin.shape[0], int(body.chin[1] + 0.32 * unit)), 2)
    sides: list[tuple[float, float]] = []
    for row in rows:
        axis = body.chin[0] + (pit[0] - body.chin[0]) * (row - body.chin[1]) / max(1.0, pit[1] - body.chin[1])
        middle = int(np.clip(axis, 0, skin.shape[1] - 1))
        if not skin[row, middle]:
            continue
        gaps = np.nonzero(~skin[row])[0]
        left = gaps[gaps < middle].max(initial=-1) + 1
        right = gaps[gaps > middle].min(initial=skin.shape[1])
        sides.append((float(axis - left), float(right - axis)))
    if not sides:
        return float(pit[0]), HALF * unit
    least, most = HALF_POSSIBLE[0] * unit, HALF_POSSIBLE[1] * unit
    seen = [float(np.percentile([side[k] for side in sides], 75)) for k in range(2)]
    # Hair or an old collar before one side makes it look narrow: that side is taken to be like others'.
    left, right = (HALF * unit if side < least else min(side, most) for side in seen)
    return float(pit[0]) + (right - left) / 2, (left + right) / 2 * 1.04


def _light_at_foot(level: Array, pit: Array, half: float) -> float:
    y, x = int(pit[1]), int(pit[0])
    near = level[max(0, y) : y + int(0.8 * half), max(0, int(x - half)) : int(x + half)]
    return float(np.clip(np.median(near), -0.5, 0.25)) if near.size else 0.0
