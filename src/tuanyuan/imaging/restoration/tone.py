"""Yellowing and fading taken back as far as they were measured."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from tuanyuan.imaging.restoration.findings import Findings

Array = NDArray[np.float32]

# Lightness 0..100 that the darkest and lightest parts are brought to, and the most that contrast may grow.
BLACK, WHITE, MOST_GAIN = 4.0, 96.0, 1.8
# The strongest cast that is taken out of a colour photo, in Lab.
MOST_CAST = 22.0
# Dark hair and clothes have colours of their own: of what the dark parts show only this is taken for a cast.
DARK_SHARE = 0.6


def without_cast(colour: Array, light: Array, found: Findings) -> Array:
    """A faded colour photo's cast, which differs between its shadows and its lights, taken out as far as it faded."""
    (low, high), (dark, bright) = found.ends, (np.array(c, np.float32) for c in found.cast)
    if found.faded <= 0:
        return colour
    dark, bright = (c * min(1.0, MOST_CAST / max(1e-3, float(np.linalg.norm(c)))) for c in (dark, bright))
    share = np.clip((light - low) / max(1.0, high - low), 0, 1)[..., None]
    cast = dark * np.float32(DARK_SHARE) + (bright - dark * np.float32(DARK_SHARE)) * share
    corrected: Array = colour - cast * np.float32(found.faded)
    return corrected


def contrast(found: Findings) -> float:
    """How much contrast grows, 1 where nothing faded."""
    low, high = found.ends
    wanted = (WHITE - BLACK) / max(1.0, high - low)
    return 1 + (min(MOST_GAIN, max(1.0, wanted)) - 1) * found.faded


def stretched(light: Array, found: Findings, gain: float) -> Array:
    """Contrast `gain` round the point that brings both ends as near to black and white as it allows."""
    if gain <= 1:
        return light
    low, high = found.ends
    middle, target = (low + high) / 2, (BLACK + WHITE) / 2
    shift = (target - middle) * min(1.0, found.faded)
    moved = (light - middle) * np.float32(gain) + np.float32(middle + shift)
    # What lies beyond the ends is bent, not cut.
    over = np.clip(moved - 92, 0, None)
    under = np.clip(8 - moved, 0, None)
    bent: Array = np.clip(moved, 8, 92) + 8 * (1 - np.exp(-over / 8)) - 8 * (1 - np.exp(-under / 8))
    return bent
