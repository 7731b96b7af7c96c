"""Lost answers are looked for once more, without ever ordering anything, and only the attempt learns of it."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest
from doubles.books import RecordingUnits
from doubles.studio import Cloud, Desk, a_task, cloudy, settled

from tuanyuan.domain.engine import (
    BadRequest,
    EngineResult,
    EngineSetup,
    InputRefused,
    OutputRefused,
    Pending,
    Picture,
    TaskRef,
    Throttled,
    Transient,
    Unknown,
)
from tuanyuan.domain.job import Attempt, Job
from tuanyuan.services.reconciling import Reconciling

COST = 80


@pytest.fixture
def desk(units: RecordingUnits, tmp_path: Path) -> Desk:
    return Desk(units, tmp_path)


def reconciling(desk: Desk, **engines: Any) -> Reconciling:
    return Reconciling(desk.units, engines or desk.engines, desk.clock, asyncio.run)


def lose(desk: Desk) -> Job:
    """A job whose task was never heard of: failed, given back, its attempt unknown with what it may have cost."""
    desk.engine.script = [a_task]
    job = desk.submit()
    desk.work(job.id)
    settled(desk, job.id)
    with desk.units.begin() as unit:
        (attempt,) = unit.jobs.attempts(job.id)
        assert (attempt.outcome, attempt.task, attempt.code) == ("unknown", "task-1", "answer_lost")
        unit.jobs.attempt(Attempt(**{**vars(attempt), "cost_fen": COST}))
    desk.engine.polled.clear()
    desk.engine.cancelled.clear()
    desk.engine.calls.clear()
    desk.engine.polls.clear()
    return desk.job(job.id)


def attempt_of(desk: Desk, job: Job) -> Attempt:
    with desk.units.read() as unit:
        (attempt,) = unit.jobs.attempts(job.id)
    return attempt


ONE = EngineResult((Picture(b"\xff\xd8 late"),), cost_fen=21)


@pytest.mark.parametrize(
    ("answer", "code", "cost"),
    [
        (ONE, "came_late", 21),
        (Transient("engine_failed"), "never_came", 0),
        (Transient("engine_task_gone"), "never_came", 0),
        (InputRefused("engine_input_refused"), "never_came", 0),
        (OutputRefused("engine_output_refused"), "never_came", 0),
        (Transient("picture_gone"), "came_late", COST),
    ],
)
def test_what_is_known_now_is_noted_and_not_asked_again(desk: Desk, answer: Any, code: str, cost: int) -> None:
    job = lose(desk)
    before = (desk.entries(), desk.files(), desk.events(job.id), job)
    desk.engine.polls = [answer]
    assert reconciling(desk).look() == 1
    found = attempt_of(desk, job)
    assert (found.outcome, found.code, found.cost_fen, found.result) == ("unknown", code, cost, None)
    assert (desk.entries(), desk.files(), desk.events(job.id), desk.job(job.id)) == before
    assert reconciling(desk).look() == 0
    assert desk.engine.polled == [TaskRef("cloud", "task-1")]


@pytest.mark.parametrize(
    "answer",
    [
        Pending(0.5, 1.0),
        Unknown("answer_lost"),
        Throttled("engine_throttled"),
        EngineSetup("engine_setup", engine="cloud", detail="401"),
        BadRequest("engine_bad_request", engine="cloud", detail="400"),
        ValueError("a bug"),
    ],
)
def test_what_says_nothing_of_the_task_leaves_it_to_be_asked_for_again(desk: Desk, answer: Any) -> None:
    job = lose(desk)
    before = attempt_of(desk, job)
    desk.engine.polls = [answer, ONE]
    assert reconciling(desk).look() == 0
    assert attempt_of(desk, job) == before
    assert reconciling(desk).look() == 1
    assert attempt_of(desk, job).cost_fen == 21


def test_nothing_is_ever_sent_but_polls(desk: Desk) -> None:
    lose(desk)
    desk.engine.polls = [ONE]
    desk.engine.sought.clear()
    reconciling(desk).look()
    assert (desk.engine.calls, desk.engine.cancelled, desk.engine.sought) == ([], [], [])
    assert len(desk.engine.polled) == 1


def lose_unheard(desk: Desk) -> Job:
    """The same without a task: the call was cut off, and at once nobody could say whether it had arrived."""
    desk.engine.script = [Unknown("answer_lost")]
    job = desk.submit()
    desk.work(job.id)
    with desk.units.begin() as unit:
        (attempt,) = unit.jobs.attempts(job.id)
        assert (attempt.outcome, attempt.task, attempt.code) == ("unknown", None, "answer_lost")
        unit.jobs.attempt(Attempt(**{**vars(attempt), "cost_fen": COST}))
    desk.engine.calls.clear()
    desk.engine.sought.clear()
    return desk.job(job.id)


TASK = TaskRef("cloud", "found-1")


def test_a_call_without_a_task_is_found_and_goes_on_as_the_others(desk: Desk) -> None:
    job = lose_unheard(desk)
    before = (desk.entries(), desk.files(), desk.events(job.id), job)
    desk.engine.found, desk.engine.polls = [TASK], [Pending(0.5, 1.0), ONE]
    assert reconciling(desk).look() == 0
    found = attempt_of(desk, job)
    assert (found.outcome, found.task, found.code, found.cost_fen) == ("unknown", "found-1", "answer_lost", COST)
    assert reconciling(desk).look() == 1
    found = attempt_of(desk, job)
    assert (found.outcome, found.task, found.code, found.cost_fen) == ("unknown", "found-1", "came_late", 21)
    # Its task is searched for once, and nothing is ordered.
    assert (desk.engine.sought, desk.engine.polled, desk.engine.calls) == ([found.id], [TASK, TASK], [])
    assert (desk.entries(), desk.files(), desk.events(job.id), desk.job(job.id)) == before


def test_a_call_that_is_found_with_its_result_is_known_at_once(desk: Desk) -> None:
    job = lose_unheard(desk)
    desk.engine.found = [ONE]
    assert (reconciling(desk).look(), attempt_of(desk, job).cost_fen, desk.engine.polled) == (1, 21, [])


def test_that_it_never_came_is_believed_after_half_an_hour(desk: Desk) -> None:
    job = lose_unheard(desk)
    desk.engine.found = [None, None]
    desk.later(minutes=29, seconds=59)
    assert (reconciling(desk).look(), attempt_of(desk, job).code, attempt_of(desk, job).cost_fen) == (
        0,
        "answer_lost",
        COST,
    )
    desk.later(seconds=1)
    assert reconciling(desk).look() == 1
    found = attempt_of(desk, job)
    assert (found.outcome, found.code, found.cost_fen) == ("unknown", "never_came", 0)
    assert reconciling(desk).look() == 0
    assert len(desk.engine.sought) == 2


@pytest.mark.parametrize(
    "answer",
    [
        Unknown("answer_lost"),
        Transient("engine_failed"),
        Transient("picture_gone"),
        InputRefused("engine_input_refused"),
        Throttled("engine_throttled"),
        EngineSetup("engine_setup", engine="cloud", detail="401"),
        ValueError("a bug"),
    ],
)
def test_an_error_of_the_search_says_nothing_of_the_call(desk: Desk, answer: Any) -> None:
    job = lose_unheard(desk)
    before = attempt_of(desk, job)
    desk.later(hours=1)
    desk.engine.found = [answer, None]
    assert (reconciling(desk).look(), attempt_of(desk, job)) == (0, before)
    assert (reconciling(desk).look(), attempt_of(desk, job).code) == (1, "never_came")


def test_what_a_worker_hears_meanwhile_is_not_written_over(desk: Desk) -> None:
    job = lose(desk)
    heard = Attempt(**{**vars(attempt_of(desk, job)), "cost_fen": 60})

    async def poll(_: TaskRef) -> EngineResult:
        with desk.units.begin() as unit:
            unit.jobs.attempt(heard)
        return ONE

    desk.engine.poll = poll  # type: ignore[method-assign]  # the double's own, for this call
    assert (reconciling(desk).look(), attempt_of(desk, job)) == (0, heard)


def test_a_job_that_was_given_up_with_its_task_open_is_looked_for(desk: Desk) -> None:
    desk.engine.script = [a_task]
    desk.crash_at = "make:submitted"
    job = desk.submit()
    desk.crashes(job.id)
    assert desk.generation.abandoned(job.id)
    assert attempt_of(desk, job).code is None
    desk.engine.polls = [ONE]
    assert reconciling(desk).look() == 1
    assert attempt_of(desk, job).code == "came_late"
    settled(desk, job.id)


def test_after_a_day_it_is_let_be(desk: Desk) -> None:
    job = lose(desk)
    desk.later(hours=24, seconds=1)
    desk.engine.polls = [ONE]
    assert reconciling(desk).look() == 0
    assert (desk.engine.polled, attempt_of(desk, job).cost_fen) == ([], COST)


def test_an_engine_that_is_not_in_use_any_more_is_not_asked(desk: Desk) -> None:
    lose(desk)
    other = Cloud(name="other", capabilities=cloudy())
    assert reconciling(desk, other=other).look() == 0
    assert (other.polled, desk.engine.polled) == ([], [])
