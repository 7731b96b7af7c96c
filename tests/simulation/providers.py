"""The real engines against their real fakes in this process, and a note of everything that passes between them."""

from __future__ import annotations

import asyncio
import hashlib
import sys
from collections.abc import Awaitable, Callable
from contextvars import ContextVar
from typing import Any
from unittest import mock

import httpx2
from simulation.record import Record, Sent
from simulation.weather import Weather

from tuanyuan.domain.capabilities import Capabilities
from tuanyuan.domain.engine import EngineRequest, EngineResult, Pending, TaskRef, Throttled, Unknown
from tuanyuan.domain.errors import StudioError
from tuanyuan.domain.job import JobRequest
from tuanyuan.engines import sandbox
from tuanyuan.engines.comfyui.engine import ComfyuiEngine
from tuanyuan.engines.comfyui.fake import ComfyUIFake
from tuanyuan.engines.gemini.engine import GeminiEngine
from tuanyuan.engines.gemini.fake import GeminiFake
from tuanyuan.engines.jimeng.engine import JimengEngine
from tuanyuan.engines.jimeng.fake import JimengFake
from tuanyuan.engines.openai.engine import OpenAIEngine
from tuanyuan.engines.openai.fake import OpenAIFake
from tuanyuan.engines.replicate.engine import ReplicateEngine
from tuanyuan.engines.replicate.fake import ReplicateFake
from tuanyuan.engines.replicate.fake.models import WORKFLOWS
from tuanyuan.engines.sandbox import Accepted, Cut
from tuanyuan.engines.seedream.engine import SeedreamEngine
from tuanyuan.engines.seedream.fake import ArkFake
from tuanyuan.wiring.engines import manifest

# The attempt that is being sent, in whose name a provider takes work.
_SENDING: ContextVar[str] = ContextVar("sending", default="")
_ACCEPT = Accepted.__init__


class InProcess(httpx2.AsyncBaseTransport):
    """To an application in this process. It is told when a client leaves; where it breaks, the connection does."""

    def __init__(self, app: Any, name: str, record: Record) -> None:
        self._app, self._name, self._record = app, name, record
        self._serving: set[asyncio.Task[None]] = set()

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        body = await request.aread()
        left = asyncio.Event()
        told = False
        start: dict[str, Any] = {}
        parts: list[bytes] = []
        done = False

        async def receive() -> dict[str, Any]:
            nonlocal told
            if not told:
                told = True
                return {"type": "http.request", "body": body, "more_body": False}
            await left.wait()
            return {"type": "http.disconnect"}

        async def send(message: dict[str, Any]) -> None:
            nonlocal done
            if message["type"] == "http.response.start":
                start.update(message)
            else:
                parts.append(message.get("body", b""))
                done = not message.get("more_body", False)

        async def serve() -> None:
            try:
                await self._app(_scope(request), receive, send)
            except Cut:
                pass
            except Exception as error:
                self._record.broken.append(f"{self._name} broke: {type(error).__name__}: {error}")

        task = asyncio.get_running_loop().create_task(serve())
        self._serving.add(task)
        task.add_done_callback(self._serving.discard)
        try:
            await asyncio.shield(task)
        finally:
            left.set()
        if not done:
            raise httpx2.RemoteProtocolError("the connection broke off", request=request)
        headers = [(key.decode(), value.decode()) for key, value in start["headers"]]
        return httpx2.Response(start["status"], headers=headers, content=b"".join(parts), request=request)


def _scope(request: httpx2.Request) -> dict[str, Any]:
    return {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": request.method,
        "headers": [(key.lower(), value) for key, value in request.headers.raw],
        "scheme": request.url.scheme,
        "path": request.url.path,
        "raw_path": request.url.raw_path.partition(b"?")[0],
        "query_string": request.url.query,
        "server": (request.url.host, request.url.port or 443),
        "client": ("127.0.0.1", 1),
        "root_path": "",
    }


class Watched:
    """An engine, with a note of all that is asked of it."""

    def __init__(self, engine: Any, record: Record, clock: Callable[[], float]) -> None:
        self.engine, self._record, self._clock = engine, record, clock
        self.name: str = engine.name
        self.capabilities: Capabilities = engine.capabilities
        self.resumable: bool = engine.resumable
        self.watch: Callable[[Sent, EngineRequest], None] = lambda _sent, _request: None

    def check(self, order: JobRequest) -> None:
        self.engine.check(order)

    async def submit(self, request: EngineRequest, attempt: str, progress: Any) -> EngineResult | TaskRef:
        model = request.model.id if request.model else ""
        sent = Sent(attempt, request.job_id, self.name, model, request.candidates, self._clock())
        sent.addresses = tuple(reference.address for reference in request.references)
        self.watch(sent, request)
        self._record.begin(sent)
        _SENDING.set(attempt)
        answer = await self._heard(sent, self.engine.submit(request, attempt, progress))
        if isinstance(answer, TaskRef):
            sent.outcome, sent.task = "task", answer.task
            self._record.under_way[attempt] = sent
        return answer

    async def poll(self, task: TaskRef) -> Pending | EngineResult:
        sent = self._of(task)
        try:
            answer = await self.engine.poll(task)
        except (Unknown, Throttled):
            raise
        except StudioError as error:
            if sent is not None:
                self._record.end(sent, "refused", self._clock(), error.code)
            raise
        if isinstance(answer, EngineResult) and sent is not None:
            sent.pictures = _digests(answer)
            self._record.end(sent, "answered", self._clock())
        return answer

    async def find(self, attempt: str) -> TaskRef | EngineResult | None:
        answer = await self.engine.find(attempt)
        sent = self._record.of(attempt)
        if sent is not None:
            if answer is None:
                self._record.end(sent, "never", self._clock())
            elif isinstance(answer, TaskRef):
                sent.outcome, sent.task = "task", answer.task
        return answer

    async def cancel(self, task: TaskRef) -> None:
        sent = self._of(task)
        if sent is not None and sent.outcome == "task":
            self._record.end(sent, "lost", self._clock(), "deadline")
        await self.engine.cancel(task)

    async def close(self) -> None:
        await self.engine.close()

    def _of(self, task: TaskRef) -> Sent | None:
        found = (s for s in reversed(self._record.sent) if s.engine == self.name and s.task == task.task)
        return next(found, None)

    async def _heard(self, sent: Sent, call: Awaitable[Any]) -> Any:
        try:
            answer = await call
        except (Unknown, TimeoutError, asyncio.CancelledError):
            self._record.end(sent, "lost", self._clock(), "answer_lost")
            raise
        except StudioError as error:
            self._record.end(sent, "refused", self._clock(), error.code)
            raise
        if isinstance(answer, EngineResult):
            sent.pictures = _digests(answer)
        self._record.end(sent, "answered", self._clock())
        return answer


def _digests(answer: EngineResult) -> tuple[str, ...]:
    return tuple(hashlib.sha256(picture.data).hexdigest() for picture in answer.pictures)


# (engine, fake, seconds that one piece of work takes, address)
_KINDS: dict[str, tuple[Any, Any, float, str]] = {
    "jimeng": (JimengEngine, JimengFake, 8.0, "https://visual.example"),
    "seedream": (SeedreamEngine, ArkFake, 12.0, "https://ark.example/api/v3"),
    "gemini": (GeminiEngine, GeminiFake, 8.0, "https://gemini.example"),
    "openai": (OpenAIEngine, OpenAIFake, 15.0, "https://openai.example/v1"),
    "comfyui": (ComfyuiEngine, ComfyUIFake, 6.0, "https://comfy.example"),
    "replicate": (ReplicateEngine, ReplicateFake, 30.0, "https://replicate.example/v1"),
}
_KEYS = {
    "jimeng_access_key": "AKEXAMPLE00000000000",
    "jimeng_secret_key": "SKexample0000000000000000000000000000000",
    "seedream_api_key": "ark-key-example",
    "gemini_api_key": "AIzaExample",
    "openai_api_key": "sk-example",
    "comfyui_url": "https://comfy.example",
    "replicate_api_token": "r8_example",
    "replicate_version": f"{WORKFLOWS.name}:{WORKFLOWS.version}",
}
PROVIDERS = tuple(_KINDS)


def opened(
    name: str, faults: Weather, clock: Callable[[], float], moment: Callable[[], Any], fetch: Any, record: Record
) -> tuple[Watched, Any]:
    """One engine with its provider. clock: seconds since 1970; moment: the same, aware."""
    kind, provider, seconds, url = _KINDS[name]
    fetching = {} if name in ("openai", "comfyui") else {"fetch": fetch}
    fake = provider(faults, seconds=seconds, clock=clock, **fetching)
    more = {"now": moment} if name == "jimeng" else {}
    able = manifest(name, {}).capabilities
    engine = kind(able, _KEYS, url, transport=InProcess(fake.app, name, record), **more)
    return Watched(engine, record, clock), fake


def noting(record: Record, draw: Any) -> list[Any]:
    """Patches: each piece of work is noted with the attempt it was taken for, and pictures are not really drawn."""

    def accept(work: Accepted, *told: Any, **more: Any) -> None:
        _ACCEPT(work, *told, **more)
        engine = sys._getframe(1).f_globals["__name__"].split(".")[2]
        record.works.append((_SENDING.get(), engine, work))
        record.taken.setdefault(_SENDING.get(), []).append((engine, work))

    fakes = [m for name, m in list(sys.modules.items()) if name.startswith("tuanyuan.engines.") and ".fake" in name]
    drawing = [mock.patch.object(module, "draw", draw) for module in fakes if hasattr(module, "draw")]
    return [
        *drawing,
        mock.patch.object(sandbox.pictures, "draw", draw),
        mock.patch.object(Accepted, "__init__", accept),
    ]
