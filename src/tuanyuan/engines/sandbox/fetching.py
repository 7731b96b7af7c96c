"""How a provider reads the pictures that it is given by address."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import anyio
import httpx2

Fetch = Callable[[str], Awaitable[bytes]]

_MOST = 20_000_000
_SECONDS = 10.0


async def fetch(address: str) -> bytes:
    """What lies at a public address: at most 20 MB, within ten seconds, no redirects.

    Raises ValueError, OSError (in time, too), httpx2.HTTPError, httpx2.InvalidURL.
    """
    got = bytearray()
    with anyio.fail_after(_SECONDS):
        async with (
            httpx2.AsyncClient(timeout=_SECONDS, follow_redirects=False, trust_env=False) as client,
            client.stream("GET", address) as answer,
        ):
            if answer.status_code != httpx2.codes.OK:
                raise ValueError(f"status {answer.status_code}")
            async for piece in answer.aiter_bytes():
                got += piece
                if len(got) > _MOST:
                    raise ValueError(f"larger than {_MOST} bytes")
    return bytes(got)
