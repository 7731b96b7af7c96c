"""q-sign-algorithm=sha1 (7.2), in the header or in the query."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping
from urllib.parse import quote

from starlette.requests import Request

from tuanyuan.partners.pretending import same
from tuanyuan.partners.tencent_ci.fake.refusal import Refused

SIGNED = ("q-sign-algorithm", "q-ak", "q-sign-time", "q-key-time", "q-header-list", "q-url-param-list", "q-signature")


class Authentication:
    """Whose calls are believed."""

    def __init__(self, secret_id: str, secret_key: str) -> None:
        self.secret_id, self._secret_key = secret_id, secret_key

    def check(self, request: Request, path: str, query: Mapping[str, str], now: float) -> None:
        """Raises Refused for a call that is not signed by us for now."""
        header = request.headers.get("authorization")
        given = dict(part.partition("=")[::2] for part in header.split("&")) if header else dict(query)
        if any(name not in given for name in SIGNED) or given["q-sign-algorithm"] != "sha1":
            raise Refused(403, "AccessDenied", "The request is not signed.")
        if given["q-ak"] != self.secret_id:
            raise Refused(403, "InvalidAccessKeyId", "The access key id does not exist.")
        if given["q-sign-time"] != given["q-key-time"]:
            raise Refused(403, "SignatureDoesNotMatch", "The two times differ.")
        start, end = _span(given["q-sign-time"])
        if not start <= now:
            raise Refused(403, "RequestTimeTooSkewed", "The signature begins in the future.")
        if now > end:
            raise Refused(403, "AccessDenied", "Request has expired.")
        params = [name for name in given["q-url-param-list"].split(";") if name]
        heads = [name for name in given["q-header-list"].split(";") if name]
        if "ci-process" in query and "ci-process" not in params:
            raise Refused(403, "SignatureDoesNotMatch", "ci-process is not signed.")
        for host in _hosts(request):
            wanted = self._signature(request, path, query, given["q-sign-time"], params, heads, host)
            if same(given["q-signature"], wanted):
                return
        raise Refused(403, "SignatureDoesNotMatch", "The signature does not match.")

    def _signature(
        self,
        request: Request,
        path: str,
        query: Mapping[str, str],
        span: str,
        params: list[str],
        heads: list[str],
        host: str,
    ) -> str:
        asked = {_encoded(name).lower(): _encoded(value) for name, value in query.items() if name not in SIGNED}
        sent = {name.lower(): _encoded(value) for name, value in request.headers.items()} | {"host": _encoded(host)}
        signed = [
            request.method.lower(),
            path,
            "&".join(f"{name}={asked.get(name, '')}" for name in sorted(params)),
            "&".join(f"{name}={sent.get(name, '')}" for name in sorted(heads)),
            "",
        ]
        key = hmac.new(self._secret_key.encode(), span.encode(), "sha1").hexdigest()
        hashed = hashlib.sha1("\n".join(signed).encode(), usedforsecurity=False).hexdigest()
        return hmac.new(key.encode(), f"sha1\n{span}\n{hashed}\n".encode(), "sha1").hexdigest()


def _encoded(text: str) -> str:
    return quote(text, safe="-_.~")


def _hosts(request: Request) -> tuple[str, ...]:
    """With its port, and as the vendor's SDK signs it: without."""
    host = request.headers.get("host", "")
    return (host, host.rpartition(":")[0]) if ":" in host else (host,)


def _span(text: str) -> tuple[int, int]:
    start, _, end = text.partition(";")
    if not (start.isdecimal() and end.isdecimal()):
        raise Refused(403, "AccessDenied", "The time of the signature is malformed.")
    return int(start), int(end)
