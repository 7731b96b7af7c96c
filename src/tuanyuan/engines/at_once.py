"""An engine whose provider answers in the same call: it has no tasks, and no way to tell what became of a call."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NoReturn
from urllib.parse import urlsplit

import httpx2

from tuanyuan.domain.capabilities import Capabilities
from tuanyuan.domain.engine import BadRequest, EngineSetup, TaskRef, Unknown
from tuanyuan.domain.job import JobRequest
from tuanyuan.engines import asked
from tuanyuan.engines.wire import Wire


class AtOnce:
    """What such engines share of `domain.engine.Engine`; each adds its `name` and its `submit`."""

    name: str
    resumable = False

    def __init__(
        self, capabilities: Capabilities, url: str, *, transport: httpx2.AsyncBaseTransport | None = None
    ) -> None:
        """EngineSetup engine_setup: the address is none. transport: instead of the network, for tests."""
        if not self._is_address(url):
            raise EngineSetup("engine_setup", engine=self.name, detail="url")
        self.capabilities = capabilities
        self._wire = Wire(url, transport=transport)

    def check(self, order: JobRequest) -> None:
        """WrongUsage option_invalid: a parameter is unknown, out of bounds, or not understood by this engine."""
        asked.check(order, self.capabilities)

    async def poll(self, task: TaskRef) -> NoReturn:
        """BadRequest: there are no tasks."""
        del task
        raise BadRequest("engine_bad_request", engine=self.name, detail="no_tasks")

    async def find(self, attempt: str) -> NoReturn:
        """Unknown answer_lost: the provider keeps nothing that could be asked for."""
        del attempt
        raise Unknown("answer_lost")

    async def cancel(self, task: TaskRef) -> None:
        """There is nothing to stop."""

    async def close(self) -> None:
        """Let go of the connections."""
        await self._wire.close()

    def _key(self, keys: Mapping[str, str], name: str) -> str:
        """The key of that setting; "" where there is none. EngineSetup engine_setup: it cannot stand in a header."""
        key = (keys.get(name) or "").strip()
        if not (key.isascii() and key.isprintable()):
            raise EngineSetup("engine_setup", engine=self.name, detail=name)
        return key

    @staticmethod
    def _is_address(url: str) -> bool:
        try:
            parts = urlsplit(url)
            return parts.scheme in ("https", "http") and bool(parts.hostname) and parts.port != 0
        except ValueError:
            return False
