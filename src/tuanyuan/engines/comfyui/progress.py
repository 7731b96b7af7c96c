"""How far prompts are, heard over the server's websocket (5.3). It may lose messages: what counts is the history."""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import structlog
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import WebSocketException

from tuanyuan.domain.ports.pixels import Progress
from tuanyuan.engines.told import number

OPEN_SECONDS = 5.0
CLOSE_SECONDS = 1.0
# A preview is a picture of its own; they are skipped, not refused.
MOST_MESSAGE = 16 << 20
# Sampling is nearly all; decoding and saving come after it.
SAMPLED = 0.95
# More than any sampler takes.
MOST_STEPS = 1_000_000
_ENDS = ("execution_success", "execution_error", "execution_interrupted")

log = structlog.get_logger(__name__)


def share(message: dict[str, Any], prompt: str) -> float | None:
    """How far the sampler of a prompt is, 0..1, of a `progress` or `progress_state` message; None: it does not say."""
    data = message.get("data")
    if not isinstance(data, dict) or data.get("prompt_id") != prompt:
        return None
    told = [data] if message.get("type") == "progress" else []
    if message.get("type") == "progress_state" and isinstance(data.get("nodes"), dict):
        told = [node for node in data["nodes"].values() if isinstance(node, dict)]
    shares = []
    for node in told:
        value, most = node.get("value"), node.get("max")
        value, most = number(value, MOST_STEPS), number(most, MOST_STEPS)
        # A node with one step is no sampler.
        if value is not None and most is not None and most > 1:
            shares.append(min(max(value / most, 0.0), 1.0))
    return max(shares, default=None)


class Listening:
    """Websockets of the prompts under way, one each; for one event loop. address: of the server, in http."""

    def __init__(self, address: str) -> None:
        url = urlsplit(address)
        scheme = "wss" if url.scheme == "https" else "ws"
        self._address = urlunsplit((scheme, url.netloc, f"{url.path.rstrip('/')}/ws", "", ""))
        self._tasks: dict[str, asyncio.Task[None]] = {}
        self._shares: dict[str, float] = {}

    async def begin(self, prompt: str, progress: Progress, seconds: float) -> None:
        """Connect, before the prompt is posted; hear it for `seconds` at most. That nobody can listen is no error."""
        try:
            connection = await connect(
                f"{self._address}?clientId={prompt}",
                open_timeout=OPEN_SECONDS,
                close_timeout=CLOSE_SECONDS,
                max_size=MOST_MESSAGE,
                proxy=None,
            )
        except (OSError, TimeoutError, WebSocketException) as error:
            log.info("comfyui_no_websocket", error=type(error).__name__)
            return
        self._tasks[prompt] = asyncio.create_task(self._listen(connection, prompt, progress, seconds))

    def share(self, prompt: str) -> float | None:
        """How far it is, 0..1, as far as anything was heard."""
        return self._shares.get(prompt)

    async def end(self, prompt: str) -> None:
        """Stop listening; the prompt is done or given up."""
        self._shares.pop(prompt, None)
        task = self._tasks.pop(prompt, None)
        if task is not None:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)

    async def close(self) -> None:
        """Stop listening to all."""
        for prompt in list(self._tasks):
            await self.end(prompt)

    async def _listen(self, connection: ClientConnection, prompt: str, progress: Progress, seconds: float) -> None:
        with contextlib.suppress(WebSocketException, OSError):
            async with connection, asyncio.timeout(seconds):
                async for message in connection:
                    if isinstance(message, str) and await self._heard(message, prompt, progress):
                        return

    async def _heard(self, text: str, prompt: str, progress: Progress) -> bool:
        """Whether it was the last message of the prompt."""
        try:
            message = json.loads(text)
        except (ValueError, RecursionError):
            return False
        if not isinstance(message, dict):
            return False
        found = share(message, prompt)
        if found is not None and found * SAMPLED > self._shares.get(prompt, 0.0):
            self._shares[prompt] = found * SAMPLED
            # Whoever is told may write it down, and others wait on this loop.
            await asyncio.to_thread(_tell, progress, found * SAMPLED)
        data = message.get("data")
        return message.get("type") in _ENDS and isinstance(data, dict) and data.get("prompt_id") == prompt


def _tell(progress: Callable[[float, str, str], None], found: float) -> None:
    """A caller that does not want to hear it any more does not stop the picture."""
    try:
        progress(found, "正在制作", "making")
    except Exception as error:
        log.info("comfyui_progress_unheard", error=type(error).__name__)
