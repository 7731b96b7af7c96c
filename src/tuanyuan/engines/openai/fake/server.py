"""The fake of OpenAI's `/images/edits` and `/images/generations`, and of servers that speak like it.

Contract: openai-images.md.
"""

from __future__ import annotations

import json
import secrets
import time
from collections import Counter
from collections.abc import Callable, Sequence
from functools import partial

import anyio.to_thread
from starlette.applications import Starlette
from starlette.datastructures import UploadFile
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from tuanyuan.engines.openai.fake import answers
from tuanyuan.engines.openai.fake.answers import Refusal, Words
from tuanyuan.engines.openai.fake.asked import Asked, model_of, read_edit, read_generation
from tuanyuan.engines.openai.fake.drawing import drawn, encoded
from tuanyuan.engines.openai.fake.files import File, Limits
from tuanyuan.engines.openai.fake.rules import MODELS
from tuanyuan.engines.sandbox import (
    Accepted,
    Fault,
    Faults,
    Intake,
    Severed,
    Shelf,
    broken,
    events,
    received,
    replayed,
    waited,
    wrong_size,
)

EDITS, GENERATIONS = "/images/edits", "/images/generations"
ROUTES = (EDITS, GENERATIONS)

_NAMES = {EDITS: "image_edit", GENERATIONS: "image_generation"}
_MAX_BODY = 256 * 1024 * 1024
_ROOM = 256 * 1024 * 1024


class OpenAIFake:
    """An OpenAI Images of our own that keeps to the contract. Never in production.

    base_path, models, routes: of a compatible server; models that are not OpenAI's take any size and the old
    `response_format`. url_results: it answers with `url`, which the fake serves for `url_life` seconds, instead of
    `b64_json`, whatever is asked. words: what it says where the contract has several words. seconds: how long a call
    takes. accepted: what it took, in order; calls: by path, "unknown" for others.
    """

    def __init__(
        self,
        faults: Faults | None = None,
        *,
        api_key: str = "sk-example",
        base_path: str = "/v1",
        models: tuple[str, ...] = MODELS,
        routes: tuple[str, ...] = ROUTES,
        url_results: bool = False,
        url_life: float = 3600.0,
        words: Words | None = None,
        seconds: float = 0.0,
        clock: Callable[[], float] = time.time,
        limits: Limits | None = None,
        max_body: int = _MAX_BODY,
    ) -> None:
        self.faults = faults or Faults()
        self.words = words or Words()
        self._intake = Intake()
        self.accepted = self._intake.accepted
        self.calls: Counter[str] = Counter()
        self._key = api_key
        self._base_path = base_path.rstrip("/")
        self._models = models
        self._url_results = url_results
        self._url_life = url_life
        self._seconds = seconds
        self._clock = clock
        self._limits = limits or Limits()
        self._max_body = max_body
        self._number = 0
        self._again: bytes | None = None
        self._shelf = Shelf(_ROOM)
        served = [Route(f"{self._base_path}{path}", partial(self._answer, path), methods=["POST"]) for path in routes]
        served.append(Route(f"{self._base_path}/pictures/{{name}}", self._show, methods=["GET"]))
        self.app = Starlette(routes=served, exception_handlers={404: self._no_route, 405: self._no_route})

    async def _answer(self, path: str, request: Request) -> Response:
        self.calls[path] += 1
        request_id = f"req_{secrets.token_hex(16)}"
        try:
            self._authenticate(request)
            asked = await (self._edit(request) if path == EDITS else self._generation(request))
            return await self._made(request, path, asked, request_id)
        except Refusal as refusal:
            return refusal.response(request_id)

    async def _edit(self, request: Request) -> Asked:
        if not request.headers.get("content-type", "").startswith("multipart/form-data"):
            raise _wrong_type(request, "multipart/form-data")
        whole = Request(request.scope, replayed(await self._body(request), request.receive))
        values: dict[str, str] = {}
        files: list[tuple[str, File]] = []
        try:
            async with whole.form(max_files=64, max_fields=64) as form:
                for name, value in form.multi_items():
                    if isinstance(value, UploadFile):
                        files.append((name, File(value.content_type or "", await value.read())))
                    elif name in values:
                        raise answers.invalid_value(f"Duplicate parameter: '{name}'.", name)
                    else:
                        values[name] = value
        except HTTPException:
            raise Refusal(400, "Could not parse multipart form.", None) from None
        model = model_of(values, self._models)
        return await anyio.to_thread.run_sync(read_edit, values, files, model, self._limits)

    async def _generation(self, request: Request) -> Asked:
        if request.headers.get("content-type", "").partition(";")[0].strip() != "application/json":
            raise _wrong_type(request, "application/json")
        body = await self._body(request)
        try:
            values = json.loads(body)
        except (ValueError, RecursionError):
            values = None
        if not isinstance(values, dict):
            raise Refusal(400, "We could not parse the JSON body of your request.", None)
        return read_generation(values, model_of(values, self._models))

    async def _made(self, request: Request, path: str, asked: Asked, request_id: str) -> Response:
        fault = self.faults.next()
        if fault == "throttle":
            raise answers.throttled(self.words, asked.model)
        if fault == "out_of_credit":
            raise answers.out_of_credit(self.words, asked.model)
        if fault in ("fail", "fail_later"):
            raise answers.failed(self.words)
        if fault == "refuse_input":
            raise answers.moderated(self.words, request_id)
        work = Accepted(request_id, asked.model, asked.request, self._clock(), fault)
        self._intake.take(work)
        count = asked.n - 1 if fault == "partial" else asked.n
        if not await waited(request.receive, self.faults.seconds(fault, self._seconds)):
            # It goes on and bills when nobody waits any more; what is never ready is never billed.
            work.pictures = 0 if fault in ("late", "refuse_output") else count
            return Response(status_code=499)
        if fault == "refuse_output":
            raise answers.moderated(self.words, request_id)
        pictures = await self._pictures(asked, count, fault)
        work.pictures = len(pictures)
        self._intake.keep(work, pictures)
        if fault == "malformed":
            return answers.malformed(request_id, stream=asked.stream)
        severed = fault in ("cut", "vanish")
        if asked.stream:
            told = await self._events(path, asked, pictures)
            if severed:
                told[-1] = told[-1][:9]
            return events(told, severed=severed, headers={"x-request-id": request_id})
        if severed:
            return Severed()
        data = [self._datum(request, asked, picture, fault) for picture in pictures]
        answer = {"created": int(self._clock()), "data": data, **asked.told, "usage": asked.usage(len(pictures))}
        return answers.said(answer, request_id)

    async def _pictures(self, asked: Asked, count: int, fault: Fault | None) -> list[bytes]:
        """That many pictures; the first of them bears the fault."""
        pictures = []
        for _ in range(count):
            self._number += 1
            pictures.append(await anyio.to_thread.run_sync(drawn, asked, asked.width, asked.height, self._number))
        if self._again is not None and pictures:
            pictures[0], self._again = self._again, None
        if fault == "twice" and count > 1:
            pictures[1] = pictures[0]
        elif fault == "twice":
            self._again = pictures[0]
        if fault == "wrong_size":
            pictures[0] = await anyio.to_thread.run_sync(wrong_size, asked.references, asked.output_format.upper())
        # An address that does not hold is another fault than a picture that does not open.
        if fault == "broken" or (fault == "expired" and (asked.stream or not self._url_results)):
            pictures[0] = broken(pictures[0])
        return pictures

    async def _events(self, path: str, asked: Asked, pictures: Sequence[bytes]) -> list[str]:
        """The events of contract: openai-images.md 4.4; what is only partial is a quarter as wide."""
        name, told = _NAMES[path], {"created_at": int(self._clock()), **asked.told}
        events = []
        for index in range(asked.partial_images):
            sketch = await anyio.to_thread.run_sync(drawn, asked, asked.width // 4, asked.height // 4, index)
            part = {"b64_json": encoded(sketch), "partial_image_index": index, **told}
            events.append(answers.event(f"{name}.partial_image", part))
        for picture in pictures:
            whole = {"b64_json": encoded(picture), **told, "usage": asked.usage(1)}
            events.append(answers.event(f"{name}.completed", whole))
        return events

    def _datum(self, request: Request, asked: Asked, picture: bytes, fault: Fault | None) -> dict[str, str]:
        if not self._url_results:
            return {"b64_json": encoded(picture)}
        now = self._clock()
        until = now if fault == "expired" else now + self._url_life
        name = f"{secrets.token_hex(16)}.{asked.output_format}"
        self._shelf.forget(now)
        self._shelf.put(name, picture, f"image/{asked.output_format}", until)
        return {"url": f"{str(request.base_url).rstrip('/')}{self._base_path}/pictures/{name}"}

    async def _show(self, request: Request) -> Response:
        """A picture at its address; 404 when that does not hold any more."""
        self.calls["/pictures"] += 1
        lying = self._shelf.get(request.path_params["name"], self._clock())
        if lying is None:
            return Response("The specified resource does not exist.", 404, media_type="text/plain")
        return Response(lying.data, media_type=lying.kind)

    async def _no_route(self, request: Request, refused: Exception) -> Response:
        self.calls["unknown"] += 1
        if isinstance(refused, HTTPException) and refused.status_code == 405:
            message, code = f"Not allowed to {request.method} on {request.url.path}.", "method_not_supported"
            return Refusal(405, message, code).response(f"req_{secrets.token_hex(16)}")
        message = f"Invalid URL ({request.method} {request.url.path})"
        return Refusal(404, message, None).response(f"req_{secrets.token_hex(16)}")

    def _authenticate(self, request: Request) -> None:
        scheme, _, key = request.headers.get("authorization", "").partition(" ")
        if scheme != "Bearer" or not secrets.compare_digest(key.encode(), self._key.encode()):
            raise answers.wrong_key(bool(key))

    async def _body(self, request: Request) -> bytes:
        body = await received(request.receive, self._max_body)
        if body is None:
            raise Refusal(413, f"Maximum content size limit ({self._max_body}) exceeded", None, type="server_error")
        return body


def _wrong_type(request: Request, wanted: str) -> Refusal:
    sent = request.headers.get("content-type", "")
    message = f"Unsupported content type: '{sent}'. This API method only accepts '{wanted}' requests."
    return Refusal(400, message, "unsupported_content_type")
