"""One picture's worth of asking an engine: an attempt from before it is written down to its answer.

A try is a line of steps that somebody else takes one by one (`services.attempts`), so that several can be under way
at once without a thread each: `due` tells when it wants the next one.
"""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from dataclasses import dataclass
from typing import Any

from tuanyuan.domain.capabilities import Model
from tuanyuan.domain.engine import Engine, EngineRequest, EngineResult, Pending, TaskRef, Throttled, Unknown, unheard
from tuanyuan.domain.errors import OurFault, StudioError
from tuanyuan.domain.job import Attempt
from tuanyuan.domain.ports import Progress
from tuanyuan.services.patience import Patience

OPEN = ("submitting", "submitted")
CONTROL_SECONDS = 30.0
POLL_AGAIN = 2.0


@dataclass(frozen=True)
class Chosen:
    """Who is asked, and why. reason: as JSON, noted with each attempt."""

    engine: Engine
    model: Model
    reason: dict[str, Any] | None = None

    @property
    def deadline(self) -> float:
        """Seconds until a result is given up."""
        return self.engine.capabilities.deadline(self.model)


@dataclass(frozen=True)
class Answer:
    """What an attempt brought. The attempt is still open: it has succeeded once its pictures are kept."""

    attempt: Attempt
    result: EngineResult


@dataclass(frozen=True)
class Moment:
    """Seconds since the asking began. waited: slept only, so that what is due is exact.

    elapsed: with the calls, in whole seconds.
    """

    waited: float
    elapsed: float


@dataclass
class Try:
    """request: for these pictures. attempt: None before it is written down. sent: by an earlier run of the step.

    due: `Moment.waited` of its next step. until: `Moment.elapsed` at which its task is given up.
    answer, error: how it ended.
    """

    request: EngineRequest
    patience: Patience
    attempt: Attempt | None = None
    sent: bool = False
    due: float = 0.0
    until: float | None = None
    answer: Answer | None = None
    error: StudioError | None = None

    @property
    def ended(self) -> bool:
        """Whether there is nothing more to do."""
        return self.answer is not None or self.error is not None

    @property
    def open(self) -> bool:
        """Whether its attempt is written down and not ended."""
        return self.attempt is not None and self.attempt.outcome in OPEN

    def coroutine(self, chosen: Chosen, progress: Progress) -> Coroutine[Any, Any, Any]:
        """What is asked now: for its task, or to begin. Never raises: an error that says no is its answer."""
        if self.attempt is None:
            raise OurFault("unexpected", detail="asked before it was written down")
        if self.attempt.task is not None:
            return heard(CONTROL_SECONDS, chosen.engine.poll(TaskRef(self.attempt.engine, self.attempt.task)))
        if self.sent:
            return _lost()
        return heard(chosen.deadline, chosen.engine.submit(self.request, self.attempt.id, progress))


async def heard(seconds: float, call: Coroutine[Any, Any, Any]) -> Any:
    """The call's answer or its error, foreign ones too; Unknown answer_lost after `seconds`."""
    try:
        async with asyncio.timeout(seconds):
            return await call
    except TimeoutError:
        return unheard()
    except Exception as error:
        return error


async def together(calls: list[Coroutine[Any, Any, Any]]) -> list[Any]:
    """All answers, in order."""
    return list(await asyncio.gather(*calls))


async def _lost() -> Unknown:
    return Unknown("answer_lost")


def waiting(answer: Any) -> float | None:
    """Seconds until a task may be asked for again; None: the answer is none of waiting."""
    if isinstance(answer, Pending):
        return answer.seconds
    return POLL_AGAIN if isinstance(answer, Unknown | Throttled) else None
