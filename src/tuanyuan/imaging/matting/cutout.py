"""People cut out of their photo."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from tuanyuan.imaging.faces import Face
from tuanyuan.imaging.matting.closed_form import solve_alpha
from tuanyuan.imaging.matting.foreground import foreground_colours
from tuanyuan.imaging.matting.segmentation import PersonSegmenter, Segmentation
from tuanyuan.imaging.matting.trimap import make_trimap

Array = NDArray[np.float32]


@dataclass(frozen=True, eq=False)
class Cutout:
    """colour: float32 H×W×3, sRGB 0..1, free of the old background under the edge; alpha: float32 H×W, 0..1."""

    colour: Array
    alpha: Array


class PersonCutter:
    """Loads its networks once; safe to share among threads."""

    def __init__(self, models: Path) -> None:
        self._segmenter = PersonSegmenter(models)

    def cut(self, rgb: NDArray[np.uint8], faces: Sequence[Face]) -> tuple[Cutout, Segmentation]:
        """Cut the people with these `faces` (at least one) out of `rgb` (uint8, H×W×3); also what the networks saw.

        Cost grows with the pixels: give the picture at the size at which it will be used.
        """
        seen = self._segmenter.segment(rgb, faces)
        trimap = make_trimap(rgb, seen, faces)
        image = rgb.astype(np.float32) / np.float32(255)
        alpha = solve_alpha(image, trimap, seen.probability)
        return Cutout(foreground_colours(image, alpha), alpha), seen
