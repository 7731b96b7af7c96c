"""One light for all: skin brought together by a clamped amount, hard side light softened, the scene's tint taken on."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from tuanyuan.imaging.faces import Face
from tuanyuan.imaging.sitter import Sitter

Array = NDArray[np.float32]

# Share of the way to the group's skin tone, and the most that one person's may be moved (CIE Lab). People keep
# their own skin: only the difference that light makes is to go.
TOWARDS = np.array([0.5, 0.6, 0.6], np.float32)
MOST = np.array([9, 7, 8], np.float32)
# Lightness difference between the halves of a face that is still soft light, and the share taken off above it.
SOFT_DIFFERENCE = 6.0
SIDE_SHARE = 0.5
BLACK, MOST_HAZE, HAZE_SHARE = 4.0, 30.0, 0.8


def skin_tone(colour: Array, face: Face) -> Array:
    """Mean CIE Lab (3,) of the face between its shadows and highlights. colour: float32 H×W×3, 0..1."""
    pixels = _skin(colour, face)[0]
    lightness = pixels[:, 0]
    low, high = np.percentile(lightness, [25, 92])
    middle: Array = pixels[(lightness >= low) & (lightness <= high)].mean(0)
    return middle


def group_tone(tones: Sequence[Array]) -> Array:
    """The tone that a group is moved towards."""
    median: Array = np.median(np.stack(tones), 0).astype(np.float32)
    return median


def harmonise(sitter: Sitter, tones: Sequence[Array], target: Array) -> Array:
    """The sitter's colours (float32 H×W×3, 0..1) in the group's light. `tones`: skin tone of each of its faces."""
    lab = cv2.cvtColor(np.ascontiguousarray(sitter.cutout.colour), cv2.COLOR_RGB2LAB)
    shift = np.clip((target - np.mean(tones, 0)) * TOWARDS, -MOST, MOST)
    lightness = lab[..., 0]
    _deepen(lightness, sitter.cutout.alpha)
    for face in sitter.faces:
        _soften_side_light(lightness, sitter.cutout.colour, face)
    # Black and white stay: only the middle moves, and colour only where there is light to carry it.
    lab[..., 0] = lightness + shift[0] * np.sin(np.pi * np.clip(lightness / 100, 0, 1))
    weight = np.clip(lightness / 60, 0, 1)
    lab[..., 1] += shift[1] * weight
    lab[..., 2] += shift[2] * weight
    return np.clip(cv2.cvtColor(lab, cv2.COLOR_LAB2RGB), 0, 1)


def _deepen(lightness: Array, alpha: Array) -> None:
    """Take haze off, in place: the darkest hundredth of the body goes most of the way down to a true black."""
    black = float(np.percentile(lightness[::3, ::3][alpha[::3, ::3] > 0.95], 1)) if (alpha > 0.95).any() else 0.0
    haze = max(0.0, min(black, MOST_HAZE) - BLACK) * HAZE_SHARE
    lightness -= haze * np.clip(1 - lightness / 70, 0, 1)


def _skin(colour: Array, face: Face) -> tuple[Array, NDArray[np.intp], NDArray[np.intp]]:
    """Lab pixels (N, 3) inside the face's outline, and their ys, xs in the picture."""
    x0, y0, w, h = (int(v) for v in face.box)
    x0, y0 = max(0, x0), max(0, y0)
    crop = np.ascontiguousarray(colour[y0 : y0 + h + 1, x0 : x0 + w + 1])
    mask = np.zeros(crop.shape[:2], np.uint8)
    outline = cv2.convexHull(np.round(face.mesh[:, :2] - [x0, y0]).astype(np.int32))
    cv2.fillConvexPoly(mask, outline, 1)
    inside = cv2.erode(mask, np.ones((7, 7), np.uint8)) > 0
    ys, xs = np.nonzero(inside)
    return cv2.cvtColor(crop, cv2.COLOR_RGB2LAB)[inside], ys + y0, xs + x0


def _soften_side_light(lightness: Array, colour: Array, face: Face) -> None:
    """Take off part of a strong difference between the two halves of a face, in place, fading away from it."""
    pixels, _, xs = _skin(colour, face)
    centre, half = float(face.eyes[0]), face.width / 2
    left, right = pixels[xs < centre, 0], pixels[xs >= centre, 0]
    if len(left) < 50 or len(right) < 50:
        return
    difference = float(right.mean() - left.mean())
    excess = np.sign(difference) * max(0.0, abs(difference) - SOFT_DIFFERENCE) * SIDE_SHARE
    if excess == 0:
        return
    height, width = lightness.shape
    x = (np.arange(width, dtype=np.float32) - centre) / half
    y = (np.arange(height, dtype=np.float32) - face.mesh[:, 1].mean()) / (face.box[3] / 2)
    near = np.exp(-0.5 * (np.maximum(0, np.abs(y) - 1) / 0.8) ** 2)[:, None]
    across = np.tanh(1.3 * x) * np.exp(-0.5 * (np.maximum(0, np.abs(x) - 1.2) / 0.8) ** 2)
    # Shadows are lifted more than lights are lowered, so the face does not go flat and grey.
    change = -excess / 2 * across[None] * near
    lightness += np.where(change > 0, change * 1.2, change * 0.8) * np.sin(np.pi * np.clip(lightness / 100, 0.15, 1))
