"""Jobs as their owner sees them: ordered, cancelled, looked at, picked from, rated.

Every method acts in the caller's unit. What writes takes the user's lock first.
"""

from __future__ import annotations

import math
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from tuanyuan import __version__
from tuanyuan.domain import parameters
from tuanyuan.domain.consent import FACE_EDIT
from tuanyuan.domain.engine import Engine
from tuanyuan.domain.errors import Conflict, NotFound, Rejected
from tuanyuan.domain.job import FINAL, PRIORITIES, Candidate, Job, JobRequest, Status, advance
from tuanyuan.domain.ports import Clock, NewId, Place, Unit
from tuanyuan.domain.user import User
from tuanyuan.domain.work import Work
from tuanyuan.services.catalogue import Catalogues
from tuanyuan.services.effects import suited
from tuanyuan.services.merging import Merging
from tuanyuan.services.offering import Offering, Terms, engine_of, queue_of, terms
from tuanyuan.services.ordering import (
    CHINA,
    check_bounds,
    check_people,
    china_day,
    require_standing,
)
from tuanyuan.services.result_cache import cache_key
from tuanyuan.services.routing import Router, refusal, told
from tuanyuan.services.sources import chosen_photos, mask_of
from tuanyuan.services.wallet import Wallet

PAGE = 100
LEAST_ETA = 1


@dataclass(frozen=True)
class Outlook:
    """queue_position: 1 is next, 0: being made or done. eta_seconds: until it is done, about; 0 when it is."""

    queue_position: int
    eta_seconds: int


@dataclass(frozen=True)
class Jobs:
    """`require_consent` raises unless the purpose is agreed to; `version` of this software is part of the cache key."""

    wallet: Wallet
    catalogue: Catalogues
    router: Router
    clock: Clock
    new_id: NewId
    require_consent: Callable[[Unit, str, str], None] = require_standing
    version: str = __version__
    offering: Offering = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "offering", Offering(self.catalogue, self.engines))

    @property
    def engines(self) -> Mapping[str, Engine]:
        """The engines in use, by name."""
        return self.router.engines

    def submit(self, unit: Unit, user: User, request: JobRequest) -> Job:
        """Take an order: price → entry → job → enqueue, all in this unit; a refusal raises and leaves nothing.

        The same as before and not `again`: a job that is completed already, free, nothing enqueued.
        Rejected, Conflict, NotFound, PhotosRejected: what is wrong with the order. TooMany jobs_unfinished.
        CreditsShort credits_short. Conflict free_day_used. NotNow engine_not_ready.
        """
        unit.users.lock(user.id)
        self.require_consent(unit, user.id, FACE_EDIT)
        feature = self.offering.feature(request.feature)
        offered = terms(feature, request.tier)
        self.offering.background(feature, request.background)
        self.offering.style(feature, request.style)
        at = self.clock()
        request = suited(unit, user.id, request, at, self.offering.now().backgrounds, feature.styles)
        photos, mask = chosen_photos(unit, user.id, request, at), mask_of(unit, user.id, request)
        check_people(request, photos)
        engine = self._engine(unit, user, request, offered)
        key = cache_key(request, photos, offered, engine.name, self.version, mask)
        before = None if request.again else unit.jobs.cached(user.id, key, at)
        if before:
            return self._again(unit, user, request, before, engine, key, at)
        check_bounds(unit, user.id, request.tier, engine.capabilities.limits.expected_seconds)
        job = self._new(user, request, offered, engine, key, at)
        if request.tier == "free" and not unit.free_days.take(user.id, at.astimezone(CHINA).date(), job.id):
            raise Conflict("free_day_used")
        if job.cost:
            self.wallet.spend(unit, user.id, job.id, job.cost, f"{feature.name_zh}|{feature.name_en}")
        unit.jobs.add(job)
        return job

    def _engine(self, unit: Unit, user: User, request: JobRequest, offered: Terms) -> Engine:
        """The engine that the router would ask first: in its queue the job waits. Raises why there is none."""
        parameters.read(request.options)
        route = self.router.route(unit, user, request, offered.candidates, offered.price)
        steps = self.router.chosen(route, request)
        if not steps:
            raise refusal(route, request, self.router.features)
        told(route, feature=request.feature, tier=request.tier)
        return steps[0].engine

    def _new(self, user: User, request: JobRequest, offered: Terms, engine: Engine, key: str, at: datetime) -> Job:
        return Job(
            id=self.new_id(),
            user_id=user.id,
            request=request,
            status="pending",
            cost=offered.price,
            priority=PRIORITIES[request.tier],
            queue=queue_of(engine),
            created_at=at,
            cache_key=key,
            updated_at=at,
        )

    def _again(
        self, unit: Unit, user: User, request: JobRequest, before: Job, engine: Engine, key: str, at: datetime
    ) -> Job:
        free = Terms(candidates=len(before.candidates), watermark=request.tier == "free", price=0)
        job = replace(
            self._new(user, request, free, engine, key, at),
            status="completed",
            progress=100,
            engine=before.engine,
            candidates=before.candidates,
            cached_from=before.cached_from or before.id,
            started_at=at,
            finished_at=at,
        )
        unit.jobs.add(job, enqueue=False)
        return job

    def find(self, unit: Unit, user_id: str, job_id: str) -> Job:
        """One job of the user. NotFound not_found, another's too."""
        job = unit.jobs.find(job_id, user_id)
        if job is None:
            raise NotFound("not_found")
        return job

    def all(
        self,
        unit: Unit,
        user_id: str,
        before: Place | None = None,
        limit: int = 50,
        status: Status | None = None,
    ) -> list[Job]:
        """Newest first, after the place `before` in the list."""
        return unit.jobs.all(user_id, before, limit, status)

    def cancel(self, unit: Unit, user_id: str, job_id: str) -> Job:
        """Call off a pending job and give back what it took. Conflict job_not_pending: too late; nothing changes."""
        unit.users.lock(user_id)
        job = self.find(unit, user_id, job_id)
        cancelled = self._cancel(unit, job)
        if cancelled is None:
            advance(self.find(unit, user_id, job_id).status, "cancel")
            raise Conflict("job_not_pending", status="processing")
        return cancelled

    def cancel_all(self, unit: Unit, user_id: str) -> int:
        """Call off every pending job of a user (consent taken back, account closed); how many."""
        unit.users.lock(user_id)
        count = 0
        while True:
            pending = unit.jobs.all(user_id, None, PAGE, "pending")
            called_off = sum(self._cancel(unit, job) is not None for job in pending)
            count += called_off
            if len(pending) < PAGE or not called_off:
                return count

    def _cancel(self, unit: Unit, job: Job) -> Job | None:
        """None: it is not pending any more. The claim that comes later finds nothing to do."""
        at = self.clock()
        cancelled = unit.jobs.advance(job.id, "cancel", at, finished_at=at)
        if cancelled is not None:
            unit.jobs.tell(job.id, "cancelled", job.progress, "job_cancelled", at)
            self.wallet.give_back(unit, job.id)
            Merging(self.clock, self.new_id, self.wallet).follow(unit, job.id)
        return cancelled

    def pick(self, unit: Unit, user_id: str, job_id: str, candidate_id: str) -> Job:
        """Choose a picture; it becomes a work. The same one again: the same answer.

        Conflict job_not_completed, already_picked. NotFound: no such candidate, or its picture has expired.
        """
        unit.users.lock(user_id)
        job = self.find(unit, user_id, job_id)
        if job.status != "completed":
            raise Conflict("job_not_completed", status=job.status)
        candidate = next((c for c in job.candidates if c.id == candidate_id), None)
        if candidate is None:
            raise NotFound("not_found")
        if job.picked is None:
            work = self._work(unit, job, candidate)
            if unit.jobs.pick(job.id, candidate.id, work.id):
                return self.find(unit, user_id, job_id)
            job = self.find(unit, user_id, job_id)
        if job.picked != candidate.id:
            raise Conflict("already_picked")
        return job

    def _work(self, unit: Unit, job: Job, candidate: Candidate) -> Work:
        """The work of a picture. A picture that two jobs share (result cache) is one work, kept or deleted as one."""
        at = self.clock()
        work_id = uuid.uuid5(uuid.NAMESPACE_OID, candidate.file).hex
        there = unit.works.find(job.user_id, work_id, at)
        if there is not None:
            return there
        file = unit.files.find(candidate.file, job.user_id)
        if file is None or file.expires_at <= at:
            raise NotFound("not_found")
        work = Work(
            id=work_id,
            user_id=job.user_id,
            job_id=job.id,
            feature=job.request.feature,
            title=self._title(unit, job),
            files={"picture": candidate.file, **candidate.files},
            created_at=at,
            expires_at=file.expires_at,
            width=candidate.width,
            height=candidate.height,
        )
        unit.works.add(work)
        return work

    def _title(self, unit: Unit, job: Job) -> str:
        """The feature in the user's language, and the day in China."""
        user = unit.users.find(job.user_id)
        feature = self.offering.named(job.request.feature)
        english = user is not None and user.settings.language == "en"
        name = job.request.feature if feature is None else feature.name_en if english else feature.name_zh
        return f"{name} {china_day(self.clock())}"

    def rate(self, unit: Unit, user_id: str, job_id: str, rating: int) -> Job:
        """Note how the user liked it, 1..5; may be changed. Rejected rating_invalid; Conflict job_not_completed."""
        if type(rating) is not int or not 1 <= rating <= 5:
            raise Rejected("rating_invalid", given=rating)
        unit.users.lock(user_id)
        job = self.find(unit, user_id, job_id)
        if job.status != "completed":
            raise Conflict("job_not_completed", status=job.status)
        rated = replace(job, rating=rating)
        unit.jobs.save(rated)
        return rated

    def outlook(self, unit: Unit, job: Job) -> Outlook:
        """Where the job stands and how long it will take, from the queue's last jobs or what the engine expects."""
        if job.status in FINAL:
            return Outlook(0, 0)
        engine = engine_of(self.engines, job.queue)
        expected = engine.capabilities.limits.expected_seconds if engine else 0.0
        mean = unit.jobs.seconds(job.queue) or expected
        if job.status == "processing":
            run = (self.clock() - job.started_at).total_seconds() if job.started_at else 0.0
            return Outlook(0, max(LEAST_ETA, math.ceil(mean - max(run, 0.0))))
        ahead = unit.jobs.ahead(job)
        waves = ahead // max(1, engine.capabilities.limits.concurrency if engine else 1)
        return Outlook(ahead + 1, max(LEAST_ETA, math.ceil((waves + 1) * mean)))
