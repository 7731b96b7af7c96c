"""One face as the studio knows it: where it is, how it is turned, how sharp it is."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from tuanyuan.imaging.faces.mesh import CHIN, FOREHEAD, LEFT_EYE, RIGHT_EYE

Array = NDArray[np.float32]

SHARPNESS_SIZE = 160


@dataclass(frozen=True, eq=False)
class Face:
    """mesh (468, 3) float32 in pixels of its picture; confidence is the detector's, 0..1; angles in degrees.

    yaw > 0: the person looks towards the picture's right; pitch > 0: up; roll > 0: the head leans clockwise.
    sharpness: variance of the Laplacian of the face reduced to 160 px (under 40 blurred, over 100 good).
    """

    mesh: Array
    confidence: float
    yaw: float
    pitch: float
    roll: float
    sharpness: float

    @property
    def box(self) -> tuple[float, float, float, float]:
        """x, y, width, height of the landmarks' bounding box."""
        low, high = self.mesh[:, :2].min(0), self.mesh[:, :2].max(0)
        return float(low[0]), float(low[1]), float(high[0] - low[0]), float(high[1] - low[1])

    @property
    def width(self) -> float:
        """Width of the face in pixels."""
        return self.box[2]

    @property
    def eyes(self) -> Array:
        """Midpoint between the eyes (2,)."""
        return eye_centres(self.mesh)[:, :2].mean(0)

    @property
    def eye_distance(self) -> float:
        """Distance of the eye centres in pixels as if the face looked straight ahead: depth is counted."""
        right, left = eye_centres(self.mesh)
        return float(np.linalg.norm(left - right))

    def moved(self, matrix: NDArray[np.float64]) -> Array:
        """Landmarks (468, 2) under a 2×3 affine matrix."""
        moved: Array = (self.mesh[:, :2] @ matrix[:, :2].T + matrix[:, 2]).astype(np.float32)
        return moved


def eye_centres(mesh: Array) -> Array:
    """Right and left eye centre (2, mesh dimensions): middle of each eye's two corners."""
    return np.stack([mesh[list(RIGHT_EYE)].mean(0), mesh[list(LEFT_EYE)].mean(0)])


def pose(mesh: Array) -> tuple[float, float, float]:
    """Yaw, pitch, roll in degrees from the plane through both eyes, forehead and chin."""
    across = mesh[LEFT_EYE[1]] - mesh[RIGHT_EYE[0]]
    down = mesh[CHIN] - mesh[FOREHEAD]
    normal = np.cross(across, down).astype(np.float64)
    normal /= np.linalg.norm(normal) + 1e-9
    if normal[2] > 0:
        normal = -normal
    yaw = np.degrees(np.arctan2(normal[0], -normal[2]))
    pitch = np.degrees(np.arcsin(np.clip(-normal[1], -1, 1)))
    roll = np.degrees(np.arctan2(across[1], across[0]))
    return float(yaw), float(pitch), float(roll)


def sharpness(rgb: NDArray[np.uint8], mesh: Array) -> float:
    """Variance of the Laplacian over the face's box, brought to 160×160."""
    x0, y0 = np.clip(mesh[:, :2].min(0), 0, None).astype(int)
    x1, y1 = mesh[:, :2].max(0).astype(int)
    crop = rgb[y0:y1, x0:x1]
    if min(crop.shape[:2]) < 8:
        return 0.0
    grey = cv2.cvtColor(np.ascontiguousarray(crop), cv2.COLOR_RGB2GRAY)
    grey = cv2.resize(grey, (SHARPNESS_SIZE, SHARPNESS_SIZE), interpolation=cv2.INTER_AREA)
    return float(cv2.Laplacian(grey, cv2.CV_64F).var())
