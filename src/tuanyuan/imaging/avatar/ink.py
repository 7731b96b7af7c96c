"""A portrait as ink on paper: washes in a few tones, and the line of a soft brush.

Lines by the extended difference of Gaussians along the edges (Winnemöller, Kyprianidis and Olsen, 2012).
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from tuanyuan.imaging.avatar.flow import along, tangents
from tuanyuan.imaging.avatar.texture import clouded, fine

Array = NDArray[np.float32]

# Of the lines: width in pixels at 1440, how much wider the surround, weight of the difference, and the contrast.
LINE, SURROUND, DIFFERENCE, EDGE = 1.5, 1.6, 22.0, 7.0
TONES, SOFT = 5, 0.32


def lines(light: Array, scale: float, *, width: float = 1.0) -> Array:
    """Ink of a brush along the dark edges of `light` (float32 H×W, 0..1): 0 none … 1 black."""
    direction = tangents(cv2.GaussianBlur(light, (0, 0), 1.2 * scale), 4.5 * scale)
    sigma = LINE * scale * width
    near = cv2.GaussianBlur(light, (0, 0), sigma)
    far = cv2.GaussianBlur(light, (0, 0), sigma * SURROUND)
    valley = along((far - near) * np.float32(DIFFERENCE), direction, 4.0 * scale, 1.0)
    drawn: Array = np.clip(np.tanh((valley - 0.22) * EDGE / 4), 0, 1)
    return drawn


def washes(light: Array, scale: float, seed: int) -> Array:
    """`light` (float32 H×W, 0..1) in soft steps, as layers of thin ink dry: with darker rims and blooms."""
    bent = light + 0.03 * clouded(light.shape[::-1], 90 * scale, seed)
    level = bent * TONES
    whole = np.floor(level)
    part = level - whole
    step = np.clip((part - 0.5) / SOFT + 0.5, 0, 1)
    flat = (whole + step * step * (3 - 2 * step)) / TONES
    toned = flat * 0.6 + bent * 0.4
    # Pigment gathers at the border of a wash.
    rim = cv2.GaussianBlur(toned, (0, 0), 3.0 * scale) - cv2.GaussianBlur(toned, (0, 0), 9.0 * scale)
    pooled: Array = np.clip(toned + 0.55 * np.minimum(rim, 0) + 0.012 * fine(light.shape[::-1], 1.4, seed + 3), 0, 1)
    return pooled
