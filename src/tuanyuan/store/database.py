"""The database: SQLite in one file, or PostgreSQL. Opens connections, upgrades the schema, explains failures."""

from __future__ import annotations

import select
import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any, Literal, cast

import structlog
from sqlalchemy import URL, Connection, Dialect, Engine, create_engine, event, inspect, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, InterfaceError, InvalidatePoolError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolExhausted
from sqlalchemy.pool import ConnectionPoolEntry

from tuanyuan.domain.errors import NotNow, WrongUsage

PATIENCE_SECONDS = 30.0
# A connection that rested for so long is asked whether the server is still there before it is used.
REST_SECONDS = 5.0
_ONLY_READ = ("-c default_transaction_read_only=on", r"-c default_transaction_isolation=read\ committed")
# A revision's number is the beginning of its file's name.
_NEWEST = max(file.name for file in (Path(__file__).parent / "migrations" / "versions").glob("0*.py"))[:4]
# Of what SQLite calls operational errors: the file or the disk, not the statement.
_SQLITE_TROUBLE = frozenset(
    {
        sqlite3.SQLITE_BUSY,
        sqlite3.SQLITE_LOCKED,
        sqlite3.SQLITE_NOMEM,
        sqlite3.SQLITE_IOERR,
        sqlite3.SQLITE_FULL,
        sqlite3.SQLITE_CANTOPEN,
        sqlite3.SQLITE_PROTOCOL,
    }
)
_log = structlog.get_logger(__name__)


class Database:
    """One database and its pool of connections.

    url: `sqlite:///file` or `postgresql://…` (psycopg 3 is used). Nothing is opened before the first question.

    writing / reading: engines. On SQLite they share the pool; a transaction of `writing` begins IMMEDIATE, so that it
    never fails half-way for want of the write lock, and one of `reading` cannot write. On PostgreSQL each has half of
    the pool; both are READ COMMITTED, and a connection of the latter is READ ONLY. There every statement that reads is
    a transaction of its own: under READ COMMITTED it would see a moment of its own anyway, and two ways to the server
    are saved.
    """

    def __init__(self, url: str | URL, pool_size: int = 10, max_overflow: int = 20, pool_timeout: float = 10) -> None:
        self.url = _with_driver(_parsed(url))
        self.sqlite = self.url.get_backend_name() == "sqlite"
        self.writing: Engine
        self.reading: Engine
        # Errors reach the log; the values of a statement do not.
        pool: dict[str, Any] = {"pool_timeout": pool_timeout, "hide_parameters": True}
        if self.sqlite:
            self.engine = self._open_sqlite({**pool, "pool_size": pool_size, "max_overflow": max_overflow})
            self.writing = self.engine.execution_options(begin="IMMEDIATE")
            self.reading = self.engine.execution_options(begin="DEFERRED")
        else:
            half = {**pool, "pool_size": max(1, pool_size // 2), "max_overflow": max_overflow // 2}
            self.engine = self.writing = self._open_postgresql(half)
            self.reading = self._open_postgresql(half, only_read=True)
        # SQLite lets one write at a time and lets the others poll. Waiting in line here is fair, and holds no
        # connection while it waits.
        self._line = threading.Lock()

    def _open_sqlite(self, pool: dict[str, Any]) -> Engine:
        engine = create_engine(self.url, connect_args={"timeout": PATIENCE_SECONDS, "isolation_level": None}, **pool)
        event.listen(engine, "connect", _prepare_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
        return engine

    def _open_postgresql(self, pool: dict[str, Any], only_read: bool = False) -> Engine:
        arguments: dict[str, Any] = {"connect_timeout": 5, "application_name": "tuanyuan"}
        isolation: Literal["AUTOCOMMIT", "READ COMMITTED"] = "READ COMMITTED"
        if only_read:
            isolation = "AUTOCOMMIT"
            given = self.url.query.get("options", "")
            arguments["options"] = " ".join(((given,) if isinstance(given, str) else given) + _ONLY_READ).strip()
        engine = create_engine(self.url, isolation_level=isolation, connect_args=arguments, **pool)
        event.listen(engine, "checkin", _rests)
        event.listen(engine, "checkout", partial(_awake, engine.dialect))
        return engine

    @contextmanager
    def turn(self) -> Iterator[None]:
        """Wait for the turn to write. Only SQLite has turns."""
        if not self.sqlite:
            yield
            return
        if not self._line.acquire(timeout=PATIENCE_SECONDS):
            _log.error("database_down", cause="waited too long for the turn to write")
            raise NotNow("database_down")
        try:
            yield
        finally:
            self._line.release()

    @contextmanager
    def explained(self) -> Iterator[None]:
        """Turn trouble with the database into NotNow database_down. Its words go to the log, never to a user."""
        try:
            yield
        except (OperationalError, InterfaceError, PoolExhausted) as error:
            if isinstance(error, OperationalError) and not _is_trouble(error):
                raise
            _log.error("database_down", cause=f"{type(error).__name__}: {getattr(error, 'orig', error)}")
            raise NotNow("database_down") from error

    def ready(self) -> bool:
        """Whether it answers, and has the newest schema."""
        try:
            return self._is_newest()
        except NotNow:
            return False

    def upgrade(self, to: str = "head") -> None:
        """Bring the schema to a revision, the newest one unless told. Several at once are fine: one does it."""
        if self.sqlite:
            _make_private(Path(cast("str", self.url.database)))
        if to == "head" and self._is_newest():
            return
        # Alembic takes a while to import, and every start comes by here.
        from tuanyuan.store.migrations import upgrade

        with self.explained(), self.turn(), self.writing.begin() as connection:
            if not self.sqlite:
                connection.exec_driver_sql("SELECT pg_advisory_xact_lock(7463920115)")
            upgrade(connection, to)

    def _is_newest(self) -> bool:
        """Whether the schema is at this software's newest revision. False too where nothing can be told."""
        with self.explained(), self.reading.connect() as connection:
            if not inspect(connection).has_table("alembic_version"):
                return False
            revisions = connection.exec_driver_sql("SELECT version_num FROM alembic_version").scalars().all()
        return revisions == [_NEWEST]

    def close(self) -> None:
        """Close every connection. The database can be used again afterwards."""
        self.engine.dispose()
        self.reading.dispose()


def _parsed(url: str | URL) -> URL:
    try:
        return make_url(url)
    except ArgumentError:
        raise _unusable() from None


def _with_driver(url: URL) -> URL:
    if url.get_backend_name() in ("postgresql", "postgres"):
        return url.set(drivername="postgresql+psycopg")
    if url.get_backend_name() != "sqlite" or url.database in (None, "", ":memory:"):
        raise _unusable()
    return url


def _unusable() -> WrongUsage:
    """Never repeats the address: it may hold a password."""
    return WrongUsage("setting_invalid", name="TUANYUAN_DATABASE_URL", detail="sqlite:///file or postgresql://…")


def _prepare_sqlite(connection: sqlite3.Connection, _: object) -> None:
    _write_ahead(connection)
    connection.execute("PRAGMA synchronous=NORMAL")
    connection.execute("PRAGMA foreign_keys=ON")


def _write_ahead(connection: sqlite3.Connection) -> None:
    """Readers and a writer at once. SQLite does not wait by itself when somebody else is making the switch."""
    end = time.monotonic() + PATIENCE_SECONDS
    while True:
        try:
            connection.execute("PRAGMA journal_mode=WAL")
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode != sqlite3.SQLITE_BUSY or time.monotonic() > end:
                raise
            time.sleep(0.02)
        else:
            return


def _begin_sqlite(connection: Connection) -> None:
    mode = connection.get_execution_options().get("begin", "IMMEDIATE")
    connection.exec_driver_sql(f"PRAGMA query_only={int(mode == 'DEFERRED')}")
    connection.exec_driver_sql(f"BEGIN {mode}")


def _rests(connection: Any, record: ConnectionPoolEntry) -> None:
    if connection is not None:
        record.info["rests_since"] = time.monotonic()


def _awake(dialect: Dialect, connection: Any, record: ConnectionPoolEntry, _: object) -> None:
    """Never hand out a connection that the server has closed.

    Asking the server each time would cost a way to it for every unit. A server that closes says so, and that can be
    seen on our side; a network that died says nothing, and is asked about after a rest.
    """
    since = record.info.get("rests_since")
    if since is None or (time.monotonic() - since < REST_SECONDS and not _has_news(connection)):
        return
    try:
        dialect.do_ping(connection)
    except dialect.loaded_dbapi.Error:
        # This one and all that are as old are opened anew.
        raise InvalidatePoolError from None


def _has_news(connection: Any) -> bool:
    """Whether there is something to be read although nothing was asked: an end, as a rule."""
    if connection.closed:
        return True
    looking = select.poll()
    looking.register(connection.fileno(), select.POLLIN)
    return bool(looking.poll(0))


def _make_private(file: Path) -> None:
    """The file holds people's data: nobody else on the machine may read it. Its companions inherit the mode."""
    file.parent.mkdir(parents=True, exist_ok=True)
    if not file.exists():
        file.touch(mode=0o600)


def _is_trouble(error: DBAPIError) -> bool:
    if isinstance(error.orig, sqlite3.Error):
        return (error.orig.sqlite_errorcode & 0xFF) in _SQLITE_TROUBLE
    return True
