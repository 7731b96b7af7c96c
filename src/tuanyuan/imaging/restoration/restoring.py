"""A photo made better, nothing invented: damage filled, less noise, no yellowing, contrast, a little sharper."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from tuanyuan.imaging.faces import Face
from tuanyuan.imaging.restoration.damage import Damage, damage
from tuanyuan.imaging.restoration.filling import fill
from tuanyuan.imaging.restoration.findings import Findings, examine, softness
from tuanyuan.imaging.restoration.grain import quieter, quieter_colour
from tuanyuan.imaging.restoration.sharpness import deblurred, sharper
from tuanyuan.imaging.restoration.tone import contrast, stretched, without_cast

Array = NDArray[np.float32]
Pixels = NDArray[np.uint8]


@dataclass(frozen=True)
class Manner:
    """How far a repair goes. sure_only: only damage beyond doubt is filled. strength: of everything else, 0..1."""

    sure_only: bool
    strength: float


FULL, GENTLE = Manner(False, 1.0), Manner(True, 0.5)


def restore(rgb: Pixels, faces: Sequence[Face] | None = None, manner: Manner = FULL) -> Pixels:
    """The photo (uint8 H×W×3) restored; same size, a new array. The same pixels give the same.

    faces: everybody in it, whose features are guarded; None: nobody has looked, so scratches, tears and spots stay.
    """
    if faces is not None:
        rgb = filled(rgb, damage(rgb, faces)[int(manner.sure_only)])
    return toned(rgb, manner.strength)


def filled(rgb: Pixels, found: Damage) -> Pixels:
    """`rgb` (uint8 H×W×3) with what was found filled; all else to the bit. A new array."""
    # Lines first, from what is beside them; then the corners, from a photo without lines.
    return fill(fill(rgb, found.marks & ~found.corners, forbidden=found.corners), found.corners)


def toned(rgb: Pixels, strength: float = 1.0, grain: float = 0.0) -> Pixels:
    """`rgb` (uint8 H×W×3) without grain, yellowing and fading, and sharper, each as far as it was measured.

    strength: share of all that is done, 0..1. grain: share of the grain that stays, 0..1. A new array.
    """
    lab: Array = cv2.cvtColor(rgb.astype(np.float32) / 255, cv2.COLOR_RGB2LAB)
    found = examine(lab)
    quiet = quieter(lab[..., 0], found.noise)
    soft = softness(quiet)
    light = sharper(deblurred(quiet, soft), soft) + (lab[..., 0] - quiet) * np.float32(grain)
    gain = contrast(found)
    light = stretched(light, found, gain)
    made = np.dstack([light, _colour(lab, found) * np.float32(1 + (gain - 1) * 0.7)])
    made = lab + (made - lab) * np.float32(strength)
    made[..., 0] = np.clip(made[..., 0], 0, 100)
    out: Array = cv2.cvtColor(np.asarray(made, np.float32), cv2.COLOR_LAB2RGB)
    return np.rint(np.clip(out, 0, 1) * 255).astype(np.uint8)


def one_colour(rgb: Pixels) -> bool:
    """Whether the photo (uint8 H×W×3) is black and white, or sepia."""
    return examine(cv2.cvtColor(rgb.astype(np.float32) / 255, cv2.COLOR_RGB2LAB)).one_colour


def _colour(lab: Array, found: Findings) -> Array:
    if found.one_colour:
        return np.zeros_like(lab[..., 1:])
    return without_cast(quieter_colour(lab[..., 1:], found.noise), lab[..., 0], found)
