"""What is wrong with a photo as a whole: grain, fading, yellowing, softness. Measured, never guessed."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from tuanyuan.imaging.reducing import reduce

Array = NDArray[np.float32]

# Sizes at which grain is measured: full, half, quarter.
SIZES = 3
# Of a photo that has not faded and of one that has: its range of lightness, and its darkest part.
FULL_RANGE, FADED_RANGE = 72.0, 48.0
DEEP, LIFTED = 5.0, 12.0
# Shares of pixels that tell nothing, and the size at which scratches and dust are filtered out before looking.
ENDS, LOOKED_AT, SCRATCH = (1.0, 99.0), 400, 7
# The middle of the picture, which has no mount: share of each side that is left out on either side.
MOUNT = 0.08
# Sides below this are too small to measure.
LEAST = 16
# Colour that is left when the tone is taken out: below it the photo is of one colour (black and white, or sepia).
ONE_COLOUR = 3.5
# Finest detail at edges as a share of the next coarser: of a soft picture, of a sharp one.
SOFT, SHARP = 0.42, 0.65
LEAST_EDGES = 64


@dataclass(frozen=True)
class Findings:
    """What is wrong with a photo. noise: levels of 255 at full, half and quarter size. faded: 0..1.

    ends: lightness of the darkest and of the lightest parts; cast: their a, b. one_colour: black and white, or sepia.
    """

    noise: tuple[float, ...]
    faded: float
    one_colour: bool
    cast: tuple[tuple[float, float], tuple[float, float]]
    ends: tuple[float, float]


def examine(lab: Array) -> Findings:
    """Measure a photo: float32 H×W×3, L 0..100."""
    middle = _middle(lab)
    levels, noise = middle[..., 0] * np.float32(2.55), []
    for _ in range(SIZES):
        noise.append(_noise(levels) if min(levels.shape) >= LEAST else 0.0)
        levels = reduce(levels, (max(1, levels.shape[1] // 2), max(1, levels.shape[0] // 2)))
    small = reduce(middle, _within(middle.shape, LOOKED_AT))
    levels8 = np.rint(np.clip(small[..., 0], 0, 100) * 2.55).astype(np.uint8)
    low, high = (float(v) / 2.55 for v in np.percentile(cv2.medianBlur(levels8, SCRATCH), ENDS))
    narrow = np.clip((FULL_RANGE - (high - low)) / (FULL_RANGE - FADED_RANGE), 0, 1)
    # A dark photo's range is narrow, too; what has faded has no black any more.
    faded = float(narrow * np.clip((low - DEEP) / (LIFTED - DEEP), 0, 1))
    return Findings(tuple(noise), faded, _one_colour(small), _cast(small), (low, high))


def softness(light: Array) -> float:
    """0 sharp … 1 soft: how much less there is at the finest scale than at the next. light: float32 H×W, 0..100."""
    light = _middle(light)
    blurred = cv2.GaussianBlur(light, (0, 0), 1.0)
    fine, coarse = light - blurred, blurred - cv2.GaussianBlur(light, (0, 0), 2.0)
    edges = np.abs(coarse) > max(1.0, float(np.percentile(np.abs(coarse), 90)))
    if edges.sum() < LEAST_EDGES:
        return 0.0
    ratio = float(np.abs(fine[edges]).mean() / np.abs(coarse[edges]).mean())
    return float(np.clip((SHARP - ratio) / (SHARP - SOFT), 0, 1))


def _middle(picture: Array) -> Array:
    height, width = picture.shape[:2]
    top, left = round(height * MOUNT), round(width * MOUNT)
    if min(height - 2 * top, width - 2 * left) < LEAST:
        return picture
    return np.ascontiguousarray(picture[top : height - top, left : width - left])


def _within(shape: tuple[int, ...], side: int) -> tuple[int, int]:
    scale = min(1.0, side / max(shape[:2]))
    return max(1, round(shape[1] * scale)), max(1, round(shape[0] * scale))


def _noise(levels: Array) -> float:
    """Standard deviation of what differs across the diagonals of 2×2 pixels: the median, so that edges do not count."""
    even = levels[: levels.shape[0] // 2 * 2, : levels.shape[1] // 2 * 2]
    diagonal = (even[::2, ::2] - even[::2, 1::2] - even[1::2, ::2] + even[1::2, 1::2]) / 2
    return float(np.median(np.abs(diagonal)) / 0.6745)


def _one_colour(lab: Array) -> bool:
    """Whether all its colour follows from its lightness, as in a print of one ink on yellowed paper."""
    light, colour = lab[..., 0].ravel(), lab[..., 1:].reshape(-1, 2)
    terms = np.column_stack([np.ones_like(light), light / 100, (light / 100) ** 2])
    fitted, *_ = np.linalg.lstsq(terms, colour, rcond=None)
    return bool(np.percentile(np.linalg.norm(colour - terms @ fitted, axis=1), 95) < ONE_COLOUR * 2)


def _cast(lab: Array) -> tuple[tuple[float, float], tuple[float, float]]:
    light = lab[..., 0]
    low, high = np.percentile(light, (8, 92))
    parts = (lab[light <= low], lab[light >= high])
    dark, bright = (tuple(float(v) for v in np.median(part[:, 1:], 0)) for part in parts)
    return (dark[0], dark[1]), (bright[0], bright[1])
