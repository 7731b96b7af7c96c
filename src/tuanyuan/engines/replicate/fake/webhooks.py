"""Calls to whoever wants to hear of a prediction, signed (contract: replicate.md 6.4)."""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
from collections.abc import Awaitable, Callable, Sequence

import anyio
import httpx2

EVENTS = ("start", "output", "logs", "completed")

Deliver = Callable[[str, bytes, dict[str, str]], Awaitable[int]]


def signature(secret: str, message_id: str, timestamp: int, body: bytes) -> str:
    """The value of `webhook-signature`. secret: with its `whsec_`."""
    key = base64.b64decode(secret.removeprefix("whsec_"))
    signed = f"{message_id}.{timestamp}.".encode() + body
    return "v1," + base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()


class Webhooks:
    """gaps: seconds between one attempt and the next, until one is answered with 2xx."""

    def __init__(
        self, secret: str, clock: Callable[[], float], gaps: Sequence[float], deliver: Deliver | None = None
    ) -> None:
        self.secret = secret
        self._clock = clock
        self._gaps = gaps
        self._deliver = deliver or _post

    async def send(self, url: str, body: bytes) -> bool:
        """Deliver one message, again and again; whether it arrived."""
        message_id = f"msg_{secrets.token_urlsafe(20)}"
        for gap in (*self._gaps, None):
            now = int(self._clock())
            headers = {
                "content-type": "application/json",
                "webhook-id": message_id,
                "webhook-timestamp": str(now),
                "webhook-signature": signature(self.secret, message_id, now, body),
            }
            try:
                if 200 <= await self._deliver(url, body, headers) < 300:
                    return True
            except (httpx2.HTTPError, OSError):
                pass  # Nobody is there: that is what the next attempt is for.
            if gap is not None:
                await anyio.sleep(gap)
        return False


async def _post(url: str, body: bytes, headers: dict[str, str]) -> int:
    async with httpx2.AsyncClient(timeout=10.0, trust_env=False) as client:
        return (await client.post(url, content=body, headers=headers)).status_code
