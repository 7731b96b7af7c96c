"""Pools of processes that are gone when a test ends."""

from __future__ import annotations

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
def logged():
    with capture_logs() as lines:
        yield lines
