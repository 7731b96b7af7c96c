"""The time that a call takes, if the client has it."""

from __future__ import annotations

import anyio
from starlette.types import Receive


async def waited(receive: Receive, seconds: float) -> bool:
    """Wait so long; False, and at once, when the client goes away. Its body must have been received."""
    if seconds <= 0:
        return True
    stayed = False
    async with anyio.create_task_group() as group:

        async def listen() -> None:
            while (await receive())["type"] != "http.disconnect":
                pass
            group.cancel_scope.cancel()

        group.start_soon(listen)
        await anyio.sleep(seconds)
        stayed = True
        group.cancel_scope.cancel()
    return stayed
