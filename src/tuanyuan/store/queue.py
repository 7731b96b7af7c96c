"""The queue of durable jobs: DBOS's tables in the studio's own database, and the way into them."""

from __future__ import annotations

import threading
from datetime import datetime
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from sqlalchemy import event

from tuanyuan.domain.job import Job
from tuanyuan.store.tables import jobs

if TYPE_CHECKING:
    from dbos import DBOSClient
    from sqlalchemy.orm import Session

    from tuanyuan.store.database import Database

APPLICATION = "tuanyuan"
# Workflows run only under the version they were enqueued for. It changes when what `worker/generate.py` writes into a
# checkpoint can no longer be read by the next release, and never with the code as such.
VERSION = "1"
WORKFLOW = "generate"


def queue_engine(database: Database, pool_size: int) -> sa.Engine:
    """A pool of its own for DBOS on the studio's database.

    On SQLite with write locks taken at the beginning, as DBOS's own engine does, and with the durability of the books:
    a commit survives the death of the process, and of the machine as far as the books' own do.
    """
    pool: dict[str, Any] = {"pool_size": pool_size, "max_overflow": 0, "pool_timeout": 30}
    if not database.sqlite:
        arguments = {"connect_timeout": 5, "application_name": "tuanyuan-queue"}
        return sa.create_engine(database.url, hide_parameters=True, pool_pre_ping=True, connect_args=arguments, **pool)
    engine = sa.create_engine(database.url, hide_parameters=True, **pool)

    @event.listens_for(engine, "connect")
    def prepare(connection: Any, _record: Any) -> None:
        connection.isolation_level = "IMMEDIATE"
        for pragma in ("busy_timeout=30000", "foreign_keys=ON", "synchronous=NORMAL"):
            connection.execute(f"PRAGMA {pragma}")

    return engine


def address(database: Database) -> str:
    """The database's URL with its password, as DBOS wants it."""
    return database.url.render_as_string(hide_password=False)


def upgrade(database: Database) -> None:
    """Make or migrate DBOS's tables. Several processes may do it at once; the books come first."""
    from dbos import DBOS

    DBOS.migrate(address(database))


class Enqueuer:
    """Puts jobs into the queue, inside the caller's transaction: no job without its workflow, no workflow without job.

    Called by `Jobs.add` as `enqueue(session, job)`. Never commits, never waits for the queue, and needs no worker.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self._lock = threading.Lock()
        self._client: DBOSClient | None = None

    def __call__(self, session: Session, job: Job) -> None:
        """Enqueue as workflow `job.id` on `job.queue`; smaller priorities go first. A used id is refused."""
        self._connected().enqueue_in_transaction(
            session,
            {
                "workflow_name": WORKFLOW,
                "queue_name": job.queue,
                "workflow_id": job.id,
                "workflow_id_reuse_policy": "reject",
                "app_version": VERSION,
                "priority": job.priority,
            },
            job.id,
        )

    def close(self) -> None:
        """Let go of the client; the database stays open."""
        with self._lock:
            if self._client is not None:
                self._client.destroy()
                self._client = None

    def _connected(self) -> DBOSClient:
        with self._lock:
            if self._client is None:
                # Imported with the first job, not with the program: it takes a quarter of a second.
                from dbos import DBOSClient, DBOSPortableJSONSerializer

                self._client = DBOSClient(
                    system_database_engine=self._database.engine,
                    serializer=DBOSPortableJSONSerializer(),
                    application_name=APPLICATION,
                    lazy=True,
                )
            return self._client


class CancelledJobs:
    """Jobs cancelled of late, whose workflows may still wait in the queue."""

    def __init__(self, database: Database) -> None:
        self._engine = database.reading

    def since(self, at: datetime) -> set[str]:
        """Ids of the jobs that were cancelled after `at`."""
        found = sa.select(jobs.c.id).where(jobs.c.status == "cancelled", jobs.c.finished_at > at)
        with self._engine.begin() as connection:
            return set(connection.execute(found).scalars())
