"""The pictures of one job: asked for, topped up when short, kept in the unit in which their attempt succeeds."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import asdict, dataclass, replace
from typing import Any

import structlog

from tuanyuan.domain.engine import Picture
from tuanyuan.domain.errors import Conflict, NotFound, NotNow, StudioError
from tuanyuan.domain.job import Candidate, Job
from tuanyuan.domain.kept import RESULT_LIFE, media_type_of
from tuanyuan.domain.ports import Clock, NewId, Unit, Units
from tuanyuan.services.attempts import Attempts, Run
from tuanyuan.services.briefing import Briefing
from tuanyuan.services.gathering import Gathered, Gathering
from tuanyuan.services.keeping import Keeping, Writing
from tuanyuan.services.patience import Sleep, through_outage
from tuanyuan.services.routing import Router
from tuanyuan.services.stages import FINISHING, MAKING, allowed, candidate_file, tell_stage, unfinished
from tuanyuan.services.tries import OPEN, Answer

# In between an engine's own progress is told when it has grown by this much.
PROGRESS_STEP = 5

log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Making:
    """The step `make` of `services.generation`, without its outer checkpoints."""

    units: Units
    keeping: Keeping
    router: Router
    briefing: Briefing
    clock: Clock
    new_id: NewId
    run: Run
    sleep: Sleep
    checkpoint: Callable[[str], None]

    def make(self, job_id: str, prepared: dict[str, Any]) -> dict[str, Any]:
        """Ask the engine, keep the pictures: {"engine", "candidates": […]}. Run again, it answers the same.

        Raises what keeps the job from being made; nothing is kept then.
        """
        inputs = through_outage(lambda: self._inputs(job_id, prepared), self.sleep)
        if isinstance(inputs, dict):
            return inputs
        job, photos = inputs
        attempts = Attempts(
            self.units, self.router.admission, self.clock, self.new_id, self.run, self.sleep, self.checkpoint
        )
        gathering = Gathering(self.units, self.router, self.briefing, attempts, self.clock)
        gathered = gathering.gather(job, photos, self._progress(job.id))
        self.checkpoint("make:answered")
        made = through_outage(lambda: self._keep(job, gathered), self.sleep)
        self.checkpoint("make:kept")
        return made

    def _inputs(
        self, job_id: str, prepared: dict[str, Any]
    ) -> tuple[Job, tuple[tuple[str, bytes], ...]] | dict[str, Any]:
        """The job and its photos, opened; or what this step answered before."""
        with self.units.read() as unit:
            if (made := result(unit, job_id)) is not None:
                return made
            job = unfinished(unit, job_id)
            allowed(unit, job)
            files = [(p["id"], unit.files.find(p["file"], job.user_id)) for p in prepared["photos"]]
        if not all(file for _, file in files):
            raise NotFound("photo_gone")
        return job, tuple((photo_id, self.keeping.read(file)) for photo_id, file in files if file)

    def _keep(self, job: Job, gathered: Gathered) -> dict[str, Any]:
        """Keep the pictures and let the attempts succeed in one unit; what another run of the step kept wins."""
        at, pictures = self.clock(), gathered.pictures
        writings: list[Writing] = []
        try:
            files = [one for rank, picture in enumerate(pictures, 1) for one in _files(job.id, rank, picture)]
            wanted = [(file_id, media_type_of(data)) for file_id, data in files]
            writings = self.keeping.open_all(job.user_id, "candidate", at + RESULT_LIFE, wanted)
            for writing, (_, data) in zip(writings, files, strict=True):
                writing.write(data)
                writing.store()
            made = {"engine": gathered.engine, "candidates": [_entry(job.id, n, p) for n, p in enumerate(pictures, 1)]}
            with self.units.begin() as unit:
                tell_stage(unit, job.id, FINISHING, "job_finishing", self.clock())
                for writing in writings:
                    writing.finish(unit)
                for answer in gathered.answers:
                    self._succeeded(unit, answer, made)
                self._forgotten(unit, job.id)
        except StudioError:
            # What was committed stays, and so does what another run has kept: abort knows.
            for writing in writings:
                writing.abort()
            kept = self._made(job.id)
            if kept is None:
                raise
            return kept
        return made

    def _succeeded(self, unit: Unit, answer: Answer, made: dict[str, Any]) -> None:
        """The attempt with what it cost; one that brought no picture costs what the engine says, and shows nothing."""
        # When it was answered, where that was noted: how long an engine takes is read from here.
        at, cost = answer.attempt.finished_at or self.clock(), answer.result.cost_fen
        done = replace(answer.attempt, outcome="succeeded", code=None, finished_at=at, cost_fen=cost, result=made)
        unit.jobs.attempt(done)

    def _forgotten(self, unit: Unit, job_id: str) -> None:
        """Attempts of an earlier run that nobody needs the answer of any more: they may have cost something."""
        for attempt in unit.jobs.attempts(job_id):
            if attempt.outcome in OPEN:
                unit.jobs.attempt(replace(attempt, outcome="unknown", finished_at=self.clock()))

    def _made(self, job_id: str) -> dict[str, Any] | None:
        """What this step answered before, if it came to its end."""

        def seen() -> dict[str, Any] | None:
            with self.units.read() as unit:
                return result(unit, job_id)

        return through_outage(seen, self.sleep)

    def _progress(self, job_id: str) -> Callable[[float, str, str], None]:
        """An engine's own progress, told between the stages. Never disturbs the engine."""
        told = MAKING

        def progress(share: float, message_zh: str, message_en: str) -> None:
            nonlocal told
            del message_zh, message_en
            now = MAKING + int((FINISHING - MAKING) * min(max(share, 0.0), 1.0))
            if told + PROGRESS_STEP <= now < FINISHING:
                told = now
                with suppress(Conflict, NotNow), self.units.begin() as unit:
                    tell_stage(unit, job_id, now, "job_making", self.clock())

        return progress


def result(unit: Unit, job_id: str) -> dict[str, Any] | None:
    """What an attempt was kept with."""
    results = [attempt.result for attempt in unit.jobs.attempts(job_id)]
    return next((found for found in results if found is not None), None)


def _files(job_id: str, rank: int, picture: Picture) -> list[tuple[str, bytes]]:
    """Id and bytes of each file of a result."""
    others = [(candidate_file(job_id, rank, kind), data) for kind, data in picture.files.items()]
    return [(candidate_file(job_id, rank), picture.data), *others]


def _entry(job_id: str, rank: int, picture: Picture) -> dict[str, Any]:
    """A candidate as JSON; what the engine judged of it comes along."""
    file_id = candidate_file(job_id, rank)
    facts = picture.facts
    return asdict(
        Candidate(
            id=file_id,
            file=file_id,
            rank=rank,
            score=float(facts.get("score", 0.0)),
            width=picture.width,
            height=picture.height,
            people=tuple(facts.get("people", ())),
            warnings=tuple(facts.get("warnings", ())),
            produce_id=str(facts.get("produce_id", "")),
            files={kind: candidate_file(job_id, rank, kind) for kind in picture.files},
        )
    )
