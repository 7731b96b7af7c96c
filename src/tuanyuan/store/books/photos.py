"""Photos that users have sent."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

from sqlalchemy import Row, case, literal, select, update
from sqlalchemy.orm import Session

from tuanyuan.domain.kept import KeptPhoto
from tuanyuan.domain.messages import Problem
from tuanyuan.domain.photo import FaceReport, PhotoReport
from tuanyuan.domain.ports import Clock, Place
from tuanyuan.store.books.files import bring_forward
from tuanyuan.store.books.scrubbing import FACELESS
from tuanyuan.store.books.statements import older
from tuanyuan.store.columns import Instant
from tuanyuan.store.tables import photos


class PhotoBook:
    """Implements `Photos`. `clock` tells which have expired."""

    def __init__(self, session: Session, clock: Clock) -> None:
        self._session = session
        self._clock = clock

    def add(self, photo: KeptPhoto) -> None:
        """Write one down."""
        self._session.execute(photos.insert().values(asdict(photo)))

    def find(self, user_id: str, photo_id: str) -> KeptPhoto | None:
        """A photo that was not deleted and has not expired."""
        query = select(photos).where(photos.c.id == photo_id, *self._living(user_id))
        row = self._session.execute(query).one_or_none()
        return None if row is None else _photo(row)

    def all(self, user_id: str, limit: int, before: Place | None = None) -> list[KeptPhoto]:
        """Living photos, newest first, after the place `before` in the list."""
        query = select(photos).where(*self._living(user_id))
        if before is not None:
            query = query.where(older(photos, before))
        query = query.order_by(photos.c.created_at.desc(), photos.c.id.desc()).limit(limit)
        return [_photo(row) for row in self._session.execute(query)]

    def used(self, photo_ids: Sequence[str], at: datetime, expires_at: datetime) -> None:
        """Note the use, and bring the end of photo and file forward; never later."""
        end = literal(expires_at, Instant)
        earlier = case((photos.c.expires_at > end, end), else_=photos.c.expires_at)
        statement = update(photos).where(photos.c.id.in_(photo_ids)).values(used_at=at, expires_at=earlier)
        files = self._session.execute(statement.returning(photos.c.file)).scalars().all()
        bring_forward(self._session, files, expires_at)

    def delete(self, user_id: str, photo_ids: Sequence[str] | None, at: datetime) -> list[str]:
        """Take away (None: all) with what tells of people, and bring their files' end to `at`; the ids of the files."""
        statement = update(photos).where(photos.c.user_id == user_id, photos.c.deleted_at.is_(None))
        if photo_ids is not None:
            statement = statement.where(photos.c.id.in_(photo_ids))
        taken = (
            self._session.execute(statement.values(**FACELESS, deleted_at=at).returning(photos.c.file)).scalars().all()
        )
        bring_forward(self._session, taken, at)
        return sorted(taken)

    def _living(self, user_id: str) -> tuple[Any, ...]:
        return (photos.c.user_id == user_id, photos.c.deleted_at.is_(None), photos.c.expires_at > self._clock())


def _photo(row: Row[Any]) -> KeptPhoto:
    return KeptPhoto(**{**row._mapping, "report": _report(row.report)})


def _report(kept: dict[str, Any]) -> PhotoReport:
    faces = tuple(FaceReport(**{**face, "box": tuple(face["box"])}) for face in kept["faces"])
    return PhotoReport(**{**kept, "faces": faces, "problems": tuple(Problem(**found) for found in kept["problems"])})
