"""An engine that is slow, or fails, when it is to let go of its connections."""

from __future__ import annotations

import asyncio
import threading
from dataclasses import dataclass, field

from doubles.cloud import Cloud

SECRET = "https://out.example/?signature=abc"


@dataclass
class Leaving(Cloud):
    """closing: how it does. done: what ended, in order. loops: where that was. over: lets go of a loop it holds."""

    closing: str = "at once"
    done: list[str] = field(default_factory=list)
    loops: list[asyncio.AbstractEventLoop] = field(default_factory=list)
    begun: threading.Event = field(default_factory=threading.Event)
    over: threading.Event = field(default_factory=threading.Event)

    async def ask(self) -> None:
        """A call that is never answered."""
        self.begun.set()
        try:
            await asyncio.Event().wait()
        finally:
            self._end("call")

    async def close(self) -> None:
        if self.closing == "holds the loop":
            self.over.wait()
        if self.closing == "fails":
            raise RuntimeError(SECRET)
        while self.closing in ("is late", "never ends"):
            try:
                await asyncio.Event().wait()
            except asyncio.CancelledError:
                if self.closing == "is late":
                    raise RuntimeError(SECRET) from None
        self._end("close")

    def _end(self, what: str) -> None:
        self.done.append(what)
        self.loops.append(asyncio.get_running_loop())
