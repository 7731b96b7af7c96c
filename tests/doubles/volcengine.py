"""Requests to 即梦 and Seedream as services make them, and a provider that answers what it is told."""

from __future__ import annotations

import io
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx2
from PIL import Image

import tuanyuan.engines
from tuanyuan.domain.engine import EngineRequest, Prompt, Reference
from tuanyuan.domain.job import JobRequest
from tuanyuan.domain.parameters import read
from tuanyuan.engines.manifest import Manifest
from tuanyuan.engines.manifest import read as read_manifest

ENGINES = Path(tuanyuan.engines.__file__).parent


def manifest(name: str) -> Manifest:
    return read_manifest(ENGINES / name)


def picture(width: int = 32, height: int = 24, shade: int = 90, format: str = "JPEG") -> bytes:
    file = io.BytesIO()
    Image.new("RGB" if format == "JPEG" else "L", (width, height), shade).save(file, format)
    return file.getvalue()


def references(*roles: str, address: str | None = None) -> tuple[Reference, ...]:
    """One for each role, all different. address: with "{number}" in it."""
    return tuple(
        Reference(
            role,
            picture(720, 720, 60 + number, "PNG" if role == "mask" else "JPEG"),
            "image/png" if role == "mask" else "image/jpeg",
            720,
            720,
            address and address.format(number=number),
        )
        for number, role in enumerate(roles, 1)
    )


def request(
    engine: str,
    model: str,
    *roles: str,
    prompt: Prompt | str = "图1人物微笑",
    address: str | None = None,
    size: tuple[int, int] = (1920, 1440),
    candidates: int = 1,
    **options: Any,
) -> EngineRequest:
    """A request to a model of the engine, with every parameter by name."""
    found = manifest(engine).capabilities.model(model)
    assert found is not None
    return EngineRequest(
        "job-1",
        JobRequest(min(found.features, default="makeover"), ("p1",), options=options),
        candidates=candidates,
        model=found,
        prompt=Prompt(prompt) if isinstance(prompt, str) else prompt,
        references=references(*roles, address=address),
        size=size,
        parameters=read(options),
    )


class Provider:
    """Gives the answers of a list, one a call, and keeps the calls.

    An answer is bytes, an error of the connection, (status, JSON), (status, JSON, headers) or a function of the call.
    """

    def __init__(self, *answers: Any) -> None:
        self.calls: list[httpx2.Request] = []
        self._answers: Iterator[Any] = iter(answers)
        self.transport = httpx2.MockTransport(self._answer)

    @property
    def bodies(self) -> list[Any]:
        """The JSON that was sent with each call that had any."""
        return [json.loads(call.content) for call in self.calls if call.content]

    def _answer(self, call: httpx2.Request) -> httpx2.Response:
        self.calls.append(call)
        answer: Callable[[httpx2.Request], httpx2.Response] | Any = next(self._answers)
        if isinstance(answer, Exception):
            raise answer
        if isinstance(answer, bytes):
            return httpx2.Response(200, content=answer)
        if callable(answer):
            return answer(call)
        status, body, *headers = answer
        return httpx2.Response(status, json=body, headers=headers[0] if headers else None)
