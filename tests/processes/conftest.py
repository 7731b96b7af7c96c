"""Pools of processes that are gone when a test ends."""

from __future__ import annotations

import threading

import pytest
from structlog.testing import capture_logs

from tuanyuan.processes.pool import Pool

START = "doubles.labour:start"
SECONDS, MEMORY = 30.0, 1 << 30


@pytest.fixture
def pool():
    """`pool(size, …)`."""
    pools = []

    def open_pool(size=1, start=START, args=(), **bounds):
        pools.append(Pool(size, start, args, **{"seconds": SECONDS, "memory_bytes": MEMORY, **bounds}))
        return pools[-1]

    yield open_pool
    for one in pools:
        one.close()


@pytest.fixture
def timers(monkeypatch):
    """The clocks of all calls since, the newest last."""
    made = []

    class Noted(threading.Timer):
        def __init__(self, *given):
            super().__init__(*given)
            made.append(self)

    monkeypatch.setattr(threading, "Timer", Noted)
    return made


@pytest.fixture
def logged():
    with capture_logs() as lines:
        yield lines
