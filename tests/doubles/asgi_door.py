"""An ASGI application that is asked in this process: no port, no thread, one call after another."""

from __future__ import annotations

from typing import Any

import anyio
import httpx2
from starlette.types import ASGIApp


class AsgiDoor:
    """Asks `app` as a client that sends `headers`. A connection that the app breaks off raises what the app raised."""

    def __init__(self, app: ASGIApp, base: str = "http://door.example", headers: dict[str, str] | None = None) -> None:
        self._app = app
        self._base = base
        self._headers = headers or {}

    def get(self, path: str, **more: Any) -> httpx2.Response:
        return self.request("GET", path, **more)

    def post(self, path: str, **more: Any) -> httpx2.Response:
        return self.request("POST", path, **more)

    def delete(self, path: str, **more: Any) -> httpx2.Response:
        return self.request("DELETE", path, **more)

    def request(self, method: str, path: str, **more: Any) -> httpx2.Response:
        async def ask() -> httpx2.Response:
            transport = httpx2.ASGITransport(app=self._app)
            async with httpx2.AsyncClient(transport=transport, base_url=self._base, headers=self._headers) as client:
                return await client.request(method, path, **more)

        return anyio.run(ask)


class Clock:
    """A clock that is set by hand. Starts at 2026-01-02 03:04:05 UTC."""

    def __init__(self, now: float = 1767323045.0) -> None:
        self.now = now

    def __call__(self) -> float:
        return self.now


class Ticking(Clock):
    """A clock on which a quarter of a second passes whenever it is looked at."""

    def __call__(self) -> float:
        self.now += 0.25
        return self.now
