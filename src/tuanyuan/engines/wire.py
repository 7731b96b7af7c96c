"""One provider over HTTP: what every client of an engine shares, so that each is only its contract.

Every call has a deadline and bounds on what it reads. A connection that could not be made is Transient: nothing was
sent. An answer that was lost after sending is Unknown. Keys stand in headers, and neither headers nor addresses are
ever put into an error or a log line.
"""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

import httpx2

from tuanyuan.domain.engine import Transient, Unknown, unheard
from tuanyuan.partners.outside import ONCE, AsyncOutsideTransport, Inside, Provider, Resolve, inside, keeps_keys

CONTROL_SECONDS = 30.0
MOST_ANSWER = 2 << 20
MOST_PICTURE = 40 << 20
# No connection, or nothing that could be sent over one: an address or a header that is none.
_NOT_SENT = (
    httpx2.ConnectError,
    httpx2.ConnectTimeout,
    httpx2.PoolTimeout,
    httpx2.InvalidURL,
    httpx2.UnsupportedProtocol,
    UnicodeError,
)
# The library's own lines show whole addresses, and an address may carry a signature.
logging.getLogger("httpx2").setLevel(logging.WARNING)


@dataclass(frozen=True)
class Answer:
    """What came back. headers: names in lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes = field(repr=False)

    def json(self) -> dict[str, Any]:
        """The body as JSON object. Unknown answer_lost: it is none, so nobody knows what was done."""
        try:
            found = json.loads(self.body)
        except (ValueError, RecursionError):
            raise Unknown("answer_lost") from None
        if not isinstance(found, dict):
            raise Unknown("answer_lost")
        return found

    @property
    def retry_after(self) -> int | None:
        """Seconds after which to come again, where the provider says so in whole seconds: 1..3600."""
        told = self.headers.get("retry-after", "")
        return min(max(1, int(told)), 3600) if told.isascii() and told.isdigit() else None


class Wire:
    """Connections to one provider, for one event loop."""

    def __init__(
        self,
        base_url: str,
        *,
        deadline: float = CONTROL_SECONDS,
        transport: httpx2.AsyncBaseTransport | None = None,
        resolve: Resolve | None = None,
    ) -> None:
        """For tests: transport instead of the network, resolve instead of its names. With the former alone, none is."""
        self.base_url = base_url.rstrip("/")
        self._deadline = deadline
        parts = urlsplit(base_url)
        self._secure, self._host = parts.scheme == "https", parts.hostname
        self._provider = Provider(self._host or "")
        own = elsewhere = transport
        if own is None or elsewhere is None:
            tls = httpx2.create_ssl_context(trust_env=False)
            own = httpx2.AsyncHTTPTransport(verify=tls, trust_env=False)
            elsewhere = httpx2.AsyncHTTPTransport(verify=tls, trust_env=False, limits=ONCE)
        if transport is None or resolve is not None:
            elsewhere = AsyncOutsideTransport(elsewhere, self._provider.admits, resolve)
        self._http = _client(own)
        # For results that do not lie at the provider's own address.
        self._elsewhere = _client(elsewhere)

    async def call(
        self,
        method: str,
        path: str,
        *,
        deadline: float | None = None,
        most: int = MOST_ANSWER,
        **sending: Any,
    ) -> Answer:
        """One call. `sending`: headers, params, content, json, data, files of the library; path may be an address.

        Transient engine_failed: no connection, nothing was sent. Unknown answer_lost: sent, and no (whole) answer.
        """
        address = path if "://" in path else self.base_url + path
        return await self._ask(self._http, method, address, deadline or self._deadline, most, sending)

    async def fetch(self, address: str, *, most: int = MOST_PICTURE, tries: int = 2, **sending: Any) -> bytes:
        """The bytes behind a result's address, at once: it holds for an hour or a day only.

        Transient picture_gone: the provider says that it is not there, or sends too much. Unknown: not reached twice.
        Only https is followed, but for a provider that itself is spoken to in plain http (a fake, one's own server);
        and never an address inside the network where we are, nor a name of one, unless the provider itself is there.
        """
        if not self._followed(address):
            raise Transient("picture_gone")
        http = self._http if urlsplit(address).hostname == self._host else self._elsewhere
        for left in reversed(range(tries)):
            try:
                answer = await self._ask(http, "GET", address, self._deadline, most, sending)
            except Inside:
                raise Transient("picture_gone") from None
            except (Transient, Unknown):
                if not left:
                    raise Unknown("answer_lost") from None
                continue
            if answer.status == httpx2.codes.OK and answer.body:
                return answer.body
            if answer.status < httpx2.codes.INTERNAL_SERVER_ERROR or not left:
                raise Transient("picture_gone")
        raise Transient("picture_gone")

    async def close(self) -> None:
        """Let go of the connections."""
        await self._http.aclose()
        await self._elsewhere.aclose()

    async def _ask(
        self,
        http: httpx2.AsyncClient,
        method: str,
        address: str,
        deadline: float,
        most: int,
        sending: Mapping[str, Any],
    ) -> Answer:
        try:
            async with asyncio.timeout(deadline), http.stream(method, address, **sending) as response:
                if http is self._http:
                    self._provider.answered(response)
                body = await _read(response, most)
                headers = {name.lower(): value for name, value in response.headers.items()}
                return Answer(response.status_code, headers, body)
        except _NOT_SENT:
            raise Transient("engine_failed") from None
        except (TimeoutError, httpx2.HTTPError, httpx2.StreamError):
            raise unheard() from None

    def _followed(self, address: str) -> bool:
        try:
            address.encode()
            parts = urlsplit(address)
            host, _ = parts.hostname, parts.port
        except ValueError:
            return False
        if not host or parts.scheme not in (("https",) if self._secure else ("https", "http")):
            return False
        return host == self._host or not inside(host) or (not keeps_keys(host) and inside(self._host or ""))


def _client(transport: httpx2.AsyncBaseTransport) -> httpx2.AsyncClient:
    timeout = httpx2.Timeout(None, connect=10.0)
    return httpx2.AsyncClient(timeout=timeout, transport=transport, trust_env=False, follow_redirects=False)


async def _read(response: httpx2.Response, most: int) -> bytes:
    """The body, bounded. Unknown answer_lost: longer than anything that is wanted."""
    if "," in response.headers.get("content-encoding", ""):
        # Packed twice: a few bytes may become more than there is memory, before any of them can be counted.
        raise Unknown("answer_lost")
    body = bytearray()
    async for chunk in response.aiter_bytes():
        body += chunk
        if len(body) > most:
            raise Unknown("answer_lost")
    return bytes(body)
