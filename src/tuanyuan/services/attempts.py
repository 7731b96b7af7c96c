"""Asking an engine, one written attempt at a time.

An attempt is written down before anything is sent. A known failure is tried again; a lost answer is looked for where
the engine gave a task, and else never sent again: the attempt stays "unknown" for whoever compares the bills.
"""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import Callable, Collection, Coroutine
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import structlog

from tuanyuan.domain.engine import (
    Engine,
    EngineRequest,
    EngineResult,
    OutputRefused,
    Pending,
    TaskRef,
    Throttled,
    Unknown,
)
from tuanyuan.domain.errors import OurFault, Rejected, StudioError
from tuanyuan.domain.job import MOST_CLAIMS, Attempt
from tuanyuan.domain.ports import Clock, NewId, Progress, Unit, Units
from tuanyuan.services.patience import Patience, Sleep, is_throttling, through_outage

OPEN = ("submitting", "submitted")
CONTROL_SECONDS = 30.0
POLL_AGAIN = 2.0

# Runs a coroutine to its end on an event loop of the worker.
Run = Callable[[Coroutine[Any, Any, Any]], Any]
# Called with the unit in which an attempt is written down: what must be true or written with it.
Along = Callable[[Unit], None]

log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Answer:
    """What an attempt brought. The attempt is still open: it has succeeded once its pictures are kept."""

    attempt: Attempt
    result: EngineResult


@dataclass(frozen=True)
class Attempts:
    """The tries of one job at one engine. `along` is called in each unit that opens an attempt."""

    units: Units
    clock: Clock
    new_id: NewId
    run: Run
    sleep: Sleep
    checkpoint: Callable[[str], None]

    def ask(
        self, engine: Engine, request: EngineRequest, progress: Progress, along: Along, answered: Collection[str] = ()
    ) -> Answer:
        """The engine's answer, after what an earlier run of this step has left was looked at.

        answered: ids of open attempts whose answer the caller holds. Raises what the engine raises when there is no
        use in asking again; Unknown answer_lost; OurFault job_gave_up when too many attempts killed their process.
        """
        with self.units.read() as unit:
            earlier = [a for a in unit.jobs.attempts(request.job_id) if a.id not in answered]
        patience = Patience(engine.limits.deadline, sum(a.outcome == "failed" for a in earlier))
        attempt = self._left_open(engine, earlier)
        while True:
            attempt = self._open(request.job_id, engine, attempt, along)
            answer, attempt = self._answer(engine, request, attempt, progress)
            if isinstance(answer, EngineResult):
                return Answer(attempt, answer)
            attempt = self._ended(attempt, _outcome(answer), answer.code)
            seconds = patience.after(answer)
            log.info("attempt_ended", job=request.job_id, engine=engine.name, code=answer.code, again=seconds)
            if seconds is None:
                raise answer
            self.sleep(seconds)
            # Throttling is no attempt: the same line is used again.
            attempt = attempt if is_throttling(answer) and attempt.task is None else None

    def _left_open(self, engine: Engine, earlier: Collection[Attempt]) -> Attempt | None:
        """The attempt of an earlier run whose task can still be asked for."""
        lost = sum(a.outcome == "lost" for a in earlier)
        for attempt in earlier:
            if attempt.outcome not in OPEN:
                continue
            if attempt.task is not None:
                return attempt
            if not engine.resumable:
                self._ended(attempt, "unknown", "answer_lost")
                raise Unknown("answer_lost")
            self._ended(attempt, "lost", "answer_lost")
            lost += 1
        if lost >= MOST_CLAIMS:
            raise OurFault("job_gave_up")
        return None

    def _open(self, job_id: str, engine: Engine, attempt: Attempt | None, along: Along) -> Attempt:
        def written() -> Attempt:
            with self.units.begin() as unit:
                along(unit)
                if attempt is not None and attempt.outcome in OPEN:
                    return attempt
                number = max((a.number for a in unit.jobs.attempts(job_id)), default=0) + 1
                new = Attempt(self.new_id(), job_id, number, engine.name, "submitting", self.clock())
                opened = new if attempt is None else replace(attempt, outcome="submitting", code=None, finished_at=None)
                unit.jobs.attempt(opened)
                return opened

        opened = through_outage(written, self.sleep)
        self.checkpoint("make:submitting")
        return opened

    def _answer(
        self, engine: Engine, request: EngineRequest, attempt: Attempt, progress: Progress
    ) -> tuple[EngineResult | StudioError, Attempt]:
        """What the engine says in the end, and the attempt with its task. Our own books' errors are raised instead."""
        if attempt.task is None:
            submit = partial(engine.submit, request, attempt.id, progress)
            answer = self._heard(engine, attempt, lambda: self.run(_within(engine.limits.deadline, submit())))
            if not isinstance(answer, TaskRef):
                return answer, attempt
            attempt = self._changed(replace(attempt, outcome="submitted", task=answer.task))
            self.checkpoint("make:submitted")
        task = TaskRef(attempt.engine, str(attempt.task))
        return self._heard(engine, attempt, lambda: self._awaited(engine, task, progress)), attempt

    def _heard(self, engine: Engine, attempt: Attempt, ask: Callable[[], Any]) -> Any:
        """The engine's answer, or the error it said no with. A foreign error is noted and goes on."""
        try:
            return ask()
        except TimeoutError:
            return Unknown("answer_lost")
        except StudioError as error:
            return error
        except Exception:
            self._ended(attempt, "failed" if engine.resumable else "unknown", "unexpected")
            raise

    def _awaited(self, engine: Engine, task: TaskRef, progress: Progress) -> EngineResult:
        """Ask for the task until it is done. Unknown answer_lost at the engine's deadline."""
        began, waited = time.monotonic(), 0.0
        while max(waited, time.monotonic() - began) < engine.limits.deadline:
            pending = Pending(None, POLL_AGAIN)
            with contextlib.suppress(Unknown, Throttled, TimeoutError):
                answer = self.run(_within(CONTROL_SECONDS, engine.poll(task)))
                if isinstance(answer, EngineResult):
                    return answer
                pending = answer
            if pending.progress is not None:
                progress(pending.progress, "正在制作", "making")
            self.sleep(pending.seconds)
            waited += pending.seconds
        with contextlib.suppress(Exception):
            self.run(_within(CONTROL_SECONDS, engine.cancel(task)))
        raise Unknown("answer_lost")

    def _ended(self, attempt: Attempt, outcome: str, code: str) -> Attempt:
        return self._changed(replace(attempt, outcome=outcome, code=code, finished_at=self.clock()))

    def _changed(self, attempt: Attempt) -> Attempt:
        def written() -> Attempt:
            with self.units.begin() as unit:
                unit.jobs.attempt(attempt)
            return attempt

        return through_outage(written, self.sleep)


def _outcome(error: StudioError) -> str:
    if isinstance(error, Unknown):
        return "unknown"
    return "refused" if isinstance(error, Rejected | OutputRefused) else "failed"


async def _within(seconds: float, call: Coroutine[Any, Any, Any]) -> Any:
    """The call's answer; TimeoutError after `seconds`."""
    async with asyncio.timeout(seconds):
        return await call
