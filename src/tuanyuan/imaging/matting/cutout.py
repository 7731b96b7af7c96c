"""People cut out of their photo."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import Executor
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from tuanyuan.imaging.faces import Face
from tuanyuan.imaging.makeover.bodies import Bodies
from tuanyuan.imaging.makeover.parting import Parting, part
from tuanyuan.imaging.matting.closed_form import solve_alpha
from tuanyuan.imaging.matting.foreground import foreground_colours
from tuanyuan.imaging.matting.segmentation import PersonSegmenter, Segmentation, working_shape
from tuanyuan.imaging.matting.trimap import make_trimap

Array = NDArray[np.float32]


@dataclass(frozen=True, eq=False)
class Cutout:
    """colour: float32 H×W×3, sRGB 0..1, free of the old background under the edge; alpha: float32 H×W, 0..1."""

    colour: Array
    alpha: Array


class PersonCutter:
    """Loads its networks once; safe to share among threads."""

    def __init__(self, models: Path, executor: Executor | None = None) -> None:
        """executor: where one network may work while the other does."""
        self._segmenter = PersonSegmenter(models, executor)
        self._bodies = Bodies(models)

    def cut(
        self, rgb: NDArray[np.uint8], faces: Sequence[Face], others: Sequence[Face] = ()
    ) -> tuple[Cutout, Segmentation]:
        """Cut the people with these `faces` (at least one) out of `rgb` (uint8, H×W×3); also what the networks saw.

        others: faces of people in the photo who are to go. Cost grows with the pixels: give the picture at the size at
        which it will be used.
        """
        seen, _ = self.look(rgb, faces, others)
        return self.matte(rgb, faces, seen), seen

    def look(
        self, rgb: NDArray[np.uint8], faces: Sequence[Face], others: Sequence[Face] = ()
    ) -> tuple[Segmentation, Parting | None]:
        """Where these people are, and how well they can be told from the rest; None: there is only one person."""
        everybody = [*faces, *others]
        if len(everybody) < 2:
            return self._segmenter.segment(rgb, faces), None
        height, width = working_shape(rgb, everybody)
        bodies = self._bodies.find(rgb, everybody, (width, height))
        seen = self._segmenter.segment(rgb, faces, bodies)
        parting = part(rgb, seen.probability, faces, others, bodies)
        return Segmentation(seen.probability * parting.kept, seen.disagreement), parting

    def matte(self, rgb: NDArray[np.uint8], faces: Sequence[Face], seen: Segmentation) -> Cutout:
        """Alpha and clean colours of the people with `faces` of a photo that was looked at."""
        trimap = make_trimap(rgb, seen, faces)
        image = rgb.astype(np.float32) / np.float32(255)
        alpha = solve_alpha(image, trimap, seen.probability)
        return Cutout(foreground_colours(image, alpha), alpha)
