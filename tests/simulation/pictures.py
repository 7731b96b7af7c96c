"""Pictures that cost nothing: real files of the right size, each different, and pixel work that only opens them."""

from __future__ import annotations

import hashlib
import io
import itertools
import struct
import zlib
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from PIL import Image

from tuanyuan.domain.errors import NotNow, Rejected
from tuanyuan.domain.ports import Finished, Made, Prepared, Progress, Wish

LEAST_SHARE, LEAST_SIDE = 0.15, 480


@cache
def _plain(width: int, height: int, format: str) -> bytes:
    file = io.BytesIO()
    Image.new("L", (width, height), 96).save(file, format, quality=30)
    return file.getvalue()


def drawing() -> Callable[..., bytes]:
    """In place of `sandbox.draw`: no two pictures are the same, and nothing is drawn."""
    numbers = itertools.count(1)

    def draw(references: Sequence[bytes], width: int, height: int, number: int = 1, format: str = "JPEG") -> bytes:
        del references, number
        return marked(_plain(width, height, format), next(numbers))

    return draw


def marked(picture: bytes, number: int) -> bytes:
    """A PNG with its number in place of a gamma, any JPEG with it in a comment: both survive what clients take away."""
    if picture.startswith(b"\x89PNG"):
        chunk = b"gAMA" + struct.pack(">I", 10_000 + number)
        return picture[:33] + struct.pack(">I", 4) + chunk + struct.pack(">I", zlib.crc32(chunk)) + picture[33:]
    return picture[:2] + b"\xff\xfe\x00\x0a" + struct.pack(">Q", number) + picture[2:]


def photo(number: int) -> bytes:
    """A photo of nobody, 640×800."""
    return marked(_plain(640, 800, "JPEG"), number)


def _digest(photos: Sequence[tuple[str, bytes]]) -> bytes:
    return hashlib.sha256(repr(photos).encode()).digest()


@dataclass
class OpeningPixels:
    """Implements `PixelWork`. `takes(least, most)`: pixel work costs time, and now and then a process is killed.

    seen: whether it may be shown, of each picture that an engine has sent, by its digest.
    """

    takes: Callable[[float, float], None]
    chance: Callable[[float], bool]
    seen: dict[str, bool] = field(default_factory=dict)
    numbers: Any = field(default_factory=lambda: itertools.count(1))

    def examine(self, data: bytes, name: str) -> Any:
        raise NotImplementedError("nobody asks for it here")

    def make(self, feature: str, photos: Any, order: dict[str, Any], progress: Progress) -> Made:
        """Of the local engine; runs on the loop, so it takes no time. Now and then it refuses, or is killed."""
        del photos
        progress(0.5, "一半", "half")
        if self.chance(0.02):
            raise Rejected("nothing_made")
        if self.chance(0.02):
            raise NotNow("pixel_work_killed", seconds=30)
        names = [f"{rank}.jpg" for rank in range(1, int(order["candidates"]) + 1)]
        files = {name: marked(_plain(1440, 1080, "JPEG"), 10**9 + next(self.numbers)) for name in names}
        listed = [
            {"file": name, "rank": rank, "score": 0.9, "width": 1440, "height": 1080, "people": [], "warnings": []}
            for rank, name in enumerate(names, 1)
        ]
        return Made(files, {"feature": feature, "candidates": listed})

    def prepare(self, photos: Any, most_bytes: int, most_side: int, most_pixels: int) -> Sequence[Prepared]:
        assert all(len(data) <= most_bytes for _, data in photos)
        assert most_side >= 800
        assert most_pixels >= 640 * 800
        self.takes(0.05, 0.4)
        return [Prepared(data, "image/jpeg", 640, 800) for _, data in photos]

    def remember(self, photos: Any, feature: str, chosen: Mapping[str, tuple[int, ...]]) -> Future[bytes]:
        """Done at once. Now and then nobody has time for it, or the process is killed."""
        del feature, chosen
        if self.chance(0.02):
            raise NotNow("busy")
        future: Future[bytes] = Future()
        if self.chance(0.02):
            future.set_exception(NotNow("pixel_work_killed", seconds=30))
        else:
            future.set_result(_digest(photos))
        return future

    def finish(self, pictures: Sequence[bytes], photos: Any, wish: Wish, remembered: bytes = b"") -> Sequence[Finished]:
        assert remembered in (b"", _digest(photos))
        self.takes(0.3, 1.5)
        if self.chance(0.003):
            raise NotNow("pixel_work_killed", seconds=30)
        finished = [self._looked_at(picture, wish) for picture in pictures]
        for picture, done in zip(pictures, finished, strict=True):
            self.seen[hashlib.sha256(picture).hexdigest()] = done.data is not None
        return finished

    def _looked_at(self, picture: bytes, wish: Wish) -> Finished:
        try:
            with Image.open(io.BytesIO(picture)) as opened:
                width, height = opened.size
                opened.draft("L", (width // 8, height // 8))
                opened.load()
        except (OSError, SyntaxError):
            return Finished(None, 0, 0, "photo_unreadable", {})
        if width * height < LEAST_SHARE * wish.size[0] * wish.size[1] or min(width, height) < LEAST_SIDE:
            return Finished(None, width, height, "picture_too_small", {})
        if self.chance(0.04):
            return Finished(None, width, height, "not_recognised", {})
        facts = {"score": 0.9, "people": [], "warnings": [], "produce_id": "p"}
        return Finished(b"\xff\xd8 labelled " + picture, width, height, "", facts)
