"""A worker: carries jobs in this process, as many at once as their engines allow, until it is closed or killed."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from math import ceil
from typing import TYPE_CHECKING, Any

import structlog

from tuanyuan.domain.engine import Engine
from tuanyuan.domain.ports import Clock, Units
from tuanyuan.services.generation import Generation
from tuanyuan.store.heartbeats import Heartbeats
from tuanyuan.store.queue import APPLICATION, VERSION, WORKFLOW, CancelledJobs, address, queue_engine, upgrade
from tuanyuan.worker.engine_loop import EngineLoop
from tuanyuan.worker.generate import Generate
from tuanyuan.worker.identity import Identity
from tuanyuan.worker.log import quieten
from tuanyuan.worker.pace import Pace
from tuanyuan.worker.reaper import Reaper
from tuanyuan.worker.schedules import Schedule, register

if TYPE_CHECKING:
    import sqlalchemy as sa

    from tuanyuan.store.database import Database

_log = structlog.get_logger(__name__)
# Connections that DBOS needs beside one for each running job: queues, schedules, its own sweeps, the reaper.
_SPARE_CONNECTIONS = 8
_WORKFLOWS_LIFE = timedelta(days=1)
_FORGOTTEN_AT_ONCE = 500


class Worker:
    """At most one in a process: DBOS is one.

    `launch` returns when jobs are being taken. `close` takes no more, lets the running ones end within `pace.drain`
    seconds, leaves the rest to others, and closes the engines on `loop`, to which their connections belong. Killed at
    any point, its jobs go on: in the next process on the same SQLite file as it starts, else in another worker within
    a minute.
    """

    def __init__(
        self,
        database: Database,
        steps: Generation,
        engines: Mapping[str, Engine],
        *,
        units: Units,
        clock: Clock,
        loop: EngineLoop | None = None,
        schedules: Sequence[Schedule] = (),
        jobs_at_once: int = 16,
        pace: Pace | None = None,
    ) -> None:
        self._database = database
        self._steps = steps
        self._engines = engines
        self._units = units
        self._clock = clock
        self._loop = loop
        self._schedules = (*schedules, Schedule("forget-workflows", "41 * * * *", self.forget_workflows))
        self._jobs_at_once = jobs_at_once
        self._pace = pace or Pace()
        self._leaving = threading.Event()
        self._stopped = threading.Event()
        self._threads: list[threading.Thread] = []
        self._heartbeats = Heartbeats(database)
        self._queue: sa.Engine | None = None
        self.executor = ""

    def launch(self) -> None:
        """Take jobs. The books must be upgraded; DBOS's own tables are made here."""
        from dbos import DBOS, DBOSPortableJSONSerializer

        quieten()
        upgrade(self._database)
        self._identity = Identity(self._database)
        self.executor = self._identity.id
        self._heartbeats.beat(self.executor)
        self._queue = queue_engine(self._database, sum(self._shares().values()) + _SPARE_CONNECTIONS)
        DBOS(
            config={
                "name": APPLICATION,
                "system_database_url": address(self._database),
                "system_database_engine": self._queue,
                "application_version": VERSION,
                "executor_id": self.executor,
                "serializer": DBOSPortableJSONSerializer(),
                "log_level": "WARNING",
                "run_migrations": False,
                # Nothing here waits for DBOS's notifications: jobs tell their progress in the books.
                "use_listen_notify": False,
                "notification_listener_polling_interval_sec": 0.5,
            }
        )
        self._register_workflow()
        schedules = register(self._schedules)
        self._register_queues(self._queue)
        DBOS.listen_queues([f"engine-{name}" for name in self._engines])
        DBOS.launch()
        DBOS.apply_schedules(schedules)  # type: ignore[arg-type]  # a TypedDict of theirs
        self._drop_old_schedules()
        reaper = Reaper(
            self._heartbeats,
            CancelledJobs(self._database),
            self._steps,
            self._units,
            self._clock,
            self.executor,
            self._pace,
        )
        self._repeat("heart", lambda: self._heartbeats.beat(self.executor))
        self._repeat("reaper", reaper.tick)
        _log.info("worker launched", executor=self.executor, queues=sorted(self._engines))

    def close(self) -> None:
        """Stop: see the class. Jobs that do not end in time stay as they are and are taken over at once."""
        from dbos import DBOS

        if self._queue is None:
            return
        DBOS.destroy(workflow_completion_timeout_sec=ceil(self._pace.drain), destroy_registry=True)
        self._leaving.set()
        if self._loop is not None:
            self._loop.close(self._engines)
        self._stopped.set()
        for thread in self._threads:
            thread.join()
        try:
            self._heartbeats.leave(self.executor)
        except Exception:
            _log.warning("left without a word", executor=self.executor, exc_info=True)
        self._queue.dispose()
        self._queue = None
        self._identity.release()
        _log.info("worker left", executor=self.executor)

    def forget_workflows(self) -> int:
        """Drop DBOS's rows of what ended a day ago; how many."""
        from dbos import DBOS

        before = (self._clock() - _WORKFLOWS_LIFE).isoformat()
        forgotten = 0
        while ended := DBOS.list_workflows(
            completed_before=before, limit=_FORGOTTEN_AT_ONCE, load_input=False, load_output=False
        ):
            DBOS.delete_workflows([workflow.workflow_id for workflow in ended])
            forgotten += len(ended)
        return forgotten

    def _shares(self) -> dict[str, int]:
        """How many jobs of each engine this process carries at once."""
        limits = {name: engine.capabilities.limits for name, engine in self._engines.items()}
        return {name: min(limit.concurrency, self._jobs_at_once) for name, limit in limits.items()}

    def _register_workflow(self) -> None:
        from dbos import DBOS

        generate = Generate(self._steps, self.executor, self._leaving)

        @DBOS.step(name="make", retries_allowed=False)
        def make(job_id: str, prepared: dict[str, Any]) -> dict[str, Any]:
            return generate.make(job_id, prepared)

        @DBOS.workflow(name=WORKFLOW)
        def run(job_id: str) -> str:
            return generate.run(job_id, make)

    def _register_queues(self, engine: sa.Engine) -> None:
        """Before the launch, so that they are looked into from the first moment."""
        from dbos import DBOSClient

        client = DBOSClient(system_database_engine=engine, application_name=APPLICATION)
        try:
            for name, share in self._shares().items():
                limits = self._engines[name].capabilities.limits
                client.register_queue(
                    f"engine-{name}",
                    global_concurrency=limits.concurrency if limits.everywhere else None,
                    worker_concurrency=share,
                    limiter={"limit": limits.rate, "period": limits.period} if limits.rate else None,
                    polling_interval_sec=self._pace.poll,
                )
        finally:
            client.destroy()

    def _drop_old_schedules(self) -> None:
        """Those of an earlier release: nobody could run their ticks."""
        from dbos import DBOS

        known = {schedule.name for schedule in self._schedules}
        for schedule in DBOS.list_schedules():
            if schedule["schedule_name"] not in known:
                DBOS.delete_schedule(schedule["schedule_name"])

    def _repeat(self, name: str, work: Callable[[], Any]) -> None:
        def run() -> None:
            while not self._stopped.wait(self._pace.beat):
                try:
                    work()
                except Exception:
                    _log.warning("tried again at the next beat", work=name, exc_info=True)

        thread = threading.Thread(target=run, name=name, daemon=True)
        thread.start()
        self._threads.append(thread)
