"""Real books to test with: empty databases in no time, and one line for a user, a job, an entry."""

from __future__ import annotations

import os
import shutil
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import psycopg
from sqlalchemy import make_url
from sqlalchemy.orm import Session

from tuanyuan.domain.consent import FACE_EDIT, Consent
from tuanyuan.domain.job import PRIORITIES, Candidate, Job, JobRequest
from tuanyuan.domain.kept import KeptFile, KeptPhoto
from tuanyuan.domain.photo import PhotoReport
from tuanyuan.domain.ports import Unit
from tuanyuan.domain.user import Identity, User
from tuanyuan.domain.wallet import Entry, EntryKind, following
from tuanyuan.domain.work import Work
from tuanyuan.store.database import Database
from tuanyuan.store.units import SqlUnit, SqlUnits

# Whole milliseconds: what is written down comes back the same.
NOW = datetime(2026, 2, 16, 12, tzinfo=UTC)

_TABLES = """SELECT format('%%I.%%I', schemaname, tablename) FROM pg_tables
    WHERE schemaname IN ('public', 'dbos') AND tablename NOT IN ('alembic_version', 'dbos_migrations')"""


class RecordingUnits(SqlUnits):
    """Real units; `enqueued` lists the jobs whose enqueueing was asked for, rolled back ones too. `now` may be set."""

    def __init__(self, database: Database) -> None:
        self.enqueued: list[Job] = []
        self.now = NOW
        super().__init__(database, self._record, lambda: self.now)

    def _record(self, session: Session, job: Job) -> None:
        assert session.in_transaction()
        self.enqueued.append(job)


def new_id() -> str:
    return uuid4().hex


class EmptySqlite:
    """Makes empty databases by copying a file that was upgraded once."""

    def __init__(self, folder: Path) -> None:
        self._template = folder / "template.db"
        database = Database(f"sqlite:///{self._template}")
        database.upgrade()
        with database.engine.connect() as connection:
            connection.exec_driver_sql("SELECT 1")
        database.close()

    def database(self, folder: Path) -> Database:
        file = folder / "studio.db"
        shutil.copy(self._template, file)
        return Database(f"sqlite:///{file}")


class EmptyPostgresql:
    """One database for this process, emptied before each use."""

    def __init__(self, server: str) -> None:
        self._server = server
        worker = os.environ.get("PYTEST_XDIST_WORKER", "gw")
        self._name = f"tuanyuan_test_{worker}_{os.getpid()}"
        self._administer(f'CREATE DATABASE "{self._name}"')
        self.url = make_url(server).set(database=self._name)
        database = Database(self.url)
        database.upgrade()
        database.close()

    def database(self) -> Database:
        """Empties the queue's tables too, where a worker has made them."""
        database = Database(self.url)
        with database.engine.begin() as connection:
            tables = ", ".join(connection.exec_driver_sql(_TABLES).scalars())
            connection.exec_driver_sql(f"TRUNCATE {tables} RESTART IDENTITY CASCADE")
        return database

    def drop(self) -> None:
        self._administer(f'DROP DATABASE IF EXISTS "{self._name}" WITH (FORCE)')

    def _administer(self, statement: str) -> None:
        with psycopg.connect(self._server, autocommit=True) as connection:
            connection.execute(statement)


@contextmanager
def fresh_postgresql(server: str) -> Iterator[str]:
    """Address of a database without anything in it, dropped afterwards."""
    name = f"tuanyuan_test_{new_id()[:12]}"
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}"')
        try:
            yield str(make_url(server).set(database=name).render_as_string(hide_password=False))
        finally:
            connection.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')


@contextmanager
def crashing(units: SqlUnits) -> Iterator[SqlUnit]:
    """A unit that raises at its end and is rolled back."""
    with suppress(_Crash), units.begin() as unit:
        yield unit
        raise _Crash


class _Crash(Exception):
    pass


def at_once(*actions: Callable[[], Any]) -> list[Any]:
    """Run actions in threads that start together; what each returned, or the exception it raised."""
    barrier = threading.Barrier(len(actions))
    results: list[Any] = [None] * len(actions)

    def run(index: int) -> None:
        try:
            barrier.wait(120)
            results[index] = actions[index]()
        except Exception as error:
            results[index] = error

    threads = [threading.Thread(target=run, args=(i,)) for i in range(len(actions))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(120)
        assert not thread.is_alive(), "a thread waits for ever"
    return results


def a_user(unit: Unit, **changes: Any) -> User:
    """A guest, written down."""
    user = replace(User(id=new_id(), kind="guest", created_at=NOW), **changes)
    assert unit.users.add(user, Identity("guest", f"device-{user.id}", user.id))
    return user


def an_entry(unit: Unit, user_id: str, kind: EntryKind = "earn", amount: int = 10, cause: str = "") -> Entry:
    """The user's next entry, written down."""
    unit.users.lock(user_id)
    cause = cause or f"user:{new_id()}"
    facts = {"id": new_id(), "user_id": user_id, "kind": kind, "amount": amount, "cause": cause, "about": "test"}
    entry = following(unit.ledger.last(user_id), at=NOW, **facts)  # type: ignore[arg-type]  # of any field
    assert unit.ledger.append(entry)
    return entry


def a_consent(unit: Unit, user_id: str, purpose: str = FACE_EDIT, granted: bool = True, **changes: Any) -> Consent:
    """An answer, written down."""
    consent = replace(Consent(new_id(), user_id, purpose, "1", "d" * 64, granted, NOW), **changes)
    unit.consents.add(consent)
    return consent


def a_file(unit: Unit, user_id: str, **changes: Any) -> KeptFile:
    """A kept photo file (its row only)."""
    id_ = new_id()
    file = KeptFile(id_, user_id, "photo", f"ab/{id_}", b"key", "image/jpeg", 3, "d" * 64, NOW, NOW, "kept")
    file = replace(file, expires_at=NOW + timedelta(hours=48))
    file = replace(file, **changes)
    unit.files.add(file)
    return file


def a_photo(unit: Unit, user_id: str, **changes: Any) -> KeptPhoto:
    """A usable photo with its file's row."""
    file = a_file(unit, user_id)
    report = PhotoReport("a.jpg", True, 1200, 1600, (), ())
    photo = KeptPhoto(new_id(), user_id, file.id, "a.jpg", file.digest, report, NOW, file.expires_at)
    photo = replace(photo, **changes)
    unit.photos.add(photo)
    return photo


def a_request(**changes: Any) -> JobRequest:
    return replace(JobRequest("reunion", ("p" * 32,), background="studio"), **changes)


def a_job(unit: Unit, user_id: str, paid: bool = True, **changes: Any) -> Job:
    """A pending job of one credit; paid for from what the user has, unless told."""
    request = changes.pop("request", a_request())
    job = Job(new_id(), user_id, request, "pending", 1, PRIORITIES[request.tier], "local", NOW)
    job = replace(job, **changes)
    if paid and job.cost:
        an_entry(unit, user_id, "spend", -job.cost, f"job:{job.id}")
    unit.jobs.add(job)
    return job


def a_candidate(file_id: str, **changes: Any) -> Candidate:
    facts = {"id": new_id(), "file": file_id, "rank": 1, "score": 0.9, "width": 1920, "height": 1440}
    return Candidate(**{**facts, **changes})  # type: ignore[arg-type]  # of any field


def a_work(unit: Unit, job: Job, **changes: Any) -> Work:
    """A picked picture of a job, with its file's row."""
    file = a_file(unit, job.user_id, kind="candidate", expires_at=NOW + timedelta(days=30))
    work = Work(new_id(), job.user_id, job.id, "reunion", "", {"picture": file.id}, NOW, file.expires_at)
    work = replace(work, **changes)
    unit.works.add(work)
    return work
