"""Column types that mean the same on SQLite and PostgreSQL."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import JSON, BigInteger, Dialect, Integer
from sqlalchemy.types import TypeDecorator

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND = timedelta(milliseconds=1)

# A growing number; SQLite gives such numbers only to a column that is exactly INTEGER.
Serial = BigInteger().with_variant(Integer, "sqlite")
# Kept as text; None is NULL and not the JSON word.
Json = JSON(none_as_null=True)


def milliseconds(at: datetime) -> int:
    """Whole milliseconds since 1970, rounded down. `at` is aware."""
    return (at - _EPOCH) // _MILLISECOND


class Instant(TypeDecorator[datetime]):
    """An aware datetime in UTC, kept as whole milliseconds since 1970: no time zone, no rounding, sorts as it is."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> int | None:
        """Towards the database. A naive datetime is a TypeError."""
        del dialect
        return None if value is None else milliseconds(value)

    def process_result_value(self, value: Any | None, dialect: Dialect) -> datetime | None:
        """From the database."""
        del dialect
        return None if value is None else _EPOCH + int(value) * _MILLISECOND
