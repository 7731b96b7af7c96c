"""The files in which a moving picture leaves: each labelled, each read back before anybody gets it."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tuanyuan.domain.clip import KINDS, ClipShape
from tuanyuan.domain.label import AigcLabel
from tuanyuan.domain.ports import ResultFiles
from tuanyuan.domain.ports.film import Films
from tuanyuan.imaging.label import label_clip, label_picture
from tuanyuan.motion.keepsakes import live_pair, motion_photo, preview
from tuanyuan.motion.planes import small

Pixels = NDArray[np.uint8]

# The animated preview: its longer side in pixels, how many frames a second, and how many in all, at most.
PREVIEW_SIDE, PREVIEW_RATE, PREVIEW_FRAMES = 480, 10, 100
STILL_QUALITY = 95


@dataclass(frozen=True)
class Keepsakes:
    """Encodes the frames once; everything else is cut out of that or put together from it."""

    films: Films

    def make(
        self, frames: Iterable[Pixels], shape: ClipShape, still: Callable[[float], Pixels], label: AigcLabel
    ) -> tuple[bytes, dict[str, bytes]]:
        """The still as a JPEG, and the files by `domain.clip.KINDS`, all with the same label.

        frames: as `domain.ports.Films.encode` takes them, with the AI mark on them. still: a moment without the mark;
        it is asked for after the last frame. OurFault: encoder_…, label_unverified, pair_unverified.
        """
        shown: list[Pixels] = []
        clip = self.films.encode(_watched(frames, shape, shown), shape, key_frame_at=shape.live_seconds)
        picture = label_picture(still(shape.still_seconds), label, "jpeg", quality=STILL_QUALITY)
        whole = label_clip(clip, label)
        part = clip if shape.live_seconds == shape.seconds else self.films.cut(clip, shape.live_seconds)
        live_photo, live_video = live_pair(
            picture, part, identifier=str(uuid.uuid4()).upper(), still_seconds=shape.still_seconds, label=label
        )
        return picture, {
            "motion": whole,
            "preview": preview(shown, round(1000 * _step(shape) / shape.fps), label),
            "live_photo": live_photo,
            "live_video": live_video,
            "motion_photo": motion_photo(picture, whole, still_seconds=shape.still_seconds),
        }


def handed_over(stem: str, still: bytes, files: Mapping[str, bytes], results: ResultFiles) -> dict[str, Any]:
    """Write a still, and the files beside it if there are any, under names that begin with `stem`; their names."""
    results.write(f"{stem}.jpg", still)
    for kind, data in files.items():
        results.write(stem + KINDS[kind], data)
    beside = {kind: stem + KINDS[kind] for kind in files}
    return {"file": f"{stem}.jpg", **({"files": beside} if beside else {})}


def _watched(frames: Iterable[Pixels], shape: ClipShape, shown: list[Pixels]) -> Iterator[Pixels]:
    """The same frames; of some a small picture is taken on the way."""
    width = round(PREVIEW_SIDE * min(1.0, shape.width / shape.height))
    for number, frame in enumerate(frames):
        if number % _step(shape) == 0:
            shown.append(small(frame, width))
        yield frame


def _step(shape: ClipShape) -> int:
    """Every how many frames one is shown in the preview."""
    return max(1, round(shape.fps / PREVIEW_RATE), -(-shape.count // PREVIEW_FRAMES))
