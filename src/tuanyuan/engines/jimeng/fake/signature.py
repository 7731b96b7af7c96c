"""The gateway's side of the HMAC-SHA256 signature (contract: jimeng.md 1.2)."""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import parse_qsl, quote

from tuanyuan.engines.jimeng.fake.refusals import missing_token, unknown_key, wrong_signature, wrong_time

_SKEW = 900.0
_REGION, _SERVICE = "cn-north-1", "cv"
_NEEDED = {"content-type", "host", "x-content-sha256", "x-date"}
_AUTHORIZATION = re.compile(
    r"HMAC-SHA256 Credential=(?P<key>[^/,\s]+)/(?P<scope>[^,\s]+), ?"
    r"SignedHeaders=(?P<names>[a-z0-9;-]+), ?Signature=(?P<signature>[0-9a-f]{64})"
)


@dataclass(frozen=True)
class Keys:
    """Access key, secret key, and the token of temporary credentials if these are such."""

    access: str
    secret: str
    token: str | None = None


def verify(keys: Keys, method: str, path: str, query: str, headers: Mapping[str, str], body: bytes, now: float) -> None:
    """Raise GatewayRefused unless `keys` signed this very request not long before or after `now`.

    query: as it came, still encoded. headers: names in lower case.
    """
    said = _AUTHORIZATION.fullmatch(headers.get("authorization", ""))
    if said is None:
        raise missing_token()
    date = headers.get("x-date", "")
    if abs(_seconds(date) - now) > _SKEW:
        raise wrong_time()
    same_token = hmac.compare_digest((keys.token or "").encode(), headers.get("x-security-token", "").encode())
    if not (hmac.compare_digest(said["key"].encode(), keys.access.encode()) and same_token):
        raise unknown_key()
    names = said["names"].split(";")
    needed = _NEEDED | ({"x-security-token"} if keys.token else set())
    scope = f"{date[:8]}/{_REGION}/{_SERVICE}/request"
    hashed = hashlib.sha256(body).hexdigest()
    if (
        said["scope"] != scope
        or names != sorted(set(names))
        or not needed <= set(names) <= set(headers)
        or not hmac.compare_digest(headers["x-content-sha256"].encode(), hashed.encode())
    ):
        raise wrong_signature()
    signed = "".join(f"{name}:{_as_signed(name, headers[name])}\n" for name in names)
    canonical = "\n".join([method, path, _sorted_query(query), signed, said["names"], hashed])
    to_sign = "\n".join(["HMAC-SHA256", date, scope, hashlib.sha256(canonical.encode()).hexdigest()])
    key = keys.secret.encode()
    for part in (date[:8], _REGION, _SERVICE, "request"):
        key = hmac.digest(key, part.encode(), "sha256")
    wanted = hmac.new(key, to_sign.encode(), hashlib.sha256).hexdigest()
    if not hmac.compare_digest(wanted, said["signature"]):
        raise wrong_signature()


def _seconds(date: str) -> float:
    if not re.fullmatch(r"\d{8}T\d{6}Z", date, re.ASCII):
        raise wrong_time()
    try:
        return datetime.strptime(date, "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC).timestamp()
    except ValueError:
        raise wrong_time() from None


def _as_signed(name: str, value: str) -> str:
    # The vendor's SDK leaves a usual port away when it signs, and sends it.
    return re.sub(r":(80|443)$", "", value) if name == "host" else value.strip()


def _sorted_query(query: str) -> str:
    pairs = sorted(parse_qsl(query, keep_blank_values=True))
    return "&".join(f"{quote(name, safe='-_.~')}={quote(value, safe='-_.~')}" for name, value in pairs)
