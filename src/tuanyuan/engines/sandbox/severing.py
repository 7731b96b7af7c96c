"""Answers that die in their middle."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable, Mapping

from starlette.responses import Response, StreamingResponse
from starlette.types import Receive, Scope, Send


class Cut(Exception):
    """The connection dies here."""


async def cut(send: Send) -> None:
    """Break the connection off in the middle of an answer. Raises Cut: let it pass through the application."""
    headers = [(b"content-type", b"application/json"), (b"content-length", b"4096")]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": b'{"', "more_body": True})
    raise Cut


class Severed(Response):
    """An answer that breaks off in its first bytes."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Raises Cut."""
        del scope, receive
        await cut(send)


def events(texts: Iterable[str], *, severed: bool = False, headers: Mapping[str, str] | None = None) -> Response:
    """Server-sent events, each written out with its empty line. severed: the connection dies after these."""

    async def told() -> AsyncIterator[str]:
        for text in texts:
            yield text
        if severed:
            raise Cut

    return StreamingResponse(told(), media_type="text/event-stream", headers=headers)
