"""The ledger: appended to, never changed, and it notices what does not add up. On both databases."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import contextmanager
from dataclasses import replace
from threading import Barrier
from typing import TYPE_CHECKING, Any

import pytest
from doubles.books import NOW, a_job, a_user, an_entry, at_once, new_id
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError, IntegrityError

from tuanyuan.domain.wallet import Balance, Entry, following
from tuanyuan.store.books.reckoning import UNEXPLAINED

if TYPE_CHECKING:
    from collections.abc import Iterator

    from doubles.books import RecordingUnits

    from tuanyuan.store.database import Database


def test_entries_come_back_newest_first(units: RecordingUnits) -> None:
    with units.begin() as unit:
        user, other = a_user(unit), a_user(unit)
        entries = [an_entry(unit, user.id, amount=n) for n in (1, 2, 3)]
        an_entry(unit, other.id)
        assert unit.ledger.last(user.id) == entries[2]
        assert unit.ledger.entries(user.id, None, 10) == entries[::-1]
        assert unit.ledger.entries(user.id, 3, 1) == [entries[1]]
        assert unit.ledger.find(entries[0].cause, "earn") == entries[0]
        assert unit.ledger.find(entries[0].cause, "spend") is None
        assert unit.ledger.last(new_id()) is None


def test_the_balance_is_the_sum(units: RecordingUnits) -> None:
    with units.begin() as unit:
        user = a_user(unit)
        assert unit.ledger.balance(user.id) == Balance(0, 0, 0)
        an_entry(unit, user.id)
        an_entry(unit, user.id, "spend", -4, "job:a")
        an_entry(unit, user.id, "spend", -3, "job:b")
        an_entry(unit, user.id, "refund", 3, "job:b")
        assert unit.ledger.balance(user.id) == Balance(6, 10, 4)


def test_a_cause_acts_once(units: RecordingUnits) -> None:
    with units.begin() as unit:
        user = a_user(unit)
        first = an_entry(unit, user.id, cause="order:1")
        again = following(first, id=new_id(), user_id=user.id, kind="earn", amount=5, cause="order:1", about="", at=NOW)
        assert not unit.ledger.append(again)
        assert unit.ledger.entries(user.id, None, 10) == [first]


@pytest.mark.parametrize(
    "wrong",
    [
        {"balance": -1},
        {"amount": 0},
        {"amount": 1_000_001},
        {"amount": -5},
        {"kind": "spend"},
        {"kind": "gift"},
        {"number": 0},
        {"number": 1},
        {"user_id": "0" * 32},
    ],
    ids=str,
)
def test_the_database_refuses_an_impossible_entry(units: RecordingUnits, wrong: dict[str, Any]) -> None:
    with units.begin() as unit:
        user = a_user(unit)
        last = an_entry(unit, user.id)
    entry = following(last, id=new_id(), user_id=user.id, kind="earn", amount=5, cause="x:1", about="", at=NOW)
    with pytest.raises(IntegrityError), units.begin() as unit:
        unit.ledger.append(replace(entry, **wrong))
    with units.begin() as unit:
        assert unit.ledger.append(entry)


@pytest.mark.parametrize("statement", ["UPDATE entries SET amount = 1000", "DELETE FROM entries"])
def test_nobody_changes_or_removes_an_entry(units: RecordingUnits, database: Database, statement: str) -> None:
    with units.begin() as unit:
        entry = an_entry(unit, a_user(unit).id)
    with pytest.raises(DBAPIError, match="append-only"), database.writing.begin() as connection:
        connection.execute(text(statement))
    with units.read() as unit:
        assert unit.ledger.last(entry.user_id) == entry


def test_appends_at_once_all_follow_each_other(units: RecordingUnits) -> None:
    with units.begin() as unit:
        user = a_user(unit)

    def earn() -> Entry:
        with units.begin() as unit:
            return an_entry(unit, user.id)

    assert all(isinstance(entry, Entry) for entry in at_once(*[earn] * 8))
    with units.read() as unit:
        assert [entry.number for entry in unit.ledger.entries(user.id, None, 20)] == [8, 7, 6, 5, 4, 3, 2, 1]
        assert unit.ledger.balance(user.id).balance == 80
        assert unit.ledger.unexplained() == 0


def test_without_the_lock_the_same_race_is_lost(units: RecordingUnits) -> None:
    """Negative control: what was read before the turn to write is old, and the database refuses it."""
    with units.begin() as unit:
        user = a_user(unit)

    both = Barrier(2)

    def earn() -> bool:
        with units.read() as unit:
            last = unit.ledger.last(user.id)
        both.wait(120)
        facts = {"id": new_id(), "user_id": user.id, "kind": "earn", "amount": 10, "cause": new_id(), "about": ""}
        with units.begin() as unit:
            return unit.ledger.append(following(last, at=NOW, **facts))

    results = at_once(earn, earn)
    assert sorted(type(result).__name__ for result in results) == ["IntegrityError", "bool"]


def test_what_adds_up_is_explained(units: RecordingUnits) -> None:
    with units.begin() as unit:
        user = a_user(unit)
        an_entry(unit, user.id)
        for event in ("complete", "fail", "cancel", "claim", None):
            job = a_job(unit, user.id)
            if event in ("claim", "complete"):
                unit.jobs.advance(job.id, "claim", NOW)
            if event in ("complete", "fail", "cancel"):
                unit.jobs.advance(job.id, event, NOW)
            if event in ("fail", "cancel"):
                an_entry(unit, user.id, "refund", 1, f"job:{job.id}")
        for end in ("fail", "claim"):
            unit.jobs.advance(a_job(unit, user.id, cost=0).id, end, NOW)
        assert unit.ledger.unexplained() == 0


def _not_paid(unit: Any, user: str) -> None:
    a_job(unit, user, paid=False)


def _paid_too_little(unit: Any, user: str) -> None:
    job = a_job(unit, user, paid=False, cost=2)
    an_entry(unit, user, "spend", -1, f"job:{job.id}")


def _free_and_paid(unit: Any, user: str) -> None:
    job = a_job(unit, user, cost=0)
    an_entry(unit, user, "spend", -1, f"job:{job.id}")


def _failed_not_given_back(unit: Any, user: str) -> None:
    unit.jobs.advance(a_job(unit, user).id, "fail", NOW)


def _cancelled_not_given_back(unit: Any, user: str) -> None:
    unit.jobs.advance(a_job(unit, user).id, "cancel", NOW)


def _given_back_too_much(unit: Any, user: str) -> None:
    job = a_job(unit, user)
    unit.jobs.advance(job.id, "fail", NOW)
    an_entry(unit, user, "refund", 2, f"job:{job.id}")


def _given_back_to_another(unit: Any, user: str) -> None:
    job = a_job(unit, user)
    unit.jobs.advance(job.id, "fail", NOW)
    an_entry(unit, a_user(unit).id, "refund", 1, f"job:{job.id}")


def _waiting_and_given_back(unit: Any, user: str) -> None:
    an_entry(unit, user, "refund", 1, f"job:{a_job(unit, user).id}")


def _completed_and_given_back(unit: Any, user: str) -> None:
    job = a_job(unit, user)
    unit.jobs.advance(job.id, "claim", NOW)
    unit.jobs.advance(job.id, "complete", NOW)
    an_entry(unit, user, "refund", 1, f"job:{job.id}")


def _paid_for_nothing(unit: Any, user: str) -> None:
    an_entry(unit, user, "spend", -1, "job:nowhere")


WRONG_BOOKS = [
    _not_paid,
    _paid_too_little,
    _free_and_paid,
    _failed_not_given_back,
    _cancelled_not_given_back,
    _given_back_too_much,
    _given_back_to_another,
    _waiting_and_given_back,
    _completed_and_given_back,
    _paid_for_nothing,
]


@pytest.mark.parametrize("spoil", WRONG_BOOKS, ids=lambda f: f.__name__.strip("_"))
def test_what_does_not_add_up_is_seen(units: RecordingUnits, spoil: Callable[[Any, str], None]) -> None:
    with units.begin() as unit:
        user = a_user(unit)
        an_entry(unit, user.id)
        a_job(unit, user.id)
        assert unit.ledger.unexplained() == 0
        spoil(unit, user.id)
        assert unit.ledger.unexplained() == 1


@contextmanager
def _unguarded(database: Database) -> Iterator[Any]:
    """As somebody would who has the database's password."""
    triggers = ("entries_no_update", "entries_no_delete") if database.sqlite else ("entries_append_only ON entries",)
    with database.writing.connect() as connection, connection.begin() as transaction:
        for trigger in triggers:
            connection.execute(text(f"DROP TRIGGER {trigger}"))
        yield connection
        transaction.rollback()


TAMPERINGS = {
    "a balance": "UPDATE entries SET balance = balance + 90 WHERE number = 3",
    "an amount": "UPDATE entries SET amount = 90 WHERE number = 2",
    "a number": "UPDATE entries SET number = 9 WHERE number = 3",
    "a line removed": "DELETE FROM entries WHERE number = 2",
    "the first line removed": "DELETE FROM entries WHERE number = 1",
}


@pytest.mark.parametrize("statement", TAMPERINGS.values(), ids=TAMPERINGS.keys())
def test_tampering_is_seen(units: RecordingUnits, database: Database, statement: str) -> None:
    with units.begin() as unit:
        user, other = a_user(unit), a_user(unit)
        for _ in range(3):
            an_entry(unit, user.id)
        an_entry(unit, other.id)
    with _unguarded(database) as connection:
        connection.execute(text(statement))
        assert connection.execute(UNEXPLAINED).scalar_one() == 1


def test_a_double_payment_is_seen_even_where_the_database_lost_its_guard(
    units: RecordingUnits, database: Database
) -> None:
    with units.begin() as unit:
        user = a_user(unit)
        an_entry(unit, user.id)
        a_job(unit, user.id)
        an_entry(unit, user.id, "spend", -1, "job:other")
    # SQLite cannot drop the constraint: there a second name of the same job stands for the double.
    suffix = "|| ' '" if database.sqlite else ""
    with _unguarded(database) as connection:
        if not database.sqlite:
            connection.execute(text("ALTER TABLE entries DROP CONSTRAINT uq_entries_cause_kind"))
        connection.execute(
            text(f"UPDATE entries SET cause = 'job:' || (SELECT id FROM jobs) {suffix} WHERE number = 3")
        )
        assert connection.execute(UNEXPLAINED).scalar_one() == 1


def test_tests_leave_the_guards_in_place(database: Database) -> None:
    """The rollback above brought the triggers back: tables of a PostgreSQL are shared between tests."""
    names = "SELECT name FROM sqlite_master WHERE type = 'trigger'"
    if not database.sqlite:
        names = "SELECT tgname FROM pg_trigger WHERE NOT tgisinternal"
    with database.reading.connect() as connection:
        found = set(connection.execute(text(names)).scalars())
    assert found >= (
        {"entries_no_update", "entries_no_delete", "audit_log_no_update", "audit_log_no_delete"}
        if database.sqlite
        else {"entries_append_only", "audit_log_append_only"}
    )
