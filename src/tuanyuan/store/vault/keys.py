"""Keys: every object has a random one of its own, wrapped by a master key that is derived from the studio's secret."""

from __future__ import annotations

import os
from collections.abc import Sequence

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from tuanyuan.domain.errors import OurFault, WrongUsage

_VERSION = b"\x01"
_ID, _NONCE, KEY = 8, 12, 32


def derive_key(secret: str, purpose: str, length: int = KEY) -> bytes:
    """A key for one purpose (HKDF-SHA256, RFC 5869). Keys of different purposes tell nothing about each other."""
    return HKDF(SHA256(), length, salt=None, info=f"tuanyuan {purpose}".encode()).derive(secret.encode())


class MasterKeys:
    """Wraps data keys with AES-256-GCM under the newest secret; unwraps with any of them.

    A wrapped key is: version (1 byte), id of the master key (8), nonce (12), encrypted key and tag (48).
    """

    def __init__(self, secrets: Sequence[str]) -> None:
        """secrets: newest first. WrongUsage setting_invalid when there is none."""
        if not secrets or not all(secrets):
            raise WrongUsage("setting_invalid", name="TUANYUAN_SECRET_KEY", detail="empty")
        self._masters: dict[bytes, AESGCM] = {}
        for secret in secrets:
            master = AESGCM(derive_key(secret, "master key"))
            self._masters.setdefault(derive_key(secret, "master key id", _ID), master)
        self._newest = next(iter(self._masters))

    def new(self) -> bytes:
        """A fresh 256-bit data key, wrapped."""
        return self._wrap(os.urandom(KEY))

    def unwrap(self, wrapped: bytes) -> bytes:
        """The data key. OurFault object_damaged: changed, or of a secret that was taken away."""
        head, nonce, sealed = wrapped[: 1 + _ID], wrapped[1 + _ID : 1 + _ID + _NONCE], wrapped[1 + _ID + _NONCE :]
        master = self._masters.get(head[1:])
        if head[:1] != _VERSION or master is None:
            raise OurFault("object_damaged")
        try:
            return master.decrypt(nonce, sealed, head)
        except (InvalidTag, ValueError):
            raise OurFault("object_damaged") from None

    def rewrap(self, wrapped: bytes) -> bytes | None:
        """The same data key under the newest secret; None: it is already."""
        key = self.unwrap(wrapped)
        return None if wrapped[1 : 1 + _ID] == self._newest else self._wrap(key)

    def _wrap(self, key: bytes) -> bytes:
        head, nonce = _VERSION + self._newest, os.urandom(_NONCE)
        return head + nonce + self._masters[self._newest].encrypt(nonce, key, head)
