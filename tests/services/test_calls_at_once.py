"""The calls of one set: seeds of their own, under way together, never more than an engine takes."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from doubles.cloud import far, raw
from doubles.studio import a_task, saying

from tuanyuan.domain.capabilities import Limits
from tuanyuan.domain.engine import BadRequest, EngineResult, Pending, Picture


def test_each_further_call_takes_seeds_of_its_own(make: Any) -> None:
    first = far("first", *[raw(1)] * 4, model={"outputs": 1})
    make(first).done()
    assert [call.parameters["seed"] for call in first.calls] == [1001, 1002, 1003, 1004]
    assert [call.candidates for call in first.calls] == [1, 1, 1, 1]


def test_an_engine_is_never_asked_more_at_once_than_it_takes(make: Any) -> None:
    """Two of its two places are taken by attempts of other jobs: the next one waits, and is sent when one is free."""
    first = far("first", limits=Limits(concurrency=2, expected_seconds=10, deadline=60))
    desk = make(first)
    waiting = [desk.submit(desk.order(desk.photo())) for _ in range(2)]
    first.script = [a_task, a_task]
    for job in waiting:
        desk.crash_at = "make:submitted"
        desk.crashes(job.id)
    first.script = [raw(4)]
    job = desk.submit(desk.order(desk.photo()))
    freed: list[float] = []

    def sleep(seconds: float) -> None:
        assert len(first.calls) == 2
        freed.append(seconds)
        if len(freed) == 3:
            with desk.units.begin() as unit:
                (attempt,) = unit.jobs.attempts(waiting[0].id)
                unit.jobs.attempt(replace(attempt, outcome="unknown", finished_at=desk.clock()))

    desk.generation = replace(desk.generation, sleep=sleep)
    desk.work(job.id)
    assert (desk.job(job.id).status, freed) == ("completed", [2, 2, 2])


def test_the_calls_of_one_set_are_under_way_together(make: Any) -> None:
    """Four pictures of five seconds each take five seconds, and not twenty."""
    first = far("first", *[a_task] * 4, model={"outputs": 1}, limits=Limits(concurrency=4, deadline=60))
    first.polls = [Pending(None, 5.0)] * 4 + [EngineResult((Picture(b"p%d" % n),), cost_fen=20) for n in range(4)]
    desk = make(first)
    job = desk.done()
    assert (len(job.candidates), desk.slept, len(first.calls)) == (4, [5.0], 4)


def test_a_set_waits_for_its_own_places(make: Any) -> None:
    """Two places: two of the four are sent when the first two are back."""
    first = far("first", *[a_task] * 4, model={"outputs": 1, "open_at_once": 2}, limits=Limits(concurrency=9))
    first.polls = [Pending(None, 1.0)] * 2 + [EngineResult((Picture(b"p%d" % n),), cost_fen=20) for n in range(4)]
    desk = make(first)
    most: list[int] = []

    def sleep(seconds: float) -> None:
        desk.slept.append(seconds)
        with desk.units.read() as unit:
            most.append(sum(unit.engines.under_way().values()))

    desk.generation = replace(desk.generation, sleep=sleep)
    assert len(desk.done().candidates) == 4
    assert max(most) == 2


def test_one_call_that_fails_does_not_stop_the_others(make: Any) -> None:
    first = far("first", raw(1), saying(BadRequest), raw(1), raw(1), model={"outputs": 1})
    desk = make(first, far("second"))
    job = desk.done()
    assert (len(job.candidates), job.engine) == (3, "first")
    assert sorted(desk.outcomes(job.id)) == ["failed"] + ["succeeded"] * 3
