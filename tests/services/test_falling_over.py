"""One job over several engines: who is asked next when one fails, what was lost, which engine rests."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from doubles.cloud import far, raw
from doubles.studio import a_task, saying, settled

from tuanyuan.domain.engine import (
    BadRequest,
    EngineResult,
    EngineSetup,
    InputRefused,
    OutputRefused,
    Picture,
    TaskRef,
    Throttled,
    Transient,
    Unknown,
)
from tuanyuan.domain.errors import StudioError, WrongUsage
from tuanyuan.services.routing import Router


@pytest.mark.parametrize(
    "error", [Transient, Throttled, Unknown, EngineSetup, BadRequest, OutputRefused], ids=lambda e: e.__name__
)
def test_what_fails_at_one_engine_is_made_by_the_next(make: Any, error: type[StudioError]) -> None:
    first, second = far("first", *[saying(error)] * 60), far("second", raw(4))
    desk = make(first, second)
    job = desk.done()
    assert (job.status, job.engine, len(job.candidates)) == ("completed", "second", 4)
    assert len(second.calls) == 1


def test_a_refused_input_ends_at_once_and_asks_nobody_else(make: Any) -> None:
    first, second = far("first", saying(InputRefused, "engine_input_refused")), far("second")
    desk = make(first, second)
    job = desk.done()
    settled(desk, job.id)
    assert (job.error or {})["code"] == "engine_input_refused"
    assert (len(first.calls), len(second.calls)) == (1, 0)


def test_a_lost_answer_is_found_and_not_sent_again(make: Any) -> None:
    first = far("first", saying(Unknown))
    first.found = [TaskRef("first", "task-9")]
    first.polls = [EngineResult(tuple(Picture(b"late %d" % n) for n in range(4)), cost_fen=80)]
    desk = make(first, far("second"))
    job = desk.done()
    assert (job.status, job.engine) == ("completed", "first")
    assert (len(first.calls), first.sought, first.polled) == (1, first.attempts, [TaskRef("first", "task-9")])


def test_a_lost_answer_that_never_arrived_is_sent_again(make: Any) -> None:
    first = far("first", saying(Unknown), raw(4))
    first.found = [None, None]
    desk = make(first, far("second"))
    assert desk.done().engine == "first"
    assert len(first.calls) == 2


@pytest.mark.parametrize("later", [TaskRef("first", "task-9"), saying(Unknown)], ids=["found", "not known"])
def test_a_call_that_arrives_late_is_not_sent_again(make: Any, later: Any) -> None:
    first = far("first", saying(Unknown), raw(4))
    first.found = [None, later]
    first.polls = [EngineResult(tuple(Picture(b"late %d" % n) for n in range(4)), cost_fen=80)]
    desk = make(first, far("second"))
    assert desk.done().status == "completed"
    assert (len(first.calls), len(first.sought)) == (1, 2)


def test_an_error_that_nobody_thought_of_leaves_the_other_calls_and_engines_alone(make: Any) -> None:
    first = far("first", raw(1), ZeroDivisionError(), raw(1), raw(1), model={"outputs": 1})
    desk = make(first, far("second"))
    job = desk.done()
    assert (job.status, len(job.candidates)) == ("completed", 3)
    assert sorted(desk.outcomes(job.id)) == ["succeeded"] * 3 + ["unknown"]
    alone = make(far("broken", *[ZeroDivisionError()] * 4, model={"outputs": 1}), far("next"))
    again = alone.done()
    assert (again.status, again.engine) == ("completed", "next")


def test_a_lost_answer_keeps_its_cost_and_is_never_sent_again(make: Any) -> None:
    first, second = far("first", saying(Unknown)), far("second", raw(4))
    desk = make(first, second)
    job = desk.done()
    with desk.units.read() as unit:
        told = [(a.engine, a.outcome, a.cost_fen, a.model) for a in unit.jobs.attempts(job.id)]
    assert told == [("first", "unknown", 80, "far"), ("second", "succeeded", 80, "far")]
    assert (len(first.calls), len(first.sought)) == (1, 2)


def test_what_fails_for_certain_costs_nothing(make: Any) -> None:
    desk = make(far("first", *[saying(Transient)] * 9), far("second", raw(4)))
    job = desk.done()
    with desk.units.read() as unit:
        costs = [(a.engine, a.cost_fen) for a in unit.jobs.attempts(job.id)]
    assert costs == [("first", 0)] * 4 + [("second", 80)]


def test_the_choice_is_written_down_with_its_reasons(make: Any) -> None:
    desk = make(far("first", saying(BadRequest)), far("second", raw(4)))
    job = desk.done()
    with desk.units.read() as unit:
        first, second = (a.reason for a in unit.jobs.attempts(job.id))
    assert [step["engine"] for step in first["steps"]] == ["first", "second"]
    assert second["skipped"] == [{"engine": "first", "model": "", "reason": "tried", "detail": ""}]


def test_what_was_lost_counts_against_the_ceiling(make: Any) -> None:
    """80 fen may be gone at the first; the second would go over what the job may cost."""
    first, second = far("first", saying(Unknown)), far("second", raw(4))
    desk = make(first, second)
    desk.use(replace(desk.router, routes=replace(desk.router.routes, credit_fen=20)))  # 6 credits: 120 fen
    job = desk.done()
    settled(desk, job.id)
    assert (len(first.calls), len(second.calls)) == (1, 0)


def test_an_engine_that_keeps_failing_rests_and_comes_back(make: Any) -> None:
    first, second = far("first", *[saying(Transient)] * 8), far("second")
    desk = make(first, second)
    second.script = [raw(4)] * 9
    desk.done()
    desk.done(desk.order(desk.photo()))
    asked = len(first.calls)
    desk.done(desk.order(desk.photo()))
    assert len(first.calls) == asked  # the circuit is open
    desk.later(minutes=16)
    first.script = [raw(4)]
    assert desk.done(desk.order(desk.photo())).engine == "first"


def test_an_engine_out_of_credit_is_left_alone_for_an_hour(make: Any) -> None:
    first, second = far("first", EngineSetup("engine_out_of_credit", engine="first")), far("second")
    second.script = [raw(4)] * 9
    desk = make(first, second)
    desk.done()
    desk.done(desk.order(desk.photo()))
    assert len(first.calls) == 1
    desk.later(minutes=61)
    first.script = [raw(4)]
    assert desk.done(desk.order(desk.photo())).engine == "first"


def test_a_task_whose_worker_died_is_asked_for_at_its_own_engine(make: Any) -> None:
    """Even when the router would choose another one by now."""
    first, second = far("first", a_task), far("second", raw(4))
    desk = make(first, second)
    job = desk.submit()
    desk.crash_at = "make:submitted"
    desk.crashes(job.id)
    first.polls = [EngineResult(tuple(Picture(b"p%d" % n) for n in range(4)), cost_fen=80)]
    desk.use(replace(desk.router, problem=lambda name: "engine_setup" if name == "first" else None))
    desk.work(job.id)
    assert (desk.job(job.id).engine, len(first.calls), second.calls) == ("first", 1, [])


def test_a_daily_stop_sends_the_rest_elsewhere(make: Any) -> None:
    first, second = far("first"), far("second")
    first.script, second.script = [raw(4)] * 9, [raw(4)] * 9
    desk = make(first, second)
    router: Router = desk.router
    desk.use(replace(router, admission=replace(router.admission, stops={"first": 100})))
    assert [desk.done(desk.order(desk.photo())).engine for _ in range(3)] == ["first", "second", "second"]


def test_an_engine_that_does_not_understand_the_order_is_passed_over(make: Any) -> None:
    first, second = far("first", raw(4)), far("second", raw(4))
    desk = make(first, second)
    first.refuses = WrongUsage("option_invalid", field="options.fit", allowed="-")
    assert desk.done().engine == "second"
    second.refuses = first.refuses
    order = desk.order(desk.photo())
    with desk.refused("option_invalid", WrongUsage):
        desk.submit(order)


def test_what_the_last_engine_does_not_understand_does_not_hide_why_the_first_failed(make: Any) -> None:
    first, second = far("first", saying(BadRequest)), far("second")
    desk = make(first, second)
    second.refuses = WrongUsage("option_invalid", field="options.fit", allowed="-")
    job = desk.done()
    settled(desk, job.id)
    assert (job.error or {})["code"] == saying(BadRequest).code
