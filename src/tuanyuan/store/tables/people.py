"""Who there is, how they get in, what they agreed to, and what they asked for once."""

from __future__ import annotations

from sqlalchemy import (
    Boolean,
    Column,
    Index,
    Integer,
    LargeBinary,
    PrimaryKeyConstraint,
    String,
    Table,
    Text,
    UniqueConstraint,
)

from tuanyuan.store.columns import Instant, Json, Serial
from tuanyuan.store.tables.schema import metadata, of_user, one_of

users = Table(
    "users",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("kind", String(16), nullable=False),
    Column("name", Text, nullable=False),
    Column("edition", String(16), nullable=False),
    Column("settings", Json, nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("closed_at", Instant),
    one_of("kind", ("guest", "wechat")),
    one_of("edition", ("personal", "business")),
)

identities = Table(
    "identities",
    metadata,
    Column("provider", String(16), nullable=False),
    Column("subject", Text, nullable=False),
    of_user(),
    Column("secret", LargeBinary),
    PrimaryKeyConstraint("provider", "subject"),
    one_of("provider", ("wechat", "guest")),
    Index(None, "user_id"),
)

refresh_tokens = Table(
    "refresh_tokens",
    metadata,
    Column("digest", String(64), primary_key=True),
    Column("family", String(32), nullable=False),
    of_user(),
    Column("issued_at", Instant, nullable=False),
    Column("expires_at", Instant, nullable=False),
    Column("used_at", Instant),
    Column("revoked_at", Instant),
    Index(None, "family"),
    Index(None, "user_id"),
)

consents = Table(
    "consents",
    metadata,
    Column("number", Serial, primary_key=True),
    Column("id", String(32), nullable=False),
    of_user(),
    Column("purpose", Text, nullable=False),
    Column("version", Text, nullable=False),
    Column("digest", String(64), nullable=False),
    Column("granted", Boolean, nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("channel", Text, nullable=False),
    Column("address", Text, nullable=False),
    Column("withdrawn_at", Instant),
    Column("details", Json, nullable=False),
    UniqueConstraint("id"),
    Index(None, "user_id", "purpose"),
    sqlite_autoincrement=True,
)

idempotency_keys = Table(
    "idempotency_keys",
    metadata,
    of_user(),
    Column("key", Text, nullable=False),
    Column("fingerprint", Text, nullable=False),
    Column("claimed_at", Instant, nullable=False),
    Column("status", Integer),
    Column("body", LargeBinary),
    PrimaryKeyConstraint("user_id", "key"),
    Index(None, "claimed_at"),
)
