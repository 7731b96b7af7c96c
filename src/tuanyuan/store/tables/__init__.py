"""Every table of ours. What must never be, the database refuses by itself: see the constraints.

Instants are milliseconds (`columns.Instant`). The migrations make these tables; a test compares the two.
"""

from __future__ import annotations

from tuanyuan.store.tables.engines import engine_health
from tuanyuan.store.tables.jobs import attempts, job_events, jobs
from tuanyuan.store.tables.log import audit_head, audit_log
from tuanyuan.store.tables.money import entries, free_days
from tuanyuan.store.tables.people import consents, idempotency_keys, identities, refresh_tokens, users
from tuanyuan.store.tables.pictures import files, photos, works
from tuanyuan.store.tables.schema import metadata
from tuanyuan.store.tables.workers import heartbeats

__all__ = [
    "attempts",
    "audit_head",
    "audit_log",
    "consents",
    "engine_health",
    "entries",
    "files",
    "free_days",
    "heartbeats",
    "idempotency_keys",
    "identities",
    "job_events",
    "jobs",
    "metadata",
    "photos",
    "refresh_tokens",
    "users",
    "works",
]
