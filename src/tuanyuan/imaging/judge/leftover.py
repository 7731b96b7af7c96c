"""Whether a picture still shows the background of the photo that a person came from."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float32]
Pixels = NDArray[np.uint8]

SIZE = 128
# The square that is searched, in face widths round the middle of the face.
REACH = 1.15
SAME = 9.0
# Where old and new background look alike nothing can be seen, and nothing is wrong.
APART = 16.0
LEAST_PATCH = 12
# Rows and columns of the square that only show the face.
FACE = slice(round(SIZE * 0.42), round(SIZE * 0.58))


@dataclass(frozen=True, eq=False)
class Surroundings:
    """The square round a face in its own photo: lab float32 128×128×3, and where surely nobody stands (bool)."""

    lab: Array
    empty: NDArray[np.bool_]


def surroundings(rgb: Pixels, probability: Array, face: tuple[float, float, float, float]) -> Surroundings:
    """Look at a photo (uint8 H×W×3) once. probability: person, float32 of any size; face: box in the photo."""
    matrix = _to_square(face)
    lab = _seen(rgb, matrix)
    scale = np.diag([rgb.shape[1] / probability.shape[1], rgb.shape[0] / probability.shape[0], 1.0])
    from_mask = np.vstack([matrix, [0, 0, 1]]) @ scale
    person = cv2.warpAffine(probability, from_mask[:2], (SIZE, SIZE), borderValue=1.0)
    near = cv2.dilate((person > 0.4).astype(np.uint8), np.ones((5, 5), np.uint8)) > 0
    return Surroundings(lab, ~near)


def leftover(
    own: Surroundings,
    picture: Pixels,
    face: tuple[float, float, float, float],
    backdrop: Pixels | None = None,
    owner: Pixels | None = None,
) -> float:
    """Area that looks like the old background round `face` (box in `picture`), in face areas.

    backdrop: the picture without people, where known: places where it resembles the old background do not count.
    owner: uint8 H×W, where known: only what was painted with this person can be a leftover.
    """
    matrix = _to_square(face)
    seen = _seen(picture, matrix)
    # The face tells how light and grade have moved this person's colours; what came along was moved alike.
    shift = np.median((seen - own.lab)[FACE, FACE].reshape(-1, 3), 0)
    same = own.empty & (np.sqrt(((seen - shift - own.lab) ** 2).sum(2)) < SAME)
    if backdrop is not None:
        same &= np.sqrt(((_seen(backdrop, matrix) - own.lab) ** 2).sum(2)) > APART
    if owner is not None:
        whose = cv2.warpAffine(owner, matrix, (SIZE, SIZE), flags=cv2.INTER_NEAREST)
        same &= whose == whose[SIZE // 2, SIZE // 2]
    count, _, stats, _ = cv2.connectedComponentsWithStats(same.astype(np.uint8))
    areas = stats[1:count, cv2.CC_STAT_AREA]
    return float(areas[areas >= LEAST_PATCH].sum()) / (SIZE / (2 * REACH)) ** 2


def _to_square(face: tuple[float, float, float, float]) -> NDArray[np.float64]:
    x, y, w, h = face
    scale = SIZE / (2 * REACH * w)
    return np.array([[scale, 0, SIZE / 2 - scale * (x + w / 2)], [0, scale, SIZE / 2 - scale * (y + h / 2)]])


def _seen(rgb: Pixels, matrix: NDArray[np.float64]) -> Array:
    return _lab(cv2.warpAffine(rgb, matrix, (SIZE, SIZE), flags=cv2.INTER_AREA, borderMode=cv2.BORDER_REPLICATE))


def _lab(rgb: Pixels) -> Array:
    lab: Array = cv2.GaussianBlur(cv2.cvtColor(rgb.astype(np.float32) / 255, cv2.COLOR_RGB2LAB), (0, 0), 1.0)
    return lab
