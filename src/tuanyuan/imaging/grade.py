"""The last look: one tone curve, one warmth, one vignette and one grain over people and background alike."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tuanyuan.imaging.kernels import develop

Array = NDArray[np.float32]

CURVE_STEPS = 4096


@dataclass(frozen=True)
class Grade:
    """exposure in stops; warmth -1 cool … 1 warm; contrast 0..1; vignette and grain 0..1 (share of full scale)."""

    exposure: float = 0.0
    warmth: float = 0.1
    contrast: float = 0.25
    vignette: float = 0.12
    grain: float = 0.006


def apply_grade(picture: Array, grade: Grade, seed: int) -> NDArray[np.uint8]:
    """`picture` (float32 H×W×3, 0..1) as uint8, dithered so that smooth walls show no bands. Same seed, same pixels."""
    height, width = picture.shape[:2]
    warmth = np.array([1 + 0.06 * grade.warmth, 1 + 0.005 * grade.warmth, 1 - 0.09 * grade.warmth], np.float32)
    out = np.empty((height, width, 3), np.uint8)
    develop(
        picture,
        (2.0**grade.exposure * warmth).astype(np.float32),
        _curve(grade.contrast),
        np.float32(grade.vignette),
        np.float32(grade.grain * 255),
        np.uint32(seed & 0xFFFFFFFF),
        out,
    )
    return out


def _curve(contrast: float) -> Array:
    """CURVE_STEPS + 1 steps from 0..1 to 0..255: a gentle S, black and white fixed."""
    x = np.linspace(0, 1, CURVE_STEPS + 1, dtype=np.float32)
    s = x * x * (3 - 2 * x)
    curve: Array = ((1 - contrast * 0.5) * x + contrast * 0.5 * s) * np.float32(255)
    return curve
