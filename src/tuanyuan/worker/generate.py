"""The workflow of one job: claim, prepare, make, record; whatever goes wrong ends in `fail`.

Only `make` is a checkpoint. The other steps are cheap, and act at most once by themselves (conditional UPDATEs), and
they must run again when another worker takes the job over: the claim counts how often that happened, and the
preparation sees that consent and photos are still there. So a job costs one checkpoint, and one that kills its
workers ends.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any, TypeVar

import structlog

from tuanyuan.domain.errors import NotNow, OurFault, StudioError
from tuanyuan.services.generation import Generation, as_error
from tuanyuan.worker.engine_loop import Leaving

_log = structlog.get_logger(__name__)
# Seconds between two questions to a database that does not answer.
_PATIENCE = (0.2, 0.5, 1.0, 2.0, 5.0)
Answer = TypeVar("Answer")


class _Failed(Exception):
    """Carries the problem to the one place that fails a job."""

    def __init__(self, problem: dict[str, Any]) -> None:
        super().__init__(problem["code"])
        self.problem = problem


class Generate:
    """Runs the steps of one job after the other in this process.

    Never takes trouble of the machinery for a failure of the job: a database that is away is waited for, a process that
    is going raises Leaving, and what DBOS raises itself passes through.
    """

    def __init__(self, steps: Generation, executor: str, leaving: threading.Event) -> None:
        self._steps = steps
        self._executor = executor
        self._leaving = leaving

    def run(self, job_id: str, make: Callable[[str, dict[str, Any]], dict[str, Any]]) -> str:
        """The workflow body. `make`: `self.make` as a checkpointed step. How it ended, for DBOS's own records."""
        try:
            if not self._attempt("claim", job_id, lambda: self._steps.claim(job_id, self._executor)):
                return "not claimed"
            prepared = self._attempt("prepare", job_id, lambda: self._steps.prepare(job_id))
            made = make(job_id, prepared)
            if problem := made.get("problem"):
                raise _Failed(problem)
            self._attempt("record", job_id, lambda: self._steps.record(job_id, made["made"]))
        except _Failed as failed:
            problem = failed.problem
            self._patiently(lambda: self._steps.fail(job_id, problem))
            return "failed"
        return "recorded"

    def make(self, job_id: str, prepared: dict[str, Any]) -> dict[str, Any]:
        """The checkpoint: {"made": …} or {"problem": …}, JSON both; an error of the job is a result, not a raise."""
        try:
            return {"made": _faceless(self._attempt("make", job_id, lambda: self._steps.make(job_id, prepared)))}
        except _Failed as failed:
            return {"problem": failed.problem}

    def _attempt(self, step: str, job_id: str, body: Callable[[], Answer]) -> Answer:
        try:
            return self._patiently(body)
        except StudioError as error:
            raise _Failed(as_error(error)) from error
        except Exception as error:
            if self._leaving.is_set():
                raise Leaving from error
            _log.exception("step failed unexpectedly", step=step, job=job_id)
            raise _Failed(as_error(OurFault("unexpected", detail=type(error).__name__))) from error

    def _patiently(self, body: Callable[[], Answer]) -> Answer:
        """Ask again while the database is away: without it nothing could be written down, not even a failure."""
        waited = 0
        while True:
            try:
                return body()
            except NotNow as error:
                if error.code != "database_down":
                    raise
                _log.warning("database away", waits=waited)
            if self._leaving.wait(_PATIENCE[min(waited, len(_PATIENCE) - 1)]):
                raise Leaving
            waited += 1


def _faceless(made: dict[str, Any]) -> dict[str, Any]:
    """What was made, without the people: a checkpoint outlives the pictures. `record` finds them in the books."""
    return {**made, "candidates": [{**candidate, "people": []} for candidate in made["candidates"]]}
