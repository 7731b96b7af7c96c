"""The one event loop of a worker process, on which engines are asked; the steps of jobs wait for it in threads."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Coroutine, Mapping
from concurrent.futures import CancelledError
from typing import Any, TypeVar

import structlog

from tuanyuan.domain.engine import Engine
from tuanyuan.services.closing import SECONDS, broken_off, closed

Answer = TypeVar("Answer")
_log = structlog.get_logger(__name__)
# For what was given up to end; and beyond all that, for a loop that somebody holds.
_GIVEN_UP_SECONDS, _STUCK_SECONDS = 5.0, 5.0


class Leaving(BaseException):
    """The process is going; whoever meets this records nothing, and another worker takes the job up.

    No Exception, as KeyboardInterrupt is none: nothing that catches errors may take it for a failure of the job.
    """


class EngineLoop:
    """`run` and `sleep` of the steps. Starts with the first coroutine."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread: threading.Thread | None = None
        self._closed = threading.Event()

    def sleep(self, seconds: float) -> None:
        """Wait, for the steps; raises Leaving as soon as the loop is closed."""
        if self._closed.wait(seconds):
            raise Leaving

    def run(self, coroutine: Coroutine[Any, Any, Answer]) -> Answer:
        """Wait for a coroutine's answer; raises what it raises, and Leaving when the loop is closed meanwhile."""
        with self._lock:
            if self._closed.is_set():
                coroutine.close()
                raise Leaving
            future = asyncio.run_coroutine_threadsafe(coroutine, self._begun())
        try:
            return future.result()
        except CancelledError:
            raise Leaving from None

    def close(self, engines: Mapping[str, Engine] | None = None, seconds: float = SECONDS) -> None:
        """Give up what still waits, close these engines within `seconds`, and end. A second time it does nothing.

        Raises nothing of an engine, and never waits for one that does not end: its loop is left to the process's end.
        """
        with self._lock:
            if self._closed.is_set():
                return
            self._closed.set()
            loop = self._begun() if engines else self._loop
        if loop is None or self._thread is None:
            return
        ending = asyncio.run_coroutine_threadsafe(_end(engines or {}, seconds), loop)
        try:
            ending.result(seconds + _GIVEN_UP_SECONDS + _STUCK_SECONDS)
        except TimeoutError:
            _log.warning("engine_loop_stuck")
            return
        loop.call_soon_threadsafe(loop.stop)
        self._thread.join()
        loop.close()

    def _begun(self) -> asyncio.AbstractEventLoop:
        if self._loop is None:
            self._loop = asyncio.new_event_loop()
            self._thread = threading.Thread(target=self._loop.run_forever, name="engines", daemon=True)
            self._thread.start()
        return self._loop


async def _end(engines: Mapping[str, Engine], seconds: float) -> None:
    # First the calls, which use the connections.
    await broken_off(asyncio.all_tasks() - {asyncio.current_task()}, _GIVEN_UP_SECONDS)
    await closed(engines, seconds)
