"""How wrong an alpha is: the measures of alphamatting.com (Rhemann et al., CVPR 2009)."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float32]

GRADIENT_SIGMA = 1.4
# Pixels round every place where the true alpha is mixed.
RIM = 20
MIXED = (0.05, 0.95)


@dataclass(frozen=True)
class Errors:
    """sad: thousands of pixels. mse: thousandths, near the rim. gradient: squared slopes. Smaller is better."""

    sad: float
    mse: float
    gradient: float


def errors(found: Array, true: Array) -> Errors:
    """Compare two alphas (float32 H×W, 0..1)."""
    difference = found - true
    mixed = ((true > MIXED[0]) & (true < MIXED[1])).astype(np.uint8)
    rim = cv2.dilate(mixed, cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * RIM + 1, 2 * RIM + 1))) > 0
    slope = _slope(found) - _slope(true)
    return Errors(
        float(np.abs(difference).sum()) / 1000,
        float((difference[rim] ** 2).mean()) * 1000,
        float((slope**2).sum()),
    )


def _slope(alpha: Array) -> Array:
    """Magnitude of the gradient by derivatives of a Gaussian."""
    reach = int(3 * GRADIENT_SIGMA + 0.5)
    x = np.arange(-reach, reach + 1, dtype=np.float64)
    smooth = np.exp(-(x**2) / (2 * GRADIENT_SIGMA**2))
    smooth /= smooth.sum()
    steep = -x / GRADIENT_SIGMA**2 * smooth
    steep /= np.abs((steep * -x).sum())
    across = cv2.sepFilter2D(alpha, cv2.CV_32F, steep, smooth)
    down = cv2.sepFilter2D(alpha, cv2.CV_32F, smooth, steep)
    return np.sqrt(across**2 + down**2)
