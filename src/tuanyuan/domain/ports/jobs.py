"""Jobs in the books, with their progress streams and attempts."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Protocol

from tuanyuan.domain.job import Attempt, Event, Job, JobEvent, Status
from tuanyuan.domain.ports.place import Place


class Jobs(Protocol):
    """Jobs, their progress streams and attempts."""

    def add(self, job: Job, enqueue: bool = True) -> None:
        """Write one down as pending, with its first event, and enqueue it: all in this unit.

        enqueue False: write down a job that is completed already (result cache) with all its fields; its one event
        is "job_completed" at 100; nothing is enqueued.
        """
        ...

    def find(self, job_id: str, user_id: str | None = None) -> Job | None:
        """One job."""
        ...

    def advance(
        self, job_id: str, event: Event, at: datetime, message: str | None = None, **changes: Any
    ) -> Job | None:
        """The one way a state changes: a conditional UPDATE from the states of `job.sources(event)`.

        None when it hit no row. changes: columns to set with it (engine, candidates, error, progress, …);
        "claim" adds one to `claims`. message: also appended to the progress stream.
        """
        ...

    def save(self, job: Job) -> None:
        """Store what does not belong to the state: picked, work_id, rating."""
        ...

    def pick(self, job_id: str, candidate: str, work_id: str) -> bool:
        """Note the choice, if nothing was picked. Exactly one of many at once gets True."""
        ...

    def all(self, user_id: str, before: Place | None, limit: int, status: Status | None = None) -> list[Job]:
        """A user's jobs, newest first, after the place `before` in the list."""
        ...

    def unfinished(self, user_id: str) -> int:
        """How many of a user's jobs are pending or processing."""
        ...

    def ahead(self, job: Job) -> int:
        """Pending and processing jobs of its queue that go before it."""
        ...

    def seconds(self, queue: str, last: int = 20) -> float | None:
        """Mean seconds from start to finish of the last completed jobs of a queue; None without experience."""
        ...

    def cached(self, user_id: str, key: str, at: datetime) -> Job | None:
        """The user's newest completed job of that key whose candidates are all still kept."""
        ...

    def tell(self, job_id: str, status: Status, progress: int, message: str, at: datetime) -> Job | None:
        """Append to the progress stream, and set the job's progress. Never lowers it.

        The job, its row held to the unit's end. None: it has ended in another way, and nothing was said.
        """
        ...

    def events(self, after: int, job_id: str | None = None, limit: int = 500) -> list[JobEvent]:
        """Events with greater numbers, in order."""
        ...

    def last_event(self) -> int:
        """The greatest number of an event there is; 0 without any. Where a watcher of all jobs begins."""
        ...

    def attempt(self, attempt: Attempt) -> None:
        """Write an attempt down, or change it: by id."""
        ...

    def attempts(self, job_id: str) -> list[Attempt]:
        """All attempts, in order."""
        ...

    def forget_people(self, user_id: str) -> None:
        """Take out of a user's jobs and attempts what tells of people: faces, distances, wishes. The jobs stay."""
        ...

    def stuck(self, before: datetime, limit: int) -> list[Job]:
        """Jobs pending or processing that were last touched before, oldest first."""
        ...

    def counts(self) -> dict[tuple[str, str], int]:
        """How many jobs by (status, feature)."""
        ...
