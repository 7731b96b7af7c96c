"""The same jobs on Celery with Redis: the same services and books, no checkpoints, acknowledged before they are made.

The job is written in its unit, and handed to Celery after the commit. A worker that dies in between, or at work, loses
the job: nobody takes it over.
"""

from __future__ import annotations

import os
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any

from celery import Celery, signals
from doubles.plant import Plant, build

from bench.job_rounds import REDIS, Process, until
from tuanyuan.domain.job import Job
from tuanyuan.store.units import SqlUnits
from tuanyuan.worker.generate import Generate

app = Celery("bench", broker=REDIS)
app.conf.update(
    task_ignore_result=True,
    task_acks_late=False,
    task_default_queue="tuanyuan-bench",
    broker_connection_retry_on_startup=True,
    worker_hijack_root_logger=False,
)


@cache
def _steps() -> Generate:
    """In each process once."""
    plant = build(os.environ["BENCH_URL"], Path(os.environ["BENCH_VAULT"]), float(os.environ["BENCH_SECONDS"]))
    return Generate(plant.generation, f"celery-{os.getpid()}", threading.Event())


@app.task(name="generate")
def generate(job_id: str) -> None:
    """The body of the durable workflow, with `make` as a plain call."""
    _steps().run(job_id, _steps().make)


@signals.worker_process_init.connect
def _built_in_child(**_: Any) -> None:
    _steps()


@signals.worker_ready.connect
def _ready(**_: Any) -> None:
    Path(os.environ["BENCH_READY"]).touch()


def handing_over(plant: Plant) -> Plant:
    """The plant with a queue that is not in the database."""
    plant.units = SqlUnits(plant.database, lambda _session, _job: None)
    return plant


def hand_over(job: Job) -> None:
    """After the commit."""
    generate.delay(job.id)


def worker(url: str, vault: Path, pool: str, concurrency: int, seconds: float = 0.0) -> Process:
    """A Celery worker; with prefork a parent and its children."""
    environment = {
        "BENCH_URL": url,
        "BENCH_VAULT": str(vault),
        "BENCH_SECONDS": str(seconds),
    }
    quick = ["--without-gossip", "--without-mingle", "--without-heartbeat", "--loglevel", "ERROR"]
    program = [sys.executable, "-m", "celery", "-A", "bench.celery_jobs", "worker", "--pool", pool]

    def command(ready: Path) -> list[str]:
        environment["BENCH_READY"] = str(ready)
        return [*program, "--concurrency", str(concurrency), *quick]

    return Process(command, vault, environment)


@contextmanager
def empty_queue() -> Iterator[None]:
    """Nothing is left over from before, or for later."""
    app.control.purge()
    try:
        yield
    finally:
        app.control.purge()
        app.close()


def taken_over(plant: Plant, url: str, vault: Path, seconds: float) -> bool:
    """Whether the job of a killed worker is completed by another one within `seconds`."""
    with worker(url, vault, "threads", 16, seconds=600) as dying:
        job = plant.submit(plant.user())
        hand_over(job)
        until(lambda: plant.find(job.id).progress >= 50)
        with worker(url, vault, "threads", 16):
            dying.kill()
            time.sleep(seconds)
            return plant.find(job.id).status == "completed"
