"""Engines let go of what they hold, at the end of a process or of a command."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping

import structlog

from tuanyuan.domain.engine import Engine

# For all of them together.
SECONDS = 5.0
# After that, for those that were broken off to end as they like.
_LAST_SECONDS = 1.0

log = structlog.get_logger(__name__)


async def closed(engines: Mapping[str, Engine], seconds: float = SECONDS) -> None:
    """Close the engines, side by side. To be awaited on the event loop that their connections belong to.

    Takes about `seconds` at most and raises nothing: what went wrong is logged by its kind alone, for the words of an
    error may hold an address or a key.
    """
    tasks = {asyncio.ensure_future(engine.close()): name for name, engine in engines.items()}
    if not tasks:
        return
    _, late = await asyncio.wait(tasks, timeout=seconds)
    for task, name in tasks.items():
        why = "late" if task in late else _why(task)
        if why:
            log.warning("engine_not_closed", engine=name, error=why)
    await broken_off(late, _LAST_SECONDS)


async def broken_off(tasks: set[asyncio.Task[None]], seconds: float) -> None:
    """Cancel tasks, and wait for their end no longer than `seconds`. What they raise is nobody's any more."""
    for task in tasks:
        task.add_done_callback(_why)
        task.cancel()
    if tasks:
        await asyncio.wait(tasks, timeout=seconds)


def _why(task: asyncio.Task[None]) -> str:
    """The kind of error that a task ended with; empty: none. The loop takes it for seen."""
    if task.cancelled():
        return "cancelled"
    error = task.exception()
    return "" if error is None else type(error).__name__
