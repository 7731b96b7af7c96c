"""Marks on frames: letters and their glow, worked out once for the planes, laid over every frame."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import cv2
import numpy as np
from numpy.typing import NDArray

from tuanyuan.motion.planes import BLACK, GREY, SPAN, planes

Array = NDArray[np.float32]
Pixels = NDArray[np.uint8]


class Mark(Protocol):
    """out = 255 * ink + picture * (1 - cover), inside of box.

    box: left, top, right, bottom, even pixels. cover, ink: float32 (bottom - top, right - left), 0..1.
    """

    @property
    def box(self) -> tuple[int, int, int, int]:
        """Where it lies."""
        ...

    @property
    def cover(self) -> Array:
        """How much of the picture it hides."""
        ...

    @property
    def ink(self) -> Array:
        """How much of it is white."""
        ...


@dataclass(frozen=True, eq=False)
class PlanarMark:
    """A mark worked out for the planes of a frame.

    left, top: of the box. share, shine: float32, what is left of the luma above black, and what is added to it. tint:
    float32 of half the size, what is left of the colour; white letters and a dark glow add none.
    """

    left: int
    top: int
    share: Array
    shine: Array
    tint: Array

    def lay(self, frame: Pixels) -> None:
        """Lay it over a frame (uint8, H * 3 // 2 × W), in place."""
        y, u, v = planes(frame)
        rows, columns = self.share.shape
        luma = y[self.top : self.top + rows, self.left : self.left + columns]
        luma[:] = np.rint((luma - np.float32(BLACK)) * self.share + self.shine).clip(0, 255)
        rows, columns = self.tint.shape
        for plane in (u, v):
            colour = plane[self.top // 2 : self.top // 2 + rows, self.left // 2 : self.left // 2 + columns]
            colour[:] = np.rint((colour - np.float32(GREY)) * self.tint + GREY).clip(0, 255)


def planar(mark: Mark) -> PlanarMark:
    """The same for the planes of a frame. ValueError: its box is not even, or not of its arrays' size."""
    left, top, right, bottom = mark.box
    if any(side % 2 for side in mark.box) or mark.cover.shape != (bottom - top, right - left):
        raise ValueError(f"a mark of {mark.cover.shape} in {mark.box}")
    share = 1 - np.asarray(mark.cover, np.float32)
    half = ((right - left) // 2, (bottom - top) // 2)
    return PlanarMark(
        left=left,
        top=top,
        share=share,
        shine=np.asarray(BLACK + SPAN * mark.ink, np.float32),
        tint=np.asarray(cv2.resize(share, half, interpolation=cv2.INTER_AREA), np.float32),
    )
