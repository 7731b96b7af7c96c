"""Jobs, their progress streams and attempts."""

from __future__ import annotations

from sqlalchemy import CheckConstraint, Column, Index, Integer, String, Table, Text, UniqueConstraint

from tuanyuan.domain.wallet import MOST_AT_ONCE
from tuanyuan.store.columns import Instant, Json, Serial
from tuanyuan.store.tables.schema import metadata, of_job, of_user, one_of

jobs = Table(
    "jobs",
    metadata,
    Column("id", String(32), primary_key=True),
    of_user(),
    Column("feature", Text, nullable=False),
    Column("request", Json, nullable=False),
    Column("status", String(16), nullable=False),
    Column("cost", Integer, nullable=False),
    Column("priority", Integer, nullable=False),
    Column("queue", Text, nullable=False),
    Column("progress", Integer, nullable=False),
    Column("engine", Text),
    Column("candidates", Json, nullable=False),
    Column("picked", Text),
    Column("work_id", String(32)),
    Column("rating", Integer),
    Column("error", Json),
    Column("claims", Integer, nullable=False),
    Column("cache_key", Text),
    Column("cached_from", String(32)),
    Column("created_at", Instant, nullable=False),
    Column("started_at", Instant),
    Column("finished_at", Instant),
    Column("updated_at", Instant, nullable=False),
    CheckConstraint(f"cost BETWEEN 0 AND {MOST_AT_ONCE}", name="cost"),
    CheckConstraint("progress BETWEEN 0 AND 100", name="progress"),
    CheckConstraint("claims >= 0", name="claims"),
    one_of("status", ("pending", "processing", "completed", "failed", "cancelled")),
    Index(None, "user_id", "created_at"),
    Index(None, "user_id", "cache_key"),
    Index(None, "queue", "status", "finished_at"),
    Index(None, "status", "updated_at"),
)

job_events = Table(
    "job_events",
    metadata,
    Column("number", Serial, primary_key=True),
    of_job(),
    Column("status", String(16), nullable=False),
    Column("progress", Integer, nullable=False),
    Column("message", Text, nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("written_at", Instant, nullable=False),
    Index(None, "job_id", "number"),
    sqlite_autoincrement=True,
)

attempts = Table(
    "attempts",
    metadata,
    Column("id", String(64), primary_key=True),
    of_job(),
    Column("number", Integer, nullable=False),
    Column("engine", Text, nullable=False),
    Column("outcome", String(16), nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("task", Text),
    Column("code", Text),
    Column("finished_at", Instant),
    Column("cost_fen", Integer, nullable=False),
    Column("result", Json),
    Column("model", Text, nullable=False, server_default=""),
    Column("reason", Json),
    UniqueConstraint("job_id", "number"),
    Index(None, "created_at", "engine"),
    Index(None, "outcome", "engine"),
    one_of("outcome", ("submitting", "submitted", "succeeded", "refused", "failed", "unknown", "lost")),
)
