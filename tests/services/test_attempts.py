"""Whatever an engine answers: what is tried again, what never is, and what becomes of the credits."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from doubles.books import EmptySqlite, RecordingUnits
from doubles.studio import Cloud, Desk, a_task, answers, cloudy, saying, settled

from tuanyuan.domain.capabilities import Limits
from tuanyuan.domain.engine import (
    BadRequest,
    EngineRequest,
    EngineResult,
    EngineSetup,
    InputRefused,
    OutputRefused,
    Pending,
    TaskRef,
    Throttled,
    Transient,
    Unknown,
)
from tuanyuan.domain.errors import NotNow, OurFault, StudioError
from tuanyuan.services.generation import as_error
from tuanyuan.services.patience import Patience, through_outage


@pytest.fixture
def desk(empty_sqlite: EmptySqlite, tmp_path: Path) -> Iterator[Desk]:
    """Which database it is makes no difference here."""
    database = empty_sqlite.database(tmp_path)
    yield Desk(RecordingUnits(database), tmp_path)
    database.close()


# What the engine says.


def test_a_known_failure_is_tried_three_times_more_5_10_15_seconds_apart(desk: Desk) -> None:
    desk.engine.script = [saying(Transient)] * 3
    job = desk.done()
    assert (job.status, desk.slept) == ("completed", [5, 10, 15])
    assert desk.outcomes(job.id) == ["failed"] * 3 + ["succeeded"]
    assert len(set(desk.engine.attempts)) == 4


def test_provider_fails_after_the_charge(desk: Desk) -> None:
    """new-api #2050: the failure after the hold left the hold."""
    desk.engine.script = [saying(Transient)] * 9
    job = desk.done()
    settled(desk, job.id)
    assert (len(desk.engine.calls), desk.slept) == (4, [5, 10, 15])
    assert job.error == {**as_error(saying(Transient))}


def test_throttling_is_no_attempt_and_ends_at_the_deadline(desk: Desk) -> None:
    desk.engine.script = [saying(Throttled)] * 7
    job = desk.done()
    assert (job.status, desk.slept) == ("completed", [5.0] * 7)
    assert desk.outcomes(job.id) == ["succeeded"]
    assert len(set(desk.engine.attempts)) == 1


def test_throttling_without_end_fails_the_job(desk: Desk) -> None:
    desk.engine.capabilities = cloudy(limits=Limits(concurrency=2, expected_seconds=10, deadline=20))
    desk.engine.script = [saying(Throttled)] * 99
    job = desk.done()
    settled(desk, job.id)
    assert len(desk.engine.calls) == 5


def test_input_refused_is_final_and_told_in_the_users_words(desk: Desk) -> None:
    desk.engine.script = [saying(InputRefused, "no_face")]
    job = desk.done()
    settled(desk, job.id)
    assert (len(desk.engine.calls), desk.outcomes(job.id)) == (1, ["refused"])
    assert {k: (job.error or {})[k] for k in ("code", "fix", "message_zh")} == {
        "code": "no_face",
        "fix": "user",
        "message_zh": "没有找到人脸",
    }


def test_output_refused_is_tried_once_more(desk: Desk) -> None:
    desk.engine.script = [saying(OutputRefused)] * 2
    job = desk.done()
    settled(desk, job.id)
    assert (len(desk.engine.calls), desk.slept) == (2, [])


@pytest.mark.parametrize("error", [EngineSetup, BadRequest])
def test_our_own_fault_is_not_tried_again(desk: Desk, error: type[StudioError]) -> None:
    desk.engine.script = [saying(error)]
    job = desk.done()
    settled(desk, job.id)
    assert (len(desk.engine.calls), (job.error or {})["fix"]) == (1, "us")


@pytest.mark.parametrize("resumable", [True, False])
def test_a_lost_answer_is_never_sent_again(desk: Desk, resumable: bool) -> None:
    desk.engine.resumable = resumable
    desk.engine.script = [saying(Unknown)]
    job = desk.done()
    settled(desk, job.id)
    assert (len(desk.engine.calls), desk.outcomes(job.id)) == (1, ["unknown"])


def test_an_engine_that_does_not_answer_in_time_is_unknown(desk: Desk) -> None:
    async def hang(*_: Any) -> EngineResult:
        import asyncio

        await asyncio.Event().wait()
        raise AssertionError

    desk.engine.capabilities = cloudy(limits=Limits(concurrency=2, expected_seconds=10, deadline=0.01))
    desk.engine.submit = hang  # type: ignore[method-assign, assignment]  # instead of its own
    job = desk.done()
    settled(desk, job.id)
    assert desk.outcomes(job.id) == ["unknown"]


@pytest.mark.parametrize(("resumable", "outcome"), [(True, "failed"), (False, "unknown")])
def test_an_unforeseen_error_goes_on_and_is_noted(desk: Desk, resumable: bool, outcome: str) -> None:
    desk.engine.resumable = resumable
    desk.engine.script = [ZeroDivisionError()]
    job = desk.submit()
    desk.generation.claim(job.id, "w")
    with pytest.raises(OurFault, match="unexpected"):
        desk.generation.make(job.id, desk.generation.prepare(job.id))
    assert desk.outcomes(job.id) == [outcome]


def test_an_engine_that_was_taken_away_gives_back(desk: Desk) -> None:
    job = desk.submit()
    desk.generation = replace(desk.generation, router=replace(desk.router, engines={}))
    desk.work(job.id)
    settled(desk, job.id)
    assert (desk.job(job.id).error or {})["code"] == "engine_missing"


# Tasks at a provider.


def test_a_task_is_written_down_and_asked_for_until_it_is_done(desk: Desk) -> None:
    desk.engine.script = [a_task]
    desk.engine.polls = [Pending(0.5, 2.0), saying(Unknown), saying(Throttled), desk.engine.pictures(4)]
    job = desk.done()
    assert (job.status, len(desk.engine.calls), desk.slept) == ("completed", 1, [2.0, 2.0, 2.0])
    assert desk.engine.polled == [TaskRef("cloud", "task-1")] * 4
    with desk.units.read() as unit:
        (attempt,) = unit.jobs.attempts(job.id)
    assert (attempt.task, attempt.outcome, attempt.cost_fen) == ("task-1", "succeeded", 80)


def test_a_task_without_end_is_unknown_at_the_deadline(desk: Desk) -> None:
    desk.engine.script = [a_task]
    job = desk.done()
    settled(desk, job.id)
    assert (len(desk.engine.calls), len(desk.engine.polled)) == (1, 12)
    assert (desk.outcomes(job.id), desk.engine.cancelled) == (["unknown"], [TaskRef("cloud", "task-1")])


def test_provider_answers_after_the_deadline(desk: Desk) -> None:
    """Given up and given back; the late answer changes nothing any more."""
    desk.engine.script = [a_task]
    job = desk.done()
    desk.engine.polls = [desk.engine.pictures(4)]
    desk.work(job.id)
    settled(desk, job.id)


def test_a_task_that_failed_is_ordered_anew_under_an_attempt_of_its_own(desk: Desk) -> None:
    """open-ai-canvas #477: a retry must not carry the former attempt's task."""
    desk.engine.script = [a_task, a_task]
    desk.engine.polls = [saying(Transient), desk.engine.pictures(4)]
    job = desk.done()
    with desk.units.read() as unit:
        tasks = [(a.task, a.outcome) for a in unit.jobs.attempts(job.id)]
    assert tasks == [("task-1", "failed"), ("task-2", "succeeded")]


# Fewer pictures than asked for.


def test_partial_batch_is_topped_up_once(desk: Desk) -> None:
    """2 of 4 candidates delivered."""
    desk.engine.script = [answers(2)]
    job = desk.done()
    assert (len(job.candidates), [c.candidates for c in desk.engine.calls]) == (4, [4, 2])
    assert desk.outcomes(job.id) == ["succeeded", "succeeded"]


def test_partial_batch_that_stays_short_is_delivered(desk: Desk) -> None:
    desk.engine.script = [answers(1), answers(1)]
    job = desk.done()
    assert (job.status, len(job.candidates), len(desk.engine.calls)) == ("completed", 2, 2)
    assert sorted(desk.files()) == sorted(c.file for c in job.candidates)


def test_a_failing_top_up_keeps_what_there_is(desk: Desk) -> None:
    desk.engine.script = [answers(3), saying(Unknown)]
    job = desk.done()
    assert (job.status, len(job.candidates)) == ("completed", 3)
    assert desk.outcomes(job.id) == ["succeeded", "unknown"]


def test_an_engine_that_did_its_best_is_not_asked_for_more(desk: Desk) -> None:
    desk.engine.script = [answers(2, exhausted=True)]
    assert (len(desk.done().candidates), len(desk.engine.calls)) == (2, 1)


def test_the_same_picture_twice_counts_once(desk: Desk) -> None:
    def twice(engine: Cloud, request: EngineRequest) -> EngineResult:
        one = engine.pictures(1).pictures
        return EngineResult(one * request.candidates)

    desk.engine.script = [twice, twice]
    assert len(desk.done().candidates) == 2


def test_no_picture_at_all_gives_back(desk: Desk) -> None:
    desk.engine.script = [answers(0), answers(0)]
    job = desk.done()
    settled(desk, job.id)
    assert (job.error or {})["code"] == "nothing_made"


def test_a_picture_without_a_label_never_leaves(desk: Desk) -> None:
    desk.engine.script = [answers(4, labelled=False)]
    job = desk.done()
    settled(desk, job.id)
    assert (job.error or {})["code"] == "label_unverified"


# Stores that go away for a while.


def test_an_outage_is_waited_out_and_a_long_one_is_told() -> None:
    slept: list[float] = []
    down = [NotNow("database_down"), NotNow("storage_down")]

    def act() -> int:
        if down:
            raise down.pop()
        return 7

    assert through_outage(act, slept.append) == 7
    assert slept == [0.5, 1.0]
    with pytest.raises(NotNow):
        through_outage(lambda: (_ for _ in ()).throw(NotNow("database_down")), slept.append)
    with pytest.raises(NotNow, match="busy"):
        through_outage(lambda: (_ for _ in ()).throw(NotNow("busy")), slept.append)
    assert sum(slept) == 1.5 + 30.5


def test_a_store_that_is_down_for_a_moment_costs_no_second_call(desk: Desk) -> None:
    job = desk.submit()
    desk.generation.claim(job.id, "w")
    prepared = desk.generation.prepare(job.id)
    sink, down = desk.vault.sink, [True, True]

    def failing(address: str, wrapped_key: bytes) -> Any:
        if down:
            down.pop()
            raise NotNow("storage_down")
        return sink(address, wrapped_key)

    desk.vault.sink = failing  # type: ignore[method-assign]  # instead of its own
    made = desk.generation.make(job.id, prepared)
    desk.generation.record(job.id, made)
    assert (len(desk.engine.calls), desk.slept, len(desk.files())) == (1, [0.5, 1.0], 4)


def test_a_full_store_fails_the_job_and_gives_back(desk: Desk) -> None:
    def full(*_: Any) -> Any:
        raise NotNow("storage_full")

    request = desk.order()
    desk.vault.sink = full  # type: ignore[method-assign]  # instead of its own
    job = desk.done(request)
    settled(desk, job.id)
    assert (job.error or {})["code"] == "storage_full"


def test_patience_by_itself() -> None:
    patience = Patience(deadline=Limits().deadline, failures=2)
    assert patience.after(saying(Transient)) == 15
    assert patience.after(saying(Transient)) is None
    assert patience.after(NotNow("busy")) == 5
    assert patience.after(saying(Unknown)) is None
