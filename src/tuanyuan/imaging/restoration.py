"""Old and poor photos made better without inventing anything: less noise, no yellowing, contrast, a little sharper.

Every step is as strong as the fault that it measures, so a clean photo comes back nearly unchanged. Tears, scratches
and lost detail stay.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from tuanyuan.imaging.reducing import reduce

Array = NDArray[np.float32]
Pixels = NDArray[np.uint8]

# Noise in levels of 255 that counts as none (full, half, quarter size), and beyond which no more strength is used.
QUIET, LOUD = (2.0, 3.2, 4.5), 22.0
# Of the filter: its strength in units of the noise, and how much of the grain stays, or skin turns to wax.
STRENGTH, GRAIN_LEFT = 0.9, 0.12
PATCH, REACH = 5, 13
# The filter works on whole levels: below one it only takes time.
LEAST_STRENGTH = 1.0
# Lightness 0..100 that the darkest and lightest parts are brought to, and the most that contrast may grow.
BLACK, WHITE, MOST_GAIN = 4.0, 96.0, 1.8
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
# The strongest cast that is taken out of a colour photo, in Lab.
MOST_CAST = 22.0
# Dark hair and clothes have colours of their own: of what the dark parts show only this is taken for a cast.
DARK_SHARE = 0.6
# Finest detail at edges as a share of the next coarser: of a soft picture, of a sharp one.
SOFT, SHARP = 0.42, 0.65
LEAST_EDGES = 64
# How much of it is given back, at most how much of lightness, and what is too small to be an edge.
SHARPENING, MOST_SHARPER, GRAIN = 0.8, 9.0, 0.4


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


def restore(rgb: Pixels) -> Pixels:
    """The photo (uint8 H×W×3) restored; same size, a new array. The same pixels give the same."""
    lab: Array = cv2.cvtColor(rgb.astype(np.float32) / 255, cv2.COLOR_RGB2LAB)
    found = examine(lab)
    quiet = _quieter(lab[..., 0], found.noise)
    light = _sharper(quiet, softness(quiet))
    colour = lab[..., 1:]
    if found.one_colour:
        colour = np.zeros_like(colour)
    else:
        colour = _without_cast(_quieter_colour(colour, found.noise), lab[..., 0], found)
    gain = _gain(found)
    light = _stretched(light, found, gain)
    colour = colour * np.float32(1 + (gain - 1) * 0.7)
    out: Array = cv2.cvtColor(np.dstack([np.clip(light, 0, 100), colour]).astype(np.float32), cv2.COLOR_LAB2RGB)
    return np.rint(np.clip(out, 0, 1) * 255).astype(np.uint8)


def examine(lab: Array) -> Findings:
    """Measure a photo: float32 H×W×3, L 0..100."""
    middle = _middle(lab)
    levels, noise = middle[..., 0] * np.float32(2.55), []
    for _ in QUIET:
        noise.append(_noise(levels) if min(levels.shape) >= LEAST else 0.0)
        levels = reduce(levels, (max(1, levels.shape[1] // 2), max(1, levels.shape[0] // 2)))
    small = reduce(middle, _within(middle.shape, LOOKED_AT))
    levels8 = np.rint(np.clip(small[..., 0], 0, 100) * 2.55).astype(np.uint8)
    low, high = (float(v) / 2.55 for v in np.percentile(cv2.medianBlur(levels8, SCRATCH), ENDS))
    narrow = np.clip((FULL_RANGE - (high - low)) / (FULL_RANGE - FADED_RANGE), 0, 1)
    # A dark photo's range is narrow, too; what has faded has no black any more.
    faded = float(narrow * np.clip((low - DEEP) / (LIFTED - DEEP), 0, 1))
    return Findings(tuple(noise), faded, _one_colour(small), _cast(small), (low, high))


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


def _quieter(light: Array, noise: tuple[float, ...]) -> Array:
    """Lightness without grain, coarse grain first: non-local means (Buades et al., 2005), edges kept."""
    return _quieter_at(light * np.float32(2.55), noise, 0) / np.float32(2.55)


def _quieter_at(levels: Array, noise: tuple[float, ...], scale: int) -> Array:
    if scale == len(QUIET) or min(levels.shape) < 32:
        return levels
    size = (levels.shape[1] // 2, levels.shape[0] // 2)
    half: Array = cv2.resize(levels, size, interpolation=cv2.INTER_AREA)
    smoother = _quieter_at(half, noise, scale + 1)
    if smoother is not half:
        change = cv2.resize(smoother - half, levels.shape[::-1], interpolation=cv2.INTER_LINEAR)
        levels = levels + change
    excess = noise[scale] - QUIET[scale]
    if excess <= 0:
        return levels
    # The filter begins gently where the noise is near nothing.
    strength = min(noise[scale], LOUD) * STRENGTH * min(1.0, excess / QUIET[scale])
    if strength < LEAST_STRENGTH:
        return levels
    seen = np.rint(np.clip(levels, 0, 255)).astype(np.uint8)
    smooth = cv2.fastNlMeansDenoising(seen, None, strength, PATCH, REACH).astype(np.float32)
    quiet: Array = levels + (smooth - seen) * np.float32(1 - GRAIN_LEFT)
    return quiet


def _quieter_colour(colour: Array, noise: tuple[float, ...]) -> Array:
    """Colour noise is coarse and nobody misses it: a guided filter as strong as the grain of the lightness."""
    excess = max(0.0, noise[0] - QUIET[0]) + max(0.0, noise[1] - QUIET[1])
    if excess <= 0:
        return colour
    radius = max(2, round(max(colour.shape[:2]) / 300))
    planes = []
    for plane in range(2):
        seen = np.ascontiguousarray(colour[..., plane])
        planes.append(cv2.ximgproc.guidedFilter(seen, seen, radius, float(min(excess, 10.0) ** 2)))
    return np.dstack(planes).astype(np.float32)


def _without_cast(colour: Array, light: Array, found: Findings) -> Array:
    """A faded colour photo's cast, which differs between its shadows and its lights, taken out as far as it faded."""
    (low, high), (dark, bright) = found.ends, (np.array(c, np.float32) for c in found.cast)
    if found.faded <= 0:
        return colour
    dark, bright = (c * min(1.0, MOST_CAST / max(1e-3, float(np.linalg.norm(c)))) for c in (dark, bright))
    share = np.clip((light - low) / max(1.0, high - low), 0, 1)[..., None]
    cast = dark * np.float32(DARK_SHARE) + (bright - dark * np.float32(DARK_SHARE)) * share
    corrected: Array = colour - cast * np.float32(found.faded)
    return corrected


def _gain(found: Findings) -> float:
    """How much contrast grows, 1 where nothing faded."""
    low, high = found.ends
    wanted = (WHITE - BLACK) / max(1.0, high - low)
    return 1 + (min(MOST_GAIN, max(1.0, wanted)) - 1) * found.faded


def _stretched(light: Array, found: Findings, gain: float) -> Array:
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


def _sharper(light: Array, soft: float) -> Array:
    """A soft picture's edges a little steeper; never a halo that one would see."""
    if soft <= 0:
        return light
    detail = light - cv2.GaussianBlur(light, (0, 0), 1.6)
    # Small differences are grain.
    detail = np.sign(detail) * np.clip(np.abs(detail) - GRAIN, 0, MOST_SHARPER)
    sharper: Array = light + detail * np.float32(SHARPENING * soft)
    return sharper
