"""ACS3-HMAC-SHA256 of Aliyun's API gateway (contract: face-restoration.md 8.1)."""

from __future__ import annotations

import hashlib
import hmac

TYPE = "application/x-www-form-urlencoded"
_SCHEME = "ACS3-HMAC-SHA256"


def headers(
    access_key: str, secret_key: str, host: str, action: str, version: str, body: bytes, date: str, nonce: str
) -> dict[str, str]:
    """Every header of a POST to `/`, signed. date: `2026-01-02T03:04:05Z`; nonce: never used before."""
    hashed = _digest(body)
    heads = {
        "content-type": TYPE,
        "host": host,
        "x-acs-action": action,
        "x-acs-content-sha256": hashed,
        "x-acs-date": date,
        "x-acs-signature-nonce": nonce,
        "x-acs-version": version,
    }
    names = ";".join(sorted(heads))
    lines = "".join(f"{name}:{heads[name]}\n" for name in sorted(heads))
    canonical = f"POST\n/\n\n{lines}\n{names}\n{hashed}"
    signature = hmac.new(secret_key.encode(), f"{_SCHEME}\n{_digest(canonical.encode())}".encode(), hashlib.sha256)
    return {
        **heads,
        "authorization": f"{_SCHEME} Credential={access_key},SignedHeaders={names},Signature={signature.hexdigest()}",
    }


def _digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
