"""HMAC-SHA256 by access key and secret key, as Volcengine asks for it (contract §1.2)."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping
from datetime import UTC, datetime
from urllib.parse import quote

ALGORITHM = "HMAC-SHA256"
REGION, SERVICE = "cn-north-1", "cv"
CONTENT_TYPE = "application/json"


def query_string(query: Mapping[str, str]) -> str:
    """Sorted by key and percent-encoded as RFC 3986 has it: it is sent as it was signed."""
    return "&".join(f"{_encoded(key)}={_encoded(value)}" for key, value in sorted(query.items()))


def signed(
    body: bytes, query: Mapping[str, str], *, host: str, at: datetime, access_key: str, secret_key: str
) -> dict[str, str]:
    """The headers of `POST /` with exactly this body. host: with its port, where it is named. at: aware."""
    moment = at.astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")
    digest = hashlib.sha256(body).hexdigest()
    headers = {"Content-Type": CONTENT_TYPE, "Host": host, "X-Content-Sha256": digest, "X-Date": moment}
    names = ";".join(name.lower() for name in headers)
    block = "".join(f"{name.lower()}:{value}\n" for name, value in headers.items())
    canonical = "\n".join(["POST", "/", query_string(query), block, names, digest])
    scope = f"{moment[:8]}/{REGION}/{SERVICE}/request"
    to_sign = "\n".join([ALGORITHM, moment, scope, hashlib.sha256(canonical.encode()).hexdigest()])
    key = secret_key.encode()
    for part in scope.split("/"):
        key = _keyed(key, part)
    signature = _keyed(key, to_sign).hex()
    credential = f"Credential={access_key}/{scope}"
    return {**headers, "Authorization": f"{ALGORITHM} {credential}, SignedHeaders={names}, Signature={signature}"}


def _keyed(key: bytes, text: str) -> bytes:
    return hmac.new(key, text.encode(), hashlib.sha256).digest()


def _encoded(text: str) -> str:
    return quote(text, safe="-_.~")
