"""Places at an engine: many workers at once, on both databases. The control counts without holding the engine's row."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

from doubles.books import NOW, RecordingUnits, a_job, a_user, at_once, new_id
from doubles.naive import errors
from doubles.studio import Cloud, cloudy
from sqlalchemy import update

from tuanyuan.domain.capabilities import Limits
from tuanyuan.domain.engine import Throttled
from tuanyuan.domain.health import Health
from tuanyuan.domain.job import Attempt
from tuanyuan.services.admission import Admission
from tuanyuan.store.tables import attempts

PLACES, WORKERS, ROUNDS = 2, 6, 4
ENGINE = Cloud(capabilities=cloudy(complete=False, limits=Limits(concurrency=PLACES)))
MODEL = ENGINE.capabilities.models[0]


def opened(units: RecordingUnits, admission: Admission) -> list[Any]:
    """What each of the workers got that open an attempt at once."""
    with units.begin() as unit:
        jobs = [a_job(unit, a_user(unit).id, cost=0).id for _ in range(WORKERS)]

    def open_one(job: str) -> bool:
        with units.begin() as unit:
            admission.enter(unit, ENGINE, MODEL, 0)
            unit.jobs.attempt(Attempt(new_id(), job, 1, "cloud", "submitting", NOW, model=MODEL.id))
        return True

    return at_once(*[lambda job=job: open_one(job) for job in jobs])


def test_no_more_attempts_than_places(units: RecordingUnits) -> None:
    for _ in range(ROUNDS):
        answers = opened(units, Admission(lambda: NOW))
        assert sum(answer is True for answer in answers) == PLACES
        assert errors(answers) == ["engine_throttled"] * (WORKERS - PLACES)
        assert all(isinstance(answer, Throttled) for answer in answers if answer is not True)
        with units.read() as unit:
            assert sum(unit.engines.under_way().values()) == PLACES
        empty(units)


def test_no_more_attempts_than_places_control(units: RecordingUnits) -> None:
    """Counting first and writing in another unit lets everybody in."""
    everybody = threading.Barrier(WORKERS)
    with units.begin() as unit:
        jobs = [a_job(unit, a_user(unit).id, cost=0).id for _ in range(WORKERS)]

    def open_one(job: str) -> bool:
        with units.begin() as unit:
            Admission(lambda: NOW).enter(unit, ENGINE, MODEL, 0)
        everybody.wait(120)
        with units.begin() as unit:
            unit.jobs.attempt(Attempt(new_id(), job, 1, "cloud", "submitting", NOW, model=MODEL.id))
        return True

    answers = at_once(*[lambda job=job: open_one(job) for job in jobs])
    assert answers == [True] * WORKERS
    with units.read() as unit:
        assert sum(unit.engines.under_way().values()) == WORKERS > PLACES


RATE = 2
RATED = Cloud(capabilities=cloudy(complete=False, limits=Limits(concurrency=WORKERS, rate=RATE, period=60.0)))


def repeated(units: RecordingUnits, again: Callable[[Attempt], Attempt]) -> list[Any]:
    """What each of the workers got whose call was throttled two minutes ago, and that all send it again at once."""
    with units.begin() as unit:
        jobs = [a_job(unit, a_user(unit).id, cost=0).id for _ in range(WORKERS)]
        before = [_throttled(job) for job in jobs]
        for attempt in before:
            unit.jobs.attempt(attempt)

    def repeat(attempt: Attempt) -> bool:
        with units.begin() as unit:
            Admission(lambda: NOW).enter(unit, RATED, MODEL, 0)
            unit.jobs.attempt(replace(again(attempt), outcome="submitting", code=None, finished_at=None))
        return True

    return at_once(*[lambda attempt=attempt: repeat(attempt) for attempt in before])


def _throttled(job: str) -> Attempt:
    ago = NOW - timedelta(minutes=2)
    told = {"code": "engine_throttled", "finished_at": ago, "model": MODEL.id}
    return Attempt(new_id(), job, 1, "cloud", "failed", ago, **told)  # type: ignore[arg-type]  # of any field


def test_no_more_repeats_of_throttled_calls_than_the_rate(units: RecordingUnits) -> None:
    """As `services.attempts` writes a repeat down: begun when it is sent again."""
    answers = repeated(units, lambda attempt: replace(attempt, created_at=NOW))
    assert sum(answer is True for answer in answers) == RATE
    assert errors(answers) == ["engine_throttled"] * (WORKERS - RATE)


def test_no_more_repeats_of_throttled_calls_than_the_rate_control(units: RecordingUnits) -> None:
    """A repeat that keeps its first moment is counted by nobody, so everybody is let in."""
    assert repeated(units, lambda attempt: attempt) == [True] * WORKERS


def empty(units: RecordingUnits) -> None:
    """Every attempt has its answer."""
    with units.begin() as unit:
        # The unit of the store.
        unit.session.execute(update(attempts).values(finished_at=NOW))  # type: ignore[attr-defined]


def test_notes_of_many_are_all_kept(units: RecordingUnits) -> None:
    """Each reads, adds one call and writes; none is lost."""
    admission = Admission(lambda: NOW)

    def note() -> None:
        with units.begin() as unit:
            admission.went(unit, ENGINE, 1.0)

    assert at_once(*[note] * WORKERS) == [None] * WORKERS
    with units.read() as unit:
        assert len(unit.engines.health()["cloud"].recent) == WORKERS


def test_notes_of_many_are_all_kept_control(units: RecordingUnits) -> None:
    everybody = threading.Barrier(WORKERS)

    def note() -> None:
        with units.read() as unit:
            health = unit.engines.health().get("cloud")
        everybody.wait(120)
        with units.begin() as unit:
            unit.engines.note((health or Health("cloud")).succeeded(1.0, NOW), NOW)

    assert at_once(*[note] * WORKERS) == [None] * WORKERS
    with units.read() as unit:
        assert len(unit.engines.health()["cloud"].recent) < WORKERS
