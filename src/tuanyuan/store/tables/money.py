"""Credits, and the free picture a day."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    Date,
    ForeignKey,
    Integer,
    PrimaryKeyConstraint,
    String,
    Table,
    Text,
    UniqueConstraint,
)

from tuanyuan.domain.wallet import MOST_AT_ONCE
from tuanyuan.store.columns import Instant
from tuanyuan.store.tables.schema import metadata, of_user, one_of

entries = Table(
    "entries",
    metadata,
    Column("id", String(32), primary_key=True),
    of_user(),
    Column("number", Integer, nullable=False),
    Column("kind", String(16), nullable=False),
    Column("amount", Integer, nullable=False),
    Column("balance", BigInteger, nullable=False),
    Column("cause", Text, nullable=False),
    Column("about", Text, nullable=False),
    Column("created_at", Instant, nullable=False),
    UniqueConstraint("user_id", "number"),
    UniqueConstraint("cause", "kind"),
    CheckConstraint("number >= 1", name="number"),
    CheckConstraint("balance >= 0", name="balance"),
    CheckConstraint(f"amount <> 0 AND amount BETWEEN -{MOST_AT_ONCE} AND {MOST_AT_ONCE}", name="amount"),
    CheckConstraint("kind NOT IN ('spend', 'reversal') OR amount < 0", name="taken"),
    CheckConstraint("kind NOT IN ('earn', 'purchase', 'refund') OR amount > 0", name="given"),
    one_of("kind", ("earn", "purchase", "spend", "refund", "reversal", "adjust")),
)

free_days = Table(
    "free_days",
    metadata,
    of_user(),
    Column("day", Date, nullable=False),
    # The day is taken before the job is written, in the same unit: looked at when that ends.
    Column("job_id", String(32), ForeignKey("jobs.id", deferrable=True, initially="DEFERRED"), nullable=False),
    PrimaryKeyConstraint("user_id", "day"),
    UniqueConstraint("job_id"),
)
