"""Limits over the library `limits`: a moving window, counted in Redis where there is one, else in the process.

Implements `domain.ports.Limiter`.
"""

from __future__ import annotations

import hashlib
import math
import time
from functools import lru_cache
from typing import TYPE_CHECKING

import structlog
from limits import RateLimitItem, parse
from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter

if TYPE_CHECKING:
    from limits.storage import RedisStorage

# A login waits for Redis this long at most, and a Redis that is gone is asked again after so many seconds.
ANSWER_SECONDS = 0.25
REST_SECONDS = 5.0

log = structlog.get_logger(__name__)


@lru_cache(maxsize=64)
def _item(limit: str) -> RateLimitItem:
    return parse(limit)


class Limits:
    """Counts hits. Without Redis, or while it is gone, each process counts for itself; never an error.

    redis_url: None counts in the process. prefix: of the keys in Redis.
    """

    def __init__(self, redis_url: str | None = None, prefix: str = "tuanyuan:limits") -> None:
        self._own = MovingWindowRateLimiter(MemoryStorage())
        self._storage: RedisStorage | None = None
        self._shared: MovingWindowRateLimiter | None = None
        # What a Redis that is gone raises.
        self._trouble: tuple[type[Exception], ...] = (OSError,)
        if redis_url:
            from limits.storage import RedisStorage
            from redis.exceptions import RedisError

            self._trouble = (OSError, RedisError)
            self._storage = RedisStorage(
                redis_url,
                key_prefix=prefix,
                socket_timeout=ANSWER_SECONDS,
                socket_connect_timeout=ANSWER_SECONDS,
            )
            self._shared = MovingWindowRateLimiter(self._storage)
        self._gone_since: float | None = None

    def hit(self, name: str, key: str, limit: str) -> int | None:
        """Count one more of `name` by `key`; None when within `limit`, else whole seconds until it is allowed again.

        A refused hit is not counted. Addresses and ids are stored hashed.
        """
        who = hashlib.sha256(key.encode("utf-8", "backslashreplace")).hexdigest()[:32]
        if self._shared is not None and self._worth_asking():
            try:
                wait = self._count(self._shared, name, who, limit)
            except self._trouble as error:
                self._lost(error)
            else:
                self._found()
                return wait
        return self._count(self._own, name, who, limit)

    def close(self) -> None:
        """Let go of the connections to Redis."""
        if self._storage is not None:
            self._storage.storage.close()

    @staticmethod
    def _count(limiter: MovingWindowRateLimiter, name: str, who: str, limit: str) -> int | None:
        item = _item(limit)
        if limiter.hit(item, name, who):
            return None
        free_at = limiter.get_window_stats(item, name, who).reset_time
        return min(max(1, math.ceil(free_at - time.time())), item.get_expiry())

    def _worth_asking(self) -> bool:
        return self._gone_since is None or time.monotonic() - self._gone_since >= REST_SECONDS

    def _lost(self, error: Exception) -> None:
        if self._gone_since is None:
            log.warning("limits_redis_gone", error=type(error).__name__)
        self._gone_since = time.monotonic()

    def _found(self) -> None:
        if self._gone_since is not None:
            log.info("limits_redis_back")
            self._gone_since = None
