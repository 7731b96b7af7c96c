"""The engine that runs on this computer, behind the port that all engines share."""

from __future__ import annotations

import asyncio

from tuanyuan.domain.capabilities import Capabilities, Limits, Model
from tuanyuan.domain.engine import (
    BadRequest,
    EngineRequest,
    EngineResult,
    InputRefused,
    Pending,
    Picture,
    TaskRef,
    Throttled,
    Transient,
)
from tuanyuan.domain.errors import NotNow, Rejected
from tuanyuan.domain.job import JobRequest
from tuanyuan.domain.photo import MOST_PEOPLE
from tuanyuan.domain.ports.pixels import Made, PixelWork, Progress
from tuanyuan.domain.reunion import LEAST_SIDE, MOST_CANDIDATES, MOST_SIDE
from tuanyuan.engines.local.ordering import FEATURE, PARAMETERS, as_fields, reunion_order

MODEL = Model(
    "reunion",
    frozenset({FEATURE}),
    references=MOST_PEOPLE,
    outputs=MOST_CANDIDATES,
    least_area=LEAST_SIDE * LEAST_SIDE,
    most_area=MOST_SIDE * MOST_SIDE,
    seeds=True,
)


def able(limits: Limits) -> Capabilities:
    """What this computer makes."""
    return Capabilities(
        name_zh="本机",
        name_en="This computer",
        region="here",
        models=(MODEL,),
        limits=limits,
        parameters=PARAMETERS,
        complete=True,
    )


class LocalEngine:
    """Implements `domain.engine.Engine` with pixel work: answers at once or not at all, costs nothing, sends nothing.

    Repeating a call whose answer was lost is harmless, hence `resumable`.
    """

    name = "local"
    resumable = True

    def __init__(self, pixels: PixelWork, limits: Limits) -> None:
        self._pixels = pixels
        self.capabilities = able(limits)

    def check(self, order: JobRequest) -> None:
        """Whether the order is understood. WrongUsage option_invalid."""
        reunion_order(order, MOST_CANDIDATES, False)

    async def submit(self, request: EngineRequest, attempt: str, progress: Progress) -> EngineResult:
        """Make, judge and label the pictures. `progress` is called in another thread.

        InputRefused: the photos will not do, or nothing good came of them. Throttled: too much waits already.
        Transient: the work was killed at its limit.
        """
        del attempt
        order = reunion_order(request.order, request.candidates, request.watermark)
        try:
            made = await asyncio.to_thread(self._pixels.make, FEATURE, request.photos, as_fields(order), progress)
        except Rejected as error:
            raise InputRefused.telling(error.problem) from error
        except NotNow as error:
            kind = Throttled if error.code == "busy" else Transient
            raise kind.telling(error.problem) from error
        # Weak ones were made again before they were left out; the same order gives the same pictures.
        return EngineResult(_pictures(made), exhausted=True)

    async def poll(self, task: TaskRef) -> Pending | EngineResult:
        """There is nothing to ask for: `submit` has answered. BadRequest."""
        raise BadRequest("unexpected", detail=f"{task.engine} has no tasks")

    async def find(self, attempt: str) -> None:
        """Nothing of it lasts: an attempt that was not heard of is made again."""

    async def cancel(self, task: TaskRef) -> None:
        """There is nothing to stop."""

    async def close(self) -> None:
        """There is nothing to let go of."""


def _pictures(made: Made) -> tuple[Picture, ...]:
    """The candidates, best first, each with its entry of result.json but for the file's name."""
    return tuple(
        Picture(
            data=made.files[entry["file"]],
            width=entry["width"],
            height=entry["height"],
            labelled=True,
            facts={key: value for key, value in entry.items() if key != "file"},
        )
        for entry in sorted(made.result["candidates"], key=lambda entry: int(entry["rank"]))
    )
