"""Progress of jobs to everybody who watches: one poller for a process, every event in order, none left out.

The poller reads the events of all jobs, and only while somebody watches. Numbers are given out when an event is
written and become visible when its transaction commits, so a greater number may be seen before a smaller one: `Gaps`
keeps the poller from passing over a number that is still to come. Within one job numbers appear in order.
"""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import AsyncGenerator, Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import TypeVar

import anyio
import anyio.to_thread
import structlog

from tuanyuan.domain.errors import NotNow, StudioError
from tuanyuan.domain.job import FINAL, JobEvent

# (events after this number, of this job or of all) in order
Read = Callable[[int, str | None], Sequence[JobEvent]]

POLL_SECONDS = 0.25
HEARTBEAT_SECONDS = 15.0
# How long a number may be missing before it is taken for one that was rolled back; how far back the poller begins.
GAP_SECONDS, LOOK_BACK = 10.0, 200
# As many events as one reading gives.
PAGE = 500
THREADS = 4
# How long the last reading may take before the end does not wait for it any more.
LAST_SECONDS = 10.0
T = TypeVar("T")
MOST_OF_A_USER, MOST_WATCHERS = 10, 2000
_log = structlog.get_logger("tuanyuan.http")


class Gaps:
    """How far the stream of all events was read, with nothing unread behind it."""

    def __init__(self, after: int) -> None:
        self.after = after
        self._seen: set[int] = set()
        self._missing_since: float | None = None

    def take(self, numbers: Sequence[int], now: float) -> set[int]:
        """Note what was read; which of the numbers are new. A number missing for 10 s is passed over."""
        fresh = {number for number in numbers if number > self.after} - self._seen
        self._seen |= fresh
        moved = self._move()
        if not self._seen:
            self._missing_since = None
        elif self._missing_since is None or moved:
            self._missing_since = now
        elif now - self._missing_since >= GAP_SECONDS:
            self.after = min(self._seen) - 1
            self._move()
            self._missing_since = now if self._seen else None
        return fresh

    def _move(self) -> bool:
        before = self.after
        while self.after + 1 in self._seen:
            self.after += 1
            self._seen.discard(self.after)
        return self.after != before


class Watching:
    """All watchers of one process. Belongs to one event loop."""

    def __init__(self, read: Read, last: Callable[[], int], poll_seconds: float = POLL_SECONDS) -> None:
        self._read, self._last = read, last
        self._poll_seconds = poll_seconds
        self._queues: defaultdict[str, list[asyncio.Queue[JobEvent | None]]] = defaultdict(list)
        self._of_user: defaultdict[str, int] = defaultdict(int)
        self._poller: asyncio.Task[None] | None = None
        self._threads: anyio.CapacityLimiter | None = None
        self._over = asyncio.Event()

    @property
    def watchers(self) -> int:
        """How many watch now."""
        return sum(len(queues) for queues in self._queues.values())

    @contextmanager
    def place(self, user_id: str) -> Iterator[None]:
        """Take one of the user's places. NotNow watching_too_many."""
        if (
            self._over.is_set()
            or self._of_user[user_id] >= MOST_OF_A_USER
            or sum(self._of_user.values()) >= MOST_WATCHERS
        ):
            raise NotNow("watching_too_many")
        self._of_user[user_id] += 1
        try:
            yield
        finally:
            self._of_user[user_id] -= 1
            if not self._of_user[user_id]:
                del self._of_user[user_id]

    async def events(self, job_id: str, after: int) -> AsyncGenerator[JobEvent | None]:
        """Every event of a job after a number, in order, each once, to its final one. None: nothing new for 15 s."""
        queue: asyncio.Queue[JobEvent | None] = asyncio.Queue()
        self._queues[job_id].append(queue)
        self._wake()
        try:
            while not self._over.is_set():
                # What the books say comes first: at the beginning, and again whenever the queue has been silent.
                for event in await self._in_the_books(after, job_id):
                    after = event.number
                    yield event
                    if event.status in FINAL:
                        return
                while (told := await self._next(queue)) is not None:
                    if told.number > after:
                        after = told.number
                        yield told
                        if told.status in FINAL:
                            return
                yield None
        finally:
            self._queues[job_id].remove(queue)
            if not self._queues[job_id]:
                del self._queues[job_id]

    async def _in_the_books(self, after: int, job_id: str) -> Sequence[JobEvent]:
        """A job's events after a number. None while the books cannot be read: its watchers stay, and miss nothing."""
        try:
            return await self._run(self._read, after, job_id)
        except StudioError as error:
            _log.warning("events_unread", code=error.code)
            return ()

    async def _run(self, call: Callable[..., T], *args: object) -> T:
        """Call in a thread for watchers: a crowd that begins to watch keeps no other request waiting."""
        if self._threads is None:
            self._threads = anyio.CapacityLimiter(THREADS)
        return await anyio.to_thread.run_sync(call, *args, limiter=self._threads)

    @staticmethod
    async def _next(queue: asyncio.Queue[JobEvent | None]) -> JobEvent | None:
        """What the poller brings; None when it brings nothing for a while, or when the books are to be read again."""
        try:
            async with asyncio.timeout(HEARTBEAT_SECONDS):
                return await queue.get()
        except TimeoutError:
            return None

    def end(self) -> None:
        """Every watcher leaves; nobody comes any more. What is being read now is read to its end: see `gone`."""
        self._over.set()
        for queues in self._queues.values():
            for queue in queues:
                queue.put_nowait(None)

    async def gone(self) -> None:
        """After `end`: wait until the poller has read to its end, so that the books may be closed. 10 s at most.

        A poller that is cancelled leaves its thread behind, with a connection that nobody closes.
        """
        if self._poller is not None:
            await asyncio.wait({self._poller}, timeout=LAST_SECONDS)

    def _wake(self) -> None:
        if self._poller is None or self._poller.done():
            self._poller = asyncio.get_running_loop().create_task(self._poll())

    async def _poll(self) -> None:
        gaps: Gaps | None = None
        while self._queues and not self._over.is_set():
            try:
                if gaps is None:
                    gaps = Gaps(max(0, await self._run(self._last) - LOOK_BACK))
                    # What was committed before the poller began is read by the watchers themselves.
                    self._refresh()
                await self._read_on(gaps)
            except StudioError as error:
                _log.warning("events_unread", code=error.code)
                await self._rest(1)
            await self._rest(self._poll_seconds)

    async def _rest(self, seconds: float) -> None:
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._over.wait()

    async def _read_on(self, gaps: Gaps) -> None:
        after, whole = gaps.after, True
        while whole:
            events = await self._run(self._read, after, None)
            fresh = gaps.take([event.number for event in events], asyncio.get_running_loop().time())
            for event in events:
                if event.number in fresh:
                    for queue in self._queues.get(event.job_id, ()):
                        queue.put_nowait(event)
            after, whole = (events[-1].number, len(events) >= PAGE) if events else (after, False)

    def _refresh(self) -> None:
        for queues in self._queues.values():
            for queue in queues:
                queue.put_nowait(None)
