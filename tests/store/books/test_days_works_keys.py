"""Free days, works and answers to repeated requests, on both databases."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from threading import Barrier, Event, Thread
from typing import TYPE_CHECKING, Any

import pytest
from doubles.books import NOW, a_job, a_user, a_work, an_entry, at_once, crashing, new_id
from sqlalchemy.exc import IntegrityError

from tuanyuan.domain.errors import Conflict, NotNow
from tuanyuan.store.tables import free_days, idempotency_keys

if TYPE_CHECKING:
    from doubles.books import RecordingUnits

DAY = date(2026, 2, 16)
HOUR = timedelta(hours=1)


@pytest.fixture
def user(units: RecordingUnits) -> str:
    with units.begin() as unit:
        user = a_user(unit).id
        an_entry(unit, user, amount=100)
    return user


def test_a_day_is_taken_once_and_given_back(units: RecordingUnits, user: str) -> None:
    with units.begin() as unit:
        first, second = (a_job(unit, user, cost=0) for _ in range(2))
        assert unit.free_days.take(user, DAY, first.id)
        assert not unit.free_days.take(user, DAY, second.id)
        assert unit.free_days.take(user, DAY + timedelta(days=1), second.id)
        unit.free_days.give_back(first.id)
        unit.free_days.give_back(first.id)
        third = a_job(unit, user, cost=0)
        assert unit.free_days.take(user, DAY, third.id)
        assert not unit.free_days.take(user, DAY + timedelta(days=1), first.id)


def test_a_day_may_be_taken_before_its_job_is_written_but_not_without(units: RecordingUnits, user: str) -> None:
    with units.begin() as unit:
        job_id = new_id()
        assert unit.free_days.take(user, DAY, job_id)
        a_job(unit, user, id=job_id, cost=0)
    with pytest.raises(IntegrityError), units.begin() as unit:
        unit.free_days.take(user, DAY + timedelta(days=1), new_id())


def test_one_of_many_at_once_gets_the_free_day(units: RecordingUnits, user: str) -> None:
    def take() -> bool:
        with units.begin() as unit:
            job_id = new_id()
            taken = unit.free_days.take(user, DAY, job_id)
            if taken:
                a_job(unit, user, id=job_id, cost=0)
            return taken

    assert sorted(at_once(*[take] * 8)) == [False] * 7 + [True]


def test_looking_first_and_taking_then_takes_the_day_twice(units: RecordingUnits, user: str) -> None:
    """Negative control: a naive check lets both pass; only the database's constraint stops the second."""
    both = Barrier(2)

    def take() -> bool:
        with units.read() as unit:
            free = unit.session.execute(free_days.select().where(free_days.c.user_id == user)).first() is None
        both.wait(120)
        with units.begin() as unit:
            job = a_job(unit, user, cost=0)
            unit.session.execute(free_days.insert().values(user_id=user, day=DAY, job_id=job.id))
        return free

    results = at_once(take, take)
    assert sorted(type(result).__name__ for result in results) == ["IntegrityError", "bool"]


def test_a_work_is_its_owners_until_it_ends(units: RecordingUnits, user: str) -> None:
    with units.begin() as unit:
        other = a_user(unit).id
        work = a_work(unit, a_job(unit, user), title="团圆 2026", tags=("春节", 'a"b'), width=1920, height=1440)
        assert unit.works.find(user, work.id, NOW) == work
        assert unit.works.find(other, work.id, NOW) is None
        assert unit.works.find(user, work.id, work.expires_at) is None
        assert unit.works.all(user, work.expires_at, None, 10) == []


def test_a_job_gives_one_work(units: RecordingUnits, user: str) -> None:
    with units.begin() as unit:
        job = a_job(unit, user)
        a_work(unit, job)
    with pytest.raises(IntegrityError), units.begin() as unit:
        a_work(unit, job)


def test_works_are_listed_newest_first_and_by_what_is_wanted(units: RecordingUnits, user: str) -> None:
    with units.begin() as unit:
        works = [
            a_work(unit, a_job(unit, user), created_at=NOW + n * HOUR, tags=tags, favourite=bool(n % 2))
            for n, tags in enumerate([("春节", "全家"), (), ("春",), ("全家",)])
        ]
        a_work(unit, a_job(unit, a_user(unit).id, paid=False), tags=("全家",))
        ids = [work.id for work in works]

        def listed(before: Any = None, limit: int = 10, **wanted: Any) -> list[int]:
            return [ids.index(work.id) for work in unit.works.all(user, NOW, before, limit, **wanted)]

        assert listed() == [3, 2, 1, 0]
        assert listed((NOW + 2 * HOUR, ids[2]), 1) == [1]
        assert listed(tag="全家") == [3, 0]
        assert listed(tag="春") == [2]
        assert listed(tag="%") == []
        assert listed(favourite=True) == [3, 1]
        assert listed(favourite=True, tag="全家") == [3]
        assert listed(favourite=None, tag=None, feature=None) == [3, 2, 1, 0]
        assert listed(feature="reunion") == [3, 2, 1, 0]
        assert listed(feature="makeover") == []


def test_changes_to_a_work_are_stored_and_a_share_ends(units: RecordingUnits, user: str) -> None:
    with units.begin() as unit:
        work = a_work(unit, a_job(unit, user))
        shared = replace(work, title="年夜饭", tags=("a",), favourite=True, public=True, share="unguessable")
        unit.works.save(shared)
        assert unit.works.find(user, work.id, NOW) == unit.works.shared("unguessable", NOW) == shared
        assert unit.works.shared("other", NOW) is None
        assert unit.works.shared("unguessable", work.expires_at) is None
        unit.works.save(replace(shared, public=False))
        assert unit.works.shared("unguessable", NOW) is None


def test_deleted_works_are_gone_and_their_files_are_due(units: RecordingUnits, user: str) -> None:
    with units.begin() as unit:
        works = [a_work(unit, a_job(unit, user), public=True, share=f"s{n}") for n in range(3)]
        theirs = a_work(unit, a_job(unit, a_user(unit).id, paid=False))
        first = works[0].files["picture"]
        assert unit.works.delete(user, [works[0].id, theirs.id], NOW) == [first]
        assert unit.works.delete(user, [works[0].id], NOW) == []
        assert unit.works.find(user, works[0].id, NOW) is None
        assert unit.works.shared("s0", NOW) is None
        assert [file.id for file in unit.files.due(NOW, 10)] == [first]
        assert unit.works.delete(user, None, NOW) == sorted(work.files["picture"] for work in works[1:])
        assert unit.works.all(user, NOW, None, 10) == []
        assert unit.works.find(theirs.user_id, theirs.id, NOW) == theirs


def test_a_key_is_answered_as_the_first_time(units: RecordingUnits, user: str) -> None:
    with units.begin() as unit:
        assert unit.keys.claim(user, "k", "print", NOW) is None
        unit.keys.answer(user, "k", 202, b'{"id": 1}')
    with units.begin() as unit:
        assert unit.keys.claim(user, "k", "print", NOW) == (202, b'{"id": 1}')
        assert unit.keys.claim(a_user(unit).id, "k", "print", NOW) is None
        assert unit.keys.claim(user, "k2", "print", NOW) is None
        with pytest.raises(Conflict) as refused:
            unit.keys.claim(user, "k", "other body", NOW)
        assert refused.value.code == "idempotency_key_reused"


def test_a_claim_without_an_answer_is_not_acted_on_again(units: RecordingUnits, user: str) -> None:
    with units.begin() as unit:
        unit.keys.claim(user, "k", "print", NOW)
    with pytest.raises(NotNow) as refused, units.begin() as unit:
        unit.keys.claim(user, "k", "print", NOW)
    assert refused.value.code == "request_unfinished"


def test_keys_are_forgotten(units: RecordingUnits, user: str) -> None:
    with units.begin() as unit:
        unit.keys.claim(user, "old", "print", NOW - HOUR)
        unit.keys.claim(user, "new", "print", NOW)
        assert unit.keys.forget(NOW) == 1
        assert unit.keys.claim(user, "old", "another", NOW) is None


def test_of_equal_requests_at_once_one_acts_and_all_get_its_answer(units: RecordingUnits, user: str) -> None:
    def post() -> tuple[str, bytes]:
        with units.begin() as unit:
            answer = unit.keys.claim(user, "k", "print", NOW)
            if answer:
                return "repeat", answer[1]
            job = a_job(unit, user)
            unit.keys.answer(user, "k", 202, job.id.encode())
            return "acted", job.id.encode()

    results = at_once(*[post] * 6)
    assert sorted(kind for kind, _ in results) == ["acted"] + ["repeat"] * 5
    assert len({body for _, body in results}) == 1
    with units.read() as unit:
        assert unit.jobs.unfinished(user) == 1


def test_looking_first_and_acting_then_acts_twice(units: RecordingUnits, user: str) -> None:
    """Negative control: the same race with a look instead of a claim."""
    both = Barrier(2)

    def post() -> None:
        with units.read() as unit:
            known = unit.session.execute(idempotency_keys.select()).first()
        both.wait(120)
        with units.begin() as unit:
            if known is None:
                a_job(unit, user)

    at_once(post, post)
    with units.read() as unit:
        assert unit.jobs.unfinished(user) == 2


def test_when_the_first_comes_to_nothing_the_second_acts(units: RecordingUnits, user: str) -> None:
    claimed, ended = Event(), Event()
    result: list[Any] = []

    def first() -> None:
        with crashing(units) as unit:
            assert unit.keys.claim(user, "k", "print", NOW) is None
            claimed.set()
            ended.wait(120)

    def second() -> None:
        with units.begin() as unit:
            result.append(unit.keys.claim(user, "k", "print", NOW))

    threads = [Thread(target=first)]
    threads[0].start()
    assert claimed.wait(120)
    threads.append(Thread(target=second))
    threads[1].start()
    assert result == []  # it waits: nothing else could answer before the first has ended
    ended.set()
    for thread in threads:
        thread.join(120)
    assert result == [None]
