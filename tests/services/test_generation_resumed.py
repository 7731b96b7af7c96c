"""Wherever a worker dies, or is only thought to be dead: the job ends once."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from doubles.books import RecordingUnits
from doubles.studio import PRICE, Cloud, Crash, Desk, a_task, saying, settled

from tuanyuan.domain.engine import (
    EngineRequest,
    EngineResult,
    InputRefused,
    Transient,
    Unknown,
)
from tuanyuan.domain.errors import Conflict
from tuanyuan.services.generation import as_error
from tuanyuan.services.stages import candidate_file

STAGES = [
    ("pending", 0, "job_posted"),
    ("processing", 10, "job_claimed"),
    ("processing", 30, "job_prepared"),
    ("processing", 50, "job_making"),
    ("processing", 65, "job_making"),
    ("processing", 80, "job_finishing"),
    ("completed", 100, "job_completed"),
]


@pytest.fixture
def desk(units: RecordingUnits, tmp_path: Path) -> Desk:
    return Desk(units, tmp_path)


# Steps that run again.


EVERYWHERE = [
    "claim:before",
    "claim:after",
    "prepare:before",
    "prepare:after",
    "make:before",
    "make:submitting",
    "make:answered",
    "make:kept",
    "make:after",
    "record:before",
    "record:after",
]


def test_these_are_all_the_checkpoints(desk: Desk) -> None:
    desk.done()
    assert desk.passed == EVERYWHERE
    desk.passed.clear()
    desk.engine.script = [a_task]
    desk.engine.polls = [saying(InputRefused, "no_face")]
    desk.done(desk.order(tier="free"))
    assert desk.passed[-4:] == ["make:submitting", "make:submitted", "fail:before", "fail:after"]


@pytest.mark.parametrize("where", EVERYWHERE)
def test_wherever_the_worker_dies_the_job_ends_once(desk: Desk, where: str) -> None:
    desk.engine.resumable = True
    job = desk.submit()
    desk.crash_at = where
    with pytest.raises(Crash):
        desk.work(job.id)
    desk.work(job.id)
    done = desk.job(job.id)
    assert done.status == "completed"
    assert [c.file for c in done.candidates] == [candidate_file(job.id, rank) for rank in (1, 2, 3, 4)]
    assert sorted(desk.files()) == sorted(c.file for c in done.candidates)
    assert desk.entries() == [("earn", 10), ("spend", -PRICE)]
    assert [e for e in desk.events(job.id) if e[0] == "completed"] == [STAGES[-1]]
    assert desk.unexplained() == 0


@pytest.mark.parametrize("where", ["fail:before", "fail:after"])
def test_refund_attempted_twice(desk: Desk, where: str) -> None:
    """new-api #2025: two ways to the refund, both took it."""
    desk.engine.script = [saying(InputRefused, "no_face")] * 2
    job = desk.submit()
    desk.crash_at = where
    with pytest.raises(Crash):
        desk.work(job.id)
    desk.generation.fail(job.id, as_error(saying(InputRefused, "no_face")))
    assert desk.generation.abandoned(job.id) is False
    settled(desk, job.id)


def test_worker_dies_between_provider_success_and_settle(desk: Desk) -> None:
    """The answer that was kept is used; nobody is asked, and nothing is paid, a second time."""
    job = desk.submit()
    desk.crash_at = "make:kept"
    with pytest.raises(Crash):
        desk.work(job.id)
    desk.work(job.id)
    assert (desk.job(job.id).status, len(desk.engine.calls)) == ("completed", 1)
    assert [c.produce_id for c in desk.job(job.id).candidates] == ["p1", "p2", "p3", "p4"]


def test_an_engine_far_away_is_not_asked_again_after_a_crash(desk: Desk) -> None:
    job = desk.submit()
    desk.crash_at = "make:answered"
    with pytest.raises(Crash):
        desk.work(job.id)
    desk.work(job.id)
    settled(desk, job.id)
    assert (len(desk.engine.calls), desk.outcomes(job.id)) == (1, ["unknown"])


def test_a_task_is_taken_up_again_after_a_crash(desk: Desk) -> None:
    desk.engine.script = [a_task]
    desk.engine.polls = [desk.engine.pictures(4)]
    job = desk.submit()
    desk.crash_at = "make:submitted"
    with pytest.raises(Crash):
        desk.work(job.id)
    desk.work(job.id)
    assert (desk.job(job.id).status, len(desk.engine.calls)) == ("completed", 1)
    assert desk.outcomes(job.id) == ["succeeded"]


def test_both_tasks_of_a_topped_up_order_are_taken_up_again(desk: Desk) -> None:
    desk.engine.script = [a_task, a_task]
    desk.engine.polls = [desk.engine.pictures(2), desk.engine.pictures(2), desk.engine.pictures(2)]
    job = desk.submit()
    desk.generation.claim(job.id, "w")
    prepared = desk.generation.prepare(job.id)
    desk.crash_at = "make:answered"
    with pytest.raises(Crash):
        desk.generation.make(job.id, prepared)
    desk.engine.polls = [desk.engine.pictures(2), desk.engine.pictures(2)]
    assert len(desk.generation.make(job.id, prepared)["candidates"]) == 4
    assert (len(desk.engine.calls), desk.outcomes(job.id)) == (2, ["succeeded", "succeeded"])
    assert [t.task for t in desk.engine.polled] == ["task-1", "task-2", "task-1", "task-2"]


def test_known_failures_are_counted_over_a_crash(desk: Desk) -> None:
    desk.engine.resumable = True
    desk.engine.script = [saying(Transient)] * 9
    job = desk.submit()
    desk.generation.claim(job.id, "w")
    prepared = desk.generation.prepare(job.id)
    slept = iter([None, Crash("while waiting")])

    def sleep(seconds: float) -> None:
        desk.slept.append(seconds)
        if error := next(slept, None):
            raise error

    with pytest.raises(Crash):
        replace(desk.generation, sleep=sleep).make(job.id, prepared)
    with pytest.raises(Transient):
        desk.generation.make(job.id, prepared)
    assert (len(desk.engine.calls), desk.slept) == (4, [5, 10, 15])


def test_a_worker_thought_dead_does_no_harm(desk: Desk) -> None:
    """Paused while it was making, overtaken by another, then awake again."""
    desk.engine.resumable = True
    job = desk.submit()
    desk.generation.claim(job.id, "one")
    prepared = desk.generation.prepare(job.id)

    def overtaken(engine: Cloud, request: EngineRequest) -> EngineResult:
        desk.engine.script = []
        desk.work_in_thread(job.id)
        return engine.pictures(request.candidates)

    desk.engine.script = [overtaken]
    made = desk.generation.make(job.id, prepared)
    done = desk.job(job.id)
    desk.generation.record(job.id, made)
    assert desk.job(job.id) == done
    assert [c["produce_id"] for c in made["candidates"]] == [c.produce_id for c in done.candidates]
    assert len(desk.files()) == 4
    assert desk.events(job.id)[-1] == STAGES[-1]
    assert desk.unexplained() == 0


def test_a_worker_thought_dead_leaves_no_picture_of_a_failed_job(desk: Desk) -> None:
    job = desk.submit()
    desk.generation.claim(job.id, "one")
    prepared = desk.generation.prepare(job.id)

    def given_up(engine: Cloud, request: EngineRequest) -> EngineResult:
        assert desk.generation.abandoned(job.id) is True
        return engine.pictures(request.candidates)

    desk.engine.script = [given_up]
    with pytest.raises(Conflict, match="job_finished"):
        desk.generation.make(job.id, prepared)
    settled(desk, job.id)
    assert (desk.job(job.id).error or {})["code"] == "job_abandoned"


@pytest.mark.parametrize("state", ["completed", "failed"])
def test_an_ended_job_is_not_abandoned(desk: Desk, state: str) -> None:
    desk.engine.script = [saying(InputRefused, "no_face")] if state == "failed" else []
    job = desk.done()
    assert desk.generation.abandoned(job.id) is False
    desk.generation.fail(job.id, as_error(saying(Unknown)))
    assert desk.job(job.id) == job
    assert job.status == state


def test_an_abandoned_job_is_settled_and_its_attempt_left_to_be_found_out(desk: Desk) -> None:
    job = desk.submit()
    desk.crash_at = "make:submitting"
    with pytest.raises(Crash):
        desk.work(job.id)
    assert desk.generation.abandoned(job.id) is True
    settled(desk, job.id)
    assert desk.outcomes(job.id) == ["unknown"]


def test_a_failed_free_picture_gives_the_day_back(desk: Desk) -> None:
    desk.engine.script = [saying(InputRefused, "no_face")]
    assert desk.done(desk.order(tier="free")).status == "failed"
    assert desk.submit(desk.order(tier="free")).status == "pending"
