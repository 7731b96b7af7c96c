"""Lends an address for a picture: a private, encrypted object in a bucket of ours, gone at the end of the block.

Contract: object-storage.md 9.1, 9.2.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from secrets import token_hex
from urllib.parse import quote

from tuanyuan.partners.aliyun_oss.signing import Account, headers, presigned_query
from tuanyuan.partners.exchange import DEADLINE, Answer, Exchange
from tuanyuan.partners.refusals import Why, code_in_xml, refusal
from tuanyuan.partners.storing import stored

NAME = "aliyun_oss"
LIFE = 300
FOLDER = "tuanyuan/lent"
_ENDINGS = {"image/jpeg": "jpg", "image/png": "png"}


class AliyunOss:
    """One bucket. Safe to share between threads; `close` when done."""

    def __init__(
        self,
        account: Account,
        *,
        url: str | None = None,
        deadline: float = DEADLINE,
        clock: Callable[[], float] = time.time,
    ) -> None:
        """url: of a host that has the bucket's name in its paths, instead of the bucket's own host."""
        self._account, self._clock = account, clock
        own = f"https://{account.bucket}.oss-{account.region}.aliyuncs.com"
        self._url = f"{url.rstrip('/')}/{account.bucket}" if url else own
        self._exchange = Exchange(NAME, deadline)

    @contextmanager
    def lend(self, data: bytes, media_type: str) -> Iterator[str]:
        """An address where `data` (image/jpeg, image/png) can be read, for five minutes at most.

        Raises the errors of `domain.engine`. The object is deleted in any case.
        """
        key = f"{FOLDER}/{token_hex(16)}.{_ENDINGS[media_type]}"
        heads = {
            "content-type": media_type,
            "x-oss-object-acl": "private",
            "x-oss-server-side-encryption": "AES256",
            "x-oss-forbid-overwrite": "true",
        }

        def put() -> None:
            self._expect(self._call("PUT", key, heads, data))

        with stored(NAME, put, lambda: self._expect(self._call("DELETE", key, {}))):
            yield f"{self._address(key)}?{presigned_query(self._account, 'GET', key, self._stamp(), LIFE)}"

    def close(self) -> None:
        """Let go of the connections."""
        self._exchange.close()

    def _call(self, method: str, key: str, heads: dict[str, str], content: bytes = b"") -> Answer:
        signed = headers(self._account, method, key, heads, self._stamp())
        return self._exchange(method, self._address(key), signed, content)

    def _address(self, key: str) -> str:
        return f"{self._url}/{quote(key, safe='/-_.~')}"

    def _stamp(self) -> str:
        return datetime.fromtimestamp(self._clock(), UTC).strftime("%Y%m%dT%H%M%SZ")

    def _expect(self, answer: Answer) -> None:
        if not answer.fine:
            code = code_in_xml(answer.body)
            raise refusal(_why(answer.status), NAME, f"{answer.status} {code}".strip())


def _why(status: int) -> Why:
    """9.2."""
    if status in (429, 503):
        return "throttled"
    if status >= 500 or status < 400:
        return "failed"
    return "setup" if status in (401, 403, 404) else "bad_request"
