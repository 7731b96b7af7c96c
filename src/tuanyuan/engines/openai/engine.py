"""OpenAI's images interface: pictures and words in, several pictures out, in one call."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from urllib.parse import urlsplit

import httpx2
import structlog

from tuanyuan.domain.capabilities import Capabilities, Model
from tuanyuan.domain.engine import EngineRequest, EngineResult, EngineSetup, Picture, Transient, Unknown
from tuanyuan.domain.ports.pixels import Progress
from tuanyuan.engines import statuses
from tuanyuan.engines.at_once import AtOnce
from tuanyuan.engines.attached import attached
from tuanyuan.engines.openai import mapping, refusals
from tuanyuan.engines.openai.mapping import Made

# Shut down (contract §4.2): an engine that is told to use one must not start.
SHUT_DOWN: Mapping[str, str] = {
    "gpt-image-1": "2026-10-23",
    "dall-e-2": "2026-05-12",
    "dall-e-3": "2026-05-12",
}
# Ten JPEGs of 4K, or a few PNGs, in base64.
_MOST_ANSWER = 160 << 20

log = structlog.get_logger(__name__)


class SpeaksOpenAI(AtOnce):
    """Whoever has that interface. `submit` sends once; a call has no key by which its answer could be found again."""

    def __init__(
        self, capabilities: Capabilities, url: str, key: str, *, transport: httpx2.AsyncBaseTransport | None = None
    ) -> None:
        """key: "" where the server wants none. EngineSetup engine_setup: the address is none."""
        super().__init__(capabilities, _versioned(url), transport=transport)
        self._headers = {"Authorization": f"Bearer {key}"} if key else {}

    def called(self, model: Model) -> str:
        """What the server calls the model; "" leaves it out."""
        return model.id

    async def submit(self, request: EngineRequest, attempt: str, progress: Progress) -> EngineResult:
        """As many pictures as one call brings. Raises the classes of contract §4.5; Unknown answer_lost."""
        del attempt, progress  # Nothing carries the one, nothing tells the other.
        model, references = attached(request, self.name)
        # Pictures of megabytes are coded in a thread, for others wait on this loop.
        asked = await asyncio.to_thread(mapping.asked, request, model, references, self.name, called=self.called(model))
        answer = await self._wire.call(
            "POST",
            asked.path,
            deadline=self.capabilities.deadline(model),
            most=_MOST_ANSWER,
            headers=self._headers,
            **asked.sending,
        )
        noted = {"engine": self.name, "model": model.id, "request": statuses.short(answer.headers.get("x-request-id"))}
        if answer.status not in statuses.OK:
            refused = refusals.refusal(answer, self.name)
            log.warning("engine_refused", status=answer.status, code=refused.code, **noted)
            raise refused
        log.info("engine_answered", **noted)
        return await self._brought(await asyncio.to_thread(lambda: mapping.made(answer.json(), model)), request)

    async def _brought(self, made: Made, request: EngineRequest) -> EngineResult:
        """The pictures. One whose address does not hold is missing; its error is raised if it was the last."""
        files, lost = list(made.files), None
        for address in made.addresses:
            try:
                files.append(await self._wire.fetch(address))
            except (Transient, Unknown) as error:
                lost = error
        if not files and lost is not None:
            raise lost
        pictures = tuple(Picture(file) for file in files[: request.candidates])
        return EngineResult(pictures, made.cost_fen, missing=lost.code if lost is not None else "")


class OpenAIEngine(SpeaksOpenAI):
    """OpenAI itself. Implements `domain.engine.Engine`."""

    name = "openai"

    def __init__(
        self,
        capabilities: Capabilities,
        keys: Mapping[str, str],
        url: str,
        *,
        transport: httpx2.AsyncBaseTransport | None = None,
    ) -> None:
        """keys: openai_api_key. EngineSetup engine_setup: a model that was shut down, a key or address that is none."""
        gone = [model.id for model in capabilities.models if model.id in SHUT_DOWN]
        if gone:
            raise EngineSetup("engine_setup", engine=self.name, detail=f"model_shut_down:{gone[0]}")
        super().__init__(capabilities, url, self._key(keys, "openai_api_key"), transport=transport)


def _versioned(url: str) -> str:
    """An address without a path is given the one of §4.1."""
    return url if urlsplit(url).path.strip("/") else f"{url.rstrip('/')}/v1"
