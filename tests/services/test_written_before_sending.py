"""What stands in the books before a call is sent: what it may cost, and when it is sent."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from doubles.books import NOW, a_job
from doubles.cloud import far, raw
from doubles.studio import Desk, saying

from tuanyuan.domain.capabilities import Limits
from tuanyuan.domain.engine import Throttled, Unknown
from tuanyuan.domain.job import Attempt, JobRequest


def attempts_of(desk: Desk, job_id: str) -> list[Attempt]:
    with desk.units.read() as unit:
        return unit.jobs.attempts(job_id)


def passing(desk: Desk) -> None:
    """Time passes while somebody sleeps."""

    def sleep(seconds: float) -> None:
        desk.slept.append(seconds)
        desk.later(seconds=seconds)

    desk.generation = replace(desk.generation, sleep=sleep)


@pytest.mark.parametrize(("options", "fen"), [({"video_length": 10}, 300), ({}, 150)])
def test_a_clip_is_reserved_by_the_second(make: Any, options: dict[str, Any], fen: int) -> None:
    """What is lost may have been billed for as long as it was ordered."""
    clip = {"features": frozenset({"motion"}), "media": "clip", "price_fen": 30, "outputs": 1, "variants": 1}
    first = far("first", saying(Unknown), model=clip)
    desk = make(first)
    order = JobRequest("motion", (desk.photo().id,), options=options)
    with desk.units.begin() as unit:
        # Clips cannot be ordered yet.
        job = a_job(unit, desk.user.id, request=order)
    desk.work(job.id)
    (attempt,) = attempts_of(desk, job.id)
    assert (attempt.outcome, attempt.cost_fen, len(first.calls)) == ("unknown", fen, 1)


def test_a_throttled_call_counts_from_when_it_is_sent_again(make: Any) -> None:
    first = far("first", *[saying(Throttled)] * 3, raw(4), limits=Limits(concurrency=2, deadline=60))
    desk = make(first)
    passing(desk)
    job = desk.done()
    (attempt,) = attempts_of(desk, job.id)
    assert (desk.slept, len(set(first.attempts)), len(first.calls)) == ([5, 5, 5], 1, 4)
    assert (attempt.created_at - NOW).total_seconds() == 15
    with desk.units.read() as unit:
        assert unit.engines.calls("first", attempt.created_at) == 1
        # How long it took is told without the waits.
        assert unit.engines.health()["first"].recent == ((True, 0.0),)


def test_a_throttled_call_waits_for_its_turn_within_the_rate(make: Any) -> None:
    """One call in 20 seconds: the call that was refused was one, and so is its repeat."""
    limits = Limits(concurrency=2, rate=1, period=20.0, deadline=60)
    first = far("first", saying(Throttled), raw(4), limits=limits)
    desk = make(first)
    passing(desk)
    sent: list[float] = []
    ask = first.submit

    async def submit(*told: Any) -> Any:
        sent.append((desk.clock() - NOW).total_seconds())
        return await ask(*told)

    first.submit = submit  # type: ignore[method-assign]  # the double's own, watched
    assert desk.done().status == "completed"
    assert sent == [0, 21]
    desk.done(desk.order(desk.photo()))
    assert sent == [0, 21, 43]
