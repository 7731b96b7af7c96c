"""Asking an engine, each time by a written attempt; several at once where more pictures are wanted than a call brings.

An attempt is written down before anything is sent. A known failure is tried again; a lost answer is looked for where
the engine has a way to tell, and else never sent again: the attempt stays "unknown", with what it may have cost.
"""

from __future__ import annotations

import contextlib
import math
import time
from collections.abc import Callable, Collection, Coroutine, Sequence
from dataclasses import dataclass, replace
from typing import Any

import structlog

from tuanyuan.domain import parameters
from tuanyuan.domain.capabilities import Model
from tuanyuan.domain.engine import (
    Engine,
    EngineRequest,
    EngineResult,
    OutputRefused,
    TaskRef,
    Throttled,
    Transient,
    Unknown,
)
from tuanyuan.domain.errors import OurFault, Rejected, StudioError
from tuanyuan.domain.job import MOST_CLAIMS, Attempt
from tuanyuan.domain.ports import Clock, NewId, Progress, Unit, Units
from tuanyuan.services.admission import Admission
from tuanyuan.services.patience import Patience, Sleep, is_throttling, through_outage
from tuanyuan.services.tries import CONTROL_SECONDS, OPEN, Answer, Chosen, Moment, Try, heard, together, waiting

# Seconds before each look for what became of a lost answer: the provider may need a moment to know of it.
FIND_WAITS = (0.0, 3.0)

# Runs a coroutine to its end on an event loop of the worker.
Run = Callable[[Coroutine[Any, Any, Any]], Any]
# Called with the unit in which an attempt is written down, and its cost in fen: what must be true or written with it.
# None: nothing is sent, an earlier run's attempts are taken up.
Along = Callable[[Unit, int | None], None]
# Why one try is not sent; the others under way go on.
STOPPED = ("engine_daily_stop", "over_the_ceiling", "export_consent_needed")
# The provider had taken it, so it may have billed what we never got.
MAY_BE_BILLED = ("picture_gone", "engine_task_gone")

log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Attempts:
    """The tries of one job. `along` is called in each unit that opens an attempt."""

    units: Units
    admission: Admission
    clock: Clock
    new_id: NewId
    run: Run
    sleep: Sleep
    checkpoint: Callable[[str], None]

    def ask(
        self,
        chosen: Chosen,
        requests: Sequence[EngineRequest],
        progress: Progress,
        along: Along,
        answered: Collection[str] = (),
    ) -> tuple[list[Answer], StudioError | None]:
        """The engine's answers, and the error of the first request that it did not answer.

        What an earlier run of this step has left open is taken up first. The requests are asked at once, as far as
        the engine takes them. answered: ids of open attempts whose answer the caller holds.

        Raises OurFault job_gave_up when too many attempts killed their process; what `along` and our own books raise.
        """
        with self.units.read() as unit:
            earlier = [a for a in unit.jobs.attempts(requests[0].job_id) if a.engine == chosen.engine.name]
        earlier = [a for a in earlier if a.id not in answered]
        failures = sum(a.outcome == "failed" for a in earlier)
        left = self._left_open(chosen.engine, earlier)
        wanted = [*requests, *[requests[-1]] * (len(left) - len(requests))]
        tries = [Try(request, Patience(chosen.deadline, failures)) for request in wanted]
        for one, attempt in zip(tries, left, strict=False):
            one.attempt, one.sent = attempt, True
        if left:
            self._in_a_unit(lambda unit: along(unit, None))
            self.checkpoint("make:submitting")
        began, waited = time.monotonic(), 0.0
        while unfinished := [one for one in tries if not one.ended]:
            pause = min(one.due for one in unfinished) - waited
            if pause > 0:
                self.sleep(pause)
                waited += pause
            moment = Moment(waited, max(waited, math.floor(time.monotonic() - began)))
            due = [one for one in unfinished if one.due <= waited]
            self._step(chosen, due, moment, progress, along)
        answers = [one.answer for one in tries if one.answer]
        return answers, next((one.error for one in tries if one.error), None)

    def _left_open(self, engine: Engine, earlier: Collection[Attempt]) -> list[Attempt]:
        """Attempts of an earlier run that may still be answered."""
        lost = sum(a.outcome == "lost" for a in earlier)
        left = []
        for attempt in earlier:
            if attempt.outcome not in OPEN:
                continue
            if attempt.task is not None or not engine.resumable:
                left.append(attempt)
                continue
            self._changed(_closed(attempt, "lost", "answer_lost", self))
            lost += 1
        if lost >= MOST_CLAIMS:
            raise OurFault("job_gave_up")
        return left

    def _step(self, chosen: Chosen, due: Sequence[Try], at: Moment, progress: Progress, along: Along) -> None:
        """One step of every try that is due: written down where it is not, and asked together with the others."""
        new = [one for one in due if not one.open and self._open(chosen, one, at, along)]
        if new:
            self.checkpoint("make:submitting")
        ready = [one for one in due if one.open]
        answers = self.run(together([one.coroutine(chosen, progress) for one in ready]))
        for one, answer in zip(ready, answers, strict=True):
            self._take(chosen, one, answer, at, progress)

    def _open(self, chosen: Chosen, one: Try, at: Moment, along: Along) -> bool:
        """Write the attempt down. False: the engine takes no more at the moment, so it waits."""
        cost = _cost_fen(chosen.model, one.request)

        def opened(unit: Unit) -> Attempt:
            along(unit, cost)
            self.admission.enter(unit, chosen.engine, chosen.model, cost)
            number = max((a.number for a in unit.jobs.attempts(one.request.job_id)), default=0) + 1
            now = self.clock()
            new = Attempt(self.new_id(), one.request.job_id, number, chosen.engine.name, "submitting", now)
            again = one.attempt or replace(new, model=chosen.model.id, reason=chosen.reason)
            # Calls are counted by when they were sent, and a repeated one is sent now.
            again = replace(again, created_at=now, finished_at=None)
            new = replace(again, outcome="submitting", code=None, cost_fen=cost)
            unit.jobs.attempt(new)
            return new

        try:
            one.attempt = self._in_a_unit(opened)
        except Throttled as full:
            self._again(chosen, one, full, at)
            return False
        except StudioError as error:
            if error.code in STOPPED:
                one.error = error
                return False
            raise
        return True

    def _take(self, chosen: Chosen, one: Try, answer: Any, at: Moment, progress: Progress) -> None:
        """What an answer means for its try."""
        attempt, engine = self._written(one), chosen.engine
        if attempt.task is None and isinstance(answer, Unknown):
            answer = self._found(engine, attempt)
        if isinstance(answer, TaskRef):
            one.attempt = self._changed(replace(attempt, outcome="submitted", task=answer.task))
            one.until = None
            self.checkpoint("make:submitted")
            return
        if isinstance(answer, EngineResult):
            one.answer = Answer(self._answered(attempt, engine, answer), answer)
            return
        if attempt.task is not None and (seconds := waiting(answer)) is not None:
            one.until = at.elapsed + chosen.deadline if one.until is None else one.until
            if at.elapsed + seconds < one.until:
                share = getattr(answer, "progress", None)
                if share is not None:
                    progress(share, "正在制作", "making")
                one.due = at.waited + seconds
                return
            self._given_up(engine, attempt)
            answer = Unknown("answer_lost")
        if not isinstance(answer, StudioError):
            # A bug of ours, or an answer that nobody thought of: this engine's alone, and the others' work goes on.
            log.error("attempt_unforeseen", engine=engine.name, attempt=attempt.id, exc_info=answer)
            one.error = OurFault("unexpected", detail=type(answer).__name__)
            one.attempt = self._ended(attempt, engine, one.error, "failed" if engine.resumable else "unknown")
            return
        one.attempt = self._ended(attempt, engine, answer)
        self._again(chosen, one, answer, at)

    def _again(self, chosen: Chosen, one: Try, error: StudioError, at: Moment) -> None:
        """When the try may go on; never: it has ended with the error."""
        seconds = one.patience.after(error)
        log.info("attempt_ended", job=one.request.job_id, engine=chosen.engine.name, code=error.code, again=seconds)
        if seconds is None:
            one.error = error
            return
        # Throttling is no attempt: the same line is used again.
        keep = one.attempt is not None and is_throttling(error) and one.attempt.task is None
        one.attempt = one.attempt if keep else None
        one.sent, one.due, one.until = False, at.waited + seconds, None

    def _found(self, engine: Engine, attempt: Attempt) -> TaskRef | EngineResult | StudioError:
        """What became of an attempt whose answer was lost; Transient: it never arrived, so it may be sent again.

        That it is not there is believed at the last look only: a call that was cut off may be under way still.
        """
        found: TaskRef | EngineResult | Exception | None = None
        for seconds in FIND_WAITS:
            if seconds:
                self.sleep(seconds)
            found = self.run(heard(CONTROL_SECONDS, engine.find(attempt.id)))
            if isinstance(found, TaskRef | EngineResult):
                log.info("answer_found", engine=engine.name, attempt=attempt.id, found=type(found).__name__)
                return found
        return Transient("engine_failed") if found is None else Unknown("answer_lost")

    def _given_up(self, engine: Engine, attempt: Attempt) -> None:
        with contextlib.suppress(Exception):
            self.run(heard(CONTROL_SECONDS, engine.cancel(TaskRef(attempt.engine, str(attempt.task)))))

    def _answered(self, attempt: Attempt, engine: Engine, result: EngineResult) -> Attempt:
        """The attempt with when it was answered and its cost: it takes no place at the engine any more."""
        if engine.capabilities.complete:
            return attempt
        at = self.clock()
        answered = replace(attempt, finished_at=at, cost_fen=result.cost_fen)

        def written(unit: Unit) -> None:
            _write(unit, answered)
            self.admission.went(unit, engine, (at - attempt.created_at).total_seconds())

        self._in_a_unit(written)
        return answered

    def _ended(self, attempt: Attempt, engine: Engine, error: StudioError, outcome: str | None = None) -> Attempt:
        """The attempt with how it ended. outcome: instead of the one that the error stands for."""
        ended = _closed(attempt, outcome or _outcome(error), error.code, self)

        def written(unit: Unit) -> None:
            _write(unit, ended)
            seconds = (self.clock() - attempt.created_at).total_seconds()
            self.admission.went(unit, engine, seconds, error)

        self._in_a_unit(written)
        return ended

    def _written(self, one: Try) -> Attempt:
        if one.attempt is None:
            raise OurFault("unexpected", detail="asked before it was written down")
        return one.attempt

    def _changed(self, attempt: Attempt) -> Attempt:
        self._in_a_unit(lambda unit: _write(unit, attempt))
        return attempt

    def _in_a_unit(self, act: Callable[[Unit], Any]) -> Any:
        def done() -> Any:
            with self.units.begin() as unit:
                return act(unit)

        return through_outage(done, self.sleep)


def _cost_fen(model: Model, request: EngineRequest) -> int:
    width, height = request.size
    return model.cost_fen(
        request.candidates,
        seconds=parameters.clip_seconds(request.order.options),
        area=width * height,
        references=len(request.references),
    )


def _closed(attempt: Attempt, outcome: str, code: str, by: Attempts) -> Attempt:
    """What is not known to have failed keeps its cost: it may have been billed."""
    cost = attempt.cost_fen if outcome == "unknown" or code in MAY_BE_BILLED else 0
    return replace(attempt, outcome=outcome, code=code, finished_at=by.clock(), cost_fen=cost)


def _write(unit: Unit, attempt: Attempt) -> None:
    """Write down how an attempt goes on. What whoever took the job over has closed meanwhile stays closed."""
    there = next((a for a in unit.jobs.attempts(attempt.job_id) if a.id == attempt.id), attempt)
    if there.outcome not in OPEN:
        attempt = replace(attempt, outcome=there.outcome, finished_at=there.finished_at)
    if there.outcome != "succeeded":
        unit.jobs.attempt(attempt)


def _outcome(error: StudioError) -> str:
    if isinstance(error, Unknown):
        return "unknown"
    return "refused" if isinstance(error, Rejected | OutputRefused) else "failed"
