"""Cutting out by Tencent's picture processing in a bucket of ours. Implements `domain.ports.retouching.Matting`.

The picture is put there encrypted, the cut-out comes back in the answer of one GET (contract: tencent-cos-ci.md 7.3,
"request time") and is never stored; the picture is deleted in any case.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Mapping
from secrets import token_hex
from urllib.parse import quote, urlsplit

from tuanyuan.domain.engine import Throttled, Transient
from tuanyuan.domain.ports.retouching import Fit, Fitting, Kind, Unfit
from tuanyuan.partners import made
from tuanyuan.partners.exchange import DEADLINE, Answer, Exchange
from tuanyuan.partners.refusals import Why, code_in_xml, refusal
from tuanyuan.partners.storing import stored
from tuanyuan.partners.tencent_ci.signing import authorization

NAME = "tencent_ci"
# 7.4; a quarter of the bytes is enough for any photo that we take.
BOUNDS = Fit(bytes=8 * 1024 * 1024, longest=50_000, pixels=250_000_000)
PROCESSES: Mapping[str, str] = {"portrait": "AIPortraitMatting", "goods": "GoodsMatting"}
MOST_ANSWER = 128 * 1024 * 1024
LIFE, EARLY = 300, 60
FOLDER = "tuanyuan/matting"

# Numbers of the picture processing (7.5).
_BLOCKED, _BUSY, _FAILED = "-5062", "-29214", "-103"


class TencentCi:
    """One bucket. Safe to share between threads; `close` when done."""

    def __init__(
        self,
        secret_id: str,
        secret_key: str,
        bucket: str,
        region: str,
        fit: Fitting,
        *,
        url: str | None = None,
        deadline: float = DEADLINE,
        clock: Callable[[], float] = time.time,
    ) -> None:
        """bucket: with the account's number, `name-1250000000`. url: instead of the bucket's own host."""
        self._id, self._key = secret_id, secret_key
        self._url = (url or f"https://{bucket}.cos.{region}.myqcloud.com").rstrip("/")
        self._host = urlsplit(self._url).netloc
        self._fit, self._clock = fit, clock
        self._exchange = Exchange(NAME, deadline)

    def cut(self, picture: bytes, kind: Kind) -> bytes:
        """A PNG with alpha of the picture's size. Raises the errors of `domain.engine`.

        A cut-out that is none is asked for once more: the service gives the original back at times (7.5).
        """
        try:
            sent = self._fit(picture, BOUNDS)
        except Unfit as unfit:
            raise refusal("bad_request", NAME, str(unfit)) from None
        key = f"{FOLDER}/{token_hex(16)}.jpg"
        with stored(NAME, lambda: self._put(key, sent.data), lambda: self._expect(self._call("DELETE", key))):
            return made.enlarged(self._cut(key, PROCESSES[kind], sent.size), sent.original)

    def close(self) -> None:
        """Let go of the connections."""
        self._exchange.close()

    def _put(self, key: str, data: bytes) -> None:
        heads = {"content-type": "image/jpeg", "x-cos-server-side-encryption": "AES256"}
        self._expect(self._call("PUT", key, heads=heads, content=data))

    def _cut(self, key: str, process: str, size: tuple[int, int]) -> bytes:
        try:
            return self._cut_once(key, process, size)
        except Throttled:
            raise
        except Transient:
            return self._cut_once(key, process, size)

    def _cut_once(self, key: str, process: str, size: tuple[int, int]) -> bytes:
        answer = self._call("GET", key, {"ci-process": process}, longest=MOST_ANSWER)
        self._expect(answer)
        return made.cut_out(answer.body, size)

    def _call(
        self,
        method: str,
        key: str,
        params: Mapping[str, str] | None = None,
        heads: Mapping[str, str] | None = None,
        content: bytes = b"",
        longest: int = 1024 * 1024,
    ) -> Answer:
        params, now = params or {}, int(self._clock())
        signed = {"host": self._host, **(heads or {})}
        span = (now - EARLY, now + LIFE)
        signature = authorization(self._id, self._key, method, f"/{key}", params, signed, span)
        query = "&".join(f"{quote(name, safe='-_.~')}={quote(value, safe='-_.~')}" for name, value in params.items())
        url = f"{self._url}/{quote(key, safe='/-_.~')}" + (f"?{query}" if query else "")
        return self._exchange(method, url, {**signed, "authorization": signature}, content, longest)

    def _expect(self, answer: Answer) -> None:
        if answer.fine:
            return
        code = code_in_xml(answer.body)
        number = answer.headers.get("x-errno", "") or _number(answer.body)
        raise refusal(_why(answer.status, code, number), NAME, f"{answer.status} {code} {number}".strip())


def _why(status: int, code: str, number: str) -> Why:
    """7.5."""
    if number == _BLOCKED or status == 451:
        return "input"
    if number == _BUSY or status in (429, 503):
        return "throttled"
    if number == _FAILED or status >= 500 or status < 400 or code == "NoSuchKey":
        return "failed"
    return "setup" if status in (401, 403, 404) else "bad_request"


def _number(body: bytes) -> str:
    """A number of the picture processing in the words of an error."""
    found = re.search(rb"(?:^|[^0-9A-Za-z])(-(?:5062|29214|103))(?![0-9])", body[:10_000])
    return found[1].decode() if found else ""
