"""Where results lie until their addresses expire."""

from __future__ import annotations

import hmac
import secrets
from dataclasses import dataclass

_ROOM = 256 * 1024 * 1024


@dataclass(frozen=True)
class Lying:
    """One result. kind: its media type. signature: what nobody can guess. until: by the fake's clock, in seconds."""

    data: bytes
    kind: str
    signature: str
    until: float


class Shelf:
    """Results by name, each to be had until a time. room: bytes of all; when it is full the oldest go first."""

    def __init__(self, room: int = _ROOM) -> None:
        self._room = room
        self._lying: dict[str, Lying] = {}
        self._bytes = 0

    def put(self, name: str, data: bytes, kind: str, until: float) -> Lying:
        """Lay `data` down under that name, in the place of what lay there."""
        self._drop(name)
        lying = self._lying[name] = Lying(data, kind, secrets.token_hex(16), until)
        self._bytes += len(data)
        while self._bytes > self._room and len(self._lying) > 1:
            self._drop(next(iter(self._lying)))
        return lying

    def get(self, name: str, now: float) -> Lying | None:
        """What lies there and still holds."""
        lying = self._lying.get(name)
        return lying if lying is not None and now < lying.until else None

    def signed(self, name: str, signature: str, now: float) -> Lying | None:
        """The same, for those only who know its signature."""
        lying = self.get(name, now)
        known = lying is not None and hmac.compare_digest(signature.encode(), lying.signature.encode())
        return lying if known else None

    def forget(self, now: float) -> None:
        """Throw away what nobody can get any more."""
        for name in [name for name, lying in self._lying.items() if lying.until <= now]:
            self._drop(name)

    def _drop(self, name: str) -> None:
        lying = self._lying.pop(name, None)
        self._bytes -= 0 if lying is None else len(lying.data)
