"""Units and connections: all or nothing, reading without writing, and calm words when the database is gone."""

from __future__ import annotations

import sqlite3
import stat
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from doubles.books import NOW, RecordingUnits, a_user, an_entry, at_once, crashing, new_id
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError, OperationalError, StatementError

from tuanyuan.domain.errors import NotNow, WrongUsage
from tuanyuan.store import database as module
from tuanyuan.store.database import Database

if TYPE_CHECKING:
    from collections.abc import Iterator

    from doubles.books import EmptyPostgresql, EmptySqlite


@pytest.fixture
def sqlite(empty_sqlite: EmptySqlite, tmp_path: Path) -> Iterator[Database]:
    database = empty_sqlite.database(tmp_path)
    yield database
    database.close()


@pytest.fixture
def postgresql(empty_postgresql: EmptyPostgresql) -> Iterator[Database]:
    database = empty_postgresql.database()
    yield database
    database.close()


def test_a_unit_commits_at_its_end(units: RecordingUnits) -> None:
    with units.begin() as unit:
        user = a_user(unit)
        with units.read() as other:
            assert other.users.find(user.id) is None
    with units.read() as unit:
        assert unit.users.find(user.id) == user


def test_a_unit_that_raises_leaves_nothing(units: RecordingUnits) -> None:
    with crashing(units) as unit:
        user = a_user(unit)
        an_entry(unit, user.id)
    with units.read() as unit:
        assert unit.users.find(user.id) is None
        assert unit.ledger.last(user.id) is None


def test_the_next_unit_after_a_crash_works(units: RecordingUnits) -> None:
    for _ in range(40):  # more than the pool holds
        with crashing(units) as unit:
            a_user(unit)
    with units.begin() as unit:
        a_user(unit)


def test_a_reading_unit_cannot_write(units: RecordingUnits) -> None:
    with pytest.raises(DBAPIError, match=r"read.?only"), units.read() as unit:
        a_user(unit)
    with units.begin() as unit:
        a_user(unit)


def test_reading_does_not_wait_for_a_writer(units: RecordingUnits) -> None:
    with units.begin() as unit:
        user = a_user(unit)
    with units.begin() as writing:
        writing.users.lock(user.id)
        an_entry(writing, user.id)
        with units.read() as reading:
            assert reading.ledger.balance(user.id).balance == 0


def test_a_lock_is_passed_by_one_at_a_time(units: RecordingUnits) -> None:
    inside: list[int] = []
    with units.begin() as unit:
        user = a_user(unit)

    def enter() -> int:
        with units.begin() as unit:
            unit.users.lock(user.id)
            inside.append(1)
            unit.users.find(user.id)
            crowd = len(inside)
            inside.pop()
            return crowd

    assert at_once(*[enter] * 8) == [1] * 8


def test_many_writers_at_once_all_get_their_turn(units: RecordingUnits) -> None:
    def write() -> str:
        with units.begin() as unit:
            return a_user(unit).id

    ids = at_once(*[write] * 40)
    with units.read() as unit:
        assert all(unit.users.find(id_) for id_ in ids)


def test_what_sqlite_is_told(sqlite: Database) -> None:
    with sqlite.engine.connect() as connection:
        pragmas = ("journal_mode", "synchronous", "foreign_keys", "busy_timeout")
        found = [connection.exec_driver_sql(f"PRAGMA {name}").scalar() for name in pragmas]
    assert found == ["wal", 1, 1, 30000]


def test_what_postgresql_is_told(postgresql: Database) -> None:
    with postgresql.reading.connect() as connection:
        shown = [connection.exec_driver_sql(f"SHOW transaction_{what}").scalar() for what in ("isolation", "read_only")]
    with postgresql.writing.connect() as connection:
        assert connection.exec_driver_sql("SHOW transaction_read_only").scalar() == "off"
    assert shown == ["read committed", "on"]


def test_the_file_is_the_owners_alone(tmp_path: Path) -> None:
    file = tmp_path / "new" / "folder" / "studio.db"
    database = Database(f"sqlite:///{file}")
    database.upgrade()
    with database.writing.connect() as connection:
        connection.execute(text("SELECT 1"))
        modes = [stat.S_IMODE(path.stat().st_mode) for path in file.parent.iterdir()]
    database.close()
    assert modes == [0o600] * len(modes)


@pytest.mark.parametrize(
    "url", ["mysql://root:geheim@localhost/x", "sqlite://", "sqlite:///:memory:", "postgresql:geheim@", ""]
)
def test_an_address_that_cannot_be_used_is_refused_without_repeating_it(url: str) -> None:
    with pytest.raises(WrongUsage) as refused:
        Database(url)
    assert refused.value.code == "setting_invalid"
    assert "geheim" not in str(refused.value)


@pytest.mark.parametrize("url", ["postgres://u:p@h/d", "postgresql://u:p@h/d", "postgresql+psycopg2://u:p@h/d"])
def test_postgresql_is_always_spoken_to_by_psycopg(url: str) -> None:
    assert Database(url).engine.dialect.driver == "psycopg"


def test_waiting_for_the_turn_to_write_ends(sqlite: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "PATIENCE_SECONDS", 0.05)
    units = RecordingUnits(sqlite)
    with units.begin():
        with pytest.raises(NotNow) as refused, units.begin():
            pass
        assert refused.value.code == "database_down"
    with units.begin() as unit:
        a_user(unit)


def test_a_writer_in_another_process_is_waited_for_and_then_given_up(
    sqlite: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "PATIENCE_SECONDS", 0.05)
    hasty = Database(sqlite.url)
    other = sqlite3.connect(str(sqlite.url.database), isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(NotNow), RecordingUnits(hasty).begin() as unit:
        a_user(unit)
    other.execute("ROLLBACK")
    other.close()
    with RecordingUnits(hasty).begin() as unit:
        a_user(unit)
    hasty.close()


def test_a_full_disk_is_our_trouble_and_leaves_nothing_half_done(sqlite: Database) -> None:
    units = RecordingUnits(sqlite)
    with units.begin() as unit:
        pages = unit.session.execute(text("PRAGMA page_count")).scalar()
        unit.session.execute(text(f"PRAGMA max_page_count = {pages}"))
    ids = [new_id() for _ in range(2000)]
    with pytest.raises(NotNow) as refused, units.begin() as unit:
        [a_user(unit, id=id_) for id_ in ids]
    assert refused.value.code == "database_down"
    with units.read() as unit:
        assert unit.users.find(ids[0]) is None


def test_a_wrong_statement_is_a_bug_and_not_called_trouble(units: RecordingUnits) -> None:
    with pytest.raises(DBAPIError) as bug, units.read() as unit:
        unit.session.execute(text("SELECT nonsense FROM users"))
    assert not isinstance(bug.value, NotNow)
    if units.database.sqlite:
        assert isinstance(bug.value, OperationalError)


def test_words_are_kept_as_they_are(units: RecordingUnits) -> None:
    words = "'; DROP TABLE users; -- %s :x 奶奶 👩‍👩‍👧 \u202e\ufeff é é"
    with units.begin() as unit:
        user = a_user(unit, name=words)
        assert unit.users.find(user.id) == user
        assert unit.users.by_identity("guest", words) is None
        assert unit.ledger.find(words, "earn") is None


def test_instants_are_whole_milliseconds_in_utc(units: RecordingUnits) -> None:
    with units.begin() as unit:
        user = a_user(unit, created_at=NOW.replace(microsecond=999_999))
        found = unit.users.find(user.id)
        assert found is not None
        assert found.created_at == NOW.replace(microsecond=999_000)
        assert found.created_at.utcoffset() is not None
    with pytest.raises(StatementError), units.begin() as unit:
        a_user(unit, id=new_id(), created_at=NOW.replace(tzinfo=None))
