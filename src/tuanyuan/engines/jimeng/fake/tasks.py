"""One task from its submit to its result, and its pictures."""

from __future__ import annotations

import io
import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

import anyio
from PIL import Image, ImageEnhance

from tuanyuan.engines.jimeng.fake.catalogue import Model, Size
from tuanyuan.engines.jimeng.fake.photos import Photo
from tuanyuan.engines.sandbox import Accepted, clip, draw, film, wrong_size

State = Literal["in_queue", "generating", "done", "not_found", "expired"]

KEPT = 12 * 3600.0
_PATIENCE = 3600.0
FRAME_RATE, FRAMES = 24, 121


@dataclass
class Task:
    """A task that was accepted. takes: seconds, infinite for one that is never ready. again: whose picture it shows.

    before: pictures of other tasks, which none of its own is like.
    """

    accepted: Accepted
    model: Model
    takes: float
    queues: float
    size: Size
    photos: Sequence[Photo]
    again: Task | None = None
    before: int = 0
    _making: anyio.Lock = field(default_factory=anyio.Lock)

    def state(self, now: float) -> State:
        """Where it is at `now`."""
        age = now - self.accepted.at
        if age > KEPT or self.accepted.fault == "vanish":
            return "not_found"
        if age >= self.takes:
            return "done"
        if age > _PATIENCE:
            return "expired"
        return "in_queue" if age < self.queues else "generating"

    def occupies(self, now: float) -> bool:
        """Whether it still needs one of the places for tasks that run side by side."""
        return now - self.accepted.at < min(self.takes, _PATIENCE)

    async def made(self) -> list[bytes]:
        """Its pictures or its clip, made when they are first asked for."""
        async with self._making:
            first = await self.again.made() if self.again is not None else []
            if self.photos or not self.accepted.made:
                self.accepted.made[:] = await anyio.to_thread.run_sync(self._make, first[:1])
                self.photos, self.again = (), None
            return list(self.accepted.made)

    def _make(self, first: list[bytes]) -> list[bytes]:
        made = [self._one(number) for number in range(1, self.accepted.pictures + 1)]
        if self.accepted.fault == "twice" and len(made) > 1:
            made[1] = made[0]
        return [*first, *made[len(first) :]] if made else []

    def _one(self, number: int) -> bytes:
        if self.model.video:
            seconds = round(int(self.accepted.request.get("frames", FRAMES)) / FRAME_RATE)
            return film(self.photos[0].data, number, seconds) if self.photos else clip(number)
        if self.accepted.fault == "wrong_size":
            return wrong_size([photo.data for photo in self.photos])
        if self.model.masked:
            return _repainted(self.photos[0].data, self.photos[1].data)
        return draw([photo.data for photo in self.photos], *self.size, self.before + number)


def lasts(fault: str | None, seconds: float, slowness: float) -> float:
    """How long a task with that fault takes."""
    return math.inf if fault == "late" else seconds * (slowness if fault == "slow" else 1.0)


def _repainted(picture: bytes, mask: bytes) -> bytes:
    """The picture, darker where the mask is 255 and as it was elsewhere."""
    with Image.open(io.BytesIO(picture)) as opened, Image.open(io.BytesIO(mask)) as where:
        image = opened.convert("RGB")
        image.paste(ImageEnhance.Brightness(image).enhance(0.5), mask=where.convert("L"))
    file = io.BytesIO()
    image.save(file, "JPEG", quality=90)
    return file.getvalue()
