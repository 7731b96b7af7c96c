"""The vault: what goes into the store is sealed before it leaves the process; what is plain is never written down."""

from __future__ import annotations

import errno
import hashlib
from tempfile import SpooledTemporaryFile

from tuanyuan.domain.errors import NotNow, OurFault
from tuanyuan.store.vault.keys import MasterKeys
from tuanyuan.store.vault.objects import LARGEST, Objects
from tuanyuan.store.vault.sealing import Sealer, sealed_size, unseal

_IN_MEMORY = 1024 * 1024
_MEGABYTE = 1024 * 1024
_DISK_FULL = frozenset({errno.ENOSPC, errno.EDQUOT})


class EncryptedVault:
    """Implements the port `Vault` over any object store."""

    def __init__(self, objects: Objects, keys: MasterKeys) -> None:
        self._objects = objects
        self._keys = keys

    def new_key(self) -> bytes:
        """A fresh data key, wrapped by the newest master key."""
        return self._keys.new()

    def rewrap(self, wrapped_key: bytes) -> bytes | None:
        """The same data key under the newest master key; None: it is already."""
        return self._keys.rewrap(wrapped_key)

    def sink(self, address: str, wrapped_key: bytes) -> SealedSink:
        """Begin to write an object. The store is not touched before `close`: a slow sender holds no connection."""
        return SealedSink(self._objects, address, self._keys.unwrap(wrapped_key))

    def write(self, address: str, wrapped_key: bytes, data: bytes) -> tuple[int, str]:
        """A whole object at once; size and SHA-256 (hex)."""
        sink = self.sink(address, wrapped_key)
        try:
            sink.write(data)
            return sink.close()
        finally:
            sink.abort()

    def read(self, address: str, wrapped_key: bytes) -> bytes:
        """The plain bytes. OurFault object_damaged, NotNow storage_down."""
        key = self._keys.unwrap(wrapped_key)
        return unseal(self._objects.get(address), key, address)

    def erase(self, address: str) -> None:
        """Remove an object; one that is not there is fine. NotNow storage_down."""
        self._objects.erase(address)

    def healthy(self) -> bool:
        """Whether the store answers."""
        return self._objects.healthy()


class SealedSink:
    """Collects the sealed bytes in a nameless temporary file (in memory up to 1 MB), and stores them at `close`."""

    def __init__(self, objects: Objects, address: str, key: bytes) -> None:
        self._objects = objects
        self._address = address
        self._sealer = Sealer(key, address)
        self._digest = hashlib.sha256()
        self._size = 0
        self._spool = SpooledTemporaryFile(max_size=_IN_MEMORY)  # noqa: SIM115  # closed by `close` and `abort`
        self._spool.write(self._sealer.header)

    def write(self, chunk: bytes) -> None:
        """Seal the next bytes. NotNow storage_full. OurFault object_too_large."""
        self._size += len(chunk)
        if sealed_size(self._size) > LARGEST:
            raise OurFault("object_too_large", limit=LARGEST // _MEGABYTE)
        self._digest.update(chunk)
        for segment in self._sealer.update(chunk):
            self._collect(segment)

    def close(self) -> tuple[int, str]:
        """Make the object readable; size and SHA-256 (hex) of the plain bytes."""
        try:
            self._collect(self._sealer.finish())
            self._spool.seek(0)
            self._objects.put(self._address, self._spool)
        finally:
            self._spool.close()
        return self._size, self._digest.hexdigest()

    def abort(self) -> None:
        """Leave nothing behind. Never raises; after `close` it does nothing."""
        self._spool.close()

    def _collect(self, sealed: bytes) -> None:
        try:
            self._spool.write(sealed)
        except OSError as error:
            raise NotNow("storage_full" if error.errno in _DISK_FULL else "storage_down") from error
