"""Red lanterns 灯笼 out of focus, and their light."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float32]

RED, GLOW, GOLD = (0.80, 0.09, 0.06), (1.0, 0.52, 0.22), (0.95, 0.72, 0.30)


def lantern(ground: Array, at: tuple[float, float], radius: float, blur: float) -> None:
    """One lantern on `ground` (float32 H×W×3), in place. at: its middle; radius, blur in pixels."""
    height, width = ground.shape[:2]
    reach = 2.6 * radius
    x0, x1 = max(0, int(at[0] - reach)), min(width, int(at[0] + reach))
    y0, y1 = max(0, int(at[1] - reach)), min(height, int(at[1] + 2.8 * radius))
    if x1 <= x0 or y1 <= y0:
        return
    y, x = np.mgrid[y0:y1, x0:x1].astype(np.float32)
    u, v = (x - at[0]) / radius, (y - at[1]) / radius
    part = ground[y0:y1, x0:x1].copy()
    part = 1 - (1 - part) * (1 - np.exp(-1.6 * (u * u + v * v))[..., None] * np.array([0.40, 0.13, 0.04], np.float32))
    string = (np.abs(u) < 0.02) & (v < -0.8)
    tassel = (np.abs(u) < 0.05 + 0.05 * np.clip(v - 1, 0, 1)) & (v > 0.85) & (v < 1.9)
    part = _on(part, GOLD, string.astype(np.float32) * 0.6)
    part = _on(part, RED, tassel.astype(np.float32))
    body = np.clip((1 - np.hypot(u, v / 0.80)) * radius + 0.5, 0, 1)
    ribs = 0.86 + 0.14 * np.abs(
        np.cos(np.arcsin(np.clip(u / np.sqrt(np.clip(1 - (v / 0.8) ** 2, 0.05, 1)), -1, 1)) * 4)
    )
    heart = np.exp(-1.9 * ((u + 0.05) ** 2 + (v / 0.8 - 0.1) ** 2))
    tone = np.array(RED, np.float32) * (0.62 + 0.3 * ribs)[..., None]
    tone = tone + (np.array(GLOW, np.float32) - tone) * (0.85 * heart)[..., None]
    part = part + (tone - part) * body[..., None]
    for middle in (-0.80, 0.80):
        cap = (np.abs(u) < 0.36) & (np.abs(v - middle) < 0.09)
        part = _on(part, GOLD, cap.astype(np.float32))
    if blur > 0.5:
        part = cv2.GaussianBlur(part, (0, 0), blur, borderType=cv2.BORDER_REFLECT)
    feather = np.clip((reach - np.maximum(np.abs(x - at[0]), np.abs(y - at[1]))) / (0.5 * radius), 0, 1)
    own = ground[y0:y1, x0:x1]
    ground[y0:y1, x0:x1] = own + (part - own) * feather[..., None]


def _on(ground: Array, colour: tuple[float, float, float], cover: Array) -> Array:
    laid: Array = ground + (np.array(colour, np.float32) - ground) * cover[..., None]
    return laid
