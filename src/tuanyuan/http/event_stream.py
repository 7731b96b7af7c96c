"""A response of server-sent events that ends with its client and leaves nothing behind."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import AbstractContextManager, aclosing
from typing import Any

import anyio
import anyio.abc
from starlette.responses import Response
from starlette.types import Receive, Scope, Send


class EventStream(Response):
    """Sends `lines` as they come. `place` is left when the stream ends, however it ends."""

    def __init__(self, lines: AsyncGenerator[bytes], place: AbstractContextManager[Any]) -> None:
        super().__init__(
            status_code=200,
            media_type="text/event-stream",
            headers={"cache-control": "no-store", "x-accel-buffering": "no"},
        )
        del self.headers["content-length"]
        self.lines, self.place = lines, place

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send until the lines end or the client leaves."""
        del scope
        try:
            async with anyio.create_task_group() as tasks:
                tasks.start_soon(self._until_left, receive, tasks)
                await send({"type": "http.response.start", "status": 200, "headers": self.raw_headers})
                async with aclosing(self.lines) as lines:
                    async for line in lines:
                        await send({"type": "http.response.body", "body": line, "more_body": True})
                await send({"type": "http.response.body", "body": b"", "more_body": False})
                tasks.cancel_scope.cancel()
        finally:
            self.place.__exit__(None, None, None)

    @staticmethod
    async def _until_left(receive: Receive, tasks: anyio.abc.TaskGroup) -> None:
        while (await receive())["type"] != "http.disconnect":
            pass
        tasks.cancel_scope.cancel()
