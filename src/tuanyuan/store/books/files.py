"""Kept files."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime

from sqlalchemy import Select, and_, case, or_, select, update
from sqlalchemy.orm import Session

from tuanyuan.domain.kept import ERASED, FileKind, KeptFile
from tuanyuan.store.books.scrubbing import scrub_file
from tuanyuan.store.books.statements import changed, insert
from tuanyuan.store.tables import files


class FileBook:
    """Implements `Files`."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def add(self, file: KeptFile) -> None:
        """Write one down."""
        self._session.execute(files.insert().values(asdict(file)))

    def begin(self, begun: Sequence[KeptFile]) -> set[str]:
        """Write down those whose id is new; their ids. One of two at once waits for the other's unit."""
        statement = insert(self._session, files).values([asdict(file) for file in begun])
        statement = statement.on_conflict_do_nothing(index_elements=["id"])
        return set(self._session.execute(statement.returning(files.c.id)).scalars())

    def find(self, file_id: str, user_id: str | None = None) -> KeptFile | None:
        """A file that is kept (not being written, not erased)."""
        query = select(files).where(files.c.id == file_id, files.c.state == "kept")
        found = self._some(query if user_id is None else query.where(files.c.user_id == user_id))
        return found[0] if found else None

    def row(self, file_id: str) -> KeptFile | None:
        """The row in any state."""
        found = self._some(select(files).where(files.c.id == file_id))
        return found[0] if found else None

    def finish(
        self,
        file_id: str,
        size: int,
        digest: str,
        expires_at: datetime | None = None,
        media_type: str | None = None,
        address: str | None = None,
    ) -> bool:
        """From "writing" to "kept", with the real end and type; see the port."""
        values = {"state": "kept", "size": size, "digest": digest, "expires_at": expires_at, "media_type": media_type}
        statement = update(files).where(files.c.id == file_id, files.c.state == "writing")
        if address is not None:
            statement = statement.where(files.c.address == address)
        statement = statement.values({name: value for name, value in values.items() if value is not None})
        return changed(self._session, statement) == 1

    def reopen(self, file_id: str, address: str, wrapped_key: bytes, expires_at: datetime) -> bool:
        """Take up again what was never finished; see the port."""
        never = or_(files.c.state == "writing", and_(files.c.state == "erased", files.c.digest == ""))
        statement = update(files).where(files.c.id == file_id, never)
        statement = statement.values(
            state="writing", address=address, wrapped_key=wrapped_key, expires_at=expires_at, erased_at=None
        )
        return changed(self._session, statement) == 1

    def expire(self, file_ids: Sequence[str], at: datetime) -> None:
        """Bring the end forward to `at`; never later."""
        bring_forward(self._session, file_ids, at)

    def expire_all(self, user_id: str, at: datetime, kind: FileKind | None = None) -> int:
        """Bring the end of everything a user has, or of one kind, forward to `at`; how many files."""
        theirs = update(files).where(files.c.user_id == user_id, files.c.state != "erased", files.c.expires_at > at)
        theirs = theirs if kind is None else theirs.where(files.c.kind == kind)
        return changed(self._session, theirs.values(expires_at=at))

    def due(self, at: datetime, limit: int) -> list[KeptFile]:
        """Files not erased whose end has come, oldest end first."""
        living = files.c.state.in_(("writing", "kept"))
        query = select(files).where(living, files.c.expires_at <= at)
        return self._some(query.order_by(files.c.expires_at, files.c.id).limit(limit))

    def erased(self, file_id: str, at: datetime) -> bool:
        """Destroy the wrapped key, and all that was known of the picture; mark as erased. Once."""
        # What points to files first, as everywhere, so that no two units wait for each other. Twice does no harm.
        scrub_file(self._session, file_id, at)
        digest = case((files.c.digest == "", ""), else_=ERASED)
        statement = update(files).where(files.c.id == file_id, files.c.state != "erased")
        statement = statement.values(state="erased", wrapped_key=None, erased_at=at, digest=digest)
        return changed(self._session, statement) == 1

    def rewrap(self, file_id: str, wrapped_key: bytes) -> None:
        """Put another wrapping of the same data key in place. An erased file never gets a key again."""
        statement = update(files).where(files.c.id == file_id, files.c.state != "erased")
        self._session.execute(statement.values(wrapped_key=wrapped_key))

    def living(self, after: str, limit: int) -> list[KeptFile]:
        """Files not erased, by id, after the given one."""
        query = select(files).where(files.c.state != "erased", files.c.id > after)
        return self._some(query.order_by(files.c.id).limit(limit))

    def _some(self, query: Select[tuple[object, ...]]) -> list[KeptFile]:
        return [KeptFile(**row._mapping) for row in self._session.execute(query)]


def bring_forward(session: Session, file_ids: Sequence[str], at: datetime) -> None:
    """Let files end at `at`, where they do not end before."""
    if file_ids:
        session.execute(update(files).where(files.c.id.in_(file_ids), files.c.expires_at > at).values(expires_at=at))
