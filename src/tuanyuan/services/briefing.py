"""What an engine is given for a job: words, pictures within its bounds, addresses where it needs them.

A `complete` engine gets the photos as they were sent. For every other one the photos are prepared (upright, sRGB,
nothing of camera or place left, within the model's bounds), and what comes back is finished: judged, marked, labelled.
Whom it is compared with is looked at while the engine works.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import Future
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta

import structlog

from tuanyuan.domain import parameters
from tuanyuan.domain.engine import EngineRequest, Picture, Prompt, Reference, Role
from tuanyuan.domain.errors import NotNow, OurFault
from tuanyuan.domain.feature import roles, sent
from tuanyuan.domain.job import Job
from tuanyuan.domain.ports import PixelWork
from tuanyuan.domain.ports.pixels import Wish
from tuanyuan.domain.ports.prompts import Prompts
from tuanyuan.services.lending import Lending
from tuanyuan.services.tries import Chosen

log = structlog.get_logger(__name__)
# A copy at an address outlives the engine's deadline by this much.
ADDRESS_SPARE = timedelta(minutes=2)
# Two rounds of calls, with their waits and repeats. The copies end with the asking; this is for a process that dies.
ADDRESS_DEADLINES = 5

Photos = tuple[tuple[str, bytes], ...]


@dataclass
class Brief:
    """One engine's view of one job."""

    job: Job
    chosen: Chosen
    photos: Photos
    references: tuple[Reference, ...]
    prompt: Prompt
    pixels: PixelWork
    remembering: Future[bytes] | None = None
    rejected: list[str] = field(default_factory=list)

    def request(self, candidates: int, watermark: bool, before: int) -> EngineRequest:
        """For so many pictures after the `before` that were made: each takes a seed of its own."""
        values = parameters.read(self.job.request.options)
        values["seed"] = parameters.seeds(int(values["seed"]), 1, before)[0]
        request = EngineRequest(self.job.id, self.job.request, self.photos, candidates, watermark, self.chosen.model)
        return replace(
            request,
            prompt=self.prompt,
            references=self.references,
            size=parameters.size_of(values),
            parameters=values,
        )

    def finish(self, pictures: Sequence[Picture], request: EngineRequest) -> Sequence[Picture]:
        """The pictures that may be shown, labelled, with what was measured. Of a complete engine: as they came."""
        if self.chosen.engine.capabilities.complete or not pictures:
            return pictures
        own = _unmasked(self.job, self.photos)
        wish = Wish(
            feature=self.job.request.feature,
            photos=tuple(name for name, _ in own),
            size=self._measure(request),
            chosen=_chosen(self.job),
            watermark=request.watermark,
        )
        finished = self.pixels.finish([picture.data for picture in pictures], own, wish, self._remembered())
        shown = []
        for done in finished:
            if done.data is None:
                self.rejected.append(done.reason)
                log.info("picture_rejected", job=self.job.id, engine=self.chosen.engine.name, reason=done.reason)
                continue
            shown.append(Picture(done.data, done.width, done.height, True, done.facts, done.files))
        return shown

    def _remembered(self) -> bytes:
        """Who should be in the pictures; empty: to be looked at by whoever finishes them, who says what is wrong."""
        if self.remembering is None or self.remembering.cancel():
            return b""
        error = self.remembering.exception()
        if error is None:
            return self.remembering.result()
        log.info("not_remembered", job=self.job.id, code=getattr(error, "code", type(error).__name__))
        return b""

    def _measure(self, request: EngineRequest) -> tuple[int, int]:
        """What the size of a picture is measured by. A photo that is only made better need not grow."""
        shown = self.references[0] if self.references else None
        if shown is None or shown.role != "picture":
            return request.size
        return min(request.size[0], shown.width), min(request.size[1], shown.height)


@dataclass(frozen=True)
class Briefing:
    """lending: where copies lie that an engine reads by address; None: the world cannot reach us."""

    pixels: PixelWork
    prompts: Prompts
    lending: Lending | None = None

    @contextmanager
    def brief(self, chosen: Chosen, job: Job, photos: Photos, prompt: Prompt | None = None) -> Iterator[Brief]:
        """What the engine is given. prompt: instead of the library's.

        With the block end the copies under an address, and what is remembered of faces.

        OurFault public_url_missing: the model needs addresses, and there are none.
        """
        capabilities = chosen.engine.capabilities
        if capabilities.complete:
            yield Brief(job, chosen, photos, (), Prompt(""), self.pixels)
            return
        references = self._references(chosen, job, photos)
        prompt = prompt or self.prompts.compose(job.request, references, capabilities, chosen.model)
        with self._lent(chosen, job, references) as lent:
            brief = Brief(job, chosen, photos, lent, prompt, self.pixels, self._remember(job, photos))
            try:
                yield brief
            finally:
                if brief.remembering is not None:
                    brief.remembering.cancel()
                    brief.remembering = None

    def _remember(self, job: Job, photos: Photos) -> Future[bytes] | None:
        """Begun now, done while the engine works. None: too much waits already."""
        try:
            return self.pixels.remember(_unmasked(job, photos), job.request.feature, _chosen(job))
        except NotNow:
            return None

    @contextmanager
    def _lent(self, chosen: Chosen, job: Job, references: tuple[Reference, ...]) -> Iterator[tuple[Reference, ...]]:
        """The same references, with addresses where the model needs them."""
        if not chosen.model.needs_address:
            yield references
            return
        if self.lending is None:
            raise OurFault("public_url_missing", engine=chosen.engine.name)
        life = ADDRESS_DEADLINES * timedelta(seconds=chosen.deadline) + ADDRESS_SPARE
        with self.lending.lend(job.user_id, references, life) as lent:
            yield lent

    def _references(self, chosen: Chosen, job: Job, photos: Photos) -> tuple[Reference, ...]:
        """Every photo within the model's bounds, in the order of the order; a mask last."""
        model, masked = chosen.model, job.request.mask is not None
        own = _unmasked(job, photos)
        count = min(sent(job.request.feature, len(own)), model.references)
        shown: tuple[Role, ...] = roles(job.request.feature, len(own))[:count]
        wanted = own[:count]
        if masked:
            shown, wanted = (*shown, "mask"), (*wanted, photos[-1])
        prepared = self.pixels.prepare(wanted, model.most_bytes, model.most_side, model.most_pixels)
        return tuple(
            Reference(role, ready.data, ready.media_type, ready.width, ready.height)
            for role, ready in zip(shown, prepared, strict=True)
        )


def _unmasked(job: Job, photos: Photos) -> Photos:
    """Without the mask, which stands last."""
    return photos if job.request.mask is None else photos[:-1]


def _chosen(job: Job) -> Mapping[str, tuple[int, ...]]:
    """Faces to keep, by photo."""
    return {person.photo: person.faces for person in job.request.people}
