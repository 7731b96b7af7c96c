"""Which effect suits a picture of which nobody knows the place: told from the colours behind its people."""

from __future__ import annotations

import cv2
import numpy as np

from tuanyuan.domain.clip import Effect
from tuanyuan.motion.stage import Stage

# Where nobody is, this far into the frame from above.
BEHIND, UPPER = 0.1, 0.7
# Mean lightness of a night; share of the background in a colour that speaks for an effect; saturation of a colour.
NIGHT, MUCH, COLOURED = 0.22, 0.3, 0.3
# Hues in degrees.
RED, GREEN, BLUE = (340.0, 20.0), (70.0, 170.0), (180.0, 260.0)


def suiting(stage: Stage) -> Effect:
    """Fireworks at night, lanterns before red, petals before green, snow before blue or grey, else warm light."""
    width, height = stage.size
    rgb = cv2.resize(stage.rgb, (width, height), interpolation=cv2.INTER_AREA)
    behind = stage.mask < BEHIND
    behind[round(UPPER * height) :] = False
    if not behind.any():
        return "warm"
    if float(stage.luma[behind].mean()) < NIGHT:
        return "fireworks"
    hue, _, saturation = np.moveaxis(cv2.cvtColor(rgb.astype(np.float32) / 255, cv2.COLOR_RGB2HSV)[behind], 1, 0)
    coloured = saturation > COLOURED
    red = coloured & ((hue > RED[0]) | (hue < RED[1]))
    shares: dict[Effect, float] = {
        "lanterns": float(red.mean()),
        "petals": float((coloured & (hue > GREEN[0]) & (hue < GREEN[1])).mean()),
        "snow": float(((coloured & (hue > BLUE[0]) & (hue < BLUE[1])) | ~coloured).mean()),
    }
    best = max(shares, key=lambda effect: shares[effect])
    return best if shares[best] > MUCH else "warm"
