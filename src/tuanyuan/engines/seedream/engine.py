"""Seedream as an engine: pictures come in the same call, clips of Seedance by a task."""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import Callable, Mapping
from typing import Any

import httpx2
import structlog

from tuanyuan.domain.capabilities import Capabilities
from tuanyuan.domain.engine import EngineRequest, EngineResult, Pending, Picture, TaskRef, Transient, Unknown, unheard
from tuanyuan.domain.errors import StudioError
from tuanyuan.domain.job import JobRequest
from tuanyuan.domain.ports.pixels import Progress
from tuanyuan.engines import asked
from tuanyuan.engines.seedream import answers, mapping
from tuanyuan.engines.seedream.answers import Made
from tuanyuan.engines.seedream.mapping import Task
from tuanyuan.engines.wire import Answer, Wire

# A picture that was paid for and cannot be fetched is lost, so it is tried once more than usual.
_TRIES = 3

log = structlog.get_logger(__name__)


class SeedreamEngine:
    """Implements `domain.engine.Engine`. Pictures in go along in the call, so no address of theirs is needed."""

    name = mapping.NAME
    resumable = False

    def __init__(
        self,
        capabilities: Capabilities,
        keys: Mapping[str, str],
        url: str,
        *,
        transport: httpx2.AsyncBaseTransport | None = None,
    ) -> None:
        self.capabilities = capabilities
        self._wire = Wire(url, transport=transport)
        key = keys["seedream_api_key"].strip()
        self._headers = {"Authorization": f"Bearer {key}", "Content-Type": "application/json"}

    def check(self, order: JobRequest) -> None:
        """WrongUsage option_invalid names the first option that is not understood."""
        asked.check(order, self.capabilities)

    async def submit(self, request: EngineRequest, attempt: str, progress: Progress) -> TaskRef | EngineResult:
        """One call: pictures, as many as it brings, at the model's own deadline; or a clip's task."""
        del attempt, progress
        model = request.model
        if model is not None and model.media == "clip":
            answer = await self._call("POST", mapping.CLIPS, await asyncio.to_thread(_coded, mapping.clip, request))
            return Task(answers.task_id(answer), model.id, mapping.seconds(request.parameters)).ref()
        # Pictures of megabytes are coded in a thread, for others wait on this loop.
        body = await asyncio.to_thread(_coded, mapping.pictures, request)
        deadline = self.capabilities.deadline(model) if model is not None else None
        made = answers.made(await self._call("POST", mapping.PICTURES, body, deadline))
        pictures, missing = await self._fetched(made)
        return EngineResult(pictures, cost_fen=made.billed * (model.price_fen if model else 0), missing=missing)

    async def poll(self, task: TaskRef) -> Pending | EngineResult:
        """Ask how far a clip is; a finished one is fetched at once, its address holds for a day."""
        known = Task.of(task)
        try:
            answer = await self._call("GET", f"{mapping.CLIPS}/{known.id}")
        except Transient:  # not reached: that says nothing of the task
            raise unheard() from None
        told = answers.outcome(answer)
        if isinstance(told, Pending):
            return told
        cost = answers.clip_fen(answer, known, self.capabilities.model(known.model))
        return EngineResult((Picture(await self._wire.fetch(told)),), cost_fen=cost)

    async def find(self, attempt: str) -> TaskRef | EngineResult | None:
        """It has no key of ours. Unknown answer_lost."""
        del attempt
        raise Unknown("answer_lost")

    async def cancel(self, task: TaskRef) -> None:
        """A clip that is still in the queue is cancelled; one that runs is not."""
        with contextlib.suppress(StudioError):
            await self._call("DELETE", f"{mapping.CLIPS}/{Task.of(task).id}")

    async def close(self) -> None:
        """Let go of connections."""
        await self._wire.close()

    async def _fetched(self, made: Made) -> tuple[tuple[Picture, ...], str]:
        """All that can be fetched, and why some are missing; where none can be, the first one's error is raised."""
        found = await asyncio.gather(*map(self._bytes, made.pictures), return_exceptions=True)
        failed = [error for error in found if isinstance(error, BaseException)]
        for error in failed:
            if not isinstance(error, StudioError) or len(failed) == len(found):
                raise error
        pictures = tuple(Picture(data) for data in found if isinstance(data, bytes))
        return pictures, made.missing or next((e.code for e in failed if isinstance(e, StudioError)), "")

    async def _bytes(self, picture: str | bytes) -> bytes:
        return picture if isinstance(picture, bytes) else await self._wire.fetch(picture, tries=_TRIES)

    async def _call(self, method: str, path: str, body: bytes | None = None, deadline: float | None = None) -> Answer:
        answer = await self._wire.call(method, path, deadline=deadline, headers=self._headers, content=body)
        error = answers.refusal(answer)
        if error is not None:
            log.warning("engine_refused", engine=self.name, code=error.code, **answers.noted(answer))
        return answer


def _coded(mapped: Callable[[EngineRequest], dict[str, Any]], request: EngineRequest) -> bytes:
    return json.dumps(mapped(request), ensure_ascii=False, separators=(",", ":")).encode()
