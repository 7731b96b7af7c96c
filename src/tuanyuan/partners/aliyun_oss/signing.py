"""OSS4-HMAC-SHA256 of Aliyun's object store (contract: object-storage.md 9.1)."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import quote

_SCHEME, _UNSIGNED = "OSS4-HMAC-SHA256", "UNSIGNED-PAYLOAD"


@dataclass(frozen=True)
class Account:
    """Who signs, for which bucket. region: without the prefix `oss-`."""

    access_key: str = field(repr=False)
    secret_key: str = field(repr=False)
    bucket: str
    region: str


def headers(account: Account, method: str, key: str, heads: Mapping[str, str], stamp: str) -> dict[str, str]:
    """`heads` (names in small letters) and what makes them a signed call. stamp: `20260102T030405Z`."""
    signed = {**heads, "x-oss-date": stamp, "x-oss-content-sha256": _UNSIGNED}
    lines = "".join(
        f"{name}:{signed[name]}\n"
        for name in sorted(signed)
        if name.startswith("x-oss-") or name in ("content-type", "content-md5")
    )
    signature = _signature(account, method, key, "", lines, stamp)
    credential = f"{account.access_key}/{_scope(account, stamp)}"
    return {**signed, "authorization": f"{_SCHEME} Credential={credential},Signature={signature}"}


def presigned_query(account: Account, method: str, key: str, stamp: str, seconds: int) -> str:
    """The query of an address that holds `seconds` from `stamp`."""
    asked = {
        "x-oss-credential": f"{account.access_key}/{_scope(account, stamp)}",
        "x-oss-date": stamp,
        "x-oss-expires": str(seconds),
        "x-oss-signature-version": _SCHEME,
    }
    query = "&".join(f"{name}={quote(value, safe='-_.~')}" for name, value in sorted(asked.items()))
    return f"{query}&x-oss-signature={_signature(account, method, key, query, '', stamp)}"


def _scope(account: Account, stamp: str) -> str:
    return f"{stamp[:8]}/{account.region}/oss/aliyun_v4_request"


def _signature(account: Account, method: str, key: str, query: str, heads: str, stamp: str) -> str:
    path = quote(f"/{account.bucket}/{key}", safe="/-_.~")
    canonical = f"{method}\n{path}\n{query}\n{heads}\n\n{_UNSIGNED}"
    signing = f"aliyun_v4{account.secret_key}".encode()
    for part in (stamp[:8], account.region, "oss", "aliyun_v4_request"):
        signing = hmac.new(signing, part.encode(), hashlib.sha256).digest()
    text = f"{_SCHEME}\n{stamp}\n{_scope(account, stamp)}\n{hashlib.sha256(canonical.encode()).hexdigest()}"
    return hmac.new(signing, text.encode(), hashlib.sha256).hexdigest()
