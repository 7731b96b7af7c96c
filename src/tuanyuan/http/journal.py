"""Round every request: its name, its line in the log, its measures, the headers that protect, and the last defence.

A line of the log holds no query, no token and no address. An unexpected error is written down here with the request's
name, and the client is told nothing but that name.
"""

from __future__ import annotations

import time
import uuid
from collections.abc import Callable
from typing import Any

import structlog
from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from tuanyuan.domain.errors import OurFault
from tuanyuan.http import problems

# (method, route template, status, seconds)
Observe = Callable[[str, str, int, float], None]

_HEADERS = (
    (b"x-content-type-options", b"nosniff"),
    (b"x-frame-options", b"DENY"),
    (b"referrer-policy", b"no-referrer"),
    (b"cross-origin-resource-policy", b"same-origin"),
    (b"permissions-policy", b"camera=(), microphone=(), geolocation=()"),
)
_STRICT = (b"content-security-policy", b"default-src 'none'; frame-ancestors 'none'")
_HTTPS = (b"strict-transport-security", b"max-age=31536000")
_log = structlog.get_logger("tuanyuan.http")


class Journal:
    """ASGI middleware, the outermost. `secure`: the world reaches us by https."""

    def __init__(self, app: ASGIApp, observe: Observe, secure: bool) -> None:
        self.app = app
        self.observe = observe
        self.headers = (*_HEADERS, _HTTPS) if secure else _HEADERS

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one request. Never lets an error through to the server."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        name = f"urn:uuid:{uuid.uuid4()}"
        scope.setdefault("state", {})["request_id"] = name
        begun, status = time.perf_counter(), 0

        async def sending(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                message = {**message, "headers": self._with_headers(message.get("headers", []), name)}
            await send(message)

        try:
            await self.app(scope, receive, sending)
        except ClientDisconnect:
            _log.info("client_left", request=name)
        except Exception:
            _log.exception("unexpected", request=name)
            if not status:
                await problems.response(OurFault("request_failed"), scope)(scope, receive, sending)
        finally:
            self._write_down(scope, name, status, time.perf_counter() - begun)

    def _with_headers(self, headers: Any, name: str) -> list[tuple[bytes, bytes]]:
        given = list(headers)
        names = {key.lower() for key, _ in given}
        ours = (*self.headers, _STRICT, (b"x-request-id", name.removeprefix("urn:uuid:").encode()))
        return given + [(key, value) for key, value in ours if key not in names]

    def _write_down(self, scope: Scope, name: str, status: int, seconds: float) -> None:
        template = route_template(scope)
        self.observe(scope["method"], template, status, seconds)
        quiet = template in ("/healthz", "/readyz", "/metrics")
        write = _log.debug if quiet else _log.info
        write(
            "request", method=scope["method"], route=template, status=status, ms=round(seconds * 1e3, 1), request=name
        )


def route_template(scope: Scope) -> str:
    """The path as the interface writes it, `/api/v1/jobs/{job_id}`; "other" where there is none."""
    route: Any = scope.get("route")
    return str(getattr(route, "path_format", None) or getattr(route, "path", None) or "other")
