"""A photographed or rendered table as the place of goods: which part of it is shown, and its light."""

from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np
from numpy.typing import NDArray

from tuanyuan.imaging.goods.light import Colour, Light
from tuanyuan.imaging.goods.shadow import Throw

Array = NDArray[np.float32]
Pixels = NDArray[np.uint8]

# Where the standing line is wanted in the part that is shown, as a share of its height.
WANTED_LINE = 0.80
# A side light falls in at this much of its sine; how far a shadow falls for a light at the height of the eyes.
SIDEWAYS, LONGEST, LOWEST = 1.6, 1.3, 0.35
TINT = 0.5


def shown(rgb: Pixels, size: tuple[int, int], zoom: float, line: float) -> tuple[Pixels, float]:
    """The part of a table's picture (uint8 H×W×3) that is shown at `size`, and where its standing line is then.

    zoom: share of the picture's width that is kept, where its shape allows. line: share of the picture's height.
    """
    height, width = rgb.shape[:2]
    scale = max(size[0] / (width * zoom), size[1] / (height * zoom))
    w, h = min(width, round(size[0] / scale)), min(height, round(size[1] / scale))
    x = (width - w) // 2
    y = int(np.clip(round(line * height - WANTED_LINE * h), 0, height - h))
    method = cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC
    part = cv2.resize(np.ascontiguousarray(rgb[y : y + h, x : x + w]), size, interpolation=method)
    return part, float(np.clip((line * height - y) / h, 0.3, 0.98))


def lit_by(light: Light, direction: tuple[float, float, float], key: Colour, contrast: float) -> Light:
    """`light` as the place's own key light makes it: its side, its colour, the length and depth of its shadows.

    direction: unit vector towards the key (x right, y up, z to the camera). contrast: lit side to shaded side.
    """
    x, y, _ = direction
    side = float(np.clip(SIDEWAYS * x, -1, 1))
    length = min(LONGEST, abs(x) / max(LOWEST, y) + 0.15)
    depth = float(np.clip(0.16 * contrast, 0.25, 0.55))
    throw = Throw(-float(np.sign(x) or 1) * length, 0.20, depth, 1.0 if contrast < 3 else 0.7)
    red, green, blue = (1 + TINT * (c - 1) for c in key)
    return replace(light, side=side, throws=(throw,), key=(red, green, blue), patch="none", patch_gain=0.0)
