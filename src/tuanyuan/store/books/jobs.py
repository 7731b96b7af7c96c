"""Jobs and attempts; `JobBook` also carries the progress streams (`books.events`)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, fields
from datetime import datetime
from typing import Any

from sqlalchemy import Select, func, literal, or_, select, tuple_, update
from sqlalchemy.orm import Session

from tuanyuan.domain.job import FINAL, Attempt, Event, Job, Status, sources
from tuanyuan.domain.job import advance as after
from tuanyuan.domain.ports import Place
from tuanyuan.store.books.events import EventBook
from tuanyuan.store.books.job_rows import columns, job
from tuanyuan.store.books.scrubbing import scrub_user
from tuanyuan.store.books.statements import changed, insert, older
from tuanyuan.store.columns import Instant
from tuanyuan.store.tables import attempts, files, jobs

_UNFINISHED = ("pending", "processing")


class JobBook(EventBook):
    """Implements `Jobs`. `enqueue` acts in the same session, so that a job is queued when and only when it is there."""

    def __init__(self, session: Session, enqueue: Callable[[Session, Job], None]) -> None:
        super().__init__(session)
        self._enqueue = enqueue

    def add(self, job: Job, enqueue: bool = True) -> None:
        """Write one down with its first event and enqueue it; see the port."""
        values = {field.name: getattr(job, field.name) for field in fields(job)}
        values["updated_at"] = job.updated_at or job.created_at
        self._session.execute(jobs.insert().values(columns(values)))
        if enqueue:
            self._append(job.id, "pending", 0, "job_posted", job.created_at)
            self._enqueue(self._session, job)
        else:
            self._append(job.id, "completed", 100, "job_completed", job.created_at)

    def find(self, job_id: str, user_id: str | None = None) -> Job | None:
        """One job."""
        query = select(jobs).where(jobs.c.id == job_id)
        found = self._some(query if user_id is None else query.where(jobs.c.user_id == user_id))
        return found[0] if found else None

    def advance(
        self, job_id: str, event: Event, at: datetime, message: str | None = None, **changes: Any
    ) -> Job | None:
        """One conditional UPDATE. "claim" counts and keeps the first start; an end notes when; progress never falls."""
        status = after(sources(event)[0], event)
        values = {"status": status, "updated_at": at, **columns(changes)}
        if "progress" in values:
            values["progress"] = self._greater(values["progress"])
        if event == "claim":
            values["claims"] = jobs.c.claims + 1
            values.setdefault("started_at", func.coalesce(jobs.c.started_at, literal(at, Instant)))
        if status in FINAL:
            values.setdefault("finished_at", at)
        statement = update(jobs).where(jobs.c.id == job_id, jobs.c.status.in_(sources(event)))
        row = self._session.execute(statement.values(values).returning(jobs)).one_or_none()
        if row is None:
            return None
        if message is not None:
            self._append(job_id, row.status, row.progress, message, at)
        return job(row)

    def save(self, job: Job) -> None:
        """Store what does not belong to the state: picked, work_id, rating."""
        values = {"picked": job.picked, "work_id": job.work_id, "rating": job.rating}
        self._session.execute(update(jobs).where(jobs.c.id == job.id).values(values))

    def pick(self, job_id: str, candidate: str, work_id: str) -> bool:
        """Note the choice, if nothing was picked. Exactly one of many at once gets True."""
        statement = update(jobs).where(jobs.c.id == job_id, jobs.c.picked.is_(None))
        return changed(self._session, statement.values(picked=candidate, work_id=work_id)) == 1

    def all(self, user_id: str, before: Place | None, limit: int, status: Status | None = None) -> list[Job]:
        """A user's jobs, newest first."""
        query = select(jobs).where(jobs.c.user_id == user_id)
        if before is not None:
            query = query.where(older(jobs, before))
        if status is not None:
            query = query.where(jobs.c.status == status)
        return self._some(query.order_by(jobs.c.created_at.desc(), jobs.c.id.desc()).limit(limit))

    def unfinished(self, user_id: str) -> int:
        """How many of a user's jobs are pending or processing."""
        return self._count(jobs.c.user_id == user_id, jobs.c.status.in_(_UNFINISHED))

    def ahead(self, job: Job) -> int:
        """Those at work, and those waiting that are more urgent or as urgent and older. None for a job at work."""
        if job.status != "pending":
            return 0
        order = tuple_(jobs.c.priority, jobs.c.created_at, jobs.c.id)
        sooner = order < tuple_(job.priority, literal(job.created_at, Instant), job.id)
        first = or_(jobs.c.status == "processing", (jobs.c.status == "pending") & sooner)
        return self._count(jobs.c.queue == job.queue, jobs.c.status.in_(_UNFINISHED), first)

    def seconds(self, queue: str, last: int = 20) -> float | None:
        """Mean seconds from start to finish of the last completed jobs of a queue; None without experience."""
        query = select(jobs.c.started_at, jobs.c.finished_at).where(jobs.c.queue == queue, jobs.c.status == "completed")
        query = query.where(jobs.c.started_at.is_not(None), jobs.c.finished_at.is_not(None))
        query = query.where(jobs.c.cached_from.is_(None)).order_by(jobs.c.finished_at.desc()).limit(last)
        spans = [(row.finished_at - row.started_at).total_seconds() for row in self._session.execute(query)]
        return sum(spans) / len(spans) if spans else None

    def cached(self, user_id: str, key: str, at: datetime) -> Job | None:
        """The user's newest completed job of that key whose candidates are all still kept."""
        query = select(jobs).where(jobs.c.user_id == user_id, jobs.c.cache_key == key, jobs.c.status == "completed")
        for found in self._some(query.order_by(jobs.c.created_at.desc(), jobs.c.id.desc()).limit(5)):
            wanted = {candidate.file for candidate in found.candidates}
            kept = select(func.count()).where(files.c.id.in_(wanted), files.c.state == "kept", files.c.expires_at > at)
            if wanted and self._session.execute(kept).scalar_one() == len(wanted):
                return found
        return None

    def attempt(self, attempt: Attempt) -> None:
        """Write an attempt down, or change it: by id."""
        statement = insert(self._session, attempts).values(asdict(attempt))
        changed_ones = ("outcome", "created_at", "task", "code", "finished_at", "cost_fen", "result")
        changes = {name: statement.excluded[name] for name in changed_ones}
        self._session.execute(statement.on_conflict_do_update(index_elements=["id"], set_=changes))

    def attempts(self, job_id: str) -> list[Attempt]:
        """All attempts, in order."""
        query = select(attempts).where(attempts.c.job_id == job_id).order_by(attempts.c.number)
        return [Attempt(**row._mapping) for row in self._session.execute(query)]

    def forget_people(self, user_id: str) -> None:
        """Take out of a user's jobs and attempts all that tells of people; see the port."""
        scrub_user(self._session, user_id)

    def stuck(self, before: datetime, limit: int) -> list[Job]:
        """Jobs pending or processing that were last touched before, oldest first."""
        query = select(jobs).where(jobs.c.status.in_(_UNFINISHED), jobs.c.updated_at < before)
        return self._some(query.order_by(jobs.c.updated_at, jobs.c.id).limit(limit))

    def counts(self) -> dict[tuple[str, str], int]:
        """How many jobs by (status, feature)."""
        query = select(jobs.c.status, jobs.c.feature, func.count()).group_by(jobs.c.status, jobs.c.feature)
        return {(status, feature): count for status, feature, count in self._session.execute(query)}

    def _some(self, query: Select[Any]) -> list[Job]:
        return [job(row) for row in self._session.execute(query)]

    def _count(self, *conditions: Any) -> int:
        return int(self._session.execute(select(func.count()).select_from(jobs).where(*conditions)).scalar_one())
