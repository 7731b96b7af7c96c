"""The fake of Gemini's `generateContent` and `streamGenerateContent` (contract: gemini.md)."""

from __future__ import annotations

import io
import json
import secrets
import time
from collections import Counter
from collections.abc import Callable
from typing import Any

import anyio.to_thread
import httpx2
from PIL import Image
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from tuanyuan.engines.gemini.fake import answers
from tuanyuan.engines.gemini.fake.answers import Refusal, Words
from tuanyuan.engines.gemini.fake.asked import Asked, opened, read
from tuanyuan.engines.sandbox import (
    Accepted,
    Fault,
    Faults,
    Fetch,
    Intake,
    Severed,
    broken,
    draw,
    events,
    fetch,
    received,
    waited,
    wrong_size,
)

MODELS = ("gemini-2.5-flash-image", "gemini-3.1-flash-image", "gemini-3-pro-image")

_ACTIONS = ("generateContent", "streamGenerateContent")
_VERSIONS = ("v1", "v1beta")
_MAX_BODY = 20 * 1024 * 1024


class GeminiFake:
    """A Gemini of our own that keeps to the contract. Never in production.

    models: ids that are not shut down. thinks: those of them that draft pictures while thinking. words: what it says
    where the contract has several words. seconds: how long a call takes. fetch: gets the bytes at an address, for
    `fileData`. accepted: what it took, in order; calls: by action, "unknown" for others.
    """

    def __init__(
        self,
        faults: Faults | None = None,
        *,
        api_key: str = "AIzaExample",
        models: tuple[str, ...] = MODELS,
        thinks: tuple[str, ...] = ("gemini-3-pro-image",),
        words: Words | None = None,
        seconds: float = 0.0,
        clock: Callable[[], float] = time.time,
        fetch: Fetch = fetch,
        max_body: int = _MAX_BODY,
    ) -> None:
        self.faults = faults or Faults()
        self.words = words or Words()
        self._intake = Intake()
        self.accepted = self._intake.accepted
        self.calls: Counter[str] = Counter()
        self._key = api_key
        self._models = models
        self._thinks = thinks
        self._seconds = seconds
        self._clock = clock
        self._fetch = fetch
        self._max_body = max_body
        self._number = 0
        self._again: bytes | None = None
        self.app = Starlette(
            routes=[Route("/{version}/models/{call}", self._answer, methods=["POST"])],
            exception_handlers={404: self._no_route, 405: self._no_route},
        )

    async def _answer(self, request: Request) -> Response:
        try:
            return await self._generate(request)
        except Refusal as refusal:
            return refusal.response()

    async def _no_route(self, request: Request, _: Exception) -> Response:
        self.calls["unknown"] += 1
        message = f"The requested URL {request.url.path} was not found on this server."
        return Refusal(404, "NOT_FOUND", message).response()

    async def _generate(self, request: Request) -> Response:
        version = request.path_params["version"]
        model, _, action = request.path_params["call"].rpartition(":")
        self.calls[action if action in _ACTIONS else "unknown"] += 1
        self._authenticate(request)
        if version not in _VERSIONS or action not in _ACTIONS or model not in self._models:
            raise answers.no_model(version, model, action)
        body = await received(request.receive, self._max_body)
        if body is None:
            raise answers.invalid(f"Request payload size exceeds the limit: {self._max_body} bytes.")
        asked = read(body, model)
        pictures = await self._pictures(asked)
        sizes = [
            await anyio.to_thread.run_sync(opened, data, reference.mime_type)
            for data, reference in zip(pictures, asked.references, strict=True)
        ]
        shown = [data if size else _stand_in() for data, size in zip(pictures, sizes, strict=True)]
        size = asked.size(next((size for size in sizes if size), None))
        fault = self.faults.next()
        sse = action == "streamGenerateContent" and request.query_params.get("alt") == "sse"
        answer = await self._work(request, model, asked, shown, size, fault)
        if fault == "malformed":
            return answers.malformed(stream=sse)
        if fault in ("cut", "vanish") and not sse:
            return Severed()
        if action == "generateContent":
            return answers.said(answer)
        pieces = answers.chunks(answer)
        if not sse:
            return answers.said(pieces)
        severed = fault in ("cut", "vanish")
        told = [answers.event(json.dumps(piece)) for piece in pieces]
        return events(told[:1] if severed else told, severed=severed)

    async def _work(
        self,
        request: Request,
        model: str,
        asked: Asked,
        shown: list[bytes],
        size: tuple[int, int],
        fault: Fault | None,
    ) -> dict[str, Any]:
        """The answer of contract: gemini.md 3.4. Raises Refusal for faults that take nothing."""
        if fault == "throttle":
            raise answers.throttled(self.words)
        if fault == "out_of_credit":
            raise answers.out_of_credit(self.words)
        if fault in ("fail", "fail_later"):
            raise answers.failed(self.words)
        if fault == "refuse_input":
            return answers.blocked(self.words.blocked, model, asked.tokens)
        work = Accepted(f"r-{secrets.token_hex(8)}", model, asked.request, self._clock(), fault)
        self._intake.take(work)
        self._number += 1
        number = self._number
        if not await waited(request.receive, self.faults.seconds(fault, self._seconds)):
            # It goes on and bills when nobody waits any more; what is never ready is never billed.
            work.pictures = 0 if fault in ("late", "refuse_output", "partial") else 1
            return {}
        if fault == "refuse_output":
            return answers.finished(self.words.finished, model, work.id, asked.tokens)
        if fault == "partial":
            return self._nothing(model, work.id, asked)
        parts: list[dict[str, Any]] = []
        if model in self._thinks:
            # A draft shows nobody: who takes it for the picture will miss everybody.
            draft = await anyio.to_thread.run_sync(draw, [], size[0] // 4, size[1] // 4, 0, "PNG")
            parts += [
                {"text": "First a sketch of the wall.", "thought": True},
                answers.picture(draft, thought=True),
            ]
        made = await self._made(shown, size, number, fault)
        work.pictures = 1
        self._intake.keep(work, [made])
        if asked.talks:
            parts.append({"text": "Done."})
        return answers.content([*parts, answers.picture(made)], model, work.id, asked.tokens, 1290)

    async def _made(self, shown: list[bytes], size: tuple[int, int], number: int, fault: Fault | None) -> bytes:
        if fault == "wrong_size":
            return await anyio.to_thread.run_sync(wrong_size, shown, "PNG")
        made, self._again = self._again, None
        if made is None:
            made = await anyio.to_thread.run_sync(draw, shown, *size, number, "PNG")
        if fault == "twice":
            self._again = made
        return broken(made) if fault in ("broken", "expired") else made

    def _nothing(self, model: str, id: str, asked: Asked) -> dict[str, Any]:
        if self.words.nothing != "STOP":
            return answers.finished(self.words.nothing, model, id, asked.tokens)
        return answers.content([{"text": "Here is how I would draw it."}], model, id, asked.tokens, 12)

    def _authenticate(self, request: Request) -> None:
        key = request.headers.get("x-goog-api-key", "")
        if not key:
            raise answers.without_key()
        if not secrets.compare_digest(key.encode(), self._key.encode()):
            raise answers.wrong_key(self.words)

    async def _pictures(self, asked: Asked) -> list[bytes]:
        pictures = []
        for reference in asked.references:
            if reference.uri is None:
                pictures.append(reference.data)
                continue
            try:
                pictures.append(await self._fetch(reference.uri))
            except (OSError, ValueError, httpx2.HTTPError, httpx2.InvalidURL):
                raise answers.invalid(f"Cannot fetch content from the provided URL: {reference.uri}") from None
        return pictures


def _stand_in() -> bytes:
    """What is drawn for a HEIC or HEIF picture, which the fake cannot open."""
    file = io.BytesIO()
    Image.new("RGB", (64, 64), (128, 128, 128)).save(file, "PNG")
    return file.getvalue()
