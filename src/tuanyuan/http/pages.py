"""Pages of lists, newest first: `next` of an answer is `before` of the following request."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Annotated, Protocol, TypeVar

from fastapi import Query
from pydantic import Field, StringConstraints

if TYPE_CHECKING:
    from tuanyuan.domain.ports import Place

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND = timedelta(milliseconds=1)
# Milliseconds and id of the last one shown. Fourteen digits are a time that can be told.
_PATTERN = r"^[0-9]{1,14}-[0-9a-zA-Z_]{1,32}$"

Before = Annotated[
    Annotated[str, StringConstraints(pattern=_PATTERN)] | None,
    Query(description="`next` of the page before; without it, the newest."),
]
Next = Annotated[str | None, Field(description="`before` of the next page; null: this is the last one.")]


class _Listed(Protocol):
    @property
    def id(self) -> str: ...

    @property
    def created_at(self) -> datetime: ...


Thing = TypeVar("Thing", bound=_Listed)


def place(before: str | None) -> Place | None:
    """Where the page before ended."""
    if before is None:
        return None
    at, _, id_ = before.partition("-")
    return _EPOCH + int(at) * _MILLISECOND, id_


def page(found: Sequence[Thing], limit: int) -> tuple[Sequence[Thing], str | None]:
    """The page, and `next`. found: one more than `limit`, if there are as many."""
    shown = found[:limit]
    if len(found) <= limit:
        return shown, None
    last = shown[-1]
    return shown, f"{(last.created_at - _EPOCH) // _MILLISECOND}-{last.id}"
