"""One engine against the fake of its provider, asked as `tuanyuan generate` asks, and all that crosses the wire.

Pictures are drawn small and only reduced: no model weight is needed, and the wire is the same.
"""

from __future__ import annotations

import asyncio
import io
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

from PIL import Image, ImageDraw
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from doubles.routes import PlainPixels
from tuanyuan.domain.engine import Engine, Prompt, Reference
from tuanyuan.domain.job import JobRequest
from tuanyuan.domain.photo import PhotoReport
from tuanyuan.domain.ports import Prepared
from tuanyuan.engines.manifest import Manifest
from tuanyuan.engines.replicate.fake import WORKFLOWS
from tuanyuan.engines.sandbox import Fault, Faults, serving
from tuanyuan.services.briefing import Briefing
from tuanyuan.services.generating import Generated, Generating
from tuanyuan.services.tries import Chosen
from tuanyuan.settings import Settings
from tuanyuan.store.prompts import PromptFiles
from tuanyuan.wiring.engines import keyed, manifest
from tuanyuan.wiring.fakes import build

SCENES = Path(__file__).parents[2] / "scenes"
# Of an address that we lend: nobody else may read it anywhere.
LENT_SIGNATURE = "canary-signature-of-a-lent-address"
PHOTOS = ("1-her.jpg", "2-him.jpg")


@dataclass
class Exchange:
    """One call and its answer. `whose`: who was asked. told: messages of a socket, ours and theirs."""

    whose: str
    method: str
    target: str
    headers: list[tuple[str, str]]
    body: bytearray = field(default_factory=bytearray)
    status: int = 0
    answer_headers: list[tuple[str, str]] = field(default_factory=list)
    answer: bytearray = field(default_factory=bytearray)
    told: list[str] = field(default_factory=list)


class Recorded:
    """An application, and everything that is asked of it, in order."""

    def __init__(self, app: Any, whose: str, exchanges: list[Exchange]) -> None:
        self._app, self._whose, self._exchanges = app, whose, exchanges

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] not in ("http", "websocket"):
            await self._app(scope, receive, send)
            return
        query = scope["query_string"].decode()
        target = scope["path"] + (f"?{query}" if query else "")
        exchange = Exchange(self._whose, scope.get("method", "GET"), target, _texts(scope["headers"]))
        self._exchanges.append(exchange)

        async def received() -> Any:
            message = await receive()
            exchange.body += message.get("body", b"")
            return message

        async def sent(message: Any) -> None:
            if message["type"] in ("http.response.start", "websocket.accept"):
                exchange.status = message.get("status", 101)
                exchange.answer_headers = _texts(message.get("headers", []))
            exchange.answer += message.get("body", b"")
            if message["type"] == "websocket.send":
                exchange.told.append(message.get("text") or "(bytes)")
            await send(message)

        await self._app(scope, received, sent)


def _texts(headers: Any) -> list[tuple[str, str]]:
    return [(name.decode("latin-1").lower(), value.decode("latin-1")) for name, value in headers]


class Lender:
    """Lends addresses on this machine, as `services.lending` does at a public one."""

    def __init__(self) -> None:
        self.base, self._files = "", {}
        self.app = Starlette(routes=[Route("/api/v1/files/{id}", self._give)])

    async def _give(self, request: Request) -> Response:
        found = self._files.get(request.path_params["id"])
        return Response(found.data, media_type=found.media_type) if found else Response(status_code=404)

    @contextmanager
    def lend(self, user_id: str, references: Sequence[Reference], life: timedelta) -> Iterator[tuple[Reference, ...]]:
        del user_id, life
        names = [uuid4().hex for _ in references]
        self._files.update(zip(names, references, strict=True))
        query = f"expires=1795380000&signature={LENT_SIGNATURE}"
        addresses = [f"{self.base}/api/v1/files/{name}?{query}" for name in names]
        yield tuple(replace(one, address=address) for one, address in zip(references, addresses, strict=True))
        self._files.clear()


class SmallPixels(PlainPixels):
    """Opens and reduces; whatever opens may be shown."""

    def examine(self, data: bytes, name: str) -> PhotoReport:
        del data
        return PhotoReport(name, True, 720, 960, (), ())

    def prepare(self, photos: Any, most_bytes: int, most_side: int, most_pixels: int) -> Sequence[Prepared]:
        del most_bytes, most_pixels
        return [Prepared(data, "image/jpeg", *_reduced(data, most_side)) for _, data in photos]


def _reduced(data: bytes, side: int) -> tuple[int, int]:
    with Image.open(io.BytesIO(data)) as opened:
        opened.thumbnail((side, side))
        return opened.size


def photo(number: int) -> bytes:
    """A person, as far as a fake looks."""
    picture = Image.new("RGB", (720, 960), (90, 110, 140))
    ImageDraw.Draw(picture).ellipse((200, 180, 520, 620), fill=(200, 150 + 20 * number, 120))
    file = io.BytesIO()
    picture.save(file, "JPEG", quality=60)
    return file.getvalue()


@dataclass
class Driven:
    """An engine at work. exchanges: of the provider, and of our address where it reads pictures there."""

    engine: Engine
    generating: Generating
    settings: dict[str, str]
    exchanges: list[Exchange]
    faults: Faults

    def once(
        self,
        feature: str = "reunion",
        model: str | None = None,
        prompt: Prompt | None = None,
        deadline: float | None = None,
    ) -> Generated:
        """One call with as many photos as the feature takes of two. deadline: of the model, in seconds."""
        models = self.engine.capabilities.models
        chosen = next(m for m in models if (m.id == model if model else feature in m.features))
        if deadline is not None:
            chosen = replace(chosen, deadline=deadline)
        names = PHOTOS if feature in ("reunion", "tryon", "fashion", "avatar") else PHOTOS[:1]
        photos = tuple((name, photo(number)) for number, name in enumerate(names))
        order = JobRequest(feature, names)
        return self.generating.once(Chosen(self.engine, chosen), order, photos, lambda *_: None, prompt)


def pinned(found: Manifest) -> Manifest:
    """The manifest; of Replicate with the version that its fake has, which an operator writes down."""
    if found.name != "replicate":
        return found
    version = f"{WORKFLOWS.name}:{WORKFLOWS.version}"
    models = tuple(replace(m, options={**m.options, "version": version}) for m in found.capabilities.models)
    return replace(found, capabilities=replace(found.capabilities, models=models))


@contextmanager
def driven(name: str, *faults: Fault | None, **keys: str) -> Iterator[Driven]:
    """The engine with the fake's keys, or others."""
    exchanges: list[Exchange] = []
    plan, lender = Faults(faults), Lender()
    made = build(name, plan, 0.0)
    with ExitStack() as closing:
        url = closing.enter_context(serving(Recorded(made.app, "provider", exchanges)))
        lender.base = closing.enter_context(serving(Recorded(lender.app, "studio", exchanges)))
        told = dict(made.settings(url))
        values = {setting.removeprefix("TUANYUAN_").lower(): value for setting, value in told.items()} | keys
        # Pydantic's own argument.
        engine = keyed(pinned(manifest(name, {})), Settings(_env_file=None, **values))  # type: ignore[call-arg]
        runner = closing.enter_context(asyncio.Runner())
        closing.callback(lambda: runner.run(engine.close()))
        # Lends as Lending does.
        briefing = Briefing(SmallPixels(), PromptFiles(SCENES), lender)  # type: ignore[arg-type]
        generating = Generating(
            briefing, lambda: datetime.now(UTC), lambda: uuid4().hex, runner.run, export=True, sleep=_soon
        )
        yield Driven(engine, generating, told, exchanges, plan)


def _soon(seconds: float) -> None:
    time.sleep(min(seconds, 0.02))
