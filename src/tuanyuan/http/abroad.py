"""Calls to other companies, in threads of their own: when they are slow, nobody else here waits."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

import anyio
import anyio.to_thread

from tuanyuan.domain.errors import NotNow

THREADS, AT_ONCE = 16, 64
T = TypeVar("T")


class Abroad:
    """For one process. 16 calls at once, 48 waiting."""

    def __init__(self) -> None:
        self._now = 0
        self._threads: anyio.CapacityLimiter | None = None

    async def run(self, call: Callable[..., T], *args: object) -> T:
        """What the call answers. NotNow busy: too many wait already."""
        if self._now >= AT_ONCE:
            raise NotNow("busy")
        if self._threads is None:
            self._threads = anyio.CapacityLimiter(THREADS)
        self._now += 1
        try:
            return await anyio.to_thread.run_sync(call, *args, limiter=self._threads)
        finally:
            self._now -= 1
