"""Units of work over SQLite or PostgreSQL."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

from sqlalchemy import Engine
from sqlalchemy.orm import Session

from tuanyuan.domain.job import Job
from tuanyuan.domain.ports.world import Clock
from tuanyuan.store.books.audit import AuditBook
from tuanyuan.store.books.consents import ConsentBook
from tuanyuan.store.books.engines import EngineBook
from tuanyuan.store.books.files import FileBook
from tuanyuan.store.books.free_days import FreeDayBook
from tuanyuan.store.books.jobs import JobBook
from tuanyuan.store.books.keys import KeyBook
from tuanyuan.store.books.ledger import LedgerBook
from tuanyuan.store.books.photos import PhotoBook
from tuanyuan.store.books.tokens import TokenBook
from tuanyuan.store.books.users import UserBook
from tuanyuan.store.books.works import WorkBook
from tuanyuan.store.database import Database

Enqueue = Callable[[Session, Job], None]


def _now() -> datetime:
    return datetime.now(UTC)


class SqlUnit:
    """Implements `Unit` in one session."""

    def __init__(self, session: Session, enqueue: Enqueue, clock: Clock) -> None:
        self.session = session
        self.users = UserBook(session)
        self.tokens = TokenBook(session)
        self.consents = ConsentBook(session)
        self.files = FileBook(session)
        self.photos = PhotoBook(session, clock)
        self.ledger = LedgerBook(session)
        self.free_days = FreeDayBook(session)
        self.jobs = JobBook(session, enqueue)
        self.engines = EngineBook(session)
        self.works = WorkBook(session)
        self.audit = AuditBook(session)
        self.keys = KeyBook(session)


class SqlUnits:
    """Implements `Units`. `enqueue` puts a new job into the queue, in the session of its unit.

    A unit belongs to one thread at a time, and is never opened inside another writing one: SQLite has one writer.
    Nothing is tried again here; a unit that failed may be opened anew by whoever knows that this is safe.
    """

    def __init__(self, database: Database, enqueue: Enqueue, clock: Clock = _now) -> None:
        self.database = database
        self._enqueue = enqueue
        self._clock = clock

    @contextmanager
    def begin(self) -> Iterator[SqlUnit]:
        """Read and write; see the port."""
        with self.database.explained(), self.database.turn(), self._session(self.database.writing) as session:
            unit = SqlUnit(session, self._enqueue, self._clock)
            yield unit
            unit.audit.write()
            session.commit()

    @contextmanager
    def read(self) -> Iterator[SqlUnit]:
        """Read only: what it would write, the database refuses."""
        with self.database.explained(), self._session(self.database.reading) as session:
            yield SqlUnit(session, self._enqueue, self._clock)

    @staticmethod
    def _session(engine: Engine) -> Session:
        return Session(engine, autoflush=False)
