"""Black-and-white prints coloured by hand: a warm paper tone, skin and lips over it as with thin water colours.

Only what can be known is coloured: what colour cloth and places had nobody can tell; they keep the tone of the paper.
"""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from tuanyuan.imaging.beauty import LEFT_BROW, LEFT_EYE, LIPS, RIGHT_BROW, RIGHT_EYE
from tuanyuan.imaging.faces import Face

Array = NDArray[np.float32]
Pixels = NDArray[np.uint8]

# Colour (a, b of Lab) of the paper's tone at middle lightness, of skin over it, and what lips and cheeks have more.
PAPER, SKIN, LIP, CHEEK = (1.5, 7.0), (4.5, 4.5), (5.0, 0.5), (2.0, 0.3)
# Lightness at which colour is fullest, and how far from there it is gone.
FULLEST, GONE = 60.0, 62.0
# Lightness by which skin may differ from the face's own and still be skin; beyond the second it is hair or cloth.
LIKE, UNLIKE = 16.0, 34.0
# In eye distances: how far skin goes beyond the landmarks, how far down and to the side a neck, and how soft edges are.
AROUND, DOWN, ASIDE, SOFT = 0.30, 1.1, 0.75, 0.07
# How much of the skin's colour the whites of eyes and the brows take.
EYE, BROW = 0.15, 0.6
# Landmarks in the middle of each cheek, and the chin.
CHEEKS, CHIN = (50, 280), 152
CHEEK_SIZE = 0.33


def tinted(rgb: Pixels, faces: Sequence[Face]) -> Pixels:
    """`rgb` (uint8 H×W×3, black and white) hand-tinted; without `faces` a warm print. A new array."""
    light = cv2.cvtColor(rgb.astype(np.float32) / 255, cv2.COLOR_RGB2LAB)[..., 0]
    fullness = np.clip(1 - ((light - FULLEST) / GONE) ** 2, 0, 1)
    colour = np.multiply.outer(fullness, np.array(PAPER, np.float32))
    for face in faces:
        _colour_face(colour, light, fullness, face)
    out = cv2.cvtColor(np.dstack([light, colour]).astype(np.float32), cv2.COLOR_LAB2RGB)
    return np.rint(np.clip(out, 0, 1) * 255).astype(np.uint8)


def toned_print(rgb: Pixels) -> Pixels:
    """`rgb` (uint8 H×W×3, black and white) as a warm print."""
    return tinted(rgb, ())


def _colour_face(colour: Array, light: Array, fullness: Array, face: Face) -> None:
    unit, (x, y, width, height) = face.eye_distance, face.box
    reach = (DOWN + AROUND) * unit
    x0, y0 = max(0, int(x - reach)), max(0, int(y - reach))
    x1, y1 = min(light.shape[1], int(x + width + reach)), min(light.shape[0], int(y + height + reach))
    if min(x1 - x0, y1 - y0) < 8:
        return
    seen = np.ascontiguousarray(light[y0:y1, x0:x1])
    mesh = face.mesh[:, :2] - np.array([x0, y0], np.float32)
    skin, lips, cheeks = (
        _skin(seen, mesh, unit),
        _soft(seen.shape, mesh[list(LIPS)], SOFT * unit),
        _cheeks(seen, mesh, unit),
    )
    more = np.multiply.outer(skin, np.array(SKIN, np.float32))
    more += np.multiply.outer(lips * skin, np.array(LIP, np.float32))
    more += np.multiply.outer(cheeks * skin, np.array(CHEEK, np.float32))
    more *= fullness[y0:y1, x0:x1, None]
    # Neighbours' skins meet, they do not add up.
    colour[y0:y1, x0:x1] = np.maximum(
        colour[y0:y1, x0:x1], np.array(PAPER, np.float32) * fullness[y0:y1, x0:x1, None] + more
    )


def _skin(light: Array, mesh: Array, unit: float) -> Array:
    """0..1: face, ears and neck, by their place and by being as light as the face."""
    whole = np.zeros(light.shape, np.uint8)
    cv2.fillConvexPoly(whole, cv2.convexHull(np.round(mesh).astype(np.int32)), 1)
    own = float(np.median(light[whole > 0])) if whole.any() else 50.0
    smooth = cv2.GaussianBlur(light, (0, 0), max(0.6, 0.03 * unit))
    like = np.clip((UNLIKE - np.abs(smooth - own)) / (UNLIKE - LIKE), 0, 1)
    near = cv2.dilate(whole, _disc(AROUND * unit))
    chin = mesh[CHIN]
    neck = np.zeros(light.shape, np.uint8)
    left, top = (int(v) for v in (chin - np.array([ASIDE, 0.3], np.float32) * unit).round())
    right, bottom = (int(v) for v in (chin + np.array([ASIDE, DOWN], np.float32) * unit).round())
    cv2.rectangle(neck, (left, top), (right, bottom), 1, -1)
    # Of what is around only what hangs together with the face is skin.
    joined = ((near | neck) > 0) & ((like > 0.5) | (cv2.erode(whole, _disc(0.15 * unit)) > 0))
    _, labels = cv2.connectedComponents(cv2.morphologyEx(joined.astype(np.uint8), cv2.MORPH_OPEN, _disc(0.06 * unit)))
    mine = np.unique(labels[(whole > 0) & (labels > 0)])
    mask = np.isin(labels, mine).astype(np.float32) * np.maximum(like, 0.5 * whole)
    for outline, share in ((RIGHT_EYE, EYE), (LEFT_EYE, EYE), (RIGHT_BROW, BROW), (LEFT_BROW, BROW)):
        mask *= 1 - (1 - share) * _soft(light.shape, mesh[list(outline)], 0.03 * unit)
    radius = max(2, round(SOFT * unit))
    return np.clip(cv2.ximgproc.guidedFilter(light / np.float32(100), mask.astype(np.float32), radius, 4e-4), 0, 1)


def _cheeks(light: Array, mesh: Array, unit: float) -> Array:
    out = np.zeros(light.shape, np.float32)
    for number in CHEEKS:
        centre = tuple(int(v) for v in mesh[number].round())
        cv2.circle(out, centre, max(1, round(CHEEK_SIZE * unit)), 1.0, -1)
    return cv2.GaussianBlur(out, (0, 0), max(0.6, 0.2 * unit))


def _soft(shape: tuple[int, ...], points: Array, sigma: float) -> Array:
    out = np.zeros(shape, np.float32)
    cv2.fillConvexPoly(out, cv2.convexHull(np.round(points).astype(np.int32)), 1.0)
    return cv2.GaussianBlur(out, (0, 0), max(0.6, sigma))


def _disc(radius: float) -> NDArray[np.uint8]:
    side = 2 * max(1, round(radius)) + 1
    return cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (side, side))
