"""Who is in the picture: 128 numbers for a face, near for the same person and far for another.

The face is cut out the way dlib's network was trained on (`get_face_chip_details` and `extract_image_chip` in
`dlib/image_transforms/interpolation.h`), with the five points taken from the face mesh.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import cv2
import numpy as np

from tuanyuan.imaging.networks import DlibResnet

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

WEIGHTS = "dlib_face_recognition_resnet_model_v1.dat"
PADDING = 0.25
# Outer and inner corner of the eye on the right of the picture, then on the left, then the base of the nose.
MESH_POINTS = [263, 362, 33, 133, 2]
# How far dlib's halved pictures lie from where they should; the network was trained on that.
HALVING_SHIFT = np.array([0.5, -0.5])
TEMPLATE = np.array(
    [
        [0.8595674595992, 0.2134981538014],
        [0.6460604764104, 0.2289674387677],
        [0.1205750620789, 0.2137274526848],
        [0.3340850613712, 0.2290642403242],
        [0.4901123135679, 0.6277975316475],
    ]
)


def distance(a: NDArray[np.float32], b: NDArray[np.float32]) -> float:
    """How far two descriptors are apart: 0 the same picture, 0.6 and more different people."""
    return float(np.linalg.norm(a - b))


class Identity:
    """Describes faces. Safe to share between threads, which then run in parallel."""

    def __init__(self, models: Path) -> None:
        """Read the weights in folder `models`; OurFault where they are missing or damaged."""
        self._network = DlibResnet(models / WEIGHTS)

    def describe(self, rgb: NDArray[np.uint8], mesh: NDArray[np.float32]) -> NDArray[np.float32]:
        """The descriptor, float32 (128,), of a face in `rgb`, uint8 (height, width, 3).

        `mesh` holds the face's landmarks, (468, 2 or 3), x and y in pixels of `rgb`.
        """
        return self._network(face_chip(rgb, mesh[MESH_POINTS, :2], self._network.side))


def face_chip(rgb: NDArray[np.uint8], points: NDArray[np.float32], side: int = 150) -> NDArray[np.uint8]:
    """The upright face at the five `points` (`MESH_POINTS`; pixels), uint8 (side, side, 3).

    Black where the chip reaches beyond the picture. Raises ValueError when the points coincide.
    """
    template = (PADDING + TEMPLATE) / (2 * PADDING + 1) * side
    rotation, shift = _similarity(template, np.asarray(points, np.float64))
    return _sample(rgb, *_between_pixel_centres(rotation, shift, side), side)


def _similarity(
    source: NDArray[np.float64], target: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Turn, scale and shift that bring `source` closest to `target` (least squares, no mirroring)."""
    source_mean, target_mean = source.mean(axis=0), target.mean(axis=0)
    a = (source - source_mean) @ np.array([1, 1j])
    b = (target - target_mean) @ np.array([1, 1j])
    factor = np.vdot(a, b) / np.vdot(a, a)
    rotation = np.array([[factor.real, -factor.imag], [factor.imag, factor.real]])
    return rotation, target_mean - rotation @ source_mean


def _between_pixel_centres(
    rotation: NDArray[np.float64], shift: NDArray[np.float64], side: int
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """As dlib counts: middle on middle, and the centres of the outermost pixels on the region's edge."""
    scale = math.hypot(rotation[0, 0], rotation[1, 0])
    if not side * scale > 1:
        raise ValueError("the points of the face coincide")
    middle = rotation @ np.full(2, side / 2) + shift
    rotation = rotation * (side * scale - 1) / ((side - 1) * scale)
    return rotation, middle - rotation @ np.full(2, (side - 1) / 2)


def _sample(
    rgb: NDArray[np.uint8], rotation: NDArray[np.float64], shift: NDArray[np.float64], side: int
) -> NDArray[np.uint8]:
    """Bilinear, from a picture halved (smoothly) until it is at most twice as fine as the chip."""
    scale = math.hypot(rotation[0, 0], rotation[1, 0])
    halvings = max(0, math.ceil(math.log2(scale)) - 1)
    corners = np.array([[0, 0], [side, 0], [0, side], [side, side]]) @ rotation.T + shift
    margin = 4 << halvings
    left, top = np.maximum(np.floor(corners.min(axis=0)).astype(int) - margin, 0)
    right, bottom = np.maximum(np.ceil(corners.max(axis=0)).astype(int) + margin, 0)
    crop: NDArray[Any] = rgb[top:bottom, left:right]
    if crop.size == 0:
        return np.zeros((side, side, 3), np.uint8)
    shift = shift - [left, top]
    for _ in range(halvings):
        crop = cv2.pyrDown(crop)
        rotation, shift = rotation / 2, (shift - HALVING_SHIFT) / 2
    matrix = np.column_stack([rotation, shift])
    flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    return np.asarray(cv2.warpAffine(crop, matrix, (side, side), flags=flags), np.uint8)
