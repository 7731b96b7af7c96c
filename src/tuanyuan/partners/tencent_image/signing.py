"""TC3-HMAC-SHA256 of Tencent's cloud API (contract: face-restoration.md 8.2)."""

from __future__ import annotations

import hashlib
import hmac
from datetime import UTC, datetime

TYPE = "application/json"
_SCHEME, _SIGNED = "TC3-HMAC-SHA256", "content-type;host"


def authorization(secret_id: str, secret_key: str, host: str, service: str, body: bytes, stamp: int) -> str:
    """The `Authorization` of a POST to `/` whose content type is TYPE. stamp: seconds since 1970."""
    day = datetime.fromtimestamp(stamp, UTC).strftime("%Y-%m-%d")
    canonical = f"POST\n/\n\ncontent-type:{TYPE}\nhost:{host}\n\n{_SIGNED}\n{_digest(body)}"
    scope = f"{day}/{service}/tc3_request"
    key = f"TC3{secret_key}".encode()
    for part in (day, service, "tc3_request"):
        key = _keyed(key, part)
    signature = _keyed(key, f"{_SCHEME}\n{stamp}\n{scope}\n{_digest(canonical.encode())}").hex()
    return f"{_SCHEME} Credential={secret_id}/{scope}, SignedHeaders={_SIGNED}, Signature={signature}"


def _digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def _keyed(key: bytes, text: str) -> bytes:
    return hmac.new(key, text.encode(), hashlib.sha256).digest()
