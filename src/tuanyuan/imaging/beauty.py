"""美颜: the skin's blotches and pores evened by degree. Form is never touched, nor eyes, brows, lips, beard or hair."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from tuanyuan.imaging.faces import Face

Array = NDArray[np.float32]

MOST_LEVEL = 5
# Share of the full effect at each level; a trace of the pores stays at all of them, or the skin turns to wax.
SHARES = (0.0, 0.16, 0.32, 0.49, 0.67, 0.86)
PORES = 0.42
# Radius in eye distances, and the edge height that is kept (share of full scale).
RADIUS, EDGE = 0.14, 0.08
# Blotches: wider than a pore, smaller than the face's own shading (eye distances). How much of them goes, and the most
# that lightness and colour (CIE Lab) are moved; the light that goes on top where it is dark.
BLOTCH, SHADING = 0.14, 0.55
BLOTCH_SHARE, MOST_MOVED = np.array([0.35, 0.45, 0.45], np.float32), np.array([3.0, 4.0, 4.0], np.float32)
LIGHT = 3.0
# Masks and blotches are worked out at so many pixels an eye distance: they hold nothing finer.
GRAIN = 40.0
SKIN_SPREAD = 2.8
# Outlines in the canonical face model, each closed and widened a little.
RIGHT_EYE = (33, 246, 161, 160, 159, 158, 157, 173, 133, 155, 154, 153, 145, 144, 163, 7)
LEFT_EYE = (263, 466, 388, 387, 386, 385, 384, 398, 362, 382, 381, 380, 374, 373, 390, 249)
RIGHT_BROW = (70, 63, 105, 66, 107, 55, 65, 52, 53, 46)
LEFT_BROW = (300, 293, 334, 296, 336, 285, 295, 282, 283, 276)
LIPS = (61, 185, 40, 39, 37, 0, 267, 269, 270, 409, 291, 375, 321, 405, 314, 17, 84, 181, 91, 146)
NOSTRILS = (98, 97, 2, 326, 327, 460, 328, 290, 305, 4, 75, 60, 99, 240)


def even_skin(colour: Array, faces: list[Face] | tuple[Face, ...], level: int) -> Array:
    """`colour` (float32 H×W×3, 0..1) with evened faces; level 0 (nothing) … 5. A new array unless level is 0."""
    if level <= 0:
        return colour
    out = colour.copy()
    for face in faces:
        _even_face(out, face, SHARES[min(level, MOST_LEVEL)])
    return out


def _even_face(colour: Array, face: Face, share: float) -> None:
    x, y, w, h = face.box
    x0, y0 = max(0, int(x - 0.1 * w)), max(0, int(y - 0.15 * h))
    x1, y1 = min(colour.shape[1], int(x + 1.1 * w)), min(colour.shape[0], int(y + 1.1 * h))
    if x1 - x0 < 16 or y1 - y0 < 16:
        return
    crop = np.ascontiguousarray(colour[y0:y1, x0:x1])
    mesh = face.mesh[:, :2] - np.array([x0, y0], np.float32)
    scale = min(1.0, GRAIN / face.eye_distance)
    size = (max(8, round((x1 - x0) * scale)), max(8, round((y1 - y0) * scale)))
    small = cv2.resize(crop, size, interpolation=cv2.INTER_AREA)
    mask, moved = _evened(small, mesh * np.float32(scale), face.eye_distance * scale)
    mask = cv2.resize(mask, (x1 - x0, y1 - y0), interpolation=cv2.INTER_LINEAR) * np.float32(share)
    radius = max(2, round(RADIUS * face.eye_distance))
    smooth = cv2.ximgproc.guidedFilter(cv2.cvtColor(crop, cv2.COLOR_RGB2GRAY), crop, radius, EDGE**2)
    pores = crop - cv2.GaussianBlur(crop, (0, 0), max(0.6, radius / 8))
    change = smooth + PORES * pores - crop
    change += cv2.resize(moved, (x1 - x0, y1 - y0), interpolation=cv2.INTER_LINEAR)
    colour[y0:y1, x0:x1] = np.clip(crop + change * mask[..., None], 0, 1)


def _evened(small: Array, mesh: Array, unit: float) -> tuple[Array, Array]:
    """The skin's mask (h, w), 0..1, and what evens its blotches (h, w, 3), to be added to the colours."""
    mask = _skin_mask(small, mesh, unit)
    lab = cv2.cvtColor(small, cv2.COLOR_RGB2LAB)
    weight = mask[..., None] + np.float32(1e-3)
    local, wide = (
        cv2.GaussianBlur(lab * weight, (0, 0), s * unit) / cv2.GaussianBlur(weight, (0, 0), s * unit)[..., None]
        for s in (BLOTCH, SHADING)
    )
    moved = (wide - local) * BLOTCH_SHARE
    moved = MOST_MOVED * np.tanh(moved / MOST_MOVED)
    moved[..., 0] += LIGHT * (1 - lab[..., 0] / 100)
    after = cv2.cvtColor((lab + moved).astype(np.float32), cv2.COLOR_LAB2RGB)
    return mask, (after - small).astype(np.float32)


def _skin_mask(crop: Array, mesh: Array, unit: float) -> Array:
    """Soft 0..1: inside the face, off its features, of the skin's own colour."""
    shape = crop.shape[:2]
    face = np.zeros(shape, np.uint8)
    cv2.fillConvexPoly(face, cv2.convexHull(np.round(mesh).astype(np.int32)), 1)
    features = np.zeros(shape, np.uint8)
    for outline in (RIGHT_EYE, LEFT_EYE, RIGHT_BROW, LEFT_BROW, LIPS, NOSTRILS):
        cv2.fillConvexPoly(features, cv2.convexHull(np.round(mesh[list(outline)]).astype(np.int32)), 1)
    grow = max(1, round(0.10 * unit))
    features = cv2.dilate(features, cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * grow + 1, 2 * grow + 1)))
    inside = (face > 0) & (features == 0)
    if inside.sum() < 64:
        return np.zeros(shape, np.float32)
    lab = cv2.cvtColor(crop, cv2.COLOR_RGB2LAB)
    middle = np.median(lab[inside], 0)
    spread = np.maximum(np.median(np.abs(lab[inside] - middle), 0) * 1.5, np.array([6, 2.5, 2.5], np.float32))
    away = np.sqrt((((lab - middle) / spread) ** 2).mean(2))
    mask = inside * np.clip(SKIN_SPREAD - away, 0, 1)
    soft: Array = cv2.GaussianBlur(mask.astype(np.float32), (0, 0), max(1.0, 0.04 * unit))
    return soft
