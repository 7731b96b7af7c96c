"""盘扣, frog fastenings: a knotted cord that lies across an opening, lit as the round thing it is."""

from __future__ import annotations

from typing import Literal

import cv2
import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float32]
Kind = Literal["straight", "coiled"]

OVERSAMPLING = 4
# In lengths of the whole fastening: the cord's thickness, the knot's, the coils'.
CORD, KNOT, COIL = 0.075, 0.15, 0.12
SHADE, GLOSS = 0.55, 0.5


def frog(kind: Kind, length: float, angle: float, light: float) -> tuple[Array, Array]:
    """A fastening `length` pixels long, turned by `angle` (radians, clockwise): its alpha and the light on it.

    Both float32 n×n with the knot in the middle. light: -1 from the left … 1 from the right. Light 1 is that of plain
    cloth.
    """
    half = round(length * 0.62) + 2
    size = 2 * half + 1
    side = size * OVERSAMPLING
    scale = length * OVERSAMPLING
    cord = np.zeros((side, side), np.uint8)
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]], np.float32)
    height = np.zeros((side, side), np.float32)
    for path in _paths(kind):
        points = np.round((path @ turn.T) * scale + side / 2).astype(np.int32)
        cord[:] = 0
        cv2.polylines(cord, [points], False, 255, max(1, round(CORD * scale)), cv2.LINE_AA)
        height = np.maximum(height, _rounded(cord, CORD * scale / 2))
    knot = np.zeros((side, side), np.uint8)
    cv2.circle(knot, (side // 2, side // 2), round(KNOT * scale / 2), 255, -1, cv2.LINE_AA)
    height = np.maximum(height, 1.25 * _rounded(knot, KNOT * scale / 2))
    alpha = np.clip(height / (0.12 * CORD * scale), 0, 1)
    across, down = (cv2.Sobel(height, cv2.CV_32F, *d, ksize=3) / 8 for d in ((1, 0), (0, 1)))
    key = np.array([0.6 * light, -0.55, 0.75], np.float32)
    facing = (-key[0] * across - key[1] * down + key[2]) / (key[2] * np.sqrt(1 + across**2 + down**2))
    lit = SHADE + (1 - SHADE) * np.clip(facing, 0, 1.4) + GLOSS * np.clip(facing - 1.1, 0, 1)
    shape = (size, size)
    seen = cv2.resize(alpha, shape, interpolation=cv2.INTER_AREA)
    light_on = cv2.resize(lit * alpha, shape, interpolation=cv2.INTER_AREA) / np.maximum(seen, 1e-3)
    return seen.astype(np.float32), light_on.astype(np.float32)


def _rounded(cord: NDArray[np.uint8], radius: float) -> Array:
    """Height of a round cord in the plane of its outline."""
    inside = np.minimum(cv2.distanceTransform((cord > 127).astype(np.uint8), cv2.DIST_L2, 5), radius)
    return np.sqrt(np.maximum(0, radius**2 - (radius - inside) ** 2)).astype(np.float32)


def _paths(kind: Kind) -> list[Array]:
    """The cord's middle lines, in lengths of the fastening."""
    # The cord comes back on itself: two strands side by side.
    gap = 0.46 * CORD
    paths = []
    for side in (-1, 1):
        for row in (-1, 1):
            end = 0.5 - CORD / 2 if kind == "straight" else 0.5 - 2 * COIL + 0.02
            paths.append(np.array([[0, row * gap], [side * end, row * gap]], np.float32))
        if kind == "straight":
            angles = np.linspace(-np.pi / 2, np.pi / 2, 12)
            turn = np.column_stack([side * (0.5 - CORD / 2 + gap * np.cos(angles)), gap * np.sin(angles)])
            paths.append(turn.astype(np.float32))
        else:
            for row in (-1, 1):
                angles = np.linspace(0, 1.9 * np.pi, 40)
                radii = COIL * (1 - 0.62 * angles / angles[-1])
                x = side * (0.5 - COIL + radii * np.cos(angles + np.pi))
                y = row * (gap + COIL * 0.62 + radii * np.sin(angles + np.pi))
                paths.append(np.column_stack([x, y]).astype(np.float32))
    return paths
