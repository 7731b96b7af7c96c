"""Asking an engine as the services do: requests, references, a provider of canned answers."""

from __future__ import annotations

import asyncio
import io
import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import httpx2
from PIL import Image

import tuanyuan.engines
from tuanyuan.domain.capabilities import Model
from tuanyuan.domain.engine import EngineRequest, Prompt, Reference
from tuanyuan.domain.job import JobRequest
from tuanyuan.domain.parameters import read
from tuanyuan.engines.manifest import Manifest
from tuanyuan.engines.manifest import read as read_manifest

# Parameters that such an engine is told in the prompt alone, each with a value that is not its usual one.
SAID_IN_WORDS: list[tuple[str, Any]] = [
    ("beauty_level", 5),
    ("light_unify", "off"),
    ("person_adapt", False),
    ("edge_blur", 4.0),
    ("fidelity", 1.0),
    ("repair", True),
    ("cloth_style", "tang"),
    ("fit", "slim"),
    ("mode", "outfit"),
    ("bg_type", "plain"),
    ("dynamic_type", "snow"),
]
WORDS = "Keep the face of picture 1; dress the person as in picture 2; plain grey background."


def manifest(name: str, changes: Mapping[str, Any] | None = None) -> Manifest:
    return read_manifest(Path(tuanyuan.engines.__path__[0]) / name, changes)


def picture(width: int = 96, height: int = 72, grey: int = 90, kind: str = "PNG", mode: str = "L") -> bytes:
    file = io.BytesIO()
    Image.new(mode, (width, height), grey if mode == "L" else (grey,) * 3).save(file, kind)
    return file.getvalue()


def reference(role: str = "person", data: bytes | None = None, media_type: str = "image/png") -> Reference:
    return Reference(role, picture() if data is None else data, media_type, 96, 72)


def asking(model: Model | None, *references: Reference, options: Mapping[str, Any] | None = None, **changed: Any):
    """A request for one picture; parameters as services fill them in from `options`."""
    order = JobRequest("tryon", ("p1",), options=dict(options or {}))
    request = EngineRequest(
        "job",
        order,
        model=model,
        prompt=Prompt(WORDS, language="en"),
        references=references,
        size=(1024, 1536),
        parameters=read(order.options),
    )
    return replace(request, **changed)


@dataclass
class Provider:
    """Answers calls in order, the last one for ever; what was sent is kept in `calls`."""

    answers: list[httpx2.Response | Exception]
    calls: list[httpx2.Request] = field(default_factory=list)

    @property
    def transport(self) -> httpx2.MockTransport:
        return httpx2.MockTransport(self._answer)

    def _answer(self, request: httpx2.Request) -> httpx2.Response:
        self.calls.append(request)
        answer = self.answers[min(len(self.calls), len(self.answers)) - 1]
        if isinstance(answer, Exception):
            raise answer
        return answer


def telling(status: int, body: Any, headers: Mapping[str, str] | None = None) -> httpx2.Response:
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    return httpx2.Response(status, content=content, headers=headers)


def submitted(engine: Any, request: EngineRequest) -> Any:
    """The answer to one submit, on a loop of its own; the engine is closed after."""

    async def once() -> Any:
        try:
            return await engine.submit(request, "attempt", lambda *_: None)
        finally:
            await engine.close()

    return asyncio.run(once())
