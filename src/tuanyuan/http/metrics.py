"""What Prometheus reads: this process's requests, and the jobs of all processes out of the books.

What comes from the books is the same in every process of a studio: take one, never their sum. It is read when asked
for, at most each 5 s; the check of the ledger so seldom that it takes a hundredth of the time.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

import structlog
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

from tuanyuan.domain.errors import StudioError
from tuanyuan.domain.job import FINAL, Job
from tuanyuan.domain.ports import Clock, Unit, Units
from tuanyuan.http.engine_gauges import FRESH_SECONDS as ENGINES_SECONDS
from tuanyuan.http.engine_gauges import EngineGauges
from tuanyuan.http.stream import PAGE, Gaps

FRESH_SECONDS, LEDGER_SECONDS = 5.0, 60.0
# More than this many events behind, the older ones are not counted.
MOST_BEHIND = 5000
_REQUEST = (0.005, 0.01, 0.025, 0.05, 0.1, 0.15, 0.25, 0.4, 1.0, 2.5, 10.0)
_JOB = (0.5, 1.0, 2.0, 4.0, 6.0, 10.0, 15.0, 25.0, 40.0, 60.0, 120.0, 300.0)
_log = structlog.get_logger("tuanyuan.http")


class Metrics:
    """One registry of its own for each studio. Safe to use from any thread."""

    def __init__(
        self,
        units: Units,
        watchers: Callable[[], int],
        clock: Clock,
        ticks: Callable[[], float] = time.monotonic,
    ) -> None:
        self._units, self._watchers, self._clock, self._ticks = units, watchers, clock, ticks
        self._lock = threading.Lock()
        self._gaps: Gaps | None = None
        self._read_at = self._ledger_at = self._engines_at = float("-inf")
        self._ledger_wait = LEDGER_SECONDS
        self.registry = registry = CollectorRegistry()
        self._up = Gauge("tuanyuan_up", "1 while the process answers.", registry=registry)
        self._up.set(1)
        self._requests = Counter(
            "tuanyuan_http_requests", "Requests.", ["method", "route", "status"], registry=registry
        )
        self._latency = Histogram(
            "tuanyuan_http_request_seconds",
            "Seconds of a request.",
            ["method", "route"],
            buckets=_REQUEST,
            registry=registry,
        )
        self._watching = Gauge("tuanyuan_watchers", "Open progress streams.", registry=registry)
        self._database = Gauge(
            "tuanyuan_books_readable", "1 when the books were read the last time.", registry=registry
        )
        self._jobs = Gauge("tuanyuan_jobs", "Jobs in the books.", ["status", "feature"], registry=registry)
        self._made = Histogram(
            "tuanyuan_job_seconds",
            "Seconds from the first claim to the end, of ended jobs.",
            ["feature", "status"],
            buckets=_JOB,
            registry=registry,
        )
        self._dwell = Histogram(
            "tuanyuan_queue_seconds",
            "Seconds a job waited for its claim.",
            ["feature"],
            buckets=_JOB,
            registry=registry,
        )
        self._attempts = Counter(
            "tuanyuan_engine_attempts", "Calls of engines of ended jobs.", ["engine", "outcome"], registry=registry
        )
        self._engines = EngineGauges(registry)
        self._unexplained = Gauge(
            "tuanyuan_ledger_unexplained", "Users and jobs whose entries do not add up. Must be 0.", registry=registry
        )

    def observe(self, method: str, route: str, status: int, seconds: float) -> None:
        """Count one request. Methods that nobody should use are one."""
        known = method if method in ("GET", "POST", "PATCH", "DELETE", "HEAD", "OPTIONS") else "other"
        self._requests.labels(known, route, str(status)).inc()
        # A watcher's stream lasts as long as its job; that is no latency.
        if not route.endswith("/events"):
            self._latency.labels(known, route).observe(seconds)

    def text(self) -> bytes:
        """All of it, in Prometheus's own format."""
        with self._lock:
            if self._ticks() - self._read_at >= FRESH_SECONDS:
                self._read_at = self._ticks()
                try:
                    self._read()
                    self._database.set(1)
                except StudioError as error:
                    _log.warning("metrics_unread", code=error.code)
                    self._database.set(0)
            self._watching.set(self._watchers())
            return generate_latest(self.registry)

    def _read(self) -> None:
        with self._units.read() as unit:
            counts = unit.jobs.counts()
            self._jobs.clear()
            for (status, feature), count in counts.items():
                self._jobs.labels(status, feature).set(count)
            self._follow(unit)
            if self._ticks() - self._engines_at >= ENGINES_SECONDS:
                self._engines.read(unit, self._clock())
                self._engines_at = self._ticks()
            if self._ticks() - self._ledger_at >= self._ledger_wait:
                begun = self._ticks()
                self._unexplained.set(unit.ledger.unexplained())
                self._ledger_at = self._ticks()
                self._ledger_wait = max(LEDGER_SECONDS, 100 * (self._ledger_at - begun))

    def _follow(self, unit: Unit) -> None:
        """Count every job that ended since the last look."""
        last = unit.jobs.last_event()
        if self._gaps is None:
            self._gaps = Gaps(last)
        if last - self._gaps.after > MOST_BEHIND:
            self._gaps = Gaps(last - MOST_BEHIND)
        after, whole = self._gaps.after, True
        while whole:
            events = unit.jobs.events(after, None, PAGE)
            fresh = self._gaps.take([event.number for event in events], self._ticks())
            for event in events:
                if event.number in fresh and event.status in FINAL:
                    job = unit.jobs.find(event.job_id)
                    if job is not None:
                        self._count(unit, job)
            after, whole = (events[-1].number, len(events) >= PAGE) if events else (after, False)

    def _count(self, unit: Unit, job: Job) -> None:
        if job.cached_from is not None or job.started_at is None:
            return
        feature = job.request.feature
        self._dwell.labels(feature).observe(max(0.0, (job.started_at - job.created_at).total_seconds()))
        if job.finished_at is not None:
            seconds = (job.finished_at - job.started_at).total_seconds()
            self._made.labels(feature, job.status).observe(max(0.0, seconds))
        for attempt in unit.jobs.attempts(job.id):
            self._attempts.labels(attempt.engine, attempt.outcome).inc()
