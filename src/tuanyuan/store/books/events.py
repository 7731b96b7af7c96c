"""Progress streams: what watchers of a job are told, in order and without a gap.

Numbers come from one sequence. On PostgreSQL two transactions may commit in another order than they took their
numbers, and a reader that remembers the last number seen would miss the smaller one. Two guards:

* An event is written only after its job's row was locked (by the UPDATE that goes before it). So the numbers of one
  job become visible in order, and `events(after, job_id)` never misses one.
* `events(after)` over all jobs stops before a missing number while the event behind it is younger than SETTLED: the
  missing one may still be on its way. A number that stays missing belongs to a unit that was rolled back.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, case, func, or_, select, update
from sqlalchemy.orm import Session

from tuanyuan.domain.job import FINAL, Job, JobEvent, Status
from tuanyuan.store.books.job_rows import job
from tuanyuan.store.tables import job_events, jobs

SETTLED = timedelta(seconds=10)


class EventBook:
    """The part of `Jobs` that tells how far they are."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def tell(self, job_id: str, status: Status, progress: int, message: str, at: datetime) -> Job | None:
        """Append, and set the job's progress. Never lowers it; says nothing more about an ended job but its end."""
        speaks = or_(jobs.c.status.not_in(FINAL), jobs.c.status == status)
        statement = update(jobs).where(jobs.c.id == job_id, speaks)
        statement = statement.values(progress=self._greater(progress), updated_at=at)
        row = self._session.execute(statement.returning(jobs)).one_or_none()
        if row is None:
            return None
        self._append(job_id, status, row.progress, message, at)
        return job(row)

    def events(self, after: int, job_id: str | None = None, limit: int = 500) -> list[JobEvent]:
        """Events with greater numbers, in order; over all jobs only those that nothing can come before any more."""
        query = select(job_events).where(job_events.c.number > after)
        if job_id is not None:
            query = query.where(job_events.c.job_id == job_id)
        rows = self._session.execute(query.order_by(job_events.c.number).limit(limit)).all()
        if job_id is None and self._session.get_bind().dialect.name == "postgresql":
            rows = rows[: _settled(after, rows)]
        return [JobEvent(r.number, r.job_id, r.status, r.progress, r.message, r.created_at) for r in rows]

    def last_event(self) -> int:
        """The greatest number of an event there is; 0 without any."""
        return self._session.execute(select(func.max(job_events.c.number))).scalar_one() or 0

    def _append(self, job_id: str, status: Status, progress: int, message: str, at: datetime) -> None:
        row = {"job_id": job_id, "status": status, "progress": progress, "message": message, "created_at": at}
        self._session.execute(job_events.insert().values(**row, written_at=datetime.now(UTC)))

    @staticmethod
    def _greater(progress: int) -> ColumnElement[int]:
        return case((jobs.c.progress > progress, jobs.c.progress), else_=progress)


def _settled(after: int, rows: Any) -> int:
    """How many rows from the first on have nothing missing between them that may yet appear."""
    young = datetime.now(UTC) - SETTLED
    for index, row in enumerate(rows):
        if row.number != after + 1 and row.written_at > young:
            return index
        after = row.number
    return len(rows)
