"""Kept files, photos and works."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    String,
    Table,
    Text,
    UniqueConstraint,
)

from tuanyuan.store.columns import Instant, Json
from tuanyuan.store.tables.schema import metadata, of_job, of_user, one_of

files = Table(
    "files",
    metadata,
    Column("id", String(32), primary_key=True),
    of_user(),
    Column("kind", String(16), nullable=False),
    Column("address", Text, nullable=False),
    Column("wrapped_key", LargeBinary),
    Column("media_type", Text, nullable=False),
    Column("size", BigInteger, nullable=False),
    Column("digest", String(64), nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("expires_at", Instant, nullable=False),
    Column("state", String(16), nullable=False),
    Column("erased_at", Instant),
    UniqueConstraint("address"),
    CheckConstraint("size >= 0", name="size"),
    CheckConstraint("state <> 'erased' OR (wrapped_key IS NULL AND erased_at IS NOT NULL)", name="erased"),
    CheckConstraint("state = 'erased' OR wrapped_key IS NOT NULL", name="readable"),
    one_of("state", ("writing", "kept", "erased")),
    Index(None, "user_id"),
    Index(None, "state", "expires_at"),
)

photos = Table(
    "photos",
    metadata,
    Column("id", String(32), primary_key=True),
    of_user(),
    Column("file", String(32), ForeignKey("files.id"), nullable=False),
    Column("name", Text, nullable=False),
    Column("digest", String(64), nullable=False),
    Column("report", Json, nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("expires_at", Instant, nullable=False),
    Column("used_at", Instant),
    Column("deleted_at", Instant),
    UniqueConstraint("file"),
    Index(None, "user_id", "created_at"),
)

works = Table(
    "works",
    metadata,
    Column("id", String(32), primary_key=True),
    of_user(),
    of_job(),
    Column("feature", Text, nullable=False),
    Column("title", Text, nullable=False),
    Column("files", Json, nullable=False),
    Column("tags", Json, nullable=False),
    Column("favourite", Boolean, nullable=False),
    Column("public", Boolean, nullable=False),
    Column("share", Text),
    Column("width", Integer, nullable=False),
    Column("height", Integer, nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("expires_at", Instant, nullable=False),
    Column("deleted_at", Instant),
    UniqueConstraint("job_id"),
    UniqueConstraint("share"),
    Index(None, "user_id", "created_at"),
)
