"""The steps that make a job's pictures. Each may run twice, in this worker or another, and acts once.

claim → prepare → make → record; `fail` instead, from anywhere. Steps open their own units, and none is open while
something outside is asked. What one step hands to the next is JSON.

Two rules keep a worker that was thought dead from doing harm: whatever changes a job takes the job's row first, and
goes no further when the job has ended (`stages`); and pictures are kept in the same unit in which their attempt
succeeds (`making`).
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, cast

import structlog

from tuanyuan.domain.errors import NotFound, OurFault, StudioError
from tuanyuan.domain.job import FINAL, MOST_CLAIMS, Candidate, Job
from tuanyuan.domain.kept import PHOTO_LIFE_AFTER_USE
from tuanyuan.domain.ports import Clock, NewId, Unit, Units
from tuanyuan.services.attempts import Run
from tuanyuan.services.briefing import Briefing
from tuanyuan.services.keeping import Keeping
from tuanyuan.services.making import Making, result
from tuanyuan.services.merging import Merging
from tuanyuan.services.patience import Sleep, through_outage
from tuanyuan.services.routing import Router
from tuanyuan.services.sources import found, mask_of
from tuanyuan.services.stages import CLAIMED, DONE, PREPARED, allowed, candidate_files, tell_stage
from tuanyuan.services.tries import OPEN
from tuanyuan.services.wallet import Wallet

log = structlog.get_logger(__name__)


def as_error(error: StudioError) -> dict[str, Any]:
    """What `fail` takes: the problem in the user's words, and who can fix it."""
    return {**error.problem.as_dict(), "fix": error.fix}


def _run(call: Any) -> Any:
    return asyncio.run(call)


def _pass(name: str) -> None:
    del name


@dataclass(frozen=True)
class Generation:
    """`run` runs an engine's coroutine to its end; `sleep` waits seconds; `checkpoint` is told where a step stands.

    Checkpoints: `<step>:before` and `<step>:after` of every step, and make:submitting, make:submitted, make:answered,
    make:kept.
    """

    units: Units
    wallet: Wallet
    keeping: Keeping
    router: Router
    briefing: Briefing
    clock: Clock
    new_id: NewId
    run: Run = _run
    sleep: Sleep = time.sleep
    checkpoint: Callable[[str], None] = _pass

    def claim(self, job_id: str, executor: str) -> bool:
        """Begin, or take over from a worker that died. False: there is nothing to do (any more).

        A job that was taken over too often is given up here: failed, and given back.
        """
        self.checkpoint("claim:before")
        claimed = through_outage(lambda: self._claim(job_id, executor), self.sleep)
        self.checkpoint("claim:after")
        return claimed

    def _claim(self, job_id: str, executor: str) -> bool:
        with self.units.begin() as unit:
            job = unit.jobs.find(job_id)
            if job is None or job.status in FINAL:
                return False
            if job.claims >= MOST_CLAIMS:
                log.error("job_gave_up", job=job_id, executor=executor, claims=job.claims)
                self._end(unit, job, as_error(OurFault("job_gave_up")))
                return False
            return unit.jobs.advance(job_id, "claim", self.clock(), "job_claimed", progress=CLAIMED) is not None

    def prepare(self, job_id: str) -> dict[str, Any]:
        """Whether the job may still be made: {"photos": [{"id", "file"}]}, the mask last.

        Conflict job_finished, consent_required; NotFound photo_gone.
        """
        self.checkpoint("prepare:before")
        prepared = through_outage(lambda: self._prepare(job_id), self.sleep)
        self.checkpoint("prepare:after")
        return prepared

    def _prepare(self, job_id: str) -> dict[str, Any]:
        with self.units.begin() as unit:
            job = tell_stage(unit, job_id, PREPARED, "job_prepared", self.clock())
            allowed(unit, job)
            at, request = self.clock(), job.request
            photos = [found(unit, job.user_id, request, picture, at) for picture in request.pictures]
            if not all(photos):
                raise NotFound("photo_gone")
            mask = mask_of(unit, job.user_id, request)
            return {"photos": [{"id": photo.id, "file": photo.file} for photo in (*photos, mask) if photo]}

    def make(self, job_id: str, prepared: dict[str, Any]) -> dict[str, Any]:
        """Ask the engine, keep the pictures: {"engine", "candidates": […]}. Run again, it answers the same.

        Raises what keeps the job from being made; nothing is kept then.
        """
        self.checkpoint("make:before")
        made = Making(
            self.units,
            self.keeping,
            self.router,
            self.briefing,
            self.clock,
            self.new_id,
            self.run,
            self.sleep,
            self.checkpoint,
        ).make(job_id, prepared)
        self.checkpoint("make:after")
        return made

    def record(self, job_id: str, made: dict[str, Any]) -> None:
        """Complete the job: candidates, 100, photos on their way out, in one unit. A finished job stays as it is.

        The people in the pictures are those that the attempt was kept with; `made` may come without them.
        Conflict consent_required, NotFound not_found (the account was closed): the job is not completed then.
        """
        self.checkpoint("record:before")
        through_outage(lambda: self._record(job_id, made), self.sleep)
        self.checkpoint("record:after")

    def _record(self, job_id: str, made: dict[str, Any]) -> None:
        at = self.clock()
        with self.units.begin() as unit:
            kept = result(unit, job_id) or made
            candidates = tuple(_candidate(entry) for entry in kept["candidates"])
            job = unit.jobs.advance(
                job_id, "complete", at, "job_completed", candidates=candidates, engine=made["engine"], progress=DONE
            )
            if job is None:
                return
            allowed(unit, job)
            used = [*job.request.photos, *([job.request.mask] if job.request.mask else [])]
            unit.photos.used(used, at, at + PHOTO_LIFE_AFTER_USE)

    def fail(self, job_id: str, problem: dict[str, Any]) -> None:
        """End the job with the reason, and give back what it took, in one unit. A finished job stays as it is."""
        self.checkpoint("fail:before")
        through_outage(lambda: self._fail(job_id, problem), self.sleep)
        self.checkpoint("fail:after")

    def _fail(self, job_id: str, problem: dict[str, Any]) -> bool:
        with self.units.begin() as unit:
            job = unit.jobs.find(job_id)
            return job is not None and job.status not in FINAL and self._end(unit, job, problem)

    def abandoned(self, job_id: str) -> bool:
        """The job's workflow is gone or broke down: fail what is unfinished. False: there was nothing to do."""
        error = as_error(OurFault("job_abandoned"))
        ended = through_outage(lambda: self._fail(job_id, error), self.sleep)
        if ended:
            log.error("job_abandoned", job=job_id)
        return ended

    def _end(self, unit: Unit, job: Job, problem: dict[str, Any]) -> bool:
        """Failed and given back; its open attempts are to be found out about, pictures of it go at once."""
        unit.users.lock(job.user_id)
        at = self.clock()
        if unit.jobs.advance(job.id, "fail", at, "job_failed", error=problem) is None:
            return False
        self.wallet.give_back(unit, job.id)
        Merging(self.clock, self.new_id, self.wallet).follow(unit, job.id)
        for attempt in unit.jobs.attempts(job.id):
            if attempt.outcome in OPEN:
                unit.jobs.attempt(replace(attempt, outcome="unknown", finished_at=at))
        unit.files.expire(candidate_files(job.id), at)
        log.info("job_failed", job=job.id, code=problem.get("code"), fix=problem.get("fix"))
        return True


def _candidate(entry: dict[str, Any]) -> Candidate:
    lists = {"people": tuple(entry["people"]), "warnings": tuple(entry["warnings"])}
    return Candidate(**cast(dict[str, Any], {**entry, **lists}))
