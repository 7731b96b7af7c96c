"""Routers and briefings for tests: any engine may make anything, in the order in which it is given."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field
from typing import Any

from tuanyuan.domain.capabilities import Capabilities, Model
from tuanyuan.domain.engine import Engine, Prompt, Reference
from tuanyuan.domain.job import JobRequest
from tuanyuan.domain.ports import Clock, Finished, Made, NewId, Prepared, Progress, Wish
from tuanyuan.domain.routes import Ceiling, Entry, Routes, Rule
from tuanyuan.services.admission import Admission
from tuanyuan.services.briefing import Briefing
from tuanyuan.services.keeping import Keeping
from tuanyuan.services.lending import Lending
from tuanyuan.services.routing import Router

PLENTY = 100_000


def any_route(*names: str) -> Routes:
    """One rule for everything, with nearly no ceiling."""
    ceiling = Ceiling(PLENTY, PLENTY)
    rule = Rule("any", tuple(Entry(name) for name in names))
    return Routes((rule,), {"free": ceiling, "basic": ceiling, "premium": ceiling}, credit_fen=PLENTY)


def a_router(engines: Mapping[str, Engine], clock: Clock, **changes: Any) -> Router:
    """Asks the engines in the order in which they are given."""
    told: dict[str, Any] = {"routes": any_route(*engines), "clock": clock, "admission": Admission(clock)}
    return Router(engines, **{**told, **changes})


@dataclass
class PlainPixels:
    """Implements `PixelWork` without looking. `finishing`: what it says of each picture, good where it is empty.

    remembering: what is asked for of faces, one after the other; b"faces" where it is empty. remembered: of each
    `finish`, what it was handed.
    """

    finishing: list[Finished] = field(default_factory=list)
    prepared: list[tuple[str, int, int, int]] = field(default_factory=list)
    wishes: list[Wish] = field(default_factory=list)
    remembering: list[Future[bytes]] = field(default_factory=list)
    remembered: list[bytes] = field(default_factory=list)

    def examine(self, data: bytes, name: str) -> Any:
        raise NotImplementedError("nobody asks for it here")

    def make(self, feature: str, photos: Any, order: dict[str, Any], progress: Progress) -> Made:
        raise NotImplementedError("nobody asks for it here")

    def prepare(self, photos: Any, most_bytes: int, most_side: int, most_pixels: int) -> Sequence[Prepared]:
        self.prepared += [(name, most_bytes, most_side, most_pixels) for name, _ in photos]
        return [Prepared(b"prepared " + data, "image/jpeg", 1200, 1600) for _, data in photos]

    def remember(self, photos: Any, feature: str, chosen: Mapping[str, tuple[int, ...]]) -> Future[bytes]:
        del photos, feature, chosen
        return self.remembering.pop(0) if self.remembering else done(b"faces")

    def finish(self, pictures: Sequence[bytes], photos: Any, wish: Wish, remembered: bytes = b"") -> Sequence[Finished]:
        del photos
        self.wishes.append(wish)
        self.remembered.append(remembered)
        return [self.finishing.pop(0) if self.finishing else good(picture) for picture in pictures]

    def preview(self, picture: bytes, long_side: int) -> bytes:
        raise NotImplementedError("nobody asks for it here")


def done(result: bytes | Exception) -> Future[bytes]:
    """A call that has ended with that."""
    future: Future[bytes] = Future()
    if isinstance(result, Exception):
        future.set_exception(result)
    else:
        future.set_result(result)
    return future


def good(picture: bytes, score: float = 0.9) -> Finished:
    """A picture that may be shown."""
    facts = {
        "score": score,
        "people": [{"person": 1, "warnings": []}],
        "warnings": [],
        "produce_id": "p",
        "source": hashlib.sha256(picture).hexdigest(),
    }
    return Finished(b"\xff\xd8 labelled " + picture, 1920, 1440, "", facts)


class PlainPrompts:
    """Implements `Prompts` in one sentence."""

    def compose(
        self,
        order: JobRequest,
        references: Sequence[Reference],
        capabilities: Capabilities,
        model: Model | None = None,
    ) -> Prompt:
        del capabilities, model
        return Prompt(f"{order.feature} of {len(references)}", version="test")


def a_briefing(keeping: Keeping, clock: Clock, new_id: NewId, pixels: Any = None, base: str = "") -> Briefing:
    """With pixels and prompts that know nothing."""
    lending = Lending(keeping, clock, new_id, base) if base else None
    return Briefing(pixels or PlainPixels(), PlainPrompts(), lending)
