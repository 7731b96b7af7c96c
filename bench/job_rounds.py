"""What both sides of the comparison of jobs share: worker processes, and the pace of a round read from the books."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, Self
from uuid import uuid4

import sqlalchemy as sa
from doubles.plant import Plant

from bench.paths import ROOT
from tuanyuan.store.tables import jobs

REDIS = "redis://127.0.0.1:6379/9"
# Not timed: the first jobs of a fresh process pay for its imports and connections.
WARM_UP = 30


class Process:
    """A worker process; entered, it takes jobs. At the end of the block it is stopped, and killed if it must be."""

    def __init__(
        self, command: Callable[[Path], list[str]], folder: Path, environment: Mapping[str, str] | None = None
    ) -> None:
        ready = folder / f"ready-{uuid4().hex}"
        began = time.perf_counter()
        arguments = command(ready)
        with (folder / "errors").open("ab") as errors:
            self._process = subprocess.Popen(
                arguments,
                cwd=ROOT,
                env={**os.environ, **(environment or {})},
                stdout=errors,
                stderr=errors,
                start_new_session=True,
            )
        until(ready.exists, seconds=60)
        self.seconds_to_ready = time.perf_counter() - began

    def kill(self) -> None:
        """At once, its children too."""
        os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        if self._process.poll() is not None:
            return
        self._process.terminate()
        try:
            self._process.wait(30)
        except subprocess.TimeoutExpired:
            self.kill()


def until(true: Callable[[], Any], seconds: float = 300.0) -> float:
    """Seconds until it is true. SystemExit when it never becomes so."""
    began = time.perf_counter()
    while not true():
        if time.perf_counter() - began > seconds:
            raise SystemExit("waited in vain")
        time.sleep(0.05)
    return time.perf_counter() - began


def unfinished(plant: Plant) -> int:
    """Jobs that wait or are being made."""
    query = sa.select(sa.func.count()).where(jobs.c.status.in_(("pending", "processing")))
    with plant.database.reading.begin() as connection:
        return int(connection.execute(query).scalar_one())


def pace(plant: Plant, ids: list[str]) -> float:
    """Jobs a second, from the end of the warm-up to the last one, by their own times. All must be completed."""
    query = sa.select(jobs.c.finished_at).where(jobs.c.id.in_(ids), jobs.c.status == "completed")
    with plant.database.reading.begin() as connection:
        ends = sorted(connection.execute(query).scalars())
    if len(ends) != len(ids):
        raise SystemExit(f"{len(ids) - len(ends)} of {len(ids)} jobs were not completed")
    return (len(ends) - WARM_UP) / (ends[-1] - ends[WARM_UP - 1]).total_seconds()
