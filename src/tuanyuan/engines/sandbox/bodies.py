"""A limit on what a client may send, before anything reads it."""

from __future__ import annotations

from collections.abc import Callable

from starlette.requests import ClientDisconnect
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

# A client that is not heard out does not hear the refusal.
_PATIENCE = 8


async def received(receive: Receive, most: int) -> bytes | None:
    """The whole body; None: it has more than `most` bytes. Raises ClientDisconnect.

    What is too long is received, up to eightfold, and not kept, so that the refusal arrives.
    """
    body, length, more = bytearray(), 0, True
    while more and length <= _PATIENCE * most:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise ClientDisconnect
        piece = message.get("body", b"")
        more = message.get("more_body", False)
        length += len(piece)
        if length <= most:
            body += piece
    return bytes(body) if length <= most else None


def replayed(body: bytes, receive: Receive) -> Receive:
    """How to receive a body that was received already, and after it what else comes."""
    held: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]

    async def replay() -> Message:
        return held.pop() if held else await receive()

    return replay


class Bounded:
    """An application that gets no body of more than `most` bytes; `refusal` makes the answer to a larger one."""

    def __init__(self, app: ASGIApp, most: int, refusal: Callable[[], Response]) -> None:
        self._app = app
        self._most = most
        self._refusal = refusal

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """ASGI."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        try:
            body = await received(receive, self._most)
        except ClientDisconnect:
            return
        if body is None:
            await self._refusal()(scope, receive, send)
            return
        await self._app(scope, replayed(body, receive), send)
