"""Jobs and attempts, on both databases."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from threading import Barrier
from typing import TYPE_CHECKING

import pytest
from doubles.books import NOW, a_candidate, a_file, a_job, a_request, a_user, an_entry, at_once, crashing, new_id
from sqlalchemy.exc import IntegrityError

from tuanyuan.domain.job import Attempt, Person
from tuanyuan.store.tables import jobs

if TYPE_CHECKING:
    from doubles.books import RecordingUnits

    from tuanyuan.domain.job import Job

SECOND = timedelta(seconds=1)


@pytest.fixture
def user(units: RecordingUnits) -> str:
    with units.begin() as unit:
        user = a_user(unit).id
        an_entry(unit, user, amount=1000)
    return user


def test_a_job_comes_back_and_is_enqueued_with_its_first_event(units: RecordingUnits, user: str) -> None:
    people = (Person("p1", 0.8, "front", (1, 2)), Person("p2"))
    request = a_request(photos=("p1", "p2"), people=people, options={"size": [1920, 1440], "美颜": 0.5}, tier="premium")
    with units.begin() as unit:
        job = a_job(unit, user, request=request, cache_key="k")
        other = a_user(unit).id
        assert units.enqueued == [job]
        assert unit.jobs.find(job.id) == unit.jobs.find(job.id, user) == replace(job, updated_at=NOW)
        assert unit.jobs.find(job.id, other) is None
        events = unit.jobs.events(0, job.id)
        assert [(e.status, e.progress, e.message, e.created_at) for e in events] == [("pending", 0, "job_posted", NOW)]


def test_a_job_from_the_cache_is_written_completed_and_not_enqueued(units: RecordingUnits, user: str) -> None:
    with units.begin() as unit:
        first = a_job(unit, user)
        job = replace(first, id=new_id(), status="completed", progress=100, cost=0, cached_from=first.id)
        job = replace(job, candidates=(a_candidate("f"),), finished_at=NOW)
        unit.jobs.add(job, enqueue=False)
        assert units.enqueued == [first]
        assert unit.jobs.find(job.id) == replace(job, updated_at=NOW)
        assert [(e.progress, e.message) for e in unit.jobs.events(0, job.id)] == [(100, "job_completed")]


def test_a_rolled_back_job_is_nowhere(units: RecordingUnits, user: str) -> None:
    with crashing(units) as unit:
        job = a_job(unit, user)
    assert units.enqueued == [job]
    with units.read() as unit:
        assert unit.jobs.find(job.id) is None
        assert unit.jobs.events(0) == []
        assert unit.ledger.balance(user).balance == 1000


def test_a_job_goes_its_way(units: RecordingUnits, user: str) -> None:
    candidates = (a_candidate("f1", people=({"person": 1, "box": [1, 2, 3, 4]},), warnings=("small",)),)
    with units.begin() as unit:
        job = a_job(unit, user)
        claimed = unit.jobs.advance(job.id, "claim", NOW + SECOND, progress=10, engine="local")
        expected = replace(job, status="processing", claims=1, started_at=NOW + SECOND, updated_at=NOW + SECOND)
        assert claimed == replace(expected, progress=10, engine="local")
        again = unit.jobs.advance(job.id, "claim", NOW + 2 * SECOND, progress=5)
        assert again == replace(claimed, claims=2, updated_at=NOW + 2 * SECOND)
        done = unit.jobs.advance(job.id, "complete", NOW + 3 * SECOND, candidates=candidates, progress=100)
        end = NOW + 3 * SECOND
        assert done == replace(
            again, status="completed", candidates=candidates, progress=100, finished_at=end, updated_at=end
        )
        assert unit.jobs.find(job.id) == done


@pytest.mark.parametrize("end", ["cancel", "fail"])
def test_what_ended_does_not_move(units: RecordingUnits, user: str, end: str) -> None:
    with units.begin() as unit:
        job = a_job(unit, user)
        ended = unit.jobs.advance(job.id, end, NOW, error={"code": "x", "fix": "us"})
        assert ended is not None
        assert ended.error == {"code": "x", "fix": "us"}
        for event in ("claim", "complete", "fail", "cancel"):
            assert unit.jobs.advance(job.id, event, NOW + SECOND, progress=99) is None
        assert unit.jobs.find(job.id) == ended
        assert unit.jobs.advance(new_id(), "claim", NOW) is None


def test_a_job_under_way_is_not_cancelled(units: RecordingUnits, user: str) -> None:
    with units.begin() as unit:
        job = a_job(unit, user)
        claimed = unit.jobs.advance(job.id, "claim", NOW)
        assert unit.jobs.advance(job.id, "cancel", NOW) is None
        assert unit.jobs.find(job.id) == claimed


def test_of_claim_and_cancel_at_once_one_wins(units: RecordingUnits, user: str) -> None:
    def move(job: Job, event: str) -> bool:
        with units.begin() as unit:
            return unit.jobs.advance(job.id, event, NOW) is not None

    for _ in range(5):
        with units.begin() as unit:
            job = a_job(unit, user)
        results = at_once(lambda job=job: move(job, "claim"), lambda job=job: move(job, "cancel"))
        assert sorted(results) == [False, True]


def test_one_of_many_picks_at_once_is_noted(units: RecordingUnits, user: str) -> None:
    with units.begin() as unit:
        job = a_job(unit, user)

    def pick(choice: str) -> str | None:
        with units.begin() as unit:
            return choice if unit.jobs.pick(job.id, choice, new_id()) else None

    picked = [choice for choice in at_once(*[lambda c=c: pick(c) for c in "abcdef"]) if choice]
    assert len(picked) == 1
    with units.read() as unit:
        found = unit.jobs.find(job.id)
        assert found is not None
        assert found.picked == picked[0]
        assert found.work_id


def test_looking_first_and_picking_then_picks_twice(units: RecordingUnits, user: str) -> None:
    """Negative control: the same race without the condition in the UPDATE."""
    with units.begin() as unit:
        job = a_job(unit, user)
    both = Barrier(2)

    def pick(choice: str) -> bool:
        with units.read() as unit:
            free = unit.jobs.find(job.id).picked is None
        both.wait(120)
        with units.begin() as unit:
            unit.session.execute(jobs.update().where(jobs.c.id == job.id).values(picked=choice))
        return free

    assert at_once(lambda: pick("a"), lambda: pick("b")) == [True, True]


def test_saving_touches_only_what_is_not_the_state(units: RecordingUnits, user: str) -> None:
    with units.begin() as unit:
        job = a_job(unit, user)
        unit.jobs.advance(job.id, "claim", NOW)
        unit.jobs.save(replace(job, rating=5, picked="c", work_id="w", status="failed", progress=77, cost=0))
        found = unit.jobs.find(job.id)
        assert found is not None
        assert (found.rating, found.picked, found.work_id) == (5, "c", "w")
        assert (found.status, found.progress, found.cost) == ("processing", 0, 1)


def test_a_users_jobs_newest_first(units: RecordingUnits, user: str) -> None:
    with units.begin() as unit:
        made = [a_job(unit, user, created_at=NOW + n * SECOND).id for n in range(4)]
        a_job(unit, user_of_others(unit), paid=False)
        unit.jobs.advance(made[2], "cancel", NOW)
        assert [job.id for job in unit.jobs.all(user, None, 10)] == made[::-1]
        assert [job.id for job in unit.jobs.all(user, (NOW + 2 * SECOND, made[2]), 1)] == [made[1]]
        assert [job.id for job in unit.jobs.all(user, None, 10, "cancelled")] == [made[2]]
        assert unit.jobs.unfinished(user) == 3
        assert unit.jobs.counts() == {("pending", "reunion"): 4, ("cancelled", "reunion"): 1}


def user_of_others(unit: object) -> str:
    return a_user(unit).id  # type: ignore[arg-type]  # a real unit


def test_the_place_in_the_queue(units: RecordingUnits, user: str) -> None:
    with units.begin() as unit:
        ids = ["b" * 32, "a" * 32]
        paid = [a_job(unit, user, id=id_, created_at=NOW + SECOND) for id_ in ids]  # in the same moment
        free = a_job(unit, user, priority=10, created_at=NOW)
        urgent = a_job(unit, user, priority=1, created_at=NOW + 9 * SECOND)
        other = a_job(unit, user, queue="jimeng", created_at=NOW - SECOND)
        working = a_job(unit, user, priority=10)
        unit.jobs.advance(working.id, "claim", NOW)
        unit.jobs.advance(a_job(unit, user, priority=1).id, "cancel", NOW)
        place = {job.id: unit.jobs.ahead(job) for job in (*paid, free, urgent, other)}
        assert place == {urgent.id: 1, paid[1].id: 2, paid[0].id: 3, free.id: 4, other.id: 0}
        assert unit.jobs.ahead(unit.jobs.find(working.id)) == 0


def test_the_time_a_queue_takes(units: RecordingUnits, user: str) -> None:
    with units.begin() as unit:
        assert unit.jobs.seconds("local") is None
        for n, taken in enumerate((90, 4, 6)):
            job = a_job(unit, user)
            start = NOW + n * timedelta(hours=1)
            unit.jobs.advance(job.id, "claim", start)
            assert unit.jobs.seconds("local", last=2) in (None, 90.0, 47.0)
            unit.jobs.advance(job.id, "complete", start + taken * SECOND)
        unit.jobs.advance(a_job(unit, user).id, "fail", NOW + timedelta(days=1))
        assert unit.jobs.seconds("local", last=2) == 5.0
        assert unit.jobs.seconds("other") is None


def test_a_result_is_found_again_while_all_its_pictures_are_kept(units: RecordingUnits, user: str) -> None:
    with units.begin() as unit:
        files = [a_file(unit, user) for _ in range(2)]
        job = a_job(unit, user, cache_key="key")
        assert unit.jobs.cached(user, "key", NOW) is None
        unit.jobs.advance(job.id, "claim", NOW)
        done = unit.jobs.advance(job.id, "complete", NOW, candidates=tuple(a_candidate(file.id) for file in files))
        assert unit.jobs.cached(user, "key", NOW) == done
        assert unit.jobs.cached(user, "other", NOW) is None
        assert unit.jobs.cached(a_user(unit).id, "key", NOW) is None
        assert unit.jobs.cached(user, "key", files[0].expires_at) is None
        unit.files.erased(files[1].id, NOW)
        assert unit.jobs.cached(user, "key", NOW) is None


def test_an_attempt_is_written_once_and_changed_by_id(units: RecordingUnits, user: str) -> None:
    with units.begin() as unit:
        job = a_job(unit, user)
        second = Attempt(new_id(), job.id, 2, "jimeng", "submitting", NOW)
        first = Attempt(new_id(), job.id, 1, "local", "submitting", NOW)
        unit.jobs.attempt(second)
        unit.jobs.attempt(first)
        ended = replace(first, outcome="succeeded", task="t", code="c", finished_at=NOW, cost_fen=12)
        unit.jobs.attempt(ended)
        assert unit.jobs.attempts(job.id) == [ended, second]
    with pytest.raises(IntegrityError), units.begin() as unit:
        unit.jobs.attempt(Attempt(new_id(), job.id, 2, "local", "submitting", NOW))


def test_stuck_jobs_oldest_first(units: RecordingUnits, user: str) -> None:
    with units.begin() as unit:
        quiet = a_job(unit, user, created_at=NOW - 20 * SECOND)
        working = a_job(unit, user, created_at=NOW - 60 * SECOND)
        unit.jobs.advance(working.id, "claim", NOW - 30 * SECOND)
        alive = a_job(unit, user, created_at=NOW - 60 * SECOND)
        unit.jobs.tell(alive.id, "pending", 0, "job_posted", NOW)
        unit.jobs.advance(a_job(unit, user, created_at=NOW - 60 * SECOND).id, "cancel", NOW - 60 * SECOND)
        assert [job.id for job in unit.jobs.stuck(NOW - SECOND, 10)] == [working.id, quiet.id]
        assert [job.id for job in unit.jobs.stuck(NOW - SECOND, 1)] == [working.id]


@pytest.mark.parametrize("wrong", [{"cost": -1}, {"status": "lost"}, {"progress": 101}, {"priority": None}], ids=str)
def test_the_database_refuses_an_impossible_job(units: RecordingUnits, user: str, wrong: dict[str, object]) -> None:
    with pytest.raises(IntegrityError), units.begin() as unit:
        a_job(unit, user, paid=False, **wrong)
