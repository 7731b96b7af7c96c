"""Google Gemini: several pictures and words in, one picture out, in one call. Implements `domain.engine.Engine`."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Mapping
from typing import Any

import httpx2
import structlog

from tuanyuan.domain.capabilities import Capabilities
from tuanyuan.domain.engine import EngineRequest, EngineResult, EngineSetup
from tuanyuan.domain.ports.pixels import Progress
from tuanyuan.engines import statuses
from tuanyuan.engines.at_once import AtOnce
from tuanyuan.engines.attached import attached
from tuanyuan.engines.gemini import mapping, refusals

# Shut down (contract §3.2): an engine that is told to use one must not start.
SHUT_DOWN = frozenset(
    {
        "gemini-2.0-flash-preview-image-generation",
        "gemini-3-pro-image-preview",
        "gemini-3.1-flash-image-preview",
    }
)
_IMAGEN = "imagen-4"
# A 4K PNG in base64, and drafts.
_MOST_ANSWER = 96 << 20

log = structlog.get_logger(__name__)


class GeminiEngine(AtOnce):
    """One account. `submit` sends once; a call has no key by which its answer could be found again."""

    name = mapping.NAME

    def __init__(
        self,
        capabilities: Capabilities,
        keys: Mapping[str, str],
        url: str,
        *,
        transport: httpx2.AsyncBaseTransport | None = None,
    ) -> None:
        """keys: gemini_api_key. EngineSetup engine_setup: a model that was shut down, a key or address that is none."""
        gone = [m.id for m in capabilities.models if m.id in SHUT_DOWN or m.id.startswith(_IMAGEN)]
        if gone:
            raise EngineSetup("engine_setup", engine=self.name, detail=f"model_shut_down:{gone[0]}")
        super().__init__(capabilities, _versioned(url), transport=transport)
        self._headers = {"x-goog-api-key": self._key(keys, "gemini_api_key")}

    async def submit(self, request: EngineRequest, attempt: str, progress: Progress) -> EngineResult:
        """One picture. Raises the classes of contract §3.4 and §3.5; Unknown answer_lost."""
        del attempt, progress  # Nothing carries the one, nothing tells the other.
        model, references = attached(request, self.name)
        # Pictures of megabytes are coded in a thread, for others wait on this loop.
        body = await asyncio.to_thread(lambda: json.dumps(mapping.asked(request, model, references)).encode())
        answer = await self._wire.call(
            "POST",
            mapping.path(model),
            deadline=self.capabilities.deadline(model),
            most=_MOST_ANSWER,
            headers={**self._headers, "Content-Type": "application/json"},
            content=body,
        )
        if answer.status not in statuses.OK:
            refused = refusals.refusal(answer)
            log.warning("engine_refused", engine=self.name, model=model.id, status=answer.status, code=refused.code)
            raise refused
        told: dict[str, Any] = await asyncio.to_thread(answer.json)
        ended = {"request": statuses.short(told.get("responseId")), "finished": mapping.finished(told)}
        log.info("engine_answered", engine=self.name, model=model.id, **ended)
        return await asyncio.to_thread(mapping.result, told, request, model)


def _versioned(url: str) -> str:
    """An address that does not end in a version is given the one of §3.1."""
    bare = url.rstrip("/")
    return bare if re.search(r"/v[0-9]+[a-z0-9]*$", bare) else f"{bare}/v1"
