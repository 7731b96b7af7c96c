"""Orders as services hand them to an engine, and what an engine that is asked brings."""

from __future__ import annotations

import asyncio
import contextlib
import io
import json
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from dataclasses import dataclass, field
from typing import Any

import httpx2
from PIL import Image

from tuanyuan.domain.engine import EngineRequest, EngineResult, Pending, Prompt, Reference, TaskRef
from tuanyuan.domain.parameters import read

ATTEMPT = "3f1c6f0e4d0b4b869a550d4c1f2a7b11"
OTHER_ATTEMPT = "8d2b0c75a1e94f6f9d1c7a3e5b6f4c20"
PEOPLE = ((200, 30, 30), (30, 170, 30), (40, 40, 220), (200, 190, 30), (190, 40, 190))
SEED = 987_654_321
# What is nobody's business, and must stand in no log line and no error.
KEY = "secret-key-7c1f9d"
WORDS = "图1的人站在红墙前，secret-words-41d0"
LENT = "https://lent.example/photo"
TOKEN = "secret-token-5e02"


def picture(colour: int | tuple[int, int, int], side: int = 384) -> bytes:
    """A square PNG of one colour; of a mask one number."""
    file = io.BytesIO()
    Image.new("L" if isinstance(colour, int) else "RGB", (side, side), colour).save(file, "PNG")
    return file.getvalue()


_MASK = picture(255)
_PEOPLE = tuple(picture(colour) for colour in PEOPLE)


def references(*roles: str) -> tuple[Reference, ...]:
    """One for each role, the first five of different colours, and where they are lent."""
    return tuple(
        Reference(
            role,
            _MASK if role == "mask" else _PEOPLE[number % len(PEOPLE)],
            "image/png",
            384,
            384,
            f"{LENT}/{number % len(PEOPLE)}?token={TOKEN}",
        )
        for number, role in enumerate(roles)
    )


async def lent(address: str) -> bytes:
    """What lies at the address of a reference."""
    return _PEOPLE[int(httpx2.URL(address).path.rpartition("/")[2])]


def colours(data: bytes) -> list[int]:
    """Who stands in a picture, from left to right, by number in `PEOPLE`."""
    with Image.open(io.BytesIO(data)) as opened:
        row = opened.convert("RGB").resize((200, 3)).crop((0, 1, 200, 2))
    seen: list[int] = []
    for pixel in zip(*[iter(row.tobytes())] * 3, strict=True):
        near = min(range(len(PEOPLE)), key=lambda number: _far(pixel, PEOPLE[number]))
        if _far(pixel, PEOPLE[near]) < 40 and seen[-1:] != [near]:
            seen.append(near)
    return seen


def media(clip: bytes) -> bytes:
    """What there is to play in an MP4 file; raises OSError for one that is not whole."""
    boxes: dict[bytes, bytes] = {}
    while clip:
        length = int.from_bytes(clip[:4], "big")
        if not 8 <= length <= len(clip):
            raise OSError("broken")
        boxes[clip[4:8]], clip = clip[8:length], clip[length:]
    return boxes[b"mdat"]


def size(data: bytes) -> tuple[int, int]:
    """Width and height; raises OSError for what cannot be opened as a whole."""
    with Image.open(io.BytesIO(data)) as opened:
        opened.load()
        return opened.size


def pixels(data: bytes) -> bytes:
    """What is to be seen, without metadata."""
    if data[4:8] == b"ftyp":
        return media(data)
    with Image.open(io.BytesIO(data)) as opened:
        return opened.convert("RGB").tobytes()


@dataclass
class Clock:
    """The fake's."""

    now: float

    def __call__(self) -> float:
        return self.now


@dataclass
class Within(httpx2.AsyncBaseTransport):
    """The way to a fake without a socket; `told`: the JSON of its good answers."""

    app: Any
    told: list[dict[str, Any]] = field(default_factory=list)

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        answer = await httpx2.ASGITransport(app=self.app).handle_async_request(request)
        body = await answer.aread()
        if answer.status_code < 300 and answer.headers.get("content-type", "").startswith("application/json"):
            with contextlib.suppress(ValueError):
                found = json.loads(body)
                self.told += [found] if isinstance(found, dict) else []
        return httpx2.Response(answer.status_code, headers=answer.headers, content=body, request=request)


class Silent(httpx2.AsyncBaseTransport):
    """A provider that takes the call and never says anything."""

    calls = 0

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        del request
        self.calls += 1
        await asyncio.sleep(3600)
        raise AssertionError


async def finished(engine: Any, answer: TaskRef | EngineResult) -> EngineResult:
    """The result; of a task that is ready by the fake's clock."""
    for _ in range(20):
        if isinstance(answer, EngineResult):
            return answer
        told = await engine.poll(answer)
        if not isinstance(told, Pending):
            return told
    raise AssertionError("still pending")


def run(engine: Any, act: Callable[[Any], Coroutine[Any, Any, Any]]) -> Any:
    """`act(engine)` on a loop of its own, and the engine is closed."""

    async def whole() -> Any:
        try:
            async with asyncio.timeout(120):
                return await act(engine)
        finally:
            await engine.close()

    return asyncio.run(whole())


def an_order(
    model: Any, roles: Sequence[str], *, size: tuple[int, int] = (64, 48), candidates: int = 1, **options: Any
) -> EngineRequest:
    """As services make it; `options` are what was asked for explicitly."""
    from tuanyuan.domain.job import JobRequest

    order = JobRequest(min(model.features, default="makeover"), ("p1",), options=options)
    return EngineRequest(
        "job-1",
        order,
        candidates=candidates,
        model=model,
        prompt=Prompt(WORDS),
        references=references(*roles),
        size=size,
        parameters=read(options),
    )


def _far(one: tuple[int, ...], other: tuple[int, ...]) -> int:
    return max(abs(a - b) for a, b in zip(one, other, strict=True))


Act = Callable[[Any], Awaitable[Any]]
