"""Faces of one picture set softly into another of the same view."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from tuanyuan.imaging.faces import Face

Pixels = NDArray[np.uint8]

# How far beyond a face's outline, and how softly, in face widths.
BEYOND, SOFTNESS = 0.12, 0.10


def with_faces(ground: Pixels, made: Pixels, faces: Sequence[Face]) -> Pixels:
    """`ground` with the faces of `made` (both uint8 H×W×3), softly set in.

    Their mean colour is the ground's, so that no patch shows where somebody else's tone differs.
    """
    out = ground.astype(np.float32)
    for face in faces:
        x, y, w, h = face.box
        reach = BEYOND + 2 * SOFTNESS
        x0, y0 = max(0, int(x - reach * w)), max(0, int(y - reach * h))
        x1, y1 = min(ground.shape[1], int(x + (1 + reach) * w)), min(ground.shape[0], int(y + (1 + reach) * h))
        if min(x1 - x0, y1 - y0) < 8:
            continue
        outline = cv2.convexHull(np.round(face.mesh[:, :2] - np.array([x0, y0], np.float32)).astype(np.int32))
        mask = np.zeros((y1 - y0, x1 - x0), np.float32)
        cv2.fillConvexPoly(mask, outline, 1.0)
        grown = max(1, round(BEYOND * w))
        mask = cv2.dilate(mask, cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * grown + 1, 2 * grown + 1)))
        mask = cv2.GaussianBlur(mask, (0, 0), max(1.0, SOFTNESS * w / 2))[..., None]
        old, new = out[y0:y1, x0:x1], made[y0:y1, x0:x1].astype(np.float32)
        shift = ((old - new) * mask).sum((0, 1)) / max(1.0, float(mask.sum()))
        out[y0:y1, x0:x1] = old + (np.clip(new + shift, 0, 255) - old) * mask
    return np.rint(out).astype(np.uint8)
