"""One call to a partner: bounded in time and bytes, and nothing of it in a log line or an exception.

Addresses, headers and bodies of these calls hold keys, signatures and faces.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Iterator, Mapping
from contextvars import ContextVar
from dataclasses import dataclass

import httpx2
import structlog

from tuanyuan.domain.engine import Transient, Unknown
from tuanyuan.domain.errors import StudioError
from tuanyuan.partners.outside import ONCE, Inside, OutsideTransport, Provider, Resolve

# Of a whole call; the last wait for bytes may add half of it.
DEADLINE = 20.0
_PIECE = 64 * 1024
_LOGGERS = ("httpcore2.connection", "httpcore2.http11", "httpcore2.http2", "httpcore2.proxy")

log = structlog.get_logger(__name__)
_under_way: ContextVar[bool] = ContextVar("exchange_under_way", default=False)


class _Silent(logging.Filter):
    """Drops the lines about a call of ours that show where it goes and what comes back, when all is logged."""

    def filter(self, record: logging.LogRecord) -> bool:
        del record
        return not _under_way.get()


for _name in _LOGGERS:
    logging.getLogger(_name).addFilter(_Silent())


class _Nameless(httpx2.BaseTransport):
    """Takes the address off a request once it was sent, so that the library cannot log it or put it into an error."""

    _ADDRESS = httpx2.URL("https://partner.invalid/")

    def __init__(self, inner: httpx2.BaseTransport) -> None:
        self._inner = inner

    def handle_request(self, request: httpx2.Request) -> httpx2.Response:
        try:
            return self._inner.handle_request(request)
        finally:
            request.url = self._ADDRESS

    def close(self) -> None:
        self._inner.close()


@dataclass(frozen=True)
class Answer:
    """What came back. headers: names in small letters."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def fine(self) -> bool:
        """Status 2xx."""
        return 200 <= self.status < 300


class NotReached(Transient):
    """Nothing of the call reached the partner."""


class _OutOfTime(Exception):
    pass


class _TooLong(Exception):
    pass


class Exchange:
    """Calls to one partner. Safe to share between threads; `close` when done."""

    def __init__(self, partner: str, deadline: float = DEADLINE, resolve: Resolve | None = None) -> None:
        """deadline: seconds for a whole call. resolve: instead of the system's names, for results; for tests."""
        self.partner, self._deadline = partner, deadline
        self._provider = Provider()
        tls = httpx2.create_ssl_context(trust_env=False)
        self._http = self._client(httpx2.HTTPTransport(verify=tls, trust_env=False))
        once = httpx2.HTTPTransport(verify=tls, trust_env=False, limits=ONCE)
        self._elsewhere = self._client(OutsideTransport(once, self._provider.admits, resolve))

    def __call__(
        self, method: str, url: str, headers: Mapping[str, str], content: bytes = b"", longest: int = 1024 * 1024
    ) -> Answer:
        """One call, sent once. longest: bytes of the answer.

        NotReached engine_failed; Transient picture_broken: more than `longest`; Unknown answer_lost.
        """
        return self._once(self._http, method, url, headers, content, longest)

    def result(self, url: str, longest: int) -> Answer:
        """What lies at an address that the partner gave, elsewhere than where we call it.

        As a call; and Transient picture_gone, nothing sent: it leads into the network where we are, and the partner
        is not there.
        """
        return self._once(self._elsewhere, "GET", url, {}, b"", longest)

    def close(self) -> None:
        """Let go of the connections."""
        self._http.close()
        self._elsewhere.close()

    def _client(self, transport: httpx2.BaseTransport) -> httpx2.Client:
        limits = httpx2.Timeout(self._deadline / 2, connect=self._deadline / 4, pool=self._deadline / 4)
        return httpx2.Client(transport=_Nameless(transport), timeout=limits, trust_env=False, follow_redirects=False)

    def _once(
        self, http: httpx2.Client, method: str, url: str, headers: Mapping[str, str], content: bytes, longest: int
    ) -> Answer:
        token = _under_way.set(True)
        failed: StudioError | None = None
        try:
            answer = self._fetch(http, method, url, headers, content, longest)
        except Inside as error:
            failed = self._failed(Transient("picture_gone"), error)
        except (httpx2.ConnectError, httpx2.ConnectTimeout, httpx2.PoolTimeout, httpx2.InvalidURL) as error:
            failed = self._failed(NotReached("engine_failed"), error)
        except _TooLong as error:
            failed = self._failed(Transient("picture_broken"), error)
        except (httpx2.HTTPError, _OutOfTime) as error:
            failed = self._failed(Unknown("answer_lost"), error)
        finally:
            _under_way.reset(token)
        if failed is not None:
            # Outside of the handler: the library's error holds the address.
            raise failed
        return answer

    def _failed(self, error: StudioError, cause: Exception) -> StudioError:
        log.warning("partner_no_answer", partner=self.partner, error=type(cause).__name__.strip("_"))
        return error

    def _fetch(
        self, http: httpx2.Client, method: str, url: str, headers: Mapping[str, str], content: bytes, longest: int
    ) -> Answer:
        until = time.monotonic() + self._deadline
        heads = {"accept-encoding": "identity", **headers}
        if content or method in ("PUT", "POST"):
            heads["content-length"] = str(len(content))
        sent = _pieces(content, until) if content else None
        body = bytearray()
        with http.stream(method, url, headers=heads, content=sent) as response:
            if http is self._http:
                self._provider.answered(response)
            for piece in response.iter_raw():
                body += piece
                if len(body) > longest:
                    raise _TooLong
                if time.monotonic() > until:
                    raise _OutOfTime
            return Answer(response.status_code, {k.lower(): v for k, v in response.headers.items()}, bytes(body))


def _pieces(content: bytes, until: float) -> Iterator[bytes]:
    """A body in pieces, so that a partner who reads slowly does not hold us longer than the deadline."""
    for start in range(0, len(content), _PIECE):
        if time.monotonic() > until:
            raise _OutOfTime
        yield content[start : start + _PIECE]
