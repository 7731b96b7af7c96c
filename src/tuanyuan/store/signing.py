"""What rests on the studio's secrets: access tokens, keyed hashes, sealed values.

Each use has a key of its own, derived from each secret by HKDF-SHA256; so a key that leaks opens nothing else. The
first secret makes, all of them are understood. Implements `domain.ports.Signer`.
"""

from __future__ import annotations

import hashlib
import hmac
import os
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import jwt
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from tuanyuan.domain.errors import OurFault, Unauthorised
from tuanyuan.domain.ports.world import Claims

ALGORITHM = "HS256"
ISSUER = "tuanyuan"
AUDIENCE = "tuanyuan-api"
LONGEST_TOKEN = 2048
_KEY_ID, _NONCE = 8, 12


def _derive(secret: bytes, use: str, length: int = 32) -> bytes:
    return HKDF(SHA256(), length, salt=None, info=f"tuanyuan {use}".encode()).derive(secret)


@dataclass(frozen=True)
class _Keys:
    name: bytes
    tokens: bytes
    fingerprints: bytes
    sealing: AESGCM


def _keys(secret: bytes) -> _Keys:
    return _Keys(
        name=_derive(secret, "key id", _KEY_ID),
        tokens=_derive(secret, "access token"),
        fingerprints=_derive(secret, "fingerprint"),
        sealing=AESGCM(_derive(secret, "sealing")),
    )


class SecretSigner:
    """Signs with the newest secret; never tells one, not even in its repr."""

    def __init__(self, secrets: Sequence[bytes]) -> None:
        """Secrets newest first, 32 bytes or more each. ValueError: none, or a short one."""
        if not secrets or any(len(secret) < 32 for secret in secrets):
            raise ValueError("secrets of 32 bytes or more are needed")
        self._keys = [_keys(secret) for secret in secrets]
        self._by_name = {keys.name: keys for keys in self._keys}

    def token(self, claims: Claims, at: datetime, life: timedelta) -> str:
        """A JWT (HS256) with sub, family, iat, exp, iss, aud, and the secret's name as kid."""
        newest = self._keys[0]
        said = {
            "sub": claims.user_id,
            "family": claims.family,
            "iat": int(at.timestamp()),
            "exp": int((at + life).timestamp()),
            "iss": ISSUER,
            "aud": AUDIENCE,
        }
        return jwt.encode(said, newest.tokens, algorithm=ALGORITHM, headers={"kid": newest.name.hex()})

    def read(self, token: str, at: datetime) -> Claims:
        """Check signature, algorithm, issuer, audience, end. Unauthorised: login_required, login_expired.

        The header never chooses the algorithm; `none` and public-key algorithms are refused whatever they carry.
        """
        said = self._verified(token)
        if said is None:
            raise Unauthorised("login_required")
        # By the caller's clock: the library would ask its own. Whole seconds, as in the token.
        if int(at.astimezone(UTC).timestamp()) >= said["exp"]:
            raise Unauthorised("login_expired")
        return Claims(said["sub"], said["family"])

    def _verified(self, token: str) -> dict[str, Any] | None:
        if len(token) > LONGEST_TOKEN:
            return None
        try:
            name = jwt.get_unverified_header(token).get("kid")
            keys = self._by_name.get(bytes.fromhex(name)) if isinstance(name, str) else None
            if keys is None:
                return None
            said: dict[str, Any] = jwt.decode(
                token,
                keys.tokens,
                algorithms=[ALGORITHM],
                audience=AUDIENCE,
                issuer=ISSUER,
                options={
                    "require": ["sub", "family", "iat", "exp", "iss", "aud"],
                    "verify_exp": False,
                    "verify_iat": False,
                },
            )
        except (jwt.InvalidTokenError, ValueError):
            return None
        right = isinstance(said["exp"], int) and isinstance(said["sub"], str) and isinstance(said["family"], str)
        return said if right else None

    def fingerprints(self, text: str) -> tuple[str, ...]:
        """HMAC-SHA256 under each secret, newest first, hex."""
        return tuple(hmac.new(keys.fingerprints, text.encode(), hashlib.sha256).hexdigest() for keys in self._keys)

    def seal(self, data: bytes, about: str) -> bytes:
        """AES-256-GCM: secret's name, nonce, ciphertext; `about` is bound to it."""
        newest = self._keys[0]
        nonce = os.urandom(_NONCE)
        return newest.name + nonce + newest.sealing.encrypt(nonce, data, about.encode())

    def unseal(self, sealed: bytes, about: str) -> bytes:
        """What was sealed. OurFault: object_damaged."""
        keys = self._by_name.get(sealed[:_KEY_ID])
        nonce = sealed[_KEY_ID : _KEY_ID + _NONCE]
        if keys is None or len(nonce) < _NONCE:
            raise OurFault("object_damaged")
        try:
            return keys.sealing.decrypt(nonce, sealed[_KEY_ID + _NONCE :], about.encode())
        except InvalidTag:
            raise OurFault("object_damaged") from None
