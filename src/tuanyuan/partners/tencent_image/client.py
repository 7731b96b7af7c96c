"""Tencent's `EnhanceImage` (tiia): the whole picture sharper. Implements `domain.ports.retouching.FaceRestoring`.

Contract: face-restoration.md 8.2. The picture goes and comes in the call itself; nothing is stored.
"""

from __future__ import annotations

import base64
import binascii
import json
import time
from collections.abc import Callable
from urllib.parse import urlsplit

from tuanyuan.domain.engine import Transient, Unknown
from tuanyuan.domain.ports.retouching import Fit, Fitting, Unfit
from tuanyuan.partners import made
from tuanyuan.partners.exchange import DEADLINE, Exchange
from tuanyuan.partners.refusals import Why, refusal
from tuanyuan.partners.tencent_image.signing import TYPE, authorization

NAME = "tencent_image"
URL = "https://tiia.tencentcloudapi.com"
ACTION, VERSION, REGION = "EnhanceImage", "2019-05-29", "ap-guangzhou"
# 4 MB as base64; sides over 50, ratio under 5.
BOUNDS = Fit(bytes=3 * 1024 * 1024, longest=50_000, pixels=2_500_000, shortest=51, ratio=4.99)
MOST_ANSWER = 48 * 1024 * 1024

_SETUP = (
    "AuthFailure",
    "UnauthorizedOperation",
    "ResourceUnavailable",
    "ResourceInsufficient",
    "FailedOperation.UnOpen",
)
_THROTTLED = ("RequestLimitExceeded", "LimitExceeded.Freq")
_FAILED = (
    "FailedOperation.ServerError",
    "FailedOperation.RpcFail",
    "FailedOperation.RequestTimeout",
    "FailedOperation.RequestEntity",
    "InternalError",
)


class TencentImage:
    """One account. Safe to share between threads; `close` when done."""

    def __init__(
        self,
        secret_id: str,
        secret_key: str,
        fit: Fitting,
        *,
        url: str | None = None,
        deadline: float = DEADLINE,
        clock: Callable[[], float] = time.time,
    ) -> None:
        """url: instead of the service's own host."""
        self._id, self._key = secret_id, secret_key
        self._url = (url or URL).rstrip("/")
        self._host = urlsplit(self._url).netloc
        self._fit, self._clock = fit, clock
        self._exchange = Exchange(NAME, deadline)

    def restore(self, picture: bytes) -> bytes:
        """The picture sharper, at most 2.5 megapixels. Raises the errors of `domain.engine`."""
        try:
            sent = self._fit(picture, BOUNDS)
        except Unfit as unfit:
            raise refusal("bad_request", NAME, str(unfit)) from None
        body = json.dumps({"ImageBase64": base64.b64encode(sent.data).decode()}).encode()
        stamp = int(self._clock())
        heads = {
            "host": self._host,
            "content-type": TYPE,
            "x-tc-action": ACTION,
            "x-tc-version": VERSION,
            "x-tc-region": REGION,
            "x-tc-timestamp": str(stamp),
            "authorization": authorization(self._id, self._key, self._host, "tiia", body, stamp),
        }
        answer = self._exchange("POST", f"{self._url}/", heads, body, MOST_ANSWER)
        return made.restored(_picture(answer.status, answer.body), sent.size)

    def close(self) -> None:
        """Let go of the connections."""
        self._exchange.close()


def _picture(status: int, body: bytes) -> bytes:
    """The picture in an answer; errors come with status 200."""
    try:
        told = json.loads(body)["Response"]
        error = told.get("Error")
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        if 200 <= status < 300:
            # It may have been made and billed.
            raise Unknown("answer_lost") from None
        raise refusal("throttled" if status == 429 else "failed", NAME, f"{status} unreadable") from None
    if error:
        code = str(error.get("Code", "")) if isinstance(error, dict) else ""
        raise refusal(_why(code), NAME, code)
    try:
        return base64.b64decode(told["EnhancedImage"], validate=True)
    except (KeyError, TypeError, ValueError, binascii.Error):
        raise Transient("picture_broken") from None


def _why(code: str) -> Why:
    if code.startswith(_SETUP):
        return "setup"
    if code.startswith(_THROTTLED):
        return "throttled"
    return "failed" if code.startswith(_FAILED) else "bad_request"
