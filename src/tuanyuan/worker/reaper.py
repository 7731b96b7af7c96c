"""The reaper: takes over what dead workers left, and settles jobs whose workflow came to nothing.

One at a time, by an office in the heartbeats: it is held as long as its holder beats it. Should a paused holder wake
up and act on what it saw before, a workflow is started once more; that changes nothing but its count of claims.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import timedelta
from time import monotonic
from typing import TYPE_CHECKING, Any

import structlog

from tuanyuan.domain.job import FINAL
from tuanyuan.domain.ports import Clock, Units
from tuanyuan.services.generation import Generation
from tuanyuan.store.heartbeats import Heartbeats, Pulse
from tuanyuan.store.queue import WORKFLOW, CancelledJobs
from tuanyuan.worker.pace import Pace
from tuanyuan.worker.watch import Watch

if TYPE_CHECKING:
    from dbos import WorkflowStatus

_log = structlog.get_logger(__name__)
OFFICE = "reaper"
_BAD_ENDS = ["ERROR", "CANCELLED", "MAX_RECOVERY_ATTEMPTS_EXCEEDED"]
_AT_ONCE = 1000
_CANCELLED_WITHIN = timedelta(hours=1)


class Reaper:
    """One look each `pace.beat` seconds. Whatever fails is tried again at the next."""

    def __init__(
        self,
        heartbeats: Heartbeats,
        cancelled: CancelledJobs,
        steps: Generation,
        units: Units,
        clock: Clock,
        executor: str,
        pace: Pace,
    ) -> None:
        self._heartbeats = heartbeats
        self._cancelled = cancelled
        self._steps = steps
        self._units = units
        self._clock = clock
        self._executor = executor
        self._pace = pace
        self._watch = Watch(gap=pace.dead_after / 2)
        self._unknown = Watch(gap=pace.dead_after / 2)
        self._settled: set[str] = set()
        self._dropped: set[str] = set()
        self._counted = float("-inf")

    def tick(self) -> None:
        """Look around; in office, also act."""
        pulses = self._heartbeats.all()
        self._watch.look(pulses)
        if not self._in_office(pulses):
            return
        self._take_over([pulse for pulse in pulses if pulse.name != OFFICE])
        self._settle_bad_ends()
        if monotonic() - self._counted > self._pace.dead_after:
            self._settle_lost()
            self._counted = monotonic()
        self._drop_cancelled()

    def _in_office(self, pulses: Iterable[Pulse]) -> bool:
        held = next((pulse for pulse in pulses if pulse.name == OFFICE), None)
        mine = held is not None and held.holder == self._executor
        if held is None or mine or self._watch.still(OFFICE) > self._pace.dead_after / 2:
            return self._heartbeats.take(OFFICE, self._executor, held)
        return False

    def _take_over(self, workers: list[Pulse]) -> None:
        pending = _workflows(status="PENDING")
        carried = {workflow.executor_id or "" for workflow in pending}
        # A worker that was thought dead, woke up, took one more job and died is in no row.
        self._unknown.look(Pulse(name, name, 0) for name in carried - {worker.name for worker in workers})
        quiet = [worker for worker in workers if self._watch.still(worker.name) > self._pace.dead_after]
        unknown = [
            name
            for name in carried - {worker.name for worker in workers}
            if self._unknown.still(name) > self._pace.dead_after
        ]
        if not quiet and not unknown:
            return
        # Only those that have not beaten since: one may have come back on the same place.
        now = set(self._heartbeats.all())
        dead = {worker.name for worker in quiet if worker in now} | set(unknown)
        dead.discard(self._executor)
        queues: dict[str | None, list[str]] = defaultdict(list)
        for workflow in pending:
            if workflow.executor_id in dead:
                queues[workflow.queue_name].append(workflow.workflow_id)
        for queue, ids in queues.items():
            _log.warning("jobs taken over", workers=sorted(dead), queue=queue, jobs=ids)
            _dbos().resume_workflows(ids, queue_name=queue)
        for worker in quiet:
            if worker.name in dead and worker.name not in carried:
                self._heartbeats.forget(worker)

    def _settle_bad_ends(self) -> None:
        ended = {w.workflow_id for w in _workflows(status=_BAD_ENDS, name=WORKFLOW, limit=_AT_ONCE, sort_desc=True)}
        self._settled &= ended
        for job_id in ended - self._settled:
            self._settle(job_id)
            self._settled.add(job_id)

    def _settle_lost(self) -> None:
        """Unfinished jobs whose workflow is gone or says that it is done."""
        with self._units.read() as unit:
            stuck = unit.jobs.stuck(self._clock() - timedelta(seconds=2 * self._pace.dead_after), _AT_ONCE)
        if not stuck:
            return
        ids = [job.id for job in stuck]
        states = {workflow.workflow_id: workflow.status for workflow in _workflows(workflow_ids=ids)}
        for job_id in ids:
            if states.get(job_id, "SUCCESS") == "SUCCESS":
                self._settle(job_id)

    def _settle(self, job_id: str) -> None:
        with self._units.read() as unit:
            job = unit.jobs.find(job_id)
        if job is not None and job.status not in FINAL:
            _log.warning("job abandoned", job=job_id)
            self._steps.abandoned(job_id)

    def _drop_cancelled(self) -> None:
        """Workflows of cancelled jobs need not wait for their turn only to find nothing to do."""
        ids = self._cancelled.since(self._clock() - _CANCELLED_WITHIN)
        self._dropped &= ids
        if fresh := ids - self._dropped:
            waiting = [w.workflow_id for w in _workflows(workflow_ids=list(fresh), status=["ENQUEUED", "DELAYED"])]
            if waiting:
                _dbos().cancel_workflows(waiting)
            self._dropped |= fresh


def _dbos() -> Any:
    from dbos import DBOS

    return DBOS


def _workflows(**wanted: Any) -> list[WorkflowStatus]:
    found: list[WorkflowStatus] = _dbos().list_workflows(load_input=False, load_output=False, **wanted)
    return found
