"""What a card is printed on and with: paper with its fibres, and gold foil with its sheen. Always the same."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float32]


def ground(
    width: int, height: int, unit: float, middle: Array, edge: Array, centre: tuple[float, float] = (0.5, 0.42)
) -> Array:
    """Paper float32 H×W×3: `middle` at the centre (shares of the sheet), `edge` in the corners, with a fine tooth."""
    x = (np.arange(width, dtype=np.float32) + np.float32(0.5)) / width - np.float32(centre[0])
    y = ((np.arange(height, dtype=np.float32) + np.float32(0.5)) / height - np.float32(centre[1]))[:, None]
    far = np.clip(np.hypot(x, y) / np.float32(0.72), 0, 1) ** 1.5
    paper = middle + (edge - middle) * far[..., None]
    return np.clip(paper * (1 + _tooth(width, height, unit, 11) * np.float32(0.012))[..., None], 0, 1).astype(
        np.float32
    )


def downwards(width: int, height: int, unit: float, top: Array, bottom: Array) -> Array:
    """Paper whose colour goes from `top` to `bottom`."""
    t = np.linspace(0, 1, height, dtype=np.float32)[:, None, None]
    flat = top + (bottom - top) * t
    tooth = (1 + _tooth(width, height, unit, 12) * np.float32(0.014))[..., None]
    return np.clip(flat * tooth, 0, 1).astype(np.float32)


def foil(width: int, height: int, unit: float, dark: Array, light: Array) -> Array:
    """Foil float32 H×W×3: broad bands of sheen between two golds, and a grain."""
    x = np.arange(width, dtype=np.float32) / np.float32(unit)
    y = (np.arange(height, dtype=np.float32) / np.float32(unit))[:, None]
    sheen = 0.5 + 0.34 * np.sin((x * 0.8 + y) / 74) + 0.16 * np.sin((x - 0.6 * y) / 31 + 1.3)
    t = np.clip(sheen + _tooth(width, height, unit, 13) * np.float32(0.09), 0, 1)[..., None]
    return np.asarray(dark + (light - dark) * t, np.float32)


def _tooth(width: int, height: int, unit: float, seed: int) -> Array:
    """Noise float32 H×W of about unit deviation: grain of a pixel or two, and soft fibres."""
    chance = np.random.default_rng(seed)
    fine = chance.standard_normal((height, width), dtype=np.float32)
    grain = cv2.GaussianBlur(fine, (0, 0), max(0.5, 0.7 * unit))
    fibres = cv2.GaussianBlur(fine[::-1], (0, 0), sigmaX=max(0.5, 7 * unit), sigmaY=max(0.5, 1.1 * unit))
    both = grain / (grain.std() + 1e-6) + 0.8 * fibres / (fibres.std() + 1e-6)
    return np.asarray(both * np.float32(0.7), np.float32)
