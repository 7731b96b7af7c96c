"""Everybody who watches a job is told every step, in order, each once."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Sequence
from contextlib import aclosing
from datetime import UTC, datetime
from typing import Any

import pytest

from tuanyuan.domain.errors import NotNow
from tuanyuan.domain.job import JobEvent
from tuanyuan.http import stream
from tuanyuan.http.stream import MOST_OF_A_USER, Gaps, Watching

STEPS = (
    ("pending", 0),
    ("processing", 10),
    ("processing", 30),
    ("processing", 50),
    ("processing", 80),
    ("completed", 100),
)
AT = datetime(2026, 2, 16, tzinfo=UTC)


class Book:
    """Events as a database shows them: some have a number already and are not to be seen yet."""

    def __init__(self) -> None:
        self.events: list[JobEvent] = []
        self.number = 0
        self.reads = 0

    def tell(self, job_id: str, status: Any, progress: int, number: int | None = None) -> None:
        self.number = max(self.number + 1, number or 0) if number is None else self.number
        self.events.append(JobEvent(number or self.number, job_id, status, progress, "job_making", AT))

    def read(self, after: int, job_id: str | None) -> Sequence[JobEvent]:
        self.reads += 1
        found = [e for e in self.events if e.number > after and job_id in (None, e.job_id)]
        return sorted(found, key=lambda event: event.number)[:500]

    def last(self) -> int:
        return max((e.number for e in self.events), default=0)


async def seen(watching: Watching, job_id: str, after: int = 0) -> list[int]:
    told = []
    async with aclosing(watching.events(job_id, after)) as events:
        async for event in events:
            if event is not None:
                told.append(event.progress)
    return told


async def until(true: Callable[[], bool]) -> None:
    async with asyncio.timeout(60):
        while not true():
            await asyncio.sleep(0.005)


def test_two_hundred_watchers_are_each_told_each_step_by_one_poller() -> None:
    async def run() -> None:
        book = Book()
        watching = Watching(book.read, book.last, poll_seconds=0.01)
        jobs = [f"job-{n}" for n in range(100)]
        for job in jobs:
            book.tell(job, "pending", 0)
        watchers = [asyncio.create_task(seen(watching, job)) for job in jobs for _ in range(2)]
        await until(lambda: watching.watchers == 200)
        for status, progress in STEPS[1:]:
            for job in jobs:
                book.tell(job, status, progress)
            await asyncio.sleep(0)
        told = await asyncio.gather(*watchers)
        assert told == [[0, 10, 30, 50, 80, 100]] * 200
        assert watching.watchers == 0
        reads = book.reads
        await asyncio.sleep(0.05)
        # The poller looks once more at most, and rests while nobody watches.
        assert book.reads <= reads + 1

    asyncio.run(run())


def test_a_number_that_becomes_visible_late_is_not_passed_over() -> None:
    """Number 3 of job b commits after number 4 of job a, as on PostgreSQL."""

    async def run() -> None:
        book = Book()
        watching = Watching(book.read, book.last, poll_seconds=0.01)
        book.tell("a", "pending", 0)
        book.tell("b", "pending", 0)
        watcher = asyncio.create_task(seen(watching, "b"))
        await until(lambda: watching.watchers == 1 and book.reads > 3)
        book.tell("a", "processing", 10, number=4)
        reads = book.reads
        await until(lambda: book.reads > reads + 2)
        book.tell("b", "completed", 100, number=3)
        async with asyncio.timeout(60):
            assert await watcher == [0, 100]

    asyncio.run(run())


def test_gaps_are_waited_for_and_given_up_in_the_end() -> None:
    gaps = Gaps(0)
    assert gaps.take([1, 2, 4], now=0.0) == {1, 2, 4}
    assert gaps.after == 2
    assert gaps.take([4, 5], now=5.0) == {5}
    assert gaps.after == 2
    assert gaps.take([3, 4, 5], now=6.0) == {3}
    assert gaps.after == 5
    gaps.take([7], now=7.0)
    gaps.take([7], now=16.9)
    assert gaps.after == 5
    gaps.take([7], now=17.0)
    assert gaps.after == 7


def test_a_watcher_that_leaves_is_forgotten_and_a_place_is_given_back() -> None:
    async def run() -> None:
        book = Book()
        book.tell("a", "pending", 0)
        watching = Watching(book.read, book.last, poll_seconds=0.01)
        task = asyncio.create_task(seen(watching, "a"))
        await until(lambda: watching.watchers == 1)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        assert watching.watchers == 0
        for _ in range(3):
            with watching.place("me"):
                pass

    asyncio.run(run())


def test_a_user_has_so_many_places() -> None:
    watching = Watching(lambda *_: [], lambda: 0)
    places = [watching.place("me") for _ in range(MOST_OF_A_USER + 1)]
    for place in places[:-1]:
        place.__enter__()
    with pytest.raises(NotNow) as refused:
        places[-1].__enter__()
    assert refused.value.code == "watching_too_many"
    watching.place("another").__enter__()
    places[0].__exit__(None, None, None)
    watching.place("me").__enter__()


def test_a_database_that_is_away_is_asked_again() -> None:
    async def run() -> None:
        book = Book()
        book.tell("a", "pending", 0)
        away = [True]

        def read(after: int, job_id: str | None) -> Sequence[JobEvent]:
            if job_id is None and away.pop() if away else False:
                raise NotNow("database_down")
            return book.read(after, job_id)

        watching = Watching(read, book.last, poll_seconds=0.01)
        watcher = asyncio.create_task(seen(watching, "a"))
        await until(lambda: not away)
        book.tell("a", "completed", 100)
        assert await watcher == [0, 100]

    asyncio.run(run())


def test_who_watches_stays_while_the_database_restarts(monkeypatch: pytest.MonkeyPatch) -> None:
    async def run() -> None:
        monkeypatch.setattr(stream, "HEARTBEAT_SECONDS", 0.01)
        book = Book()
        away = 3

        def read(after: int, job_id: str | None) -> Sequence[JobEvent]:
            nonlocal away
            if job_id is not None and away:
                away -= 1
                raise NotNow("database_down")
            return book.read(after, job_id)

        for status, progress in STEPS:
            book.tell("job", status, progress)
        # A poller that has nothing to bring: what is told comes out of the books.
        watching = Watching(read, lambda: 1000, poll_seconds=60)
        assert await seen(watching, "job") == [0, 10, 30, 50, 80, 100]
        assert away == 0

    asyncio.run(run())


def test_when_all_ends_the_watchers_leave_at_once() -> None:
    async def run() -> None:
        book = Book()
        book.tell("a", "pending", 0)
        watching = Watching(book.read, book.last, poll_seconds=0.01)
        watcher = asyncio.create_task(seen(watching, "a"))
        await until(lambda: watching.watchers == 1 and book.reads > 2)
        watching.end()
        async with asyncio.timeout(60):
            assert await watcher == [0]

    asyncio.run(run())


def test_the_books_are_read_to_the_end_before_they_may_be_closed() -> None:
    """A reading that was left behind in its thread held a connection that nobody closed any more."""

    async def run() -> None:
        book = Book()
        book.tell("a", "pending", 0)
        reading, go_on, read_out = threading.Event(), threading.Event(), threading.Event()

        def read(after: int, job_id: str | None) -> Sequence[JobEvent]:
            if job_id is None:
                reading.set()
                assert go_on.wait(60)
                read_out.set()
            return book.read(after, job_id)

        watching = Watching(read, book.last, poll_seconds=60)
        watcher = asyncio.create_task(seen(watching, "a"))
        await until(reading.is_set)
        watching.end()
        assert await watcher == [0]
        gone = asyncio.create_task(watching.gone())
        await asyncio.sleep(0)
        assert not gone.done()
        go_on.set()
        await gone
        assert read_out.is_set()

    asyncio.run(run())
