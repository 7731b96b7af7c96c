"""q-sign-algorithm=sha1 of Tencent's object store (contract: tencent-cos-ci.md 7.2)."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping
from urllib.parse import quote


def authorization(
    secret_id: str,
    secret_key: str,
    method: str,
    path: str,
    params: Mapping[str, str],
    headers: Mapping[str, str],
    span: tuple[int, int],
) -> str:
    """The `Authorization` of a call, or the parameters of a presigned address.

    path: decoded, with its slash. params, headers: those that are signed. span: seconds since 1970, start and end.
    """
    time = f"{span[0]};{span[1]}"
    asked, heads = _sorted(params), _sorted(headers)
    text = f"{method.lower()}\n{path}\n{_joined(asked)}\n{_joined(heads)}\n"
    key = _hmac(secret_key, time)
    # The scheme is the store's own: SHA-1 is what it asks for.
    hashed = hashlib.sha1(text.encode(), usedforsecurity=False).hexdigest()
    signature = _hmac(key, f"sha1\n{time}\n{hashed}\n")
    return (
        f"q-sign-algorithm=sha1&q-ak={secret_id}&q-sign-time={time}&q-key-time={time}"
        f"&q-header-list={';'.join(name for name, _ in heads)}&q-url-param-list={';'.join(name for name, _ in asked)}"
        f"&q-signature={signature}"
    )


def _sorted(pairs: Mapping[str, str]) -> list[tuple[str, str]]:
    return sorted((_encoded(name).lower(), _encoded(value)) for name, value in pairs.items())


def _joined(pairs: list[tuple[str, str]]) -> str:
    return "&".join(f"{name}={value}" for name, value in pairs)


def _encoded(text: str) -> str:
    return quote(text, safe="-_.~")


def _hmac(key: str, text: str) -> str:
    return hmac.new(key.encode(), text.encode(), hashlib.sha1).hexdigest()
