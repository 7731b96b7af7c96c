"""Connections that are lost, killed, rested or used up."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from doubles.books import RecordingUnits, a_user, new_id
from sqlalchemy import column, select, text
from sqlalchemy.exc import DBAPIError

from tuanyuan.domain.errors import NotNow
from tuanyuan.store import database as module
from tuanyuan.store.database import Database

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from doubles.books import EmptyPostgresql

    from tuanyuan.store.units import SqlUnit


@pytest.fixture
def postgresql(empty_postgresql: EmptyPostgresql) -> Iterator[Database]:
    database = empty_postgresql.database()
    yield database
    database.close()


def test_a_server_that_does_not_answer(capsys: pytest.CaptureFixture[str]) -> None:
    units = RecordingUnits(Database("postgresql://someone:geheim@127.0.0.1:1/nothing", pool_timeout=1))
    for begin in (units.begin, units.read):
        with pytest.raises(NotNow) as refused, begin() as unit:
            unit.users.find("x")
        assert refused.value.code == "database_down"
        assert "127.0.0.1" not in str(refused.value)
    assert not units.database.ready()
    logged = "".join(capsys.readouterr())
    assert "refused" in logged
    assert "geheim" not in logged


def test_a_connection_lost_in_the_middle(postgresql: Database) -> None:
    units = RecordingUnits(postgresql)
    user_id = new_id()
    with pytest.raises(NotNow) as refused, units.begin() as unit:
        _write_and_lose_connection(unit, postgresql, user_id)
    assert refused.value.code == "database_down"
    with units.read() as unit:  # the pool finds out by itself
        assert unit.users.find(user_id) is None


def _write_and_lose_connection(unit: SqlUnit, database: Database, user_id: str) -> None:
    """The commit that follows finds nobody at the other end."""
    a_user(unit, id=user_id)
    mine = unit.session.execute(text("SELECT pg_backend_pid()")).scalar()
    with database.writing.connect() as other:
        other.execute(text("SELECT pg_terminate_backend(:pid, 5000)"), {"pid": mine})


def test_connections_killed_in_the_pool_are_replaced(postgresql: Database) -> None:
    units = RecordingUnits(postgresql)
    with units.begin() as unit:
        user = a_user(unit)
    killer = Database(postgresql.url)
    with killer.writing.connect() as connection:
        others = "FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
        connection.execute(text(f"SELECT pg_terminate_backend(pid, 5000) {others}"))
    killer.close()
    with units.begin() as unit:
        assert unit.users.find(user.id) == user


def _asked(database: Database, monkeypatch: pytest.MonkeyPatch) -> list[object]:
    """Connections of both pools that the server is asked about from now on."""
    asked: list[object] = []
    for engine in (database.writing, database.reading):
        ping = engine.dialect.do_ping

        def noted(connection: object, ping: Callable[[object], object] = ping) -> object:
            asked.append(connection)
            return ping(connection)

        monkeypatch.setattr(engine.dialect, "do_ping", noted)
    return asked


def test_a_connection_just_used_is_not_asked_about_and_one_that_rested_is(
    postgresql: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    units, asked = RecordingUnits(postgresql), _asked(postgresql, monkeypatch)
    for begin in (units.begin, units.read):
        for _ in range(3):
            with begin() as unit:
                unit.users.find("x")
    assert asked == []
    monkeypatch.setattr(module, "REST_SECONDS", 0.0)
    for begin in (units.begin, units.read):
        with begin() as unit:
            unit.users.find("x")
    assert len(asked) == 2


def test_a_reading_connection_killed_in_the_pool_is_replaced(postgresql: Database) -> None:
    units = RecordingUnits(postgresql)
    with units.begin() as unit:
        user = a_user(unit)
    with units.read() as unit:
        before = unit.session.execute(text("SELECT pg_backend_pid()")).scalar()
    with postgresql.writing.connect() as connection:
        connection.execute(text("SELECT pg_terminate_backend(:pid, 5000)"), {"pid": before})
    with units.read() as unit:
        assert unit.users.find(user.id) == user
        assert unit.session.execute(text("SELECT pg_backend_pid()")).scalar() != before


def test_a_statement_that_reads_is_one_way_to_the_server(postgresql: Database) -> None:
    """No BEGIN before it and no ROLLBACK after it: no transaction is open between two of them, and none can write."""
    units = RecordingUnits(postgresql)
    with units.read() as unit:
        unit.users.find("x")
        state = select(column("state")).select_from(text("pg_stat_activity")).where(text("pid = :pid"))
        pid = unit.session.execute(text("SELECT pg_backend_pid()")).scalar()
        with units.begin() as other:
            assert other.session.execute(state, {"pid": pid}).scalar() == "idle"
    with pytest.raises(DBAPIError, match="read-only"), postgresql.reading.connect() as connection:
        connection.execute(text("DELETE FROM users"))


def test_the_options_of_an_address_stay(postgresql: Database) -> None:
    database = Database(postgresql.url.update_query_dict({"options": "-c statement_timeout=12345"}))
    for engine in (database.writing, database.reading):
        with engine.connect() as connection:
            assert connection.exec_driver_sql("SHOW statement_timeout").scalar() == "12345ms"
            read_only = connection.exec_driver_sql("SHOW transaction_read_only").scalar()
    database.close()
    assert read_only == "on"


def test_when_the_pool_is_used_up_it_is_busy_and_not_broken(empty_postgresql: EmptyPostgresql) -> None:
    database = Database(empty_postgresql.url, pool_size=1, max_overflow=0, pool_timeout=0.05)
    units = RecordingUnits(database)
    with units.read() as unit:
        unit.users.find("x")
        with pytest.raises(NotNow), units.read() as second:
            second.users.find("x")
    database.close()
