"""The schema grows from nothing and from every earlier revision, with what is in it; and is the one in `tables`."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from doubles.books import NOW, RecordingUnits, a_job, an_entry, fresh_postgresql
from doubles.machines import postgresql_url
from sqlalchemy import Connection, text

from tuanyuan.store import migrations
from tuanyuan.store.database import Database
from tuanyuan.store.tables import metadata

REVISIONS = [script.revision for script in ScriptDirectory(migrations.__path__[0]).walk_revisions()][::-1]


@pytest.fixture(params=["sqlite", "postgresql"])
def empty(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    """A database without a single table."""
    if request.param == "sqlite":
        database = Database(f"sqlite:///{tmp_path / 'empty.db'}")
        yield database
        database.close()
        return
    with fresh_postgresql(postgresql_url()) as url:
        database = Database(url)
        yield database
        database.close()


def test_from_nothing_to_the_newest(empty: Database) -> None:
    assert not empty.ready()
    empty.upgrade()
    assert empty.ready()
    with empty.reading.connect() as connection:
        assert migrations.revision(connection) == migrations.newest() == REVISIONS[-1]
    empty.upgrade()
    with RecordingUnits(empty).begin() as unit:
        assert unit.ledger.unexplained() == 0


def test_a_schema_that_is_up_to_date_is_left_alone(empty: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    empty.upgrade()

    def never(*_: object) -> None:
        raise AssertionError("migrated again")

    monkeypatch.setattr(migrations, "upgrade", never)
    empty.upgrade()


@pytest.mark.parametrize("revision", REVISIONS[:-1])
def test_from_an_earlier_revision_with_people_and_money_in_it(empty: Database, revision: str) -> None:
    empty.upgrade(revision)
    assert not empty.ready()
    with empty.writing.begin() as connection:
        _fill(connection)
    empty.upgrade()
    assert empty.ready()
    with RecordingUnits(empty).begin() as unit:
        user = unit.users.by_identity("guest", "device")
        assert user is not None
        assert (user.name, user.settings.language, user.created_at) == ("奶奶", "en", NOW)
        assert unit.ledger.balance(user.id).balance == 10
        an_entry(unit, user.id)
        a_job(unit, user.id)
        assert unit.ledger.balance(user.id).balance == 19
        assert unit.ledger.unexplained() == 0


def _fill(connection: Connection) -> None:
    """In plain SQL, as that revision's software wrote it."""
    at = int(NOW.timestamp() * 1000)
    settings = '{"language": "en", "notifications": true, "autosave": false, "quality": "high", "large_type": true}'
    for statement in (
        "INSERT INTO users (id, kind, name, edition, settings, created_at) "
        "VALUES ('u', 'guest', '奶奶', 'personal', :settings, :at)",
        "INSERT INTO identities (provider, subject, user_id) VALUES ('guest', 'device', 'u')",
        "INSERT INTO entries (id, user_id, number, kind, amount, balance, cause, about, created_at) "
        "VALUES ('e', 'u', 1, 'earn', 10, 10, 'user:u', 'registration', :at)",
    ):
        connection.execute(text(statement), {"at": at, "settings": settings} if ":at" in statement else {})


def test_the_migrated_schema_is_the_one_in_the_tables(empty: Database) -> None:
    """Whatever the durable queue has made beside our tables does not matter."""
    empty.upgrade()
    with empty.writing.begin() as connection:
        if not empty.sqlite:
            connection.execute(text("CREATE SCHEMA dbos"))
        connection.execute(text(f"CREATE TABLE {'' if empty.sqlite else 'dbos.'}workflow_status (id TEXT)"))

    def ours(_object: Any, name: str | None, kind: str, *_: Any) -> bool:
        return kind != "table" or name in metadata.tables

    with empty.reading.connect() as connection:
        context = MigrationContext.configure(connection, opts={"include_object": ours, "compare_type": True})
        assert compare_metadata(context, metadata) == []
        # Control: a difference would be seen.
        connection.rollback()
    with empty.writing.begin() as connection:
        connection.execute(text("DROP INDEX ix_files_state_expires_at"))
    with empty.reading.connect() as connection:
        context = MigrationContext.configure(connection, opts={"include_object": ours})
        assert [difference[0] for difference in compare_metadata(context, metadata)] == ["add_index"]


CONSTRAINTS = "SELECT conrelid::regclass || ' ' || conname || ' ' || pg_get_constraintdef(oid) FROM pg_constraint"


def test_the_migrated_constraints_are_those_in_the_tables(empty: Database) -> None:
    """Alembic does not compare CHECKs, deferred keys and the like."""
    empty.upgrade()
    migrated = _constraints(empty)
    with empty.writing.begin() as connection:
        metadata.drop_all(connection)
        metadata.create_all(connection)
    assert _constraints(empty) == migrated
    assert any("balance >= 0" in constraint for constraint in migrated)


def _constraints(database: Database) -> set[str]:
    query = "SELECT sql FROM sqlite_master WHERE type = 'table'"
    if not database.sqlite:
        query = CONSTRAINTS + " WHERE connamespace = 'public'::regnamespace"
    with database.reading.connect() as connection:
        return {_plain(row) for row in connection.execute(text(query)).scalars()}


def _plain(statement: str) -> str:
    """With the order of columns and constraints left out, and the spaces: they differ, and mean nothing.

    A column that SQLite added later stands on the line of the one before it, and behind a comma.
    """
    begun, separated, rest = statement.partition("(")
    parts = re.split(r",\s*(?![^()]*\))", rest.strip().removesuffix(")")) if separated else []
    return "\n".join([begun.strip(), *sorted(" ".join(part.split()) for part in parts)])


def test_two_processes_upgrade_at_once(empty: Database) -> None:
    url = empty.url.render_as_string(hide_password=False)
    code = f"from tuanyuan.store.database import Database as D; d = D({url!r}); d.upgrade(); d.close()"
    processes = [subprocess.Popen([sys.executable, "-W", "error", "-c", code]) for _ in range(2)]
    assert [process.wait(120) for process in processes] == [0, 0]
    assert empty.ready()
