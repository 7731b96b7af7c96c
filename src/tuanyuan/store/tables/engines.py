"""How engines are doing."""

from __future__ import annotations

from sqlalchemy import Column, Table, Text

from tuanyuan.store.columns import Instant, Json
from tuanyuan.store.tables.schema import metadata

engine_health = Table(
    "engine_health",
    metadata,
    Column("engine", Text, primary_key=True),
    Column("health", Json, nullable=False),
    Column("updated_at", Instant, nullable=False),
)
