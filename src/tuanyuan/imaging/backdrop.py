"""The place behind the people, at the size of the picture and with a lens's depth."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

Pixels = NDArray[np.uint8]

# Lens blur of a background some two metres behind the people, as a share of the width.
DEPTH_BLUR = 0.0022


def backdrop(rgb: Pixels, size: tuple[int, int], *, zoom: float, blurred: float, gain: float) -> Pixels:
    """uint8 H×W×3 of `size` (width, height), cut from the middle of `rgb` (uint8), from the top when too tall.

    zoom: share of the picture that is kept, 0..1. blurred: blur that is in it already, as a share of its width.
    gain: brightness, 1 as it is.
    """
    height, width = rgb.shape[:2]
    scale = max(size[0] / (width * zoom), size[1] / (height * zoom))
    w, h = min(width, round(size[0] / scale)), min(height, round(size[1] / scale))
    x, y = (width - w) // 2, round((height - h) * 0.35)
    # Soft as a background is, averaging pays only from half the size on; it takes six times as long.
    method = cv2.INTER_AREA if scale < 0.6 else cv2.INTER_LINEAR if scale < 1 else cv2.INTER_CUBIC
    cut = cv2.resize(np.ascontiguousarray(rgb[y : y + h, x : x + w]), size, interpolation=method)
    missing = max(0.0, DEPTH_BLUR - blurred * scale * width / size[0]) * size[0]
    if missing >= 0.5:
        cut = cv2.GaussianBlur(cut, (0, 0), missing)
    return cut if gain == 1 else cv2.convertScaleAbs(cut, alpha=gain)


def light_of(rgb: Pixels) -> tuple[float, tuple[float, float, float]]:
    """Guess the light of a stranger's picture: side of the brighter half, -1 left … 1 right, and its colour, mean 1."""
    small = cv2.resize(rgb, (48, 36), interpolation=cv2.INTER_AREA).astype(np.float32) / 255
    linear = small**2.2
    luminance = linear.mean(2)
    left, right = float(luminance[:, :24].mean()), float(luminance[:, 24:].mean())
    side = float(np.clip(3 * (right - left) / (right + left + 1e-6), -1, 1))
    colour = linear.mean((0, 1)) + 0.02
    red, green, blue = (float(v) for v in colour / colour.mean())
    return side, (red, green, blue)
