"""Which servers answer on this machine: the one place that asks."""

from __future__ import annotations

import os
from functools import cache

import psycopg
import pytest

POSTGRESQL = os.environ.get("TUANYUAN_TEST_POSTGRESQL", "postgresql://postgres@127.0.0.1:5432/postgres")
REDIS = "redis://127.0.0.1:6379/0"
NEEDS = "TUANYUAN_TEST_NEEDS"


def postgresql_url() -> str:
    """Address of a PostgreSQL whose user may make databases. Skips where none answers, unless one is needed."""
    return POSTGRESQL if _postgresql() else _missing("postgresql", POSTGRESQL)


def redis_url() -> str:
    """Address of a Redis. Skips where none answers, unless one is needed."""
    return REDIS if _redis() else _missing("redis", REDIS)


@cache
def _postgresql() -> bool:
    try:
        psycopg.connect(POSTGRESQL, connect_timeout=3).close()
    except psycopg.OperationalError:
        return False
    return True


@cache
def _redis() -> bool:
    """Needs `@pytest.mark.allow_hosts(["127.0.0.1", "::1"])` on the test."""
    import redis

    client = redis.Redis.from_url(REDIS, socket_connect_timeout=3)
    try:
        return bool(client.ping())
    except (redis.ConnectionError, redis.TimeoutError):
        return False
    finally:
        client.close()


def _missing(name: str, url: str) -> str:
    reason = f"no {name} answers at {url}"
    if name in os.environ.get(NEEDS, ""):
        pytest.fail(f"{reason}, and {NEEDS} asks for it", pytrace=False)
    pytest.skip(reason)
