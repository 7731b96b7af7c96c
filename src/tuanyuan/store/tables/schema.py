"""What all tables share: one metadata, names of constraints, and the columns that many have."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import CheckConstraint, Column, ForeignKey, MetaData, String

NAMES = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}
metadata = MetaData(naming_convention=NAMES)


def one_of(column: str, values: Iterable[str]) -> CheckConstraint:
    """The column holds one of these words and nothing else."""
    return CheckConstraint(f"{column} IN ({', '.join(repr(v) for v in values)})", name=column)


def of_user() -> Column[str]:
    """Whose row it is."""
    return Column("user_id", String(32), ForeignKey("users.id"), nullable=False)


def of_job() -> Column[str]:
    """The job that the row belongs to."""
    return Column("job_id", String(32), ForeignKey("jobs.id"), nullable=False)
