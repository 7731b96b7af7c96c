"""Moving pictures outside of our own pixels: encoding frames, opening clips that come from elsewhere."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING, Any, Protocol

from tuanyuan.domain.clip import ClipShape, Effect
from tuanyuan.domain.order import Order
from tuanyuan.domain.ports.pictures import Pixels, Shown

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Frame = NDArray[np.uint8]
else:  # the API names these ports too, and has no use for numpy
    Frame = Any


class Films(Protocol):
    """Encodes and decodes in a process of its own, which ends with the work.

    A frame is uint8 (height * 3 // 2, width), C-contiguous: all rows of Y, then U, then V at half the size (I420),
    limited range, ITU-R BT.709.
    """

    def encode(self, frames: Iterable[Frame], shape: ClipShape, *, key_frame_at: float | None = None) -> bytes:
        """An MP4 file without sound: H.264 High, yuv420p, bt709, `moov` first. Asks for a frame when it can take it.

        key_frame_at: seconds at which `cut` may end. What `frames` raises goes through, and nothing stays behind.
        OurFault encoder_missing, encoder_failed.
        """
        ...

    def cut(self, clip: bytes, seconds: float) -> bytes:
        """The beginning of a clip of `encode`, up to its key frame at `seconds`: an MP4 file, nothing encoded anew."""
        ...

    def shape(self, clip: bytes) -> ClipShape:
        """What a clip from outside measures, upright. Rejected clip_unreadable, clip_too_large."""
        ...

    def frames(
        self, clip: bytes, shape: ClipShape, *, denoise: bool = False, stabilise: bool = False
    ) -> AbstractContextManager[Iterator[Frame]]:
        """The frames of a clip from outside, brought to `shape`, one after the other; with the block ends the process.

        Rejected clip_unreadable: also in the middle.
        """
        ...


class Footage(Protocol):
    """A moving picture that can be rendered as often as it is asked for."""

    @property
    def shape(self) -> ClipShape:
        """What it measures."""
        ...

    def frames(self, progress: Callable[[int], None] | None = None) -> Iterator[Frame]:
        """Every frame, with the AI mark on it, in order. progress: is told how many are done."""
        ...

    def still(self, time: float) -> Pixels:
        """One moment without the mark, uint8 H×W×3."""
        ...


class FilmMaker(Protocol):
    """Lets a finished picture move. Safe to share among threads; loads its networks once."""

    feature: str

    def prepare(self, photo: Shown, order: Order) -> tuple[Effect, Footage]:
        """The effect that was chosen, and the picture in motion. Rejected, with advice."""
        ...
