"""Picked pictures."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, exists, func, select, update
from sqlalchemy.orm import Session

from tuanyuan.domain.ports import Place
from tuanyuan.domain.work import Work
from tuanyuan.store.books.files import bring_forward
from tuanyuan.store.books.scrubbing import UNTITLED
from tuanyuan.store.books.statements import older
from tuanyuan.store.tables import works


class WorkBook:
    """Implements `Works`."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def add(self, work: Work) -> None:
        """Write one down."""
        self._session.execute(works.insert().values(asdict(work)))

    def find(self, user_id: str, work_id: str, at: datetime) -> Work | None:
        """A work that was not deleted and has not expired."""
        return self._one(works.c.user_id == user_id, works.c.id == work_id, works.c.expires_at > at)

    def shared(self, share: str, at: datetime) -> Work | None:
        """The public work of a share name."""
        return self._one(works.c.share == share, works.c.public, works.c.expires_at > at)

    def all(self, user_id: str, at: datetime, before: Place | None, limit: int, **wanted: Any) -> list[Work]:
        """Newest first. wanted: favourite=True, tag="…", feature="…"; None: any."""
        query = select(works).where(works.c.user_id == user_id, works.c.deleted_at.is_(None), works.c.expires_at > at)
        if before is not None:
            query = query.where(older(works, before))
        for name, value in wanted.items():
            if value is not None:
                query = query.where(self._tagged(value) if name == "tag" else works.c[name] == value)
        rows = self._session.execute(query.order_by(works.c.created_at.desc(), works.c.id.desc()).limit(limit))
        return [_work(row) for row in rows]

    def save(self, work: Work) -> None:
        """Store title, tags, favourite, public, share."""
        values = {"title": work.title, "tags": work.tags, "favourite": work.favourite}
        statement = update(works).where(works.c.id == work.id)
        self._session.execute(statement.values(**values, public=work.public, share=work.share))

    def delete(self, user_id: str, work_ids: Sequence[str] | None, at: datetime) -> list[str]:
        """Take away (None: all), and bring the end of their files to `at`; the ids of the files."""
        statement = update(works).where(works.c.user_id == user_id, works.c.deleted_at.is_(None))
        if work_ids is not None:
            statement = statement.where(works.c.id.in_(work_ids))
        gone = self._session.execute(statement.values(**UNTITLED, deleted_at=at).returning(works.c.files)).scalars()
        taken = sorted({file for kept in gone for file in kept.values()})
        bring_forward(self._session, taken, at)
        return taken

    def _tagged(self, tag: str) -> ColumnElement[bool]:
        postgresql = self._session.get_bind().dialect.name == "postgresql"
        elements = func.json_array_elements_text if postgresql else func.json_each
        each = elements(works.c.tags).table_valued("value")
        return exists(select(each.c.value).where(each.c.value == tag))

    def _one(self, *conditions: Any) -> Work | None:
        query = select(works).where(works.c.deleted_at.is_(None), *conditions)
        row = self._session.execute(query).one_or_none()
        return None if row is None else _work(row)


def _work(row: Row[Any]) -> Work:
    values = {name: value for name, value in row._mapping.items() if name != "deleted_at"}
    return Work(**{**values, "tags": tuple(row.tags)})
