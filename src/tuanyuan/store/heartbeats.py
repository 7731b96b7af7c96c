"""Who is alive: one row for each worker process, and one for the office of the reaper.

Only counts are compared, each by its reader's own monotonic clock: no two machines need agree on the time, and a clock
that is moved cannot make the dead alive or the living dead.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

import sqlalchemy as sa

from tuanyuan.store.tables import heartbeats

if TYPE_CHECKING:
    from tuanyuan.store.database import Database

# The count of one who has left in order: nobody waits for it.
LEFT = -1


@dataclass(frozen=True)
class Pulse:
    """One row. `name`: a worker's id, or an office. `holder`: the worker that beats it."""

    name: str
    holder: str
    count: int


class Heartbeats:
    """The rows, each change in a short transaction of its own."""

    def __init__(self, database: Database) -> None:
        self._database = database

    @contextmanager
    def _writing(self) -> Iterator[sa.Connection]:
        with self._database.turn(), self._database.writing.begin() as connection:
            yield connection

    def all(self) -> list[Pulse]:
        """Every row."""
        with self._database.reading.begin() as connection:
            rows = connection.execute(sa.select(heartbeats.c.name, heartbeats.c.holder, heartbeats.c.count))
            return [Pulse(*row) for row in rows]

    def beat(self, name: str) -> None:
        """Count one more of a worker's own row, which appears with its first beat, and again when it was forgotten."""
        with self._writing() as connection:
            counted = connection.execute(
                heartbeats.update().where(heartbeats.c.name == name).values(count=heartbeats.c.count + 1)
            )
            if counted.rowcount == 0:
                connection.execute(heartbeats.insert().values(name=name, holder=name, count=1))

    def take(self, office: str, holder: str, seen: Pulse | None) -> bool:
        """Beat an office as its holder, if it still is as it was `seen`. Exactly one of many at once gets True."""
        if seen is None:
            try:
                with self._writing() as connection:
                    connection.execute(heartbeats.insert().values(name=office, holder=holder, count=1))
            except sa.exc.IntegrityError:
                return False
            return True
        as_seen = (
            heartbeats.c.name == seen.name,
            heartbeats.c.holder == seen.holder,
            heartbeats.c.count == seen.count,
        )
        with self._writing() as connection:
            taken = connection.execute(heartbeats.update().where(*as_seen).values(holder=holder, count=seen.count + 1))
            return taken.rowcount == 1

    def leave(self, holder: str) -> None:
        """Say good-bye: what the worker leaves unfinished, and its office, is taken over at once."""
        with self._writing() as connection:
            connection.execute(heartbeats.update().where(heartbeats.c.holder == holder).values(count=LEFT))

    def forget(self, pulse: Pulse) -> None:
        """Drop the row of a dead worker, unless it has beaten since."""
        with self._writing() as connection:
            connection.execute(
                heartbeats.delete().where(heartbeats.c.name == pulse.name, heartbeats.c.count == pulse.count)
            )
