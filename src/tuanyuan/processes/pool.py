"""A pool of processes: started when first needed, warm for a while, the longest-waiting call first."""

from __future__ import annotations

import atexit
import threading
from collections import deque
from concurrent.futures import Future
from dataclasses import dataclass
from queue import Empty, SimpleQueue
from typing import Any

from tuanyuan.domain.errors import NotNow, StudioError
from tuanyuan.processes.process import Process, Recipe, Report


@dataclass(frozen=True, eq=False)
class _Task:
    method: str
    args: tuple[Any, ...]
    report: Report | None
    seconds: float
    future: Future[Any]


class _Lane:
    """A thread that serves one call after the other, in a process that it alone uses."""

    def __init__(self) -> None:
        self.handed: SimpleQueue[_Task | None] = SimpleQueue()
        self.process: Process | None = None
        self.thread: threading.Thread | None = None


class Pool:
    """Up to `size` processes. Safe to call from any thread.

    start: `module:function`, called once in each process with start_args; the methods of what it returns are called.
    seconds: for one call, not counting the wait for its turn and the start of a process. memory_bytes: data that one
    process may map (a limit on Linux only). idle_seconds: an unused process ends after them. queue_limit: how many
    calls may wait for their turn.
    """

    def __init__(
        self,
        size: int,
        start: str,
        start_args: tuple[Any, ...] = (),
        *,
        seconds: float,
        memory_bytes: int,
        idle_seconds: float = 600.0,
        queue_limit: int = 32,
        start_seconds: float = 60.0,
    ) -> None:
        self._size, self._seconds = size, seconds
        self._recipe = Recipe(start, start_args, start_seconds, memory_bytes)
        self._idle_seconds, self._queue_limit = idle_seconds, queue_limit
        self._lock = threading.Lock()
        self._lanes: list[_Lane] = []
        self._idle: list[_Lane] = []
        self._waiting: deque[_Task] = deque()
        self._closed = False

    @property
    def pids(self) -> tuple[int, ...]:
        """The processes that are there now."""
        with self._lock:
            processes = [lane.process for lane in self._lanes]
        return tuple(process.pid for process in processes if process is not None and process.alive)

    @property
    def waiting(self) -> int:
        """How many calls wait for their turn."""
        with self._lock:
            return len(self._waiting)

    def call(self, method: str, *args: Any, progress: Report | None = None, seconds: float | None = None) -> Any:
        """Call a method in a process and wait for its result; `submit` without the future."""
        return self.submit(method, *args, progress=progress, seconds=seconds).result()

    def submit(
        self, method: str, *args: Any, progress: Report | None = None, seconds: float | None = None
    ) -> Future[Any]:
        """Have a method called. `progress`, if given, goes to it by that name and is called here, in another thread.

        NotNow busy: too many wait already, or the pool is closed. The future fails with NotNow pixel_work_killed when
        the call took too long or too much memory, or its process died; only that process is replaced. It fails with the
        method's own StudioError, else with OurFault unexpected. A future cancelled before its turn is never begun.
        """
        task = _Task(method, args, progress, self._seconds if seconds is None else seconds, Future())
        with self._lock:
            if self._closed:
                raise NotNow("busy")
            if self._idle:
                self._idle.pop().handed.put(task)  # the one used last: the others may cool and end
            elif len(self._lanes) < self._size:
                self._open_lane(task)
            else:
                self._wait(task)
        return task.future

    def close(self) -> None:
        """Kill every process and wait for its end. Calls under way: pixel_work_killed; waiting ones: busy."""
        with self._lock:
            self._closed = True
            lanes, waiting = list(self._lanes), list(self._waiting)
            self._waiting.clear()
            for lane in self._idle:
                lane.handed.put(None)
            self._idle.clear()
            for lane in lanes:
                if lane.process is not None:
                    lane.process.kill("closed")
        for task in waiting:
            if task.future.set_running_or_notify_cancel():
                task.future.set_exception(NotNow("busy"))
        for lane in lanes:
            if lane.thread is not None and lane.thread is not threading.current_thread():
                lane.thread.join()
        with self._lock:
            self._lanes.clear()
        atexit.unregister(self.close)

    def _open_lane(self, task: _Task) -> None:
        if not self._lanes:
            # Before multiprocessing's own wait for children, which do not listen to SIGTERM.
            atexit.unregister(self.close)
            atexit.register(self.close)
        lane = _Lane()
        lane.handed.put(task)
        lane.thread = threading.Thread(target=self._serve, args=(lane,), name="tuanyuan-lane", daemon=True)
        lane.thread.start()
        self._lanes.append(lane)

    def _wait(self, task: _Task) -> None:
        if len(self._waiting) >= self._queue_limit:
            self._waiting = deque(other for other in self._waiting if not other.future.cancelled())
            if len(self._waiting) >= self._queue_limit:
                raise NotNow("busy")
        self._waiting.append(task)

    def _serve(self, lane: _Lane) -> None:
        try:
            # No name here holds a task: its photos must not live on while the lane is idle.
            while self._served(lane, self._next(lane)):
                pass
        finally:
            if lane.process is not None:
                lane.process.close()

    def _served(self, lane: _Lane, task: _Task | None) -> bool:
        """Do one task. False: there is none any more."""
        if task is None:
            return False
        if task.future.set_running_or_notify_cancel():
            try:
                result = self._process(lane).call(task.method, task.args, task.report, task.seconds)
            except StudioError as error:
                # Without its way through here, whose frames hold the photos.
                task.future.set_exception(error.with_traceback(None))
            except BaseException as error:
                task.future.set_exception(error)
            else:
                task.future.set_result(result)
        with self._lock:
            if self._waiting and not self._closed:
                lane.handed.put(self._waiting.popleft())
            elif not self._closed:
                self._idle.append(lane)
            else:
                lane.handed.put(None)
        return True

    def _next(self, lane: _Lane) -> _Task | None:
        """Wait for a task; None when the lane was idle for too long, or the pool is closed. The lane has left then."""
        try:
            task = lane.handed.get(timeout=self._idle_seconds)
        except Empty:
            with self._lock:
                if lane in self._idle:
                    self._idle.remove(lane)
                    self._lanes.remove(lane)
                    return None
            return lane.handed.get()
        return task

    def _process(self, lane: _Lane) -> Process:
        """The lane's process, a new one where it has none that lives."""
        if lane.process is not None and not lane.process.alive:
            lane.process.close()
            lane.process = None
        if lane.process is None:
            process = Process(self._recipe)
            with self._lock:
                lane.process = process
                if self._closed:
                    process.kill("closed")
        return lane.process
