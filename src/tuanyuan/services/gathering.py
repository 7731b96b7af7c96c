"""Enough pictures for one job: the engines of its route asked one after the other, what came short asked for again.

Each engine is asked for the whole set, by several calls at once where one brings less, and once more for what came
short. When it fails for good, or too little of it may be shown, the next one makes the rest. What was refused as
input ends at once.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import structlog

from tuanyuan.domain.audit import AuditRecord
from tuanyuan.domain.engine import EngineRequest, InputRefused, Picture
from tuanyuan.domain.errors import Conflict, NotFound, OurFault, Rejected, StudioError, WrongUsage
from tuanyuan.domain.job import Attempt, Job
from tuanyuan.domain.ports import Clock, Progress, Unit, Units
from tuanyuan.services.attempts import Attempts
from tuanyuan.services.briefing import Brief, Briefing
from tuanyuan.services.offering import terms_of
from tuanyuan.services.routing import Router, refusal, told
from tuanyuan.services.stages import MAKING, allowed, tell_stage
from tuanyuan.services.tries import OPEN, Answer, Chosen

log = structlog.get_logger(__name__)
# Of four pictures so many are enough not to ask another engine for the rest (spec 2.4).
ENOUGH = 2
# An engine is asked for the whole set, and once more for what came short (spec 2.5).
ROUNDS = 2

Photos = tuple[tuple[str, bytes], ...]


@dataclass
class Gathered:
    """What there is so far. answers: with their open attempts. tried: engines that had their turn.

    lost: engines where an answer was lost. open: attempts of an earlier run whose answers are not here.
    """

    answers: list[Answer] = field(default_factory=list)
    pictures: list[Picture] = field(default_factory=list)
    tried: set[str] = field(default_factory=set)
    lost: set[str] = field(default_factory=set)
    open: list[Attempt] = field(default_factory=list)
    last: StudioError | None = None

    def open_at(self, engine: str) -> int:
        """How many attempts of an earlier run are still open there."""
        return sum(attempt.engine == engine for attempt in self.open)

    @property
    def engine(self) -> str:
        """Who made the pictures; the first, where several did."""
        return self.answers[0].attempt.engine

    @property
    def answered(self) -> set[str]:
        """Ids of the attempts whose answers are here."""
        return {answer.attempt.id for answer in self.answers}


@dataclass(frozen=True)
class Gathering:
    """The engine's part of the step `make`."""

    units: Units
    router: Router
    briefing: Briefing
    attempts: Attempts
    clock: Clock

    def gather(self, job: Job, photos: Photos, progress: Progress) -> Gathered:
        """Pictures, best first, each labelled, at most as many as the job's terms say.

        Raises why there is none: what the last engine said, Rejected nothing_made, or why no engine may be asked.
        """
        wanted = terms_of(job.request).candidates
        found = Gathered()
        while chosen := self._next(job, found, wanted):
            try:
                self._ask(chosen, job, photos, found, progress)
            except StudioError as error:
                ends = isinstance(error, InputRefused | Conflict | NotFound) and error.code != "export_consent_needed"
                if ends and not found.pictures:
                    raise
                if error.code == "job_finished":
                    raise
                found.last = error
                log.info(
                    "engine_left", job=job.id, engine=chosen.engine.name, code=error.code, have=len(found.pictures)
                )
            if len(found.pictures) >= min(wanted, ENOUGH) or isinstance(found.last, InputRefused):
                break
            found.tried.add(chosen.engine.name)
        if not found.pictures:
            raise found.last or Rejected("nothing_made")
        found.pictures = _ranked(found.pictures)[:wanted]
        return found

    def _next(self, job: Job, found: Gathered, wanted: int) -> Chosen | None:
        """The engine to ask now: the one with an attempt of an earlier run still open, else the router's first."""
        with self.units.read() as unit:
            user = unit.users.find(job.user_id)
            if user is None:
                raise NotFound("not_found")
            earlier = unit.jobs.attempts(job.id)
            for attempt in earlier:
                # What was lost at an engine may have been billed: that one is not asked for the same again.
                if attempt.outcome == "unknown":
                    found.lost.add(attempt.engine)
            spent = sum(attempt.cost_fen for attempt in earlier)
            left = wanted - len(found.pictures)
            route = self.router.route(unit, user, job.request, left, job.cost, found.tried | found.lost, spent)
            found.open = [a for a in earlier if a.outcome in OPEN and a.id not in found.answered]
        told(route, job=job.id)
        for attempt in found.open:
            engine = self.router.engines.get(attempt.engine)
            model = engine and (engine.capabilities.model(attempt.model) or engine.capabilities.models[0])
            if engine and model and engine.name not in found.tried:
                return Chosen(engine, model, attempt.reason)
        try:
            steps = self.router.chosen(route, job.request)
        except WrongUsage:
            if not found.tried | found.lost:
                raise
            return None
        if steps:
            return steps[0]
        if not found.tried | found.lost:
            if not self.router.engines:
                raise OurFault("engine_missing", engine=job.queue)
            raise refusal(route, job.request, self.router.features)
        return None

    def _ask(self, chosen: Chosen, job: Job, photos: Photos, found: Gathered, progress: Progress) -> None:
        """Let one engine make what is missing, and once more what came short; what it brings is added.

        Raises what it says in the end.
        """
        terms = terms_of(job.request)

        def along(unit: Unit, cost_fen: int | None) -> None:
            at, capabilities = self.clock(), chosen.engine.capabilities
            allowed(unit, tell_stage(unit, job.id, MAKING, "job_making", at))
            if cost_fen is None:
                return
            self.router.allowed(unit, job, chosen.engine, cost_fen)
            if not capabilities.complete:
                who = chosen.engine.name
                unit.audit.add(AuditRecord(at, "system", who, "photos_sent", "job", job.id, capabilities.region))

        # Where an answer was lost nothing more is sent; what is still open there was paid, and is asked for.
        only = found.open_at(chosen.engine.name) if chosen.engine.name in found.lost else None
        with self.briefing.brief(chosen, job, photos) as brief:
            for _ in range(ROUNDS if only is None else 1):
                missing = terms.candidates - len(found.pictures)
                requests = _requests(brief, missing, terms.watermark, _made(found))[:only]
                if not requests:
                    return
                answers, error = self.attempts.ask(chosen, requests, progress, along, found.answered)
                found.answers += answers
                found.pictures = _distinct([*found.pictures, *self._shown(brief, answers, requests[0])])
                if error is not None:
                    raise error
                if any(answer.result.exhausted for answer in answers):
                    return

    def _shown(self, brief: Brief, answers: Sequence[Answer], request: EngineRequest) -> Sequence[Picture]:
        """The pictures of all answers that may be shown. OurFault label_unverified: one is not labelled."""
        pictures = brief.finish([picture for answer in answers for picture in answer.result.pictures], request)
        if not all(picture.labelled for picture in pictures):
            raise OurFault("label_unverified")
        return pictures


def _requests(brief: Brief, missing: int, watermark: bool, made: int) -> list[EngineRequest]:
    """As many calls as the missing pictures need. made: so many there were before: each takes a seed of its own."""
    outputs, requests = max(1, brief.chosen.model.outputs), []
    missing = min(missing, brief.chosen.model.variants or missing)
    while missing > 0:
        requests.append(brief.request(min(outputs, missing), watermark, before=made))
        missing, made = missing - outputs, made + outputs
    return requests


def _made(found: Gathered) -> int:
    """How many pictures were made before, shown or not: the next ones take other seeds."""
    return sum(len(answer.result.pictures) for answer in found.answers)


def _ranked(pictures: Sequence[Picture]) -> list[Picture]:
    """Best first: those without warnings, then by score; equal ones keep their order. Ranks are told anew."""
    order = sorted(pictures, key=lambda p: (_warned(p), -float(p.facts.get("score", 0.0))))
    return [replace(p, facts={**p.facts, "rank": rank}) for rank, p in enumerate(order, 1)]


def _warned(picture: Picture) -> bool:
    people = picture.facts.get("people", ())
    return bool(picture.facts.get("warnings")) or any(person.get("warnings") for person in people)


def _distinct(pictures: Sequence[Picture]) -> list[Picture]:
    """Without repeats, in their order. A picture of our own label is compared by what the engine sent (`source`)."""
    by_digest: dict[bytes, Picture] = {}
    for picture in pictures:
        source = picture.facts.get("source") or hashlib.sha256(picture.data).hexdigest()
        by_digest.setdefault(str(source).encode(), picture)
    return list(by_digest.values())
