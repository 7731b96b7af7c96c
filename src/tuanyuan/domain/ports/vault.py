"""The vault: encrypted objects in a store that need not be trusted."""

from __future__ import annotations

from typing import Protocol


class Sink(Protocol):
    """An object being written. Nothing can be read of it before `close`."""

    def write(self, chunk: bytes) -> None:
        """Encrypt and store the next bytes. NotNow storage_down, storage_full."""
        ...

    def close(self) -> tuple[int, str]:
        """Make the object readable; size and SHA-256 (hex) of the plain bytes."""
        ...

    def abort(self) -> None:
        """Leave nothing behind. Never raises."""
        ...


class Vault(Protocol):
    """Each object has a data key of its own, wrapped by a master key that can be changed."""

    def new_key(self) -> bytes:
        """A fresh data key, wrapped by the newest master key."""
        ...

    def rewrap(self, wrapped_key: bytes) -> bytes | None:
        """The same data key under the newest master key; None: it is already."""
        ...

    def sink(self, address: str, wrapped_key: bytes) -> Sink:
        """Begin to write an object."""
        ...

    def write(self, address: str, wrapped_key: bytes, data: bytes) -> tuple[int, str]:
        """A whole object at once; size and SHA-256 (hex)."""
        ...

    def read(self, address: str, wrapped_key: bytes) -> bytes:
        """The plain bytes. OurFault object_damaged (changed, cut, or another key's). NotNow storage_down."""
        ...

    def erase(self, address: str) -> None:
        """Remove an object; one that is not there is fine. NotNow storage_down."""
        ...

    def healthy(self) -> bool:
        """Whether the store answers."""
        ...
