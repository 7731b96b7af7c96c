"""The sealed form of an object: AES-256-GCM in segments, the STREAM construction.

Hoang, Reyhanitabar, Rogaway, Vizár, "Online Authenticated-Encryption and its Nonce-Reuse Misuse-Resistance", 2015.

    header   magic and version (4 bytes), random prefix (7)
    segment  64 KiB of plain bytes (the last one: 0 to 64 KiB), tag (16)

A segment's nonce is prefix, number (4, big-endian) and whether it is the last (1), so that segments cannot be cut off,
reordered, repeated or taken from elsewhere; the object's address is bound in, so that objects cannot be swapped.
"""

from __future__ import annotations

import os
from collections.abc import Iterator

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from tuanyuan.domain.errors import OurFault

MAGIC = b"TYV\x01"
SEGMENT = 64 * 1024
TAG = 16
HEADER = len(MAGIC) + 7


def sealed_size(size: int) -> int:
    """Bytes of the sealed form of `size` plain bytes."""
    return HEADER + size + TAG * max(1, -(-size // SEGMENT))


class Sealer:
    """Seals a stream; `header` goes first, then what `update` and at last `finish` give."""

    def __init__(self, key: bytes, address: str) -> None:
        self._cipher = AESGCM(key)
        self._prefix = os.urandom(7)
        self._bound = _bound(address)
        self._number = 0
        self._rest = bytearray()
        self.header = MAGIC + self._prefix

    def update(self, chunk: bytes) -> Iterator[bytes]:
        """The segments that are full now. The last bytes stay back: whether they end the object is not known yet."""
        self._rest += chunk
        while len(self._rest) > SEGMENT:
            segment = bytes(self._rest[:SEGMENT])
            del self._rest[:SEGMENT]
            yield self._seal(segment, last=False)

    def finish(self) -> bytes:
        """The last segment."""
        return self._seal(bytes(self._rest), last=True)

    def _seal(self, segment: bytes, *, last: bool) -> bytes:
        nonce = _nonce(self._prefix, self._number, last=last)
        self._number += 1
        return self._cipher.encrypt(nonce, segment, self._bound)


def unseal(sealed: bytes, key: bytes, address: str) -> bytes:
    """The plain bytes. OurFault object_damaged for anything but exactly what was sealed for this key and address."""
    view = memoryview(sealed)
    if len(sealed) < HEADER + TAG or sealed[: len(MAGIC)] != MAGIC:
        raise OurFault("object_damaged")
    cipher, prefix, bound = AESGCM(key), sealed[len(MAGIC) : HEADER], _bound(address)
    starts = range(HEADER, len(sealed), SEGMENT + TAG)
    try:
        return b"".join(
            cipher.decrypt(
                _nonce(prefix, number, last=start == starts[-1]), bytes(view[start : start + SEGMENT + TAG]), bound
            )
            for number, start in enumerate(starts)
        )
    except (InvalidTag, ValueError):
        raise OurFault("object_damaged") from None


def _bound(address: str) -> bytes:
    return MAGIC + address.encode()


def _nonce(prefix: bytes, number: int, *, last: bool) -> bytes:
    return prefix + number.to_bytes(4, "big") + (b"\x01" if last else b"\x00")
