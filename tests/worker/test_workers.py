"""Worker processes on one database: caps, order, progress, take-over, and an orderly leave."""

from __future__ import annotations

import sqlite3
import time
from pathlib import Path

import pytest
import sqlalchemy as sa
from doubles.workers import QUICK, Carrier, until

TABLES = ("workflow_status", "operation_outputs")
SLOW_TO_MISS = {**QUICK, "dead_after": 600.0}
# What a carrier ends with at the point where it is to die.
DIED = 9


def overlap(attempts: list) -> int:
    """The most attempts that were open at the same moment."""
    edges = sorted([(a.created_at, 1) for a in attempts] + [(a.finished_at, -1) for a in attempts])
    running = most = 0
    for _, change in edges:
        running += change
        most = max(most, running)
    return most


@pytest.mark.parametrize("studio", ["postgresql"], indirect=True)  # on SQLite it is of one process: decision 7
def test_an_engines_cap_holds_over_all_workers(studio) -> None:
    user = studio.plant.user()
    jobs = [studio.plant.submit(user).id for _ in range(12)]
    # Long enough for the places to be full, however slowly the next one is taken.
    options = {"seconds": 1.0, "concurrency": 3, "pace": SLOW_TO_MISS}
    with studio.carrier(**options).ready(), studio.carrier(**options).ready():
        until(lambda: studio.finished(*jobs))
    assert {studio.status(job) for job in jobs} == {"completed"}
    assert overlap([attempt for job in jobs for attempt in studio.attempts(job)]) == 3


def test_paid_jobs_go_first_and_each_tells_all_its_stages(studio) -> None:
    free = [studio.plant.submit(studio.plant.user(0), tier="free").id for _ in range(3)]
    payer = studio.plant.user()
    paid = [studio.plant.submit(payer).id for _ in range(3)]
    with studio.carrier(concurrency=1, seconds=0.05).ready():
        until(lambda: studio.finished(*free, *paid))
    order = sorted((*free, *paid), key=lambda job: studio.plant.find(job).started_at)
    assert order == [*paid, *free]
    for job in order:
        stages = [progress for _, progress in studio.told(job)]
        assert stages == sorted(stages)
        assert {10, 30, 50, 80, 100} <= set(stages)
        assert [status for status, _ in studio.told(job)].count("completed") == 1
    assert studio.balance(payer.id) == 600 - 3 * 6


def test_a_job_cancelled_before_its_turn_is_never_begun(studio) -> None:
    user = studio.plant.user()
    cancelled = studio.plant.submit(user).id
    with studio.plant.units.begin() as unit:
        studio.plant.jobs.cancel(unit, user.id, cancelled)
    after = studio.plant.submit(user).id
    with studio.carrier(concurrency=1).ready():
        until(lambda: studio.finished(after))
    assert studio.status(cancelled) == "cancelled"
    assert studio.attempts(cancelled) == []
    assert studio.plant.find(cancelled).claims == 0
    assert studio.balance(user.id) == 600 - 6


def test_anothers_jobs_are_taken_over_when_it_is_killed(studio) -> None:
    user = studio.plant.user()
    jobs = [studio.plant.submit(user).id for _ in range(4)]
    with studio.carrier(seconds=600).ready() as dying:
        until(lambda: all(studio.attempts(job) for job in jobs))
        with studio.carrier().ready():
            dying.kill()
            until(lambda: studio.finished(*jobs))
    for job in jobs:
        assert studio.status(job) == "completed"
        assert studio.plant.find(job).claims == 2
        assert [attempt.outcome for attempt in studio.attempts(job)] == ["lost", "succeeded"]
    assert studio.balance(user.id) == 600 - 4 * 6
    assert studio.unexplained() == 0


def test_a_worker_that_was_paused_and_wakes_changes_nothing(studio) -> None:
    user = studio.plant.user()
    job = studio.plant.submit(user).id
    # It beats once a minute: paused, it holds no lock of the database's.
    with studio.carrier(seconds=1.0, pace={**QUICK, "beat": 60.0}).ready() as paused:
        until(lambda: studio.attempts(job))
        pause(studio, paused)
        with studio.carrier().ready():
            until(lambda: studio.finished(job))
            before = studio.plant.find(job), studio.told(job), studio.attempts(job)
            paused.go_on()
            # Alive again, it does the next job; by then its own late answer has come.
            time.sleep(1.5)
        later = studio.plant.submit(user).id
        until(lambda: studio.finished(later))
    assert before == (studio.plant.find(job), studio.told(job), studio.attempts(job))
    assert studio.status(job) == studio.status(later) == "completed"
    assert studio.plant.find(job).claims == 2
    assert studio.balance(user.id) == 600 - 2 * 6
    assert studio.unexplained() == 0


def pause(studio, carrier: Carrier) -> None:
    """Stop the process at a moment when it holds no write lock."""
    carrier.pause()
    if not studio.plant.database.sqlite:
        return
    while True:
        with sqlite3.connect(Path(studio.plant.database.url.database), timeout=0, isolation_level=None) as look:
            try:
                look.execute("BEGIN IMMEDIATE")
                look.execute("ROLLBACK")
            except sqlite3.OperationalError:
                carrier.go_on()
                time.sleep(0.01)
                carrier.pause()
            else:
                break
        look.close()
    look.close()


def test_a_job_that_kills_its_workers_ends_and_is_given_back(studio) -> None:
    user = studio.plant.user()
    job = studio.plant.submit(user).id
    ends: list[int | None] = []
    while not studio.finished(job):
        with studio.carrier(die="make:submitting", pace={**QUICK, "dead_after": 0.8}) as carrier:
            until(lambda: studio.finished(job) or carrier.poll() is not None)
            ends.append(carrier.poll())
        # One that cannot begin on a busy machine is started again, and is no death of the job's.
        assert len(ends) < 20, (studio.folder / "vault" / "errors").read_text()
    assert ends.count(DIED) == studio.plant.find(job).claims == 4
    assert studio.status(job) == "failed"
    assert studio.plant.find(job).error["code"] == "job_gave_up"
    assert studio.balance(user.id) == 600
    assert studio.unexplained() == 0


def test_a_tick_fires_once_however_many_workers_there_are(studio, tmp_path: Path) -> None:
    ticks = tmp_path / "ticks"
    options = {"tick": str(ticks), "pace": SLOW_TO_MISS}
    with studio.carrier(**options).ready() as one, studio.carrier(**options).ready() as another:
        until(lambda: ticks.exists() and len(ticks.read_text().splitlines()) >= 4)
        # In order, so that no tick is broken off between its line and its end.
        assert (one.leave(), another.leave()) == (0, 0)
    with studio.plant.database.engine.begin() as connection:
        schema = "" if studio.plant.database.sqlite else "dbos."
        fired = connection.execute(
            sa.text(f"SELECT count(*) FROM {schema}workflow_status WHERE schedule_name = 'tick' AND status = 'SUCCESS'")
        ).scalar_one()
    assert len(ticks.read_text().splitlines()) == fired


def test_told_to_stop_it_ends_what_it_began_and_takes_no_more(studio) -> None:
    user = studio.plant.user()
    begun, waiting = studio.plant.submit(user).id, studio.plant.submit(user).id
    with studio.carrier(seconds=1.0, concurrency=1).ready() as carrier:
        until(lambda: studio.attempts(begun))
        assert carrier.leave() == 0
    assert studio.status(begun) == "completed"
    assert studio.plant.find(begun).claims == 1
    assert studio.status(waiting) == "pending"


def test_told_to_stop_it_closes_its_engines_on_their_loop_when_they_are_not_asked_any_more(studio, tmp_path) -> None:
    job, told = studio.plant.submit(studio.plant.user()).id, tmp_path / "closed"
    with studio.carrier(seconds=1.0, closed=str(told)).ready() as carrier:
        until(lambda: studio.attempts(job))
        assert not told.exists()
        assert carrier.leave() == 0
    assert studio.status(job) == "completed"
    assert told.read_text() == "engines"


def test_what_does_not_end_in_time_goes_on_elsewhere_at_once(studio) -> None:
    user = studio.plant.user()
    job = studio.plant.submit(user).id
    with studio.carrier(seconds=600, pace={**SLOW_TO_MISS, "drain": 0.5}).ready() as leaving:
        until(lambda: studio.attempts(job))
        with studio.carrier(pace=SLOW_TO_MISS).ready():
            assert leaving.leave() == 0
            # Nobody waits the ten minutes after which a silent worker would be missed.
            until(lambda: studio.finished(job))
    assert studio.status(job) == "completed"
    assert studio.plant.find(job).claims == 2
    assert studio.unexplained() == 0


@pytest.mark.parametrize("studio", ["postgresql"], indirect=True)
def test_an_engines_rate_holds_over_all_workers(studio) -> None:
    user = studio.plant.user()
    jobs = [studio.plant.submit(user).id for _ in range(6)]
    options = {"rate": 2, "period": 1.0, "pace": SLOW_TO_MISS}
    with studio.carrier(**options).ready(), studio.carrier(**options).ready():
        until(lambda: studio.finished(*jobs))
    assert {studio.status(job) for job in jobs} == {"completed"}
    starts = [
        start for (start,) in queued(studio, "SELECT started_at_epoch_ms FROM {workflow_status} ORDER BY 1", jobs)
    ]
    assert len(starts) == 6
    assert [later - start for start, later in zip(starts, starts[2:], strict=False) if later - start < 1000] == []


def test_a_checkpoint_tells_nothing_of_people_and_is_forgotten_after_a_day(studio, tmp_path: Path) -> None:
    job = studio.plant.submit(studio.plant.user()).id
    with studio.carrier().ready():
        until(lambda: studio.finished(job))
        until(lambda: queued(studio, "SELECT 1 FROM {workflow_status} WHERE status = 'SUCCESS'", [job]))
    (checkpoint,) = queued(studio, "SELECT output FROM {operation_outputs} WHERE function_name = 'make'", [job])
    assert studio.plant.find(job).candidates[0].file in checkpoint[0]
    assert "face_distance" not in checkpoint[0]
    assert all("face_distance" in candidate.people[0] for candidate in studio.plant.find(job).candidates)
    found = studio.plant.find(job)
    for hours, left in ((23, 1), (25, 0)):
        ticks = tmp_path / f"ticks-{hours}"
        with studio.carrier(tick=str(ticks), forget=hours).ready():
            until(lambda ticks=ticks: ticks.exists() and len(ticks.read_text().splitlines()) >= 2)
        assert len(queued(studio, "SELECT 1 FROM {workflow_status}", [job])) == left
        assert len(queued(studio, "SELECT 1 FROM {operation_outputs}", [job])) == left
    assert studio.plant.find(job) == found


def queued(studio, query: str, jobs: list[str]) -> list:
    """What DBOS has written down of these jobs."""
    schema = "" if studio.plant.database.sqlite else "dbos."
    tables = {name: f"(SELECT * FROM {schema}{name} WHERE workflow_uuid IN :jobs) AS found" for name in TABLES}
    statement = sa.text(query.format(**tables)).bindparams(sa.bindparam("jobs", jobs, expanding=True))
    with studio.plant.database.engine.begin() as connection:
        return list(connection.execute(statement))
