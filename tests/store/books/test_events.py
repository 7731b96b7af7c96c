"""Progress streams: in order, nothing missed, nothing after the end. On both databases."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from threading import Event, Thread
from typing import TYPE_CHECKING

import pytest
from doubles.books import NOW, a_job, a_user, an_entry, new_id
from sqlalchemy import select

from tuanyuan.store.books import events
from tuanyuan.store.tables import job_events

if TYPE_CHECKING:
    from doubles.books import RecordingUnits

    from tuanyuan.store.database import Database


@pytest.fixture
def two_jobs(units: RecordingUnits) -> tuple[str, str]:
    with units.begin() as unit:
        user = a_user(unit).id
        an_entry(unit, user)
        return a_job(unit, user).id, a_job(unit, user).id


def test_each_word_is_there_in_order(units: RecordingUnits, two_jobs: tuple[str, str]) -> None:
    job, other = two_jobs
    with units.begin() as unit:
        unit.jobs.advance(job, "claim", NOW)
        for progress in (10, 30):
            unit.jobs.tell(job, "processing", progress, "job_making", NOW)
            unit.jobs.tell(other, "pending", 0, "job_posted", NOW)
        assert [event.progress for event in unit.jobs.events(0, job)] == [0, 10, 30]
    with units.read() as unit:
        everything = unit.jobs.events(0)
        assert [event.job_id for event in everything] == [job, other, job, other, job, other]
        numbers = [event.number for event in everything]
        assert numbers == sorted(set(numbers))
        assert unit.jobs.events(numbers[2]) == everything[3:]
        assert unit.jobs.events(numbers[2], job) == everything[4:5]
        assert unit.jobs.events(0, limit=2) == everything[:2]
        assert unit.jobs.last_event() == numbers[-1]


def test_without_events_the_last_is_zero(units: RecordingUnits) -> None:
    with units.read() as unit:
        assert unit.jobs.last_event() == 0
        assert unit.jobs.events(0) == []


def test_progress_never_falls(units: RecordingUnits, two_jobs: tuple[str, str]) -> None:
    job, _ = two_jobs
    with units.begin() as unit:
        unit.jobs.advance(job, "claim", NOW)
        unit.jobs.tell(job, "processing", 50, "job_making", NOW)
        unit.jobs.tell(job, "processing", 30, "job_prepared", NOW)
        assert unit.jobs.find(job).progress == 50
        assert [event.progress for event in unit.jobs.events(0, job)] == [0, 50, 50]


def test_a_late_worker_says_nothing_after_the_end(units: RecordingUnits, two_jobs: tuple[str, str]) -> None:
    job, _ = two_jobs
    with units.begin() as unit:
        unit.jobs.advance(job, "fail", NOW)
        unit.jobs.tell(job, "failed", 0, "job_failed", NOW)
        unit.jobs.tell(job, "processing", 80, "job_finishing", NOW)
        unit.jobs.tell(new_id(), "processing", 80, "job_finishing", NOW)
        assert [event.message for event in unit.jobs.events(0)[2:]] == ["job_failed"]
        assert unit.jobs.find(job).progress == 0


def _slow_unit(units: RecordingUnits, act: Callable[..., None], then: str) -> tuple[Event, Event, Thread]:
    """A unit that acts, waits to be let go, and then commits or rolls back."""
    acted, go = Event(), Event()

    def run() -> None:
        try:
            with units.begin() as unit:
                act(unit)
                acted.set()
                assert go.wait(120)
                if then == "crash":
                    raise RuntimeError("crash")
        except RuntimeError:
            assert then == "crash"

    thread = Thread(target=run)
    thread.start()
    assert acted.wait(120)
    return acted, go, thread


@pytest.mark.parametrize("then", ["commit", "crash"])
def test_a_watcher_of_all_jobs_misses_nothing_that_commits_late(
    units: RecordingUnits, database: Database, two_jobs: tuple[str, str], then: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """PostgreSQL: the slow unit took the smaller number. SQLite has one writer and cannot come into this."""
    # The guard of the clock stays out of it until the end, however slow the machine is.
    monkeypatch.setattr(events, "SETTLED", timedelta(hours=1))
    slow, quick = two_jobs
    _, go, thread = _slow_unit(units, lambda u: u.jobs.tell(slow, "pending", 0, "slow", NOW), then)
    try:
        with units.read() as unit:
            seen = unit.jobs.last_event()
        if not database.sqlite:
            with units.begin() as unit:
                unit.jobs.tell(quick, "pending", 0, "quick", NOW)
            with units.read() as unit:
                assert unit.session.execute(select(job_events.c.message)).scalars().all()[-1] == "quick"
                assert unit.jobs.events(seen) == []  # control: without the guard, "quick" would be here
                assert [event.message for event in unit.jobs.events(seen, quick)] == ["quick"]
    finally:
        go.set()
        thread.join(120)
    if database.sqlite:
        with units.begin() as unit:
            unit.jobs.tell(quick, "pending", 0, "quick", NOW)
    elif then == "crash":
        monkeypatch.setattr(events, "SETTLED", timedelta(0))
    with units.read() as unit:
        told = [event.message for event in unit.jobs.events(seen)]
    assert told == (["slow", "quick"] if then == "commit" else ["quick"])
