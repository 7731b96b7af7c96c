"""A standing thing mirrored in a polished ground, fading downwards."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from tuanyuan.imaging.goods.item import Ground

Array = NDArray[np.float32]

# Height at which a third of it is left, as a share of the thing's height; its softness as a share of the same.
FADE, SOFT = 0.22, 0.004
# A ground line that climbs is a round foot's: the mirror image hangs from it.
EDGE = 1.5


def mirrored(colour: Array, alpha: Array, foot: Ground, strength: float) -> tuple[Array, Array]:
    """Colour (float32 h×w×3) and alpha (float32 h×w) of the mirror image of a thing in the same frame.

    strength: share of light that the ground mirrors where the thing touches it, 0..1.
    """
    height, width = alpha.shape
    rows = np.arange(height, dtype=np.float32)[:, None]
    below = rows - foot.line[None]
    grid_x = np.ascontiguousarray(np.broadcast_to(np.arange(width, dtype=np.float32)[None], (height, width)))
    grid_y = np.ascontiguousarray(foot.line[None] - below - 1).astype(np.float32)
    image = cv2.remap(colour, grid_x, grid_y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    opacity = cv2.remap(alpha, grid_x, grid_y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_CONSTANT, borderValue=0)
    tall = max(1.0, float((alpha > 0.3).any(1).sum()))
    fading = np.exp(-np.maximum(below, 0) / (FADE * tall)) * np.clip(below / EDGE + 0.5, 0, 1)
    sigma = max(0.8, SOFT * tall)
    opacity = cv2.GaussianBlur(opacity * fading.astype(np.float32), (0, 0), sigma) * np.float32(strength)
    return cv2.GaussianBlur(image, (0, 0), sigma), opacity
