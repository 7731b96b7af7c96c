"""Aliyun's `EnhanceFace`: faces restored. Implements `domain.ports.retouching.FaceRestoring`.

Contract: face-restoration.md 8.1. The service takes an address that it can read from Shanghai, lent for the call, and
answers with one that is fetched at once.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from datetime import UTC, datetime
from secrets import token_hex
from urllib.parse import SplitResult, urlencode, urlsplit

from tuanyuan.domain.engine import Transient, Unknown
from tuanyuan.domain.ports.retouching import Fit, Fitting, Lending, Unfit
from tuanyuan.partners import made
from tuanyuan.partners.aliyun_facebody.signing import headers
from tuanyuan.partners.exchange import DEADLINE, Answer, Exchange
from tuanyuan.partners.refusals import Why, refusal

NAME = "aliyun_facebody"
URL = "https://facebody.cn-shanghai.aliyuncs.com"
ACTION, VERSION = "EnhanceFace", "2019-12-30"
BOUNDS = Fit(bytes=3 * 1024 * 1024, longest=2047, pixels=2047 * 2047, shortest=33)
MOST_ANSWER, MOST_PICTURE = 64 * 1024, 32 * 1024 * 1024
RESULTS = ".aliyuncs.com"

_DOWNLOAD = "InvalidFile.Download"
_SETUP = (
    "InvalidApi",
    "EntityNotExist",
    "AuthFailed",
    "Forbidden",
    "InvalidAccessKeyId",
    "SignatureDoesNotMatch",
    "SignatureNonceUsed",
    "InvalidTimeStamp",
    "InvalidAction",
)


class AliyunFacebody:
    """One account. Safe to share between threads; `close` when done."""

    def __init__(
        self,
        access_key: str,
        secret_key: str,
        address: Lending | None,
        fit: Fitting,
        *,
        url: str | None = None,
        deadline: float = DEADLINE,
        clock: Callable[[], float] = time.time,
    ) -> None:
        """address: lends one for a picture's bytes; None: callers of `restore` bring one.

        url: instead of the service's own host.
        """
        self._access_key, self._secret_key = access_key, secret_key
        self._url = (url or URL).rstrip("/")
        self._host = urlsplit(self._url).netloc
        self._address, self._fit, self._clock = address, fit, clock
        self._exchange = Exchange(NAME, deadline)

    def restore(self, picture: bytes, lies_at: str | None = None) -> bytes:
        """The picture with clearer faces, at most 2047 pixels a side. Raises the errors of `domain.engine`.

        lies_at: where the service can read these very bytes, which must be within its bounds; None: they are lent.
        A picture that the service could not download is offered once more (8.1).
        """
        try:
            sent = self._fit(picture, BOUNDS)
        except Unfit as unfit:
            raise refusal("bad_request", NAME, str(unfit)) from None
        with self._lent(sent.data, lies_at) as address:
            code, found = self._ask(address)
            if code == _DOWNLOAD:
                code, found = self._ask(address)
        if code:
            raise refusal("failed", NAME, code)
        return made.restored(self._fetch(found), sent.size)

    def close(self) -> None:
        """Let go of the connections."""
        self._exchange.close()

    def _lent(self, data: bytes, lies_at: str | None) -> AbstractContextManager[str]:
        if lies_at is not None:
            return nullcontext(lies_at)
        if self._address is None:
            raise refusal("setup", NAME, "no address")
        return self._address(data, "image/jpeg")

    def _ask(self, address: str) -> tuple[str, str]:
        """("", the result's address), or (InvalidFile.Download, ""). Every other no is raised."""
        body = urlencode({"ImageURL": address}).encode()
        date = datetime.fromtimestamp(self._clock(), UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        account = (self._access_key, self._secret_key, self._host)
        heads = headers(*account, ACTION, VERSION, body, date, token_hex(16))
        answer = self._exchange("POST", f"{self._url}/", heads, body, MOST_ANSWER)
        try:
            told = json.loads(answer.body)
            code = "" if answer.fine else str(told["Code"])
            if not code:
                return "", str(told["Data"]["ImageURL"])
        except (ValueError, KeyError, TypeError, RecursionError):
            if answer.fine:
                # It may have been made and billed.
                raise Unknown("answer_lost") from None
            why: Why = "throttled" if answer.status == 429 else "failed"
            raise refusal(why, NAME, f"{answer.status} unreadable") from None
        if code == _DOWNLOAD:
            return code, ""
        raise refusal(_why(answer.status, code), NAME, code)

    def _fetch(self, address: str) -> bytes:
        """The result, which holds half an hour: asked for again where the answer was lost."""
        url = self._trusted(address)
        try:
            answer = self._brought(url)
        except Unknown:
            answer = self._brought(url)
        if not answer.fine:
            raise Transient("picture_gone")
        return answer.body

    def _brought(self, url: str) -> Answer:
        if urlsplit(url).netloc == self._host:
            return self._exchange("GET", url, {}, longest=MOST_PICTURE)
        # The vendor's domain holds the names of its inner network, too.
        return self._exchange.result(url, MOST_PICTURE)

    def _trusted(self, address: str) -> str:
        """The address where we expect results: the vendor's hosts, and only over HTTPS."""
        try:
            parts = urlsplit(address)
            host, port = parts.hostname or "", parts.port
        except ValueError:
            parts, host, port = SplitResult("", "", "", "", ""), "", None
        if parts.scheme in ("http", "https") and parts.username is None:
            if host.endswith(RESULTS) and port is None:
                return parts._replace(scheme="https").geturl()
            if parts.netloc == self._host:
                return parts._replace(scheme=urlsplit(self._url).scheme).geturl()
        raise refusal("failed", NAME, "result elsewhere")


def _why(status: int, code: str) -> Why:
    if code.startswith("Throttling") or status == 429:
        return "throttled"
    if code.startswith(_SETUP) or status in (401, 403, 404):
        return "setup"
    return "failed" if status >= 500 else "bad_request"
