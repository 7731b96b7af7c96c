"""The one event loop of a worker process, on which engines are asked; the steps of jobs wait for it in threads."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Coroutine
from concurrent.futures import CancelledError
from typing import Any, TypeVar

Answer = TypeVar("Answer")


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
            if self._loop is None:
                self._loop = asyncio.new_event_loop()
                self._thread = threading.Thread(target=self._loop.run_forever, name="engines", daemon=True)
                self._thread.start()
            future = asyncio.run_coroutine_threadsafe(coroutine, self._loop)
        try:
            return future.result()
        except CancelledError:
            raise Leaving from None

    def close(self) -> None:
        """Give up what still waits, and end. Never waits for an engine."""
        with self._lock:
            self._closed.set()
            loop, self._loop = self._loop, None
        if loop is None or self._thread is None:
            return
        asyncio.run_coroutine_threadsafe(_give_up(), loop).result()
        loop.call_soon_threadsafe(loop.stop)
        self._thread.join()
        loop.close()


async def _give_up() -> None:
    tasks = asyncio.all_tasks() - {asyncio.current_task()}
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
