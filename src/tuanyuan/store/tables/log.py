"""The audit log."""

from __future__ import annotations

from sqlalchemy import BigInteger, CheckConstraint, Column, Index, Integer, String, Table, Text

from tuanyuan.store.columns import Instant
from tuanyuan.store.tables.schema import metadata, one_of

audit_log = Table(
    "audit_log",
    metadata,
    Column("number", BigInteger, primary_key=True, autoincrement=False),
    Column("at", Instant, nullable=False),
    Column("actor", String(16), nullable=False),
    Column("actor_id", Text, nullable=False),
    Column("action", Text, nullable=False),
    Column("subject", Text, nullable=False),
    Column("subject_id", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("digest", String(64), nullable=False),
    one_of("actor", ("user", "staff", "system")),
    Index(None, "subject", "subject_id"),
)

# One row: the end of the log. Locking it puts appends in a queue; it also shows when the last lines were cut off.
audit_head = Table(
    "audit_head",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("number", BigInteger, nullable=False),
    Column("digest", String(64), nullable=False),
    CheckConstraint("id = 1", name="one"),
)
