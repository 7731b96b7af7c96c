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
        crop = cv2.warpAffine(
            _reduced(rgb, to_picture, scale),
            to_picture,
            (INPUT, INPUT),
            flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP,
        )
        outputs = self._network(crop[None].astype(np.float32) / 255)
        points = next(o for o in outputs if o.size == 1404).reshape(468, 3)
        logit = next(o for o in outputs if o.size == 1).item()
        xy = points[:, :2] @ to_picture[:, :2].T + to_picture[:, 2]
        mesh = np.column_stack([xy, points[:, 2] * scale]).astype(np.float32)
        return mesh, 1 / (1 + math.exp(-max(-60.0, min(60.0, logit))))


def _reduced(rgb: NDArray[np.uint8], to_picture: NDArray[np.float64], scale: float) -> NDArray[np.uint8]:
    """Soften what the crop would alias; `to_picture` still holds because the size stays."""
    if scale <= 2:
        return rgb
    half = INPUT * scale
    cx, cy = to_picture @ [INPUT / 2, INPUT / 2, 1]
    y0, y1 = max(0, int(cy - half)), max(0, int(cy + half))
    x0, x1 = max(0, int(cx - half)), max(0, int(cx + half))
    softened = rgb.copy()
    if y1 > y0 and x1 > x0:
        softened[y0:y1, x0:x1] = cv2.blur(rgb[y0:y1, x0:x1], (int(scale), int(scale)))
    return softened
