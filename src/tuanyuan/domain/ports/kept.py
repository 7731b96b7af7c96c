"""What is kept of people's pictures, in the books: files, photos, works."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Protocol

from tuanyuan.domain.kept import FileKind, KeptFile, KeptPhoto
from tuanyuan.domain.ports.place import Place
from tuanyuan.domain.work import Work


class Files(Protocol):
    """Kept files: rows first, bytes second, so that no byte lies anywhere without a row that ends it."""

    def begin(self, begun: Sequence[KeptFile]) -> set[str]:
        """Write down those whose id is new, all in one statement; their ids. The others' rows stay as they are."""
        ...

    def add(self, file: KeptFile) -> None:
        """Write one down."""
        ...

    def find(self, file_id: str, user_id: str | None = None) -> KeptFile | None:
        """A file that is kept (not being written, not erased)."""
        ...

    def row(self, file_id: str) -> KeptFile | None:
        """The row in any state."""
        ...

    def finish(
        self,
        file_id: str,
        size: int,
        digest: str,
        expires_at: datetime | None = None,
        media_type: str | None = None,
        address: str | None = None,
    ) -> bool:
        """From "writing" to "kept". False: it is not being written (any more); nothing is changed then.

        expires_at: the real end, later than the early one of a file being written. media_type: as found. None: as is.
        address: only if the row still has it, so that of two writers one wins.
        """
        ...

    def reopen(self, file_id: str, address: str, wrapped_key: bytes, expires_at: datetime) -> bool:
        """Take up again what was never finished: to "writing" with this address, key and end, `erased_at` None.

        Only from "writing", or from "erased" with an empty digest. False: it was finished once; nothing is changed.
        """
        ...

    def expire(self, file_ids: Sequence[str], at: datetime) -> None:
        """Bring the end forward to `at`; never later."""
        ...

    def expire_all(self, user_id: str, at: datetime, kind: FileKind | None = None) -> int:
        """Bring the end of everything a user has, or of one kind, forward to `at`; how many files."""
        ...

    def due(self, at: datetime, limit: int) -> list[KeptFile]:
        """Files not erased whose end has come, oldest end first."""
        ...

    def erased(self, file_id: str, at: datetime) -> bool:
        """Destroy the wrapped key and the digest, and mark as erased. Once.

        What was known of the picture goes in the same unit: of a photo name, digest and report, and it is never shown
        again; of a candidate the people in it; of a work that has ended too, title and tags.
        """
        ...

    def rewrap(self, file_id: str, wrapped_key: bytes) -> None:
        """Put another wrapping of the same data key in place. Never on an erased file."""
        ...

    def living(self, after: str, limit: int) -> list[KeptFile]:
        """Files not erased, by id, after the given one: for the rotation of master keys."""
        ...


class Photos(Protocol):
    """Photos that users have sent."""

    def add(self, photo: KeptPhoto) -> None:
        """Write one down."""
        ...

    def find(self, user_id: str, photo_id: str) -> KeptPhoto | None:
        """A photo that was not deleted and has not expired."""
        ...

    def all(self, user_id: str, limit: int, before: Place | None = None) -> list[KeptPhoto]:
        """Living photos, newest first, after the place `before` in the list."""
        ...

    def used(self, photo_ids: Sequence[str], at: datetime, expires_at: datetime) -> None:
        """Note the use, and bring the end of photo and file forward to `expires_at`; never later."""
        ...

    def delete(self, user_id: str, photo_ids: Sequence[str] | None, at: datetime) -> list[str]:
        """Take away (None: all of them) and bring their files' end to `at`; the ids of the files."""
        ...


class Works(Protocol):
    """Picked pictures."""

    def add(self, work: Work) -> None:
        """Write one down."""
        ...

    def find(self, user_id: str, work_id: str, at: datetime) -> Work | None:
        """A work that was not deleted and has not expired."""
        ...

    def shared(self, share: str, at: datetime) -> Work | None:
        """The public work of a share name."""
        ...

    def all(self, user_id: str, at: datetime, before: Place | None, limit: int, **wanted: Any) -> list[Work]:
        """Newest first, after the place `before` in the list. wanted: favourite=True, tag="…", feature="…"."""
        ...

    def save(self, work: Work) -> None:
        """Store title, tags, favourite, public, share."""
        ...

    def delete(self, user_id: str, work_ids: Sequence[str] | None, at: datetime) -> list[str]:
        """Take away (None: all), and bring the end of their files to `at`; the ids of the files."""
        ...
