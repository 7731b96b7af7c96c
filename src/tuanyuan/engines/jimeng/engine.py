"""即梦 (Jimeng) as an engine: every picture and clip is a task that is submitted and asked for."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

import httpx2
import structlog

from tuanyuan.domain.capabilities import Capabilities
from tuanyuan.domain.engine import EngineRequest, EngineResult, Pending, Picture, TaskRef, Transient, Unknown, unheard
from tuanyuan.domain.errors import OurFault
from tuanyuan.domain.job import JobRequest
from tuanyuan.domain.label import DEFAULT_PRODUCER
from tuanyuan.domain.ports.pixels import Progress
from tuanyuan.engines import asked
from tuanyuan.engines.jimeng import answers, mapping, signing
from tuanyuan.engines.jimeng.answers import Made
from tuanyuan.engines.jimeng.mapping import Task
from tuanyuan.engines.wire import Answer, Wire

log = structlog.get_logger(__name__)


class JimengEngine:
    """Implements `domain.engine.Engine`. One call makes one picture or clip.

    producer: who is named in the label inside the files. now: an aware clock, for the signature.
    """

    name = mapping.NAME
    resumable = False

    def __init__(
        self,
        capabilities: Capabilities,
        keys: Mapping[str, str],
        url: str,
        *,
        transport: httpx2.AsyncBaseTransport | None = None,
        producer: str = DEFAULT_PRODUCER,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        """OurFault setting_invalid: a model's options name a field that there is none of."""
        self.capabilities = capabilities
        self._access_key, self._secret_key = keys["jimeng_access_key"].strip(), keys["jimeng_secret_key"].strip()
        self._wire = Wire(url, transport=transport)
        self._host = urlsplit(url).netloc
        self._producer = producer
        self._now = now
        for model in capabilities.models:
            unknown = set(mapping.fields_of(model)) - set(mapping.FIELDS)
            if unknown:
                raise OurFault("setting_invalid", name=f"{self.name}: {model.id}", detail=", ".join(sorted(unknown)))

    def check(self, order: JobRequest) -> None:
        """WrongUsage option_invalid names the first option that is not understood."""
        asked.check(order, self.capabilities)

    async def submit(self, request: EngineRequest, attempt: str, progress: Progress) -> TaskRef:
        """Begin a task: one call, whose pictures in are read by address or sent along, as the model wants it."""
        del progress
        body = await asyncio.to_thread(mapping.submission, request)
        answer = await self._call(mapping.SUBMIT, body)
        clip = request.model is not None and request.model.media == "clip"
        seconds = mapping.seconds(request.parameters) if clip else 0
        return Task(body["req_key"], answers.task_id(answer), attempt, seconds).ref()

    async def poll(self, task: TaskRef) -> Pending | EngineResult:
        """Ask how far it is. A finished picture's address holds for a day, a clip's for an hour: fetched at once."""
        known = Task.of(task)
        try:
            answer = await self._call(mapping.POLL, mapping.question(known, self._producer))
        except Transient:  # not reached: that says nothing of the task
            raise unheard() from None
        told = answers.outcome(answer, clip=known.seconds > 0)
        if isinstance(told, Pending):
            return told
        files = [await self._wire.fetch(address) for address in told.addresses] or list(told.files)
        return EngineResult(tuple(Picture(data) for data in files), cost_fen=self._cost(known, told))

    async def find(self, attempt: str) -> TaskRef | EngineResult | None:
        """It has no key of ours. Unknown answer_lost."""
        del attempt
        raise Unknown("answer_lost")

    async def cancel(self, task: TaskRef) -> None:
        """A task cannot be stopped."""

    async def close(self) -> None:
        """Let go of connections."""
        await self._wire.close()

    def _cost(self, task: Task, made: Made) -> int:
        """Each picture that came out is billed; of a clip each second."""
        model = self.capabilities.model(task.req_key)
        billed = task.seconds or len(made.addresses) or len(made.files)
        return model.price_fen * billed if model else 0

    async def _call(self, query: Mapping[str, str], body: Mapping[str, Any]) -> Answer:
        # Pictures of megabytes are coded and signed in a thread, for others wait on this loop.
        content, headers = await asyncio.to_thread(self._signed, query, body)
        answer = await self._wire.call("POST", f"/?{signing.query_string(query)}", content=content, headers=headers)
        error = answers.refusal(answer)
        if error is not None:
            log.warning("engine_refused", engine=self.name, code=error.code, **answers.noted(answer))
        return answer

    def _signed(self, query: Mapping[str, str], body: Mapping[str, Any]) -> tuple[bytes, dict[str, str]]:
        content = json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode()
        keys = {"access_key": self._access_key, "secret_key": self._secret_key}
        return content, signing.signed(content, query, host=self._host, at=self._now(), **keys)
