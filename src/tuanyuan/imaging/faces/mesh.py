"""468 face landmarks in three dimensions by MediaPipe's face landmark network (Google, Apache-2.0)."""

from __future__ import annotations

import math
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from tuanyuan.imaging.networks import TfliteNetwork

Array = NDArray[np.float32]

INPUT = 192
# The network was trained on squares one and a half times the detector's box.
MARGIN = 1.5

# Landmark numbers by MediaPipe's canonical face model; "right" is the person's own.
RIGHT_EYE = (33, 133)
LEFT_EYE = (362, 263)
FOREHEAD, CHIN, NOSE_TIP = 10, 152, 1


class FaceMesh:
    """Landmarks of one face whose eyes and size are roughly known. Safe to share among threads."""

    def __init__(self, models: Path) -> None:
        self._network = TfliteNetwork(models / "face_landmark.tflite")

    def __call__(
        self, rgb: NDArray[np.uint8], right_eye: Array, left_eye: Array, centre: Array, side: float
    ) -> tuple[Array, float]:
        """Landmarks (468, 3) in pixels of `rgb`, z in the same unit (towards the camera negative), and confidence 0..1.

        `right_eye`, `left_eye`, `centre` (2,) and `side` in pixels say where the face is and how it is turned.
        """
        roll = math.atan2(left_eye[1] - right_eye[1], left_eye[0] - right_eye[0])
        scale = MARGIN * side / INPUT
        turn = np.array([[math.cos(roll), -math.sin(roll)], [math.sin(roll), math.cos(roll)]]) * scale
        to_picture = np.column_stack([turn, centre - turn @ [INPUT / 2, INPUT / 2]])
        source, to_source = _near(rgb, to_picture, scale)
        crop = cv2.warpAffine(source, to_source, (INPUT, INPUT), flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP)
        outputs = self._network(crop[None].astype(np.float32) / 255)
        points = next(o for o in outputs if o.size == 1404).reshape(468, 3)
        logit = next(o for o in outputs if o.size == 1).item()
        xy = points[:, :2] @ to_picture[:, :2].T + to_picture[:, 2]
        mesh = np.column_stack([xy, points[:, 2] * scale]).astype(np.float32)
        return mesh, 1 / (1 + math.exp(-max(-60.0, min(60.0, logit))))


def _near(
    rgb: NDArray[np.uint8], to_picture: NDArray[np.float64], scale: float
) -> tuple[NDArray[np.uint8], NDArray[np.float64]]:
    """The surroundings of the crop, softened where it would alias, and the matrix that leads into them."""
    half = INPUT * scale
    cx, cy = to_picture @ [INPUT / 2, INPUT / 2, 1]
    x0, y0 = max(0, int(cx - half)), max(0, int(cy - half))
    near = rgb[y0 : max(y0 + 1, int(cy + half)), x0 : max(x0 + 1, int(cx + half))]
    if near.size == 0:
        return np.zeros((1, 1, 3), np.uint8), to_picture
    shifted = to_picture.copy()
    shifted[:, 2] -= [x0, y0]
    if scale > 2:
        return cv2.blur(np.ascontiguousarray(near), (int(scale), int(scale))), shifted
    return np.ascontiguousarray(near), shifted
