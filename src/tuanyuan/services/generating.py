"""One call of one engine, outside any job: for operators who try an engine, a model or other words."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from tuanyuan.domain.engine import EngineRequest, EngineResult, Picture, Prompt, TaskRef, Transient
from tuanyuan.domain.errors import Conflict, PhotosRejected, Rejected
from tuanyuan.domain.feature import roles, usable
from tuanyuan.domain.job import Job, JobRequest
from tuanyuan.domain.ports import Clock, NewId, Progress
from tuanyuan.services.attempts import Run
from tuanyuan.services.briefing import Brief, Briefing, Photos
from tuanyuan.services.tries import CONTROL_SECONDS, Chosen, heard, waiting

# Whose the copies are that are lent to an engine outside any job.
OPERATOR = "0" * 32


@dataclass(frozen=True)
class Generated:
    """What came of it. pictures: labelled, best first, with what was measured. rejected: why others may not be shown.

    billed: pictures that the engine made. seconds: from sending to the last byte.
    """

    engine: str
    model: str
    prompt: Prompt
    pictures: tuple[Picture, ...]
    rejected: tuple[str, ...]
    billed: int
    cost_fen: int
    seconds: float
    missing: str = ""

    def as_dict(self) -> dict[str, Any]:
        """For result.json, without the pictures."""
        return {
            "engine": self.engine,
            "model": self.model,
            "prompt": {"text": self.prompt.text, "negative": self.prompt.negative, "version": self.prompt.version},
            "rejected": list(self.rejected),
            "missing": self.missing,
            "billed": self.billed,
            "cost_fen": self.cost_fen,
            "seconds": round(self.seconds, 3),
        }


@dataclass(frozen=True)
class Generating:
    """region: where the studio runs; `export`: everybody in the photos agrees that they go abroad."""

    briefing: Briefing
    clock: Clock
    new_id: NewId
    run: Run
    region: str = "cn"
    export: bool = False
    sleep: Callable[[float], None] = field(default=time.sleep)

    def once(
        self,
        chosen: Chosen,
        order: JobRequest,
        photos: Photos,
        progress: Progress,
        prompt: Prompt | None = None,
        candidates: int = 1,
    ) -> Generated:
        """Ask once, judge and label what comes. Nothing is tried again: what it costs is what one call costs.

        Conflict abroad_not_agreed. PhotosRejected: found before anything is sent. Rejected nothing_made: no picture at
        all came. Else what the engine raises.
        """
        if self.region == "cn" and chosen.engine.capabilities.region == "abroad" and not self.export:
            raise Conflict("abroad_not_agreed", engine=chosen.engine.name)
        chosen.engine.check(order)
        if not chosen.engine.capabilities.complete:
            self._examine(order, photos)
        job = Job(self.new_id(), OPERATOR, order, "processing", 0, 0, "", self.clock())
        with self.briefing.brief(chosen, job, photos, prompt) as brief:
            request = brief.request(min(candidates, max(1, chosen.model.outputs)), watermark=False, before=0)
            began = time.monotonic()
            result = self._asked(chosen, request, progress)
            seconds = time.monotonic() - began
            return self._judged(chosen, brief, request, result, seconds)

    def _examine(self, order: JobRequest, photos: Photos) -> None:
        """Every photo, for what cannot be judged afterwards is not worth its price. PhotosRejected."""
        reports = [self.briefing.pixels.examine(data, name) for name, data in photos]
        shown = roles(order.feature, len(photos))
        bad = [report for report, role in zip(reports, shown, strict=True) if not usable(report, role)]
        if bad:
            raise PhotosRejected(bad)

    def _judged(
        self, chosen: Chosen, brief: Brief, request: EngineRequest, result: EngineResult, seconds: float
    ) -> Generated:
        if not result.pictures:
            raise Rejected("nothing_made")
        shown = sorted(
            brief.finish(result.pictures, request), key=lambda picture: -float(picture.facts.get("score", 0))
        )
        return Generated(
            engine=chosen.engine.name,
            model=chosen.model.id,
            prompt=brief.prompt,
            pictures=tuple(shown),
            rejected=tuple(brief.rejected),
            billed=len(result.pictures),
            cost_fen=result.cost_fen,
            seconds=seconds,
            missing=result.missing,
        )

    def _asked(self, chosen: Chosen, request: EngineRequest, progress: Progress) -> EngineResult:
        """The engine's answer, waited for until the model's deadline. Transient engine_late."""
        until = time.monotonic() + chosen.deadline
        answer = self.run(heard(chosen.deadline, chosen.engine.submit(request, self.new_id(), progress)))
        while isinstance(answer, TaskRef):
            if time.monotonic() > until:
                raise Transient("engine_late", engine=chosen.engine.name)
            polled = self.run(heard(CONTROL_SECONDS, chosen.engine.poll(answer)))
            seconds = waiting(polled)
            if seconds is None:
                answer = polled
                break
            progress(getattr(polled, "progress", None) or 0.5, "正在制作", "making")
            self.sleep(seconds)
        if isinstance(answer, Exception):
            raise answer
        found: EngineResult = answer
        return found
