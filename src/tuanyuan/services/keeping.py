"""Keeping files: written down before a byte is stored, sealed, opened by temporary addresses only, erased when due."""

from __future__ import annotations

import hashlib
import hmac
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from tuanyuan.domain.audit import Actor, AuditRecord
from tuanyuan.domain.errors import NotFound, NotNow, OurFault, StudioError
from tuanyuan.domain.kept import URL_LIFE, FileKind, KeptFile
from tuanyuan.domain.ports.books import Unit, Units
from tuanyuan.domain.ports.vault import Sink, Vault
from tuanyuan.domain.ports.world import Clock, NewId
from tuanyuan.services.rotation import Rotation

# A file that is not finished by then never will be: its sender or its worker is gone.
WRITING_LIFE = timedelta(hours=1)
# A slower one is refused before the sweep may take it for dead: what was told to be kept is never swept.
FINISHED_WITHIN = timedelta(minutes=50)
# So many objects in a row that cannot be erased: the store is down, not one object.
_STORE_IS_DOWN = 3


@dataclass(frozen=True)
class Keeping:
    """Everything kept of people's pictures. sign_key: 32 bytes that sign addresses and nothing else.

    All methods but `address` and `opened` open units of their own: never call them within one.
    """

    units: Units
    vault: Vault
    clock: Clock
    new_id: NewId
    sign_key: bytes = field(repr=False)

    def open(
        self,
        user_id: str,
        kind: FileKind,
        media_type: str,
        expires_at: datetime,
        file_id: str | None = None,
    ) -> Writing:
        """Write a file down, and begin it. Until it is finished its end is an hour away.

        file_id: of a file that may have been begun before. NotFound: it was finished once (see `keep`), or belongs to
        another user.
        """
        return self.open_all(user_id, kind, expires_at, [(file_id or self.new_id(), media_type)])[0]

    def open_all(
        self, user_id: str, kind: FileKind, expires_at: datetime, wanted: Sequence[tuple[str, str]]
    ) -> list[Writing]:
        """`open` for files of given ids and media types, written down in one unit. All are begun, or none is."""
        files = [self._new(file_id, user_id, kind, media_type, expires_at) for file_id, media_type in wanted]
        with self.units.begin() as unit:
            new = unit.files.begin(files)
        begun = {file.id: Writing(self, file, expires_at) for file in files if file.id in new}
        try:
            for file in files:
                if file.id not in new:
                    begun[file.id] = Writing(self, self._take_up(file), expires_at)
        except StudioError:
            for writing in begun.values():
                writing.abort("not begun")
            raise
        return [begun[file.id] for file in files]

    def _new(self, file_id: str, user_id: str, kind: FileKind, media_type: str, expires_at: datetime) -> KeptFile:
        now = self.clock()
        # Each try has an address of its own, so that a slower one cannot overwrite what a quicker one finished.
        address = f"kept/{file_id[:2]}/{file_id}-{self.new_id()[:8]}"
        early_end = min(now + WRITING_LIFE, expires_at)
        return KeptFile(
            file_id, user_id, kind, address, self.vault.new_key(), media_type, 0, "", now, early_end, "writing"
        )

    def keep(
        self,
        user_id: str,
        kind: FileKind,
        media_type: str,
        data: bytes,
        expires_at: datetime,
        file_id: str | None = None,
    ) -> KeptFile:
        """Keep a whole file. One that is kept under this id already is returned as it is, and nothing is written.

        NotFound: it was kept, and is erased. NotNow: storage_full, storage_down; nothing is left then.
        """
        if file_id is not None and (kept := self._kept(file_id, user_id)):
            return kept
        try:
            writing = self.open(user_id, kind, media_type, expires_at, file_id)
            writing.write(data)
            return writing.close()
        except StudioError:
            # Somebody else may have finished the same file meanwhile.
            if file_id is not None and (kept := self._kept(file_id, user_id)):
                return kept
            raise

    def read(self, file: KeptFile) -> bytes:
        """The plain bytes. NotFound: erased. OurFault object_damaged. NotNow storage_down."""
        if file.wrapped_key is None:
            raise NotFound("not_found")
        data = self.vault.read(file.address, file.wrapped_key)
        if file.digest and not hmac.compare_digest(hashlib.sha256(data).hexdigest(), file.digest):
            raise OurFault("object_damaged")
        return data

    def address(self, file_id: str, life: timedelta = URL_LIFE) -> str:
        """Where the file can be opened for a while, by anybody who has the address and nobody else."""
        expires = math.ceil((self.clock() + life).timestamp())
        return f"/api/v1/files/{file_id}?expires={expires}&signature={self._signature(file_id, expires)}"

    def opened(self, unit: Unit, file_id: str, expires: int, signature: str) -> KeptFile:
        """The file of a temporary address; the opening is audited. NotFound: forged, too late, or gone."""
        now = self.clock()
        expected = self._signature(file_id, expires)
        if not hmac.compare_digest(expected.encode(), signature.encode("utf-8", "replace")):
            raise NotFound("not_found")
        file = unit.files.find(file_id)
        if file is None or expires <= now.timestamp() or file.expires_at <= now:
            raise NotFound("not_found")
        opener: tuple[Actor, str] = ("system", "engine") if file.kind == "reference" else ("user", file.user_id)
        unit.audit.add(AuditRecord(now, *opener, "file_opened", "file", file.id, "temporary address"))
        return file

    def sweep(self, limit: int) -> int:
        """Erase files whose end has come; how many. Whatever could not be erased stays due.

        NotNow storage_down when the store let nothing be erased.
        """
        with self.units.read() as unit:
            due = unit.files.due(self.clock(), limit)
        erased, failures = 0, 0
        for file in due:
            try:
                erased += self.erase(file, "unfinished" if file.state == "writing" else "expired")
                failures = 0
            except NotNow:
                failures += 1
                if failures == min(_STORE_IS_DOWN, len(due)):
                    if not erased:
                        raise
                    break
        return erased

    def erase(self, file: KeptFile, reason: str) -> bool:
        """Remove the object, then destroy its key, audited. False: somebody else has done it, or it was begun anew.

        Broken off at any point, the row is still due, and the next sweep finishes. NotNow storage_down.
        """
        self.vault.erase(file.address)
        now = self.clock()
        with self.units.begin() as unit:
            # The owner first, as everywhere: what is known of a picture stands in several of the owner's rows.
            unit.users.lock(file.user_id)
            row = unit.files.row(file.id)
            if row is None or row.address != file.address or not unit.files.erased(file.id, now):
                return False
            unit.audit.add(AuditRecord(now, "system", "keeping", "file_erased", "file", file.id, reason))
        return True

    def rotate(self, limit: int) -> int:
        """Wrap data keys anew under the newest master key, `limit` at most; how many (`services.rotation`)."""
        return Rotation(self.units, self.vault).rotate(limit)

    def _kept(self, file_id: str, user_id: str) -> KeptFile | None:
        with self.units.read() as unit:
            return unit.files.find(file_id, user_id)

    def _take_up(self, file: KeptFile) -> KeptFile:
        """Begin anew what was never finished, and remove what an earlier try stored.

        In this order: the earlier try may finish until the row is ours. Broken off in between, its object stays, and
        nobody can read it, for its key went with the row.
        """
        with self.units.begin() as unit:
            before = unit.files.row(file.id)
            if before is None or before.user_id != file.user_id or file.wrapped_key is None:
                raise NotFound("not_found")
            if not unit.files.reopen(file.id, file.address, file.wrapped_key, file.expires_at):
                raise NotFound("not_found")
        self.vault.erase(before.address)
        return replace(file, created_at=before.created_at)

    def _signature(self, file_id: str, expires: int) -> str:
        return hmac.new(self.sign_key, f"file\n{file_id}\n{expires}".encode(), hashlib.sha256).hexdigest()


class Writing:
    """One file being written. End it by `close` or `abort`; one that is left alone is swept after an hour."""

    def __init__(self, keeping: Keeping, file: KeptFile, expires_at: datetime) -> None:
        self._keeping = keeping
        self._file = file
        self._expires_at = expires_at
        self._began = keeping.clock()
        self._sink: Sink = keeping.vault.sink(file.address, file.wrapped_key or b"")

    @property
    def file_id(self) -> str:
        """The file's id, known before it is kept."""
        return self._file.id

    def write(self, chunk: bytes) -> None:
        """Seal the next bytes. NotNow storage_full, storage_down: everything is undone then."""
        try:
            self._sink.write(chunk)
        except StudioError:
            self.abort("storage failed")
            raise

    def store(self) -> KeptFile:
        """End the bytes. The file can be read with what is returned, but nobody finds it before `finish`."""
        try:
            size, digest = self._sink.close()
        except StudioError:
            self.abort("storage failed")
            raise
        self._file = replace(self._file, size=size, digest=digest)
        return self._file

    def finish(self, unit: Unit, media_type: str | None = None) -> KeptFile:
        """Let the file be found from the end of this unit on, with its real end.

        NotNow storage_down: it was swept or begun anew meanwhile. When the unit fails, `abort`.
        """
        file = self._file
        late = self._keeping.clock() - self._began > FINISHED_WITHIN
        if late or not unit.files.finish(file.id, file.size, file.digest, self._expires_at, media_type, file.address):
            raise NotNow("storage_down")
        return replace(file, state="kept", expires_at=self._expires_at, media_type=media_type or file.media_type)

    def close(self, allowed: Callable[[Unit], None] | None = None) -> KeptFile:
        """`store` and `finish` in a unit of its own. allowed: asked first in it; if it raises, nothing is left."""
        self.store()
        try:
            with self._keeping.units.begin() as unit:
                if allowed is not None:
                    allowed(unit)
                return self.finish(unit)
        except BaseException:
            self.abort("not finished")
            raise

    def abort(self, reason: str = "aborted") -> None:
        """Erase what was stored, and the row with it. Never raises: what fails now is left to the sweep.

        A file that is kept stays: the unit of `finish` may have been committed although its answer was lost. What
        another writer of the same file made is not touched.
        """
        self._sink.abort()
        try:
            with self._keeping.units.begin() as unit:
                row = unit.files.row(self._file.id)
                if row is not None and row.address == self._file.address:
                    if row.state == "kept":
                        return
                    unit.files.expire([self._file.id], self._keeping.clock())
            self._keeping.erase(self._file, reason)
        except StudioError:
            return
