"""Our own time beside an engine that takes ten seconds: whole jobs through `tuanyuan start` and a fake provider."""

from __future__ import annotations

import os
import random
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx2
from starlette.types import ASGIApp, Receive, Scope, Send

from bench import machine
from bench.paths import ROOT
from bench.report import table
from tuanyuan.engines.manifest import read
from tuanyuan.engines.openai.fake import OpenAIFake
from tuanyuan.engines.sandbox import serving
from tuanyuan.engines.seedream.fake import ArkFake

ENGINE_SECONDS, ROUNDS, TARGET = 10.0, 6, 0.05
KEY = "throw-away"
MODEL = "gpt-image-2"
ONE = ("woman_long_hair",)
TWO = ("elderly_man", "woman_long_hair")
FIVE = (*TWO, "man_black_hair", "woman_headscarf", "man_glasses")


class Clocked:
    """A provider whose calls that make pictures are timed: what it takes, drawing included, is the engine's time."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self.seconds: list[float] = []

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass it on, and note how long it took."""
        began = time.perf_counter()
        await self._app(scope, receive, send)
        if scope["type"] == "http" and scope["method"] == "POST":
            self.seconds.append(time.perf_counter() - began)


def measure() -> str:
    several = Clocked(ArkFake(api_key=KEY, seconds=ENGINE_SECONDS).app)
    single = Clocked(OpenAIFake(api_key=KEY, seconds=ENGINE_SECONDS, models=(MODEL,)).app)
    with (
        tempfile.TemporaryDirectory() as folder,
        serving(several) as ark,
        serving(single) as compatible,
        _studio(Path(folder), ark, compatible) as studio,
    ):
        _job(studio, TWO, several)  # models are loaded, caches are warm
        rows = [
            _row("one picture of one person", [_job(studio, ONE, single, tier="free") for _ in range(ROUNDS)]),
            _row("four pictures of two people", [_job(studio, TWO, several) for _ in range(ROUNDS)]),
            _row("four pictures of five people", [_job(studio, FIVE, several) for _ in range(ROUNDS)]),
        ]
    head = (
        f"1920×1440, one call of {ENGINE_SECONDS:g} s",
        "whole job, s (median)",
        "our own, s (median)",
        "most, s",
        "share",
        "target",
    )
    return f"{machine.describe(('tuanyuan',))} {ROUNDS} jobs each, one at a time, SQLite.\n\n" + table(head, rows)


def _row(what: str, told: list[tuple[float, float]]) -> tuple[object, ...]:
    """told: (seconds of the whole job, seconds of the engine)."""
    own = [whole - engine for whole, engine in told]
    median = statistics.median(own)
    return (
        what,
        f"{statistics.median(whole for whole, _ in told):.2f}",
        f"{median:.2f}",
        f"{max(own):.2f}",
        f"{median / ENGINE_SECONDS:.1%}",
        f"≤ {TARGET:.0%}",
    )


@contextmanager
def _studio(folder: Path, ark: str, compatible: str) -> Iterator[httpx2.Client]:
    """A studio of its own with two engines; the second costs nothing, so the free tier is made by it."""
    port = _free_port()
    own = folder / "engines.toml"
    own.write_text(f'[openai_compatible]\nregion = "here"\nmodel = [{{id = "{_model_id()}", price_fen = 0}}]\n')
    settings = {
        "TUANYUAN_DATA_DIR": str(folder),
        "TUANYUAN_MODELS_DIR": str(ROOT / "data" / "models"),
        "TUANYUAN_ENGINES": "seedream,openai_compatible",
        "TUANYUAN_ENGINES_FILE": str(own),
        "TUANYUAN_OPENAI_COMPATIBLE_URL": f"{compatible}/v1",
        "TUANYUAN_OPENAI_COMPATIBLE_API_KEY": KEY,
        "TUANYUAN_OPENAI_COMPATIBLE_MODEL": MODEL,
        "TUANYUAN_PROXIES": "1",
        "TUANYUAN_SEEDREAM_API_KEY": KEY,
        "TUANYUAN_SEEDREAM_URL": f"{ark}/api/v3",
    }
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "tuanyuan", "start", "--port", str(port)],
            env={**os.environ, **settings},
            stdout=log,
            stderr=log,
        )
    try:
        client = httpx2.Client(base_url=f"http://127.0.0.1:{port}", timeout=60, trust_env=False)
        with client:
            _until_ready(client)
            yield client
    finally:
        process.terminate()
        process.wait(60)


def _job(
    client: httpx2.Client, people: tuple[str, ...], provider: Clocked, tier: str = "credits"
) -> tuple[float, float]:
    """Seconds from posting to the finished pictures, by the books, and of the engine. Each job is a fresh guest's."""
    provider.seconds.clear()
    # Guests of one address are few a day: each comes from another one.
    client.headers["X-Forwarded-For"] = f"10.{random.randrange(256)}.{random.randrange(256)}.{random.randrange(256)}"
    client.headers.pop("Authorization", None)
    guest = _post(client, "/api/v1/auth/guest", {"device": uuid4().hex})
    client.headers["Authorization"] = f"Bearer {guest['access_token']}"
    _post(client, "/api/v1/me/consents", {"purpose": "face_edit", "granted": True})
    photos = []
    for name in people:
        file = (ROOT / "samples" / f"{name}.jpg").read_bytes()
        headers = {"Idempotency-Key": uuid4().hex}
        answer = client.post("/api/v1/photos", files={"file": (f"{name}.jpg", file, "image/jpeg")}, headers=headers)
        photos.append(answer.raise_for_status().json()["id"])
    order = {"feature": "reunion", "photos": photos, "background": "new-year-wall", "tier": tier}
    job = _post(client, "/api/v1/jobs", order)
    while job["status"] not in ("completed", "failed"):
        time.sleep(0.25)
        job = client.get(f"/api/v1/jobs/{job['id']}").raise_for_status().json()
    if job["status"] == "failed" or len(job["candidates"]) != (1 if tier == "free" else 4):
        raise SystemExit(f"the job did not do: {job}")
    (engine,) = provider.seconds
    return (_instant(job["updated_at"]) - _instant(job["created_at"])).total_seconds(), engine


def _model_id() -> str:
    """What the engine's own file calls its model."""
    return read(ROOT / "src" / "tuanyuan" / "engines" / "openai_compatible").capabilities.models[0].id


def _instant(text: str) -> datetime:
    return datetime.fromisoformat(text.replace("Z", "+00:00"))


def _post(client: httpx2.Client, path: str, body: Mapping[str, Any]) -> dict[str, Any]:
    answer = client.post(path, json=body, headers={"Idempotency-Key": uuid4().hex})
    if answer.is_error:
        raise SystemExit(f"{path}: {answer.text}")
    found: dict[str, Any] = answer.json()
    return found


def _until_ready(client: httpx2.Client) -> None:
    until = time.monotonic() + 60
    while time.monotonic() < until:
        try:
            if client.get("/healthz").status_code == httpx2.codes.OK:
                return
        except httpx2.HTTPError:
            time.sleep(0.1)
    raise SystemExit("the studio did not start")


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])
