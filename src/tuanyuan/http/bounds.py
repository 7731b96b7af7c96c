"""Bodies of requests, bounded in bytes and in time, before anything looks at them.

A body of JSON is read here as a whole: 64 KB at most, 10 s without a byte and 20 s in all. A photo passes through and
is bounded where it is read, piece by piece (`upload`).
"""

from __future__ import annotations

import asyncio

from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from tuanyuan.domain.errors import StudioError, TooLarge, WrongUsage
from tuanyuan.http import problems
from tuanyuan.http.problems import TooSlow

MOST_BYTES = 64 * 1024
MOST_QUERY = 4096
IDLE_SECONDS, WHOLE_SECONDS = 10.0, 20.0


class Bounds:
    """ASGI middleware. `streamed`: the paths that bound their own bodies."""

    def __init__(self, app: ASGIApp, streamed: frozenset[str]) -> None:
        self.app = app
        self.streamed = streamed
        self.idle, self.whole = IDLE_SECONDS, WHOLE_SECONDS

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on with its body read, or refuse it."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        try:
            if len(scope["query_string"]) > MOST_QUERY:
                raise WrongUsage("address_too_long")
            streamed = scope["method"] == "POST" and scope["path"] in self.streamed
            body = None if streamed else await self._body(scope, receive)
        except StudioError as refusal:
            await problems.response(refusal, scope)(scope, receive, send)
            return
        await self.app(scope, receive if body is None else _replay(body, receive), send)

    async def _body(self, scope: Scope, receive: Receive) -> bytes:
        headers = dict(scope["headers"])
        length = headers.get(b"content-length", b"")
        if length.isdigit() and int(length) > MOST_BYTES:
            raise TooLarge("body_too_large", kilobytes=MOST_BYTES // 1024)
        if length in (b"", b"0") and b"transfer-encoding" not in headers:
            return b""
        pieces, size = [], 0
        end = asyncio.get_running_loop().time() + self.whole
        while True:
            message = await next_message(receive, self.idle, end)
            pieces.append(message.get("body", b""))
            size += len(pieces[-1])
            if size > MOST_BYTES:
                raise TooLarge("body_too_large", kilobytes=MOST_BYTES // 1024)
            if not message.get("more_body", False):
                return b"".join(pieces)


async def next_message(receive: Receive, idle: float, end: float) -> Message:
    """The next piece of a body. TooSlow: body_too_slow after `idle` seconds, or at the loop time `end`."""
    left = min(idle, end - asyncio.get_running_loop().time())
    try:
        async with asyncio.timeout(max(left, 0)):
            message = await receive()
    except TimeoutError:
        raise TooSlow("body_too_slow") from None
    if message["type"] == "http.disconnect":
        raise ClientDisconnect
    return message


def _replay(body: bytes, receive: Receive) -> Receive:
    """A `receive` that gives the whole body once, then what really comes."""
    given = False

    async def replaying() -> Message:
        nonlocal given
        if given:
            return await receive()
        given = True
        return {"type": "http.request", "body": body, "more_body": False}

    return replaying
