"""The pulse of workers."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, String, Table

from tuanyuan.store.tables.schema import metadata

heartbeats = Table(
    "heartbeats",
    metadata,
    Column("name", String(64), primary_key=True),
    Column("holder", String(64), nullable=False),
    Column("count", BigInteger, nullable=False),
)
