"""The AI mark on the frames of a clip that passes by, and the moment of it that stands for the clip as a still."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tuanyuan.domain.clip import ClipShape
from tuanyuan.domain.errors import Rejected
from tuanyuan.imaging.label.mark import overlay
from tuanyuan.motion.overlaying import PlanarMark, planar
from tuanyuan.motion.planes import to_rgb

Pixels = NDArray[np.uint8]


@dataclass
class Marking:
    """For one clip. Nobody knows how bright it becomes behind the mark: its glow is as strong as white needs."""

    shape: ClipShape
    _mark: PlanarMark | None = None
    _still: Pixels | None = None

    def lay(self, number: int, frame: Pixels) -> None:
        """Put the mark on the frame `number`, from 0 on, in place."""
        if number == round(self.shape.still_seconds * self.shape.fps):
            self._still = to_rgb(frame)
        if self._mark is None:
            self._mark = planar(overlay(to_rgb(frame), brightest=True))
        self._mark.lay(frame)

    def still(self, time: float) -> Pixels:
        """The still, uint8 H×W×3, without the mark, once it has passed. Rejected clip_unreadable: it never did."""
        del time
        if self._still is None:
            raise Rejected("clip_unreadable")
        return self._still
