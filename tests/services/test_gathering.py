"""What becomes of the pictures that engines send: the bad are made again, the best comes first, one counts once."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from doubles.cloud import Cloud, far, raw
from doubles.routes import good
from doubles.studio import a_task, saying

from tuanyuan.domain.capabilities import Limits
from tuanyuan.domain.engine import EngineRequest, EngineResult, Picture, Transient, Unknown
from tuanyuan.domain.ports import Finished


def test_a_picture_that_may_not_be_shown_is_made_again(make: Any) -> None:
    first = far("first", raw(4), raw(3))
    desk = make(first)
    bad = Finished(None, 64, 48, "picture_too_small", {})
    desk.pixels.finishing = [bad, bad, bad, good(b"one")]
    job = desk.done()
    assert (len(job.candidates), [c.candidates for c in first.calls]) == (4, [4, 3])


def test_too_few_good_pictures_are_completed_by_the_next_engine(make: Any) -> None:
    first, second = far("first", raw(4), raw(3)), far("second", raw(3))
    desk = make(first, second)
    bad = Finished(None, 0, 0, "picture_broken", {})
    desk.pixels.finishing = [good(b"one", 0.5)] + [bad] * 6
    job = desk.done()
    assert ([c.candidates for c in second.calls], len(job.candidates)) == ([3], 4)
    assert [c.rank for c in job.candidates] == [1, 2, 3, 4]
    assert [c.score for c in job.candidates] == [0.9, 0.9, 0.9, 0.5]


def test_the_best_comes_first_and_those_with_warnings_last(make: Any) -> None:
    desk = make(far("first", raw(4)))
    warned = good(b"w", 0.99)
    warned = replace(warned, facts={**warned.facts, "people": [{"person": 1, "warnings": ["face_covered"]}]})
    desk.pixels.finishing = [warned, good(b"a", 0.5), good(b"b", 0.7), good(b"c", 0.6)]
    assert [c.score for c in desk.done().candidates] == [0.7, 0.6, 0.5, 0.99]


def test_the_same_picture_twice_counts_once(make: Any) -> None:
    def twice(_engine: Cloud, _request: EngineRequest) -> EngineResult:
        return EngineResult((Picture(b"one"),) * 4, cost_fen=80)

    first = far("first", twice, raw(3))
    job = make(first).done()
    assert (len(job.candidates), first.calls[1].candidates) == (4, 3)


def test_what_was_paid_for_is_fetched_although_another_answer_was_lost(make: Any) -> None:
    """A worker dies with two tasks under way and one lost: after it the two are asked for, and nothing more is sent."""
    first, second = far("first", a_task, a_task, model={"outputs": 1}, limits=Limits(concurrency=4)), far("second")
    desk = make(first, second)
    job = desk.submit()
    first.script += [saying(Unknown), saying(Unknown)]
    desk.crash_at = "make:submitted"
    desk.crashes(job.id)
    with desk.units.begin() as unit:
        for number, attempt in enumerate(unit.jobs.attempts(job.id)):
            task = f"task-{number}" if number < 2 else None
            outcome = "submitted" if number < 2 else "unknown"
            unit.jobs.attempt(replace(attempt, task=task, outcome=outcome))
    sent = len(first.calls)
    first.polls = [EngineResult((Picture(b"p%d" % n),), cost_fen=20) for n in range(2)]
    second.script = [raw(2)]
    desk.work(job.id)
    assert len(first.calls) == sent
    assert {one.task for one in first.polled} == {"task-0", "task-1"}
    assert (desk.job(job.id).status, desk.job(job.id).engine) == ("completed", "first")


def test_an_export_consent_taken_back_midway_sends_the_rest_elsewhere(make: Any) -> None:
    def withdraws(_engine: Cloud, _request: EngineRequest) -> EngineResult:
        desk.agree("export_abroad", granted=False)
        raise saying(Transient)

    first, second = far("first", withdraws, region="abroad"), far("second", raw(4))
    desk = make(first, second)
    desk.agree("export_abroad")
    job = desk.done()
    assert (job.status, job.engine, len(first.calls)) == ("completed", "second", 1)
