"""Which effect suits a picture of an unknown place: told from the light and the colours behind its people."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from tuanyuan.domain.clip import Effect
from tuanyuan.motion.stage import Stage

Array = NDArray[np.float32]

# Where nobody is, this far into the frame from above.
BEHIND, UPPER = 0.1, 0.7
# Mean lightness of a night; lightness before which white flakes are lost, and from which a wall is merely bright.
NIGHT, LOST, BRIGHT = 0.22, 0.75, 0.7
# Chroma (largest less smallest of red, green and blue) of a colour, of a strong one; what hardly any pixel of a
# picture without colours has.
COLOURED, STRONG, COLOURLESS = 0.12, 0.35, 0.05
# Shares of what is behind that are festively red, and green.
FESTIVE, LEAVES = 0.13, 0.3
# Mean of red less blue under which light is not warm.
NEUTRAL = 0.06
# Hues in degrees.
RED, GREEN = (340.0, 20.0), (70.0, 170.0)


def suiting(stage: Stage) -> Effect:
    """Fireworks at night, lanterns before strong red, petals before green or a bright wall, snow where it is cool.

    A picture without colours gets snow, which has none. What is warm, and what nothing else suits, gets warm light; so
    do pictures without people, but for those of a night.
    """
    rgb = cv2.resize(stage.rgb, stage.size, interpolation=cv2.INTER_AREA).astype(np.float32) / 255
    behind = stage.mask < BEHIND
    behind[round(UPPER * stage.size[1]) :] = False
    if not behind.any():
        return "warm"
    lightness = float(stage.luma[behind].mean())
    if lightness < NIGHT:
        return "fireworks"
    if float(np.percentile(np.ptp(rgb, 2), 99)) < COLOURLESS:
        return "snow"
    if not stage.heads:
        return "warm"
    return _by_colour(rgb, behind, lightness)


def _by_colour(rgb: Array, behind: NDArray[np.bool_], lightness: float) -> Effect:
    pixels = rgb[behind]
    chroma = np.ptp(pixels, 1)
    hue = cv2.cvtColor(rgb, cv2.COLOR_RGB2HSV)[..., 0][behind]
    warmth = float((pixels[:, 0] - pixels[:, 2]).mean())
    if float(((chroma > STRONG) & ((hue > RED[0]) | (hue < RED[1]))).mean()) > FESTIVE:
        return "lanterns"
    if float(((chroma > COLOURED) & (hue > GREEN[0]) & (hue < GREEN[1])).mean()) > LEAVES:
        return "petals"
    if warmth < 0 and lightness < LOST:
        return "snow"
    if warmth < NEUTRAL and lightness > BRIGHT:
        return "petals"
    return "warm"
