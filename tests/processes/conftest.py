"""Pools of processes that are gone when a test ends, and films of which nothing stays."""

from __future__ import annotations

import tempfile
import threading
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from tuanyuan.processes.film.ffmpeg import Ffmpeg
from tuanyuan.processes.film.running import Running
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


@pytest.fixture
def ffmpeg():
    return Ffmpeg(None, "libx264", 2)


@pytest.fixture
def started(monkeypatch):
    """Every ffmpeg started since."""
    every = []

    class Noted(Running):
        def __init__(self, *given, **named):
            super().__init__(*given, **named)
            every.append(self)

    for module in ("encoding", "decoding", "ffmpeg"):
        monkeypatch.setattr(f"tuanyuan.processes.film.{module}.Running", Noted)
    return every


@pytest.fixture
def nothing_stays(tmp_path, monkeypatch, started):
    """Whatever a test does: every ffmpeg has ended, and no thread, open file or temporary file is left of it."""
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(scratch))
    files, threads = open_files(), threading.active_count()
    yield
    assert all(process.status is not None for process in started)
    # What other tests had left may end meanwhile.
    assert open_files() <= files
    assert threading.active_count() <= threads
    assert list(scratch.iterdir()) == []


def open_files():
    return len(list(Path("/proc/self/fd").iterdir()))
