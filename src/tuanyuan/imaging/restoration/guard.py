"""Where damage is believed less: faces, their features, and the necks below them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from tuanyuan.imaging.beauty import LEFT_BROW, LEFT_EYE, LIPS, NOSTRILS, RIGHT_BROW, RIGHT_EYE
from tuanyuan.imaging.faces import Face

Array = NDArray[np.float32]
Mask = NDArray[np.bool_]

# In eye distances: how far features are widened; the neck below the chin, and to the sides of the face, where
# necklaces and collars lie.
WIDER, BELOW, BESIDE = 0.14, 1.6, 0.5
# Glasses and hair at the temples lie outside the landmarks.
ROUND_FACE = 0.25


@dataclass(frozen=True, eq=False)
class Guard:
    """bool H×W each. features: eyes, brows, lips, nostrils. faces: whole faces. necks: below them."""

    features: Mask
    faces: Mask
    necks: Mask

    def halved(self) -> Guard:
        """For the picture at half its size."""
        return Guard(*(np.ascontiguousarray(plane[1::2, 1::2]) for plane in (self.features, self.faces, self.necks)))


def guard(shape: tuple[int, int], faces: Sequence[Face], scale: float = 1.0) -> Guard:
    """The guard for `faces`, in a picture of `shape` (height, width) that is `scale` times theirs."""
    planes = [np.zeros(shape, np.uint8) for _ in range(3)]
    for face in faces:
        mesh, unit = face.mesh[:, :2] * np.float32(scale), face.eye_distance * scale
        features = np.zeros(shape, np.uint8)
        for outline in (RIGHT_EYE, LEFT_EYE, RIGHT_BROW, LEFT_BROW, LIPS, NOSTRILS):
            _hull(features, mesh[list(outline)])
        planes[0] |= _grown(features, WIDER * unit)
        whole = np.zeros(shape, np.uint8)
        _hull(whole, mesh)
        planes[1] |= _grown(whole, ROUND_FACE * unit)
        (left, top), (right, bottom) = mesh.min(0), mesh.max(0)
        corners = (
            (round(left - BESIDE * unit), round(top + bottom) // 2),
            (
                round(right + BESIDE * unit),
                round(bottom + BELOW * unit),
            ),
        )
        cv2.rectangle(planes[2], *corners, 1, -1)
    return Guard(*(plane.astype(bool) for plane in planes))


def _hull(plane: NDArray[np.uint8], points: Array) -> None:
    cv2.fillConvexPoly(plane, cv2.convexHull(np.round(points).astype(np.int32)), 1)


def _grown(plane: NDArray[np.uint8], by: float) -> NDArray[np.uint8]:
    side = 2 * max(1, round(by)) + 1
    return cv2.dilate(plane, cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (side, side)))
