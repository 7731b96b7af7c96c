"""How engines are doing and what is under way at them, on both databases."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from doubles.books import NOW, a_job, a_user, crashing, new_id

from tuanyuan.domain.health import Health
from tuanyuan.domain.job import Attempt

if TYPE_CHECKING:
    from doubles.books import RecordingUnits

MINUTE = timedelta(minutes=1)


@pytest.fixture
def job(units: RecordingUnits) -> str:
    with units.begin() as unit:
        return a_job(unit, a_user(unit).id, cost=0).id


def attempts(units: RecordingUnits, job: str, *told: dict[str, object]) -> list[Attempt]:
    made = []
    with units.begin() as unit:
        for number, changes in enumerate(told, 1):
            plain = Attempt(new_id(), job, number, "jimeng", "submitting", NOW, model="v40")
            made.append(replace(plain, **changes))  # type: ignore[arg-type]  # of any field
            unit.jobs.attempt(made[-1])
    return made


def test_health_comes_back_as_it_was_noted(units: RecordingUnits) -> None:
    noted = Health("jimeng").failed(3.0, NOW).throttled(7, NOW)
    with units.begin() as unit:
        assert unit.engines.hold("jimeng", NOW) == Health("jimeng")
        unit.engines.note(noted, NOW)
        unit.engines.note(Health("gemini"), NOW)
    with units.read() as unit:
        assert unit.engines.health() == {"jimeng": noted, "gemini": Health("gemini")}


def test_what_is_undone_is_not_noted(units: RecordingUnits) -> None:
    with crashing(units) as unit:
        unit.engines.note(Health("jimeng").failed(1.0, NOW), NOW)
    with units.read() as unit:
        assert unit.engines.health() == {}


def test_only_what_waits_for_its_answer_is_under_way(units: RecordingUnits, job: str) -> None:
    attempts(
        units,
        job,
        {},
        {"outcome": "submitted", "task": "t"},
        {"outcome": "submitted", "task": "u", "finished_at": NOW},  # answered, and not kept yet
        {"outcome": "failed", "finished_at": NOW},
        {"engine": "gemini", "model": "flash"},
    )
    with units.read() as unit:
        assert unit.engines.under_way() == {("jimeng", "v40"): 2, ("gemini", "flash"): 1}


def test_calls_and_costs_are_counted_from_a_moment_on(units: RecordingUnits, job: str) -> None:
    attempts(
        units,
        job,
        {"created_at": NOW - 2 * MINUTE, "cost_fen": 100},
        {"created_at": NOW - MINUTE, "cost_fen": 20},
        {"created_at": NOW, "cost_fen": 3},
        {"engine": "gemini", "cost_fen": 28},
    )
    with units.read() as unit:
        assert unit.engines.calls("jimeng", NOW - MINUTE) == 2
        assert unit.engines.spent(NOW - MINUTE) == {"jimeng": 23, "gemini": 28}
        assert unit.engines.spent(NOW + MINUTE) == {}


def test_a_lost_answer_is_looked_for_until_somebody_knows(units: RecordingUnits, job: str) -> None:
    lost = {"outcome": "unknown", "code": "answer_lost", "finished_at": NOW}
    first, never_heard_of, _, _, late, _ = attempts(
        units,
        job,
        {**lost, "task": "a"},
        {**lost, "task": None, "created_at": NOW + MINUTE / 2},
        {**lost, "task": "b", "code": "came_late"},
        {**lost, "task": "c", "created_at": NOW - 2 * MINUTE},
        {**lost, "task": "d", "created_at": NOW + MINUTE},
        {"outcome": "failed", "task": "e", "finished_at": NOW},
    )
    with units.read() as unit:
        assert unit.engines.lost(NOW - MINUTE, 9) == [first, never_heard_of, late]
        assert unit.engines.lost(NOW - MINUTE, 1) == [first]


def test_lost_answers_are_read_page_by_page_also_of_one_instant(units: RecordingUnits, job: str) -> None:
    lost = {"outcome": "unknown", "code": "answer_lost", "finished_at": NOW}
    made = attempts(units, job, *[lost] * 4, {**lost, "created_at": NOW - MINUTE}, {**lost, "created_at": NOW + MINUTE})
    read: list[Attempt] = []
    with units.read() as unit:
        page = unit.engines.lost(NOW - MINUTE, 2)
        while page:
            assert len(page) == 2
            read += page
            page = unit.engines.lost(NOW - MINUTE, 2, (page[-1].created_at, page[-1].id))
    assert read == sorted(made, key=lambda attempt: (attempt.created_at, attempt.id))


def test_an_attempt_that_is_sent_again_counts_from_then_on(units: RecordingUnits, job: str) -> None:
    (first,) = attempts(units, job, {"created_at": NOW - 2 * MINUTE})
    with units.begin() as unit:
        assert unit.engines.calls("jimeng", NOW - MINUTE) == 0
        unit.jobs.attempt(replace(first, created_at=NOW))
        assert unit.engines.calls("jimeng", NOW - MINUTE) == 1
        assert unit.jobs.attempts(job) == [replace(first, created_at=NOW)]


def test_a_task_that_was_given_up_without_a_word_is_looked_for_too(units: RecordingUnits, job: str) -> None:
    (given_up,) = attempts(units, job, {"outcome": "unknown", "code": None, "task": "a", "finished_at": NOW})
    with units.read() as unit:
        assert [a.id for a in unit.engines.lost(NOW - MINUTE, 9)] == [given_up.id]
