"""An engine that makes grey pictures after a given time, or says no as it is told: for tests of load and of faults."""

from __future__ import annotations

import asyncio
import uuid
from functools import cache
from typing import Any

from tuanyuan.domain.capabilities import Capabilities, Limits, Model, Parameter
from tuanyuan.domain.engine import (
    BadRequest,
    EngineRequest,
    EngineResult,
    InputRefused,
    OutputRefused,
    Pending,
    Picture,
    TaskRef,
    Transient,
    Unknown,
)
from tuanyuan.domain.errors import StudioError
from tuanyuan.domain.job import JobRequest
from tuanyuan.domain.label import new_label
from tuanyuan.domain.parameters import PARAMETERS, read
from tuanyuan.domain.ports.pixels import Progress

WIDTH, HEIGHT, GREY = 320, 240, 128
# Orders with one of these seeds are answered with an error.
ORDERS = {"refuse": 9001, "fail": 9002, "fail_once": 9003, "unknown": 9004, "output": 9005}


class FakeEngine:
    """Implements `domain.engine.Engine`. Never looks at a photo; each picture is labelled and unlike the others.

    seconds: how long each call takes. An order with a seed of `ORDERS` is answered with an error: refuse (the input),
    fail (each time), fail_once (the first time of a job), unknown (the answer is lost), output (refused).
    """

    name = "fake"
    resumable = True

    def __init__(self, seconds: float = 0.0, limits: Limits | None = None) -> None:
        self._seconds = seconds
        self._failed_once: set[str] = set()
        self.capabilities = Capabilities(
            name_zh="模拟引擎",
            name_en="Fake",
            region="here",
            models=(Model("grey", frozenset({"reunion"}), references=5, outputs=4, most_area=4096 * 3072),),
            limits=limits or Limits(concurrency=64, expected_seconds=max(seconds, 0.1)),
            parameters={name: Parameter("emulated", "nothing") for name in PARAMETERS},
            complete=True,
        )

    def check(self, order: JobRequest) -> None:
        """WrongUsage option_invalid: a parameter that there is none of, or out of its bounds."""
        read(order.options)

    async def submit(self, request: EngineRequest, attempt: str, progress: Progress) -> EngineResult:
        """Grey pictures, or the error that was ordered."""
        del attempt
        progress(0.0, "开始", "begun")
        await asyncio.sleep(self._seconds)
        error = self._ordered(request)
        if error is not None:
            raise error
        people: list[dict[str, Any]] = [
            {"photo": photo, "person": 1, "face_distance": None, "warnings": []} for photo in request.order.pictures
        ]
        pictures = tuple(_picture(rank, people) for rank in range(1, request.candidates + 1))
        progress(1.0, "完成", "done")
        return EngineResult(pictures)

    async def poll(self, task: TaskRef) -> Pending | EngineResult:
        """It has no tasks. BadRequest."""
        raise BadRequest("unexpected", detail=f"{task.engine} has no tasks")

    async def find(self, attempt: str) -> None:
        """Nothing of it lasts: an attempt that was not heard of is made again."""

    async def cancel(self, task: TaskRef) -> None:
        """There is nothing to stop."""

    async def close(self) -> None:
        """There is nothing to let go of."""

    def _ordered(self, request: EngineRequest) -> StudioError | None:
        ordered = {seed: name for name, seed in ORDERS.items()}.get(request.order.options.get("seed", 0))
        match ordered:
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
