"""uvicorn, hardened: bounded headers in bytes and time, bounded connections, an end that does not wait for watchers.

uvicorn with httptools bounds neither the size of a request's head nor the time it takes, and its keep-alive clock
starts only after the first answer; `HeadGuard` adds both.
"""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Callable
from typing import Any

import uvicorn
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

HEAD_SECONDS = 10.0
HEAD_BYTES = 32 * 1024
# Who takes fewer bytes than these in so many seconds holds a picture in our memory and does not want it.
STALLED_SECONDS, LEAST_TAKEN = 30.0, 16 * 1024
MOST_CONNECTIONS = 4096
KEEP_ALIVE_SECONDS = 30
LAST_SECONDS = 25


class HeadGuard(HttpToolsProtocol):
    """One connection whose request heads are bounded: 10 s from the first byte (or the connection), 32 KB.

    A body that goes on after its request was refused is bounded by the same 10 s. An answer that is not taken, 16 KB in
    30 s, is broken off.
    """

    seconds = HEAD_SECONDS
    stalled = STALLED_SECONDS

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._clock: asyncio.TimerHandle | None = None
        self._head = True
        self._bytes = 0
        self._taking: asyncio.TimerHandle | None = None
        self._unsent = 0

    # Asyncio's own server gives no other.
    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """A client has come; its first request's head must be here soon."""
        super().connection_made(transport)
        self._start()

    def connection_lost(self, exc: Exception | None) -> None:
        """A client has gone."""
        self._stop()
        self._taken()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Bytes have come. A head that grows beyond the bound closes the connection."""
        if self._head:
            self._bytes += len(data)
        super().data_received(data)
        if self._head and self._bytes > HEAD_BYTES and not self.transport.is_closing():
            self.transport.close()

    def on_message_begin(self) -> None:
        """A request begins."""
        super().on_message_begin()
        self._head = True
        self._start()

    def on_headers_complete(self) -> None:
        """The head is whole."""
        self._head, self._bytes = False, 0
        self._stop()
        if sum(len(name) + len(value) for name, value in self.headers) + len(self.url) > HEAD_BYTES:
            self.transport.close()
            return
        super().on_headers_complete()

    def on_message_complete(self) -> None:
        """The request is here whole."""
        super().on_message_complete()
        self._stop()

    def on_response_complete(self) -> None:
        """A request was answered. The rest of its body is awaited for a while, so that the answer can be read."""
        super().on_response_complete()
        if self.cycle is not None and self.cycle.more_body:
            self._start()

    def pause_writing(self) -> None:
        """The client takes an answer more slowly than it is given."""
        super().pause_writing()
        self._watch()

    def resume_writing(self) -> None:
        """Nearly all of it is taken."""
        super().resume_writing()
        self._taken()

    def _watch(self) -> None:
        self._unsent = self.transport.get_write_buffer_size()
        self._taking = self.loop.call_later(self.stalled, self._look)

    def _look(self) -> None:
        if self._unsent - self.transport.get_write_buffer_size() < LEAST_TAKEN:
            self.transport.abort()
        else:
            self._watch()

    def _taken(self) -> None:
        if self._taking is not None:
            self._taking.cancel()
            self._taking = None

    def _start(self) -> None:
        if self._clock is None:
            self._clock = self.loop.call_later(self.seconds, self._late)

    def _stop(self) -> None:
        if self._clock is not None:
            self._clock.cancel()
            self._clock = None

    def _late(self) -> None:
        self._clock = None
        if not self.transport.is_closing():
            self.transport.close()


class Server(uvicorn.Server):
    """A server that says when it is ready, and tells its watchers to leave (`ending`) before the last answers."""

    def __init__(self, config: uvicorn.Config, ending: Callable[[], None], ready: Callable[[], None]) -> None:
        super().__init__(config)
        self.ending, self.ready = ending, ready

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Begin to answer."""
        await super().startup(sockets)
        if self.started:
            self.ready()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Stop accepting, end the streams, finish what is under way, 25 s at most."""
        self.ending()
        await super().shutdown(sockets)


def config(app: Any, host: str, port: int) -> uvicorn.Config:
    """How the API is served. Proxy headers are read by us, not by uvicorn; our journal replaces its access log."""
    return uvicorn.Config(
        app,
        host=host,
        port=port,
        http=HeadGuard,
        ws="none",
        lifespan="on",
        log_config=None,
        access_log=False,
        proxy_headers=False,
        server_header=False,
        limit_concurrency=MOST_CONNECTIONS,
        backlog=2048,
        timeout_keep_alive=KEEP_ALIVE_SECONDS,
        timeout_graceful_shutdown=LAST_SECONDS,
    )
