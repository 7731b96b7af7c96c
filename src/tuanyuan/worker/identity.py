"""The id under which a worker process carries jobs."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING
from uuid import uuid4

from filelock import FileLock, Timeout

if TYPE_CHECKING:
    from tuanyuan.store.database import Database

_MOST_PLACES = 64


class Identity:
    """PostgreSQL: new for each process. SQLite: the first free place beside the database file, held by a file lock.

    The system frees the lock with the death of the process, so the next one on that place has the id of the dead one,
    and DBOS takes up its jobs as it starts, without waiting until the dead one is missed. Two living never share one.
    """

    def __init__(self, database: Database) -> None:
        self._lock: FileLock | None = None
        if not database.sqlite:
            self.id = f"worker-{uuid4().hex}"
            return
        for place in range(_MOST_PLACES):
            lock = FileLock(Path(f"{database.url.database}.worker-{place}.lock"), blocking=False, thread_local=False)
            try:
                lock.acquire()
            except Timeout:
                continue
            self._lock, self.id = lock, f"worker-{place}"
            return
        raise RuntimeError(f"{_MOST_PLACES} workers on one SQLite database")

    def release(self) -> None:
        """Free the place."""
        if self._lock is not None:
            self._lock.release()
