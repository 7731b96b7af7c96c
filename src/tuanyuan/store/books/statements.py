"""What the books say to the database in the same way."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, cast

from sqlalchemy import ColumnElement, CursorResult, Table, literal, tuple_
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session
from sqlalchemy.sql import Executable

from tuanyuan.domain.ports import Place
from tuanyuan.store.columns import Instant


def insert(session: Session, table: Table) -> postgresql.Insert | sqlite.Insert:
    """An INSERT that knows ON CONFLICT, in the words of the database at hand."""
    return postgresql.insert(table) if session.get_bind().dialect.name == "postgresql" else sqlite.insert(table)


def insert_new(session: Session, table: Table, row: Mapping[str, Any], unique: Sequence[str]) -> bool:
    """Insert unless there is a row with the same values of the columns `unique`. Whether it was inserted.

    A second one of two at once waits for the first one's transaction. Other constraints are refused as always.
    """
    statement = insert(session, table).values(row).on_conflict_do_nothing(index_elements=list(unique))
    return changed(session, statement) == 1


def older(table: Table, place: Place) -> ColumnElement[bool]:
    """What comes after a place in a list that is newest first; within one instant the ids decide."""
    at, id_ = place
    return tuple_(table.c.created_at, table.c.id) < tuple_(literal(at, Instant), id_)


def newer(table: Table, place: Place) -> ColumnElement[bool]:
    """What comes after a place in a list that is oldest first; within one instant the ids decide."""
    at, id_ = place
    return tuple_(table.c.created_at, table.c.id) > tuple_(literal(at, Instant), id_)


def changed(session: Session, statement: Executable) -> int:
    """Run an INSERT, UPDATE or DELETE; how many rows it hit."""
    result = session.execute(statement, execution_options={"preserve_rowcount": True})
    return cast("CursorResult[Any]", result).rowcount
