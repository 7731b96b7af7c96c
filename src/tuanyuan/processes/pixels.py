"""Pixel work in two pools: one process looks at photos, others make pictures; looking never waits for making."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from concurrent.futures import Future
from typing import Any

from tuanyuan.domain.errors import NotNow
from tuanyuan.domain.photo import PhotoReport
from tuanyuan.domain.ports.pixels import Finished, Made, Prepared, Progress, Wish
from tuanyuan.processes.pool import Pool

START = "tuanyuan.workshop:start"
LOOK_SECONDS, MAKE_SECONDS = 30.0, 120.0
# Data that a process may map, in bytes. Measured: 0.5 GB with the models, 1.3 GB while five people are composed at
# 1920×1440, 1.6 GB at 4096×3072; a photo of 48 megapixels takes 1.3 GB for a moment, and another 0.4 GB for each that
# waits for its turn to be opened.
MEMORY, THREAD_MEMORY = 2 << 30, 1 << 30
MOST_AT_ONCE = 5  # photos of one order


class PixelProcesses:
    """Implements `domain.ports.PixelWork`. Nothing is started before it is needed.

    settings_json: the settings as the workshop needs them, without secrets. workers: processes that make pictures.
    """

    def __init__(self, settings_json: str, workers: int, *, idle_seconds: float = 600.0) -> None:
        threads = min(int(json.loads(settings_json)["threads"]), MOST_AT_ONCE)
        memory = MEMORY + threads * THREAD_MEMORY
        self.looking = Pool(
            1,
            START,
            (settings_json,),
            seconds=LOOK_SECONDS,
            memory_bytes=memory,
            idle_seconds=idle_seconds,
            queue_limit=64,
        )
        self.making = Pool(
            workers,
            START,
            (settings_json,),
            seconds=MAKE_SECONDS,
            memory_bytes=memory,
            idle_seconds=idle_seconds,
            queue_limit=4 * workers,
        )

    def examine(self, data: bytes, name: str) -> PhotoReport:
        """Open a photo and look at its faces. Rejected when it cannot be read."""
        report: PhotoReport = self.looking.call("examine", data, name)
        return report

    def make(
        self, feature: str, photos: Sequence[tuple[str, bytes]], order: dict[str, Any], progress: Progress
    ) -> Made:
        """Make a feature; blocks its thread. `progress` is called in another thread."""
        made: Made = self.making.call("make", feature, tuple(photos), order, progress=progress)
        return made

    def fit(self, feature: str, photos: Sequence[tuple[str, bytes]], order: dict[str, Any]) -> None:
        """Whether photos will do; blocks its thread. Beside what is being made, never after it."""
        self.looking.call("fit", feature, tuple(photos), order, seconds=LOOK_SECONDS * max(1, len(photos)))

    def prepare(
        self, photos: Sequence[tuple[str, bytes]], most_bytes: int, most_side: int, most_pixels: int
    ) -> Sequence[Prepared]:
        """Photos within the bounds of an engine, as many at once as there are threads."""
        seconds = LOOK_SECONDS * max(1, len(photos))
        ready: Sequence[Prepared] = self.looking.call(
            "prepare", tuple(photos), most_bytes, most_side, most_pixels, seconds=seconds
        )
        return ready

    def remember(
        self, photos: Sequence[tuple[str, bytes]], feature: str, chosen: Mapping[str, tuple[int, ...]]
    ) -> Future[bytes]:
        """Who should be in a picture, looked at while the engine makes it; never in the place of what must be made."""
        if self.making.waiting:
            raise NotNow("busy")
        return self.making.submit("remember", tuple(photos), feature, dict(chosen), seconds=LOOK_SECONDS)

    def finish(
        self, pictures: Sequence[bytes], photos: Sequence[tuple[str, bytes]], wish: Wish, remembered: bytes = b""
    ) -> Sequence[Finished]:
        """What an engine made, judged and labelled; blocks its thread."""
        finished: Sequence[Finished] = self.making.call("finish", tuple(pictures), tuple(photos), wish, remembered)
        return finished

    def preview(self, picture: bytes, long_side: int) -> bytes:
        """A small labelled JPEG of a finished, labelled picture. OurFault label_unverified where it has no label."""
        small: bytes = self.looking.call("preview", picture, long_side)
        return small

    def warm(self) -> Future[Any]:
        """Have one making process start and load its models, so that the first order need not wait for it."""
        return self.making.submit("warm")

    def close(self) -> None:
        """Kill all processes."""
        self.looking.close()
        self.making.close()
