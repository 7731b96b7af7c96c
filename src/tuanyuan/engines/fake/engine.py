"""An engine that makes grey pictures after a given time, or says no as it is told: for tests of load and of faults."""

from __future__ import annotations

import asyncio
import uuid
from functools import cache
from typing import Any

from tuanyuan.domain.engine import (
    BadRequest,
    EngineRequest,
    EngineResult,
    InputRefused,
    Limits,
    OutputRefused,
    Pending,
    Picture,
    TaskRef,
    Transient,
    Unknown,
)
from tuanyuan.domain.errors import StudioError, WrongUsage
from tuanyuan.domain.job import JobRequest
from tuanyuan.domain.label import new_label
from tuanyuan.domain.ports.pixels import Progress

WIDTH, HEIGHT, GREY = 320, 240, 128
ORDERS = ("refuse", "fail", "fail_once", "unknown", "output")


class FakeEngine:
    """Implements `domain.engine.Engine`. Never looks at a photo; each picture is labelled and unlike the others.

    seconds: how long each call takes. An order with the option `fake` is answered with an error: refuse (the input),
    fail (each time), fail_once (the first time of a job), unknown (the answer is lost), output (refused).
    """

    name = "fake"
    resumable = True

    def __init__(self, seconds: float = 0.0, limits: Limits | None = None) -> None:
        self._seconds = seconds
        self._failed_once: set[str] = set()
        self.limits = limits or Limits(concurrency=64, expected_seconds=max(seconds, 0.1))

    def features(self) -> frozenset[str]:
        """What it pretends to make."""
        return frozenset({"reunion"})

    def check(self, order: JobRequest) -> None:
        """WrongUsage option_invalid: an order to fail that it does not know. Everything else is fine."""
        told = order.options.get("fake")
        if told is not None and told not in ORDERS:
            raise WrongUsage("option_invalid", field="options.fake", allowed="、".join(ORDERS))

    async def submit(self, request: EngineRequest, attempt: str, progress: Progress) -> EngineResult:
        """Grey pictures, or the error that was ordered."""
        del attempt
        self.check(request.order)
        progress(0.0, "开始", "begun")
        await asyncio.sleep(self._seconds)
        error = self._ordered(request)
        if error is not None:
            raise error
        people: list[dict[str, Any]] = [
            {"photo": photo, "person": 1, "face_distance": None, "warnings": []} for photo in request.order.photos
        ]
        pictures = tuple(_picture(rank, people) for rank in range(1, request.candidates + 1))
        progress(1.0, "完成", "done")
        return EngineResult(pictures)

    async def poll(self, task: TaskRef) -> Pending | EngineResult:
        """It has no tasks. BadRequest."""
        raise BadRequest("unexpected", detail=f"{task.engine} has no tasks")

    async def cancel(self, task: TaskRef) -> None:
        """There is nothing to stop."""

    def _ordered(self, request: EngineRequest) -> StudioError | None:
        match request.order.options.get("fake"):
            case "refuse":
                return InputRefused("no_face")
            case "fail":
                return Transient("engine_failed")
            case "fail_once" if request.job_id not in self._failed_once:
                self._failed_once.add(request.job_id)
                return Transient("engine_failed")
            case "unknown":
                return Unknown("engine_failed")
            case "output":
                return OutputRefused("engine_failed")
        return None


def _picture(rank: int, people: list[dict[str, Any]]) -> Picture:
    from tuanyuan.imaging.label.metadata import embed

    produce_id = uuid.uuid4().hex
    data = embed(_grey(), new_label(produce_id).to_json())
    facts = {
        "rank": rank,
        "score": round(1.0 - rank / 100, 4),
        "width": WIDTH,
        "height": HEIGHT,
        "people": people,
        "warnings": [],
        "produce_id": produce_id,
    }
    return Picture(data, WIDTH, HEIGHT, labelled=True, facts=facts)


@cache
def _grey() -> bytes:
    """One picture through the label gate; the others differ in their label's number only."""
    import numpy as np

    from tuanyuan.imaging.label import label_picture

    return label_picture(np.full((HEIGHT, WIDTH, 3), GREY, np.uint8), new_label(uuid.uuid4().hex), "jpeg")
