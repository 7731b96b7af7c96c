"""Whole jobs with an instant engine: the durable worker against Celery with Redis, on the same PostgreSQL."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from threading import Event

import pytest
from doubles.machines import postgresql_url, redis_url
from doubles.plant import Plant, build
from doubles.workers import fresh_database

from bench import celery_jobs, durable_jobs, machine
from bench.job_rounds import WARM_UP, Process, pace, unfinished, until
from bench.report import say, table
from tuanyuan.domain.job import Job
from tuanyuan.worker.generate import Generate

ROUNDS, JOBS, PEOPLE, THREADS, CHILDREN = 3, 200, 20, 16, 2
PACKAGES = ("dbos", "celery", "redis", "SQLAlchemy", "psycopg")


@dataclass
class Way:
    """One way to carry jobs, and what was measured of it. Without a worker: 16 threads of this process."""

    name: str
    plant: Plant
    worker: Callable[[], Process] | None = None
    hand_over: Callable[[Job], None] = lambda _job: None
    posted: list[float] = field(default_factory=list)
    carried: list[float] = field(default_factory=list)
    ready: list[float] = field(default_factory=list)

    def round(self) -> None:
        """Post all jobs, then carry them."""
        people = [self.plant.user(100_000) for _ in range(PEOPLE)]
        ids = []
        began = time.perf_counter()
        for number in range(JOBS + WARM_UP):
            job = self.plant.submit(people[number % PEOPLE])
            self.hand_over(job)
            ids.append(job.id)
        self.posted.append(len(ids) / (time.perf_counter() - began))
        if self.worker is None:
            steps = Generate(self.plant.generation, "threads", Event())
            with ThreadPoolExecutor(THREADS) as pool:
                list(pool.map(lambda job_id: steps.run(job_id, steps.make), ids))
        else:
            with self.worker() as process:
                self.ready.append(process.seconds_to_ready)
                until(lambda: not unfinished(self.plant))
        self.carried.append(pace(self.plant, ids))
        say(f"  {self.name}: {self.posted[-1]:.1f} posted, {self.carried[-1]:.1f} carried a second")


def measure() -> str:
    """SystemExit unless PostgreSQL and Redis answer on this machine."""
    try:
        postgresql_url(), redis_url()
    # The doubles speak to tests; a measurement that cannot be made is an error, not a skip.
    except pytest.skip.Exception as missing:
        raise SystemExit(f"jobs: {missing}") from None
    with tempfile.TemporaryDirectory() as folder, fresh_database("postgresql", Path(folder)) as url:
        vault = Path(folder)
        with _plant(url, vault, fresh=True) as durable, _plant(url, vault) as plain, celery_jobs.empty_queue():
            celery_jobs.handing_over(plain)
            ways = _ways(url, vault, durable, plain)
            busy, began = machine.busy(), time.perf_counter()
            for number in range(ROUNDS):
                turn = number % len(ways)
                for way in ways[turn:] + ways[:turn]:
                    way.round()
            cores = None if busy is None else ((machine.busy() or 0) - busy) / (time.perf_counter() - began)
            checkpoints = durable_jobs.checkpoints(durable)
            seconds = durable_jobs.takeover(durable, url, vault)
            taken_over = celery_jobs.taken_over(plain, url, vault, seconds)
            return _report(ways, checkpoints, seconds, taken_over, cores)


@contextmanager
def _plant(url: str, vault: Path, fresh: bool = False) -> Iterator[Plant]:
    plant = build(url, vault, fresh=fresh)
    try:
        yield plant
    finally:
        plant.close()


def _ways(url: str, vault: Path, durable: Plant, plain: Plant) -> list[Way]:
    celery, post = celery_jobs.worker, celery_jobs.hand_over
    return [
        Way("**durable worker**, 16 at once", durable, lambda: durable_jobs.worker(url, vault)),
        Way("Celery, 16 threads", plain, lambda: celery(url, vault, "threads", THREADS), post),
        Way("Celery, 2 processes (prefork)", plain, lambda: celery(url, vault, "prefork", CHILDREN), post),
        Way("the steps alone, 16 threads, no queue", plain),
    ]


def _both(posted: float, carried: float) -> float:
    """Jobs a second when each is first posted and then carried."""
    return 1 / (1 / posted + 1 / carried)


def _report(ways: list[Way], checkpoints: float, seconds: float, taken_over: bool, cores: float | None) -> str:
    durable = median(ways[0].carried)
    kept = [f"{checkpoints:.2f}".rstrip("0").rstrip("."), "0", "0", "0"]
    lost = "yes" if taken_over else f"no: still lost after {seconds:.0f} s"
    after = [f"{seconds:.1f} s", lost, "as above", ""]
    rows = [
        (
            way.name,
            f"{median(way.carried):.1f}",
            f"{min(way.carried):.1f}–{max(way.carried):.1f}",
            f"{durable / median(way.carried):.2f}×",
            f"{median(way.posted):.0f}",
            f"{median(_both(p, c) for p, c in zip(way.posted, way.carried, strict=True)):.1f}",
            f"{median(way.ready):.1f}" if way.ready else "",
            checkpointed,
            over,
        )
        for way, checkpointed, over in zip(ways, kept, after, strict=True)
    ]
    head = (
        "",
        "jobs carried a second, median",
        "least–most",
        "durable / this",
        "posted a second",
        "posted, then carried",
        "ready after, s",
    )
    used = "" if cores is None else f" All programs together used {cores:.1f} cores."
    return "\n\n".join(
        (
            f"{machine.describe(PACKAGES)} {ROUNDS} rounds of {JOBS} jobs, taking turns.{used}",
            table((*head, "checkpoints per job", "taken over after a kill"), rows),
        )
    )
