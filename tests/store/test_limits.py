"""Limits in the process and in Redis, and what happens when Redis is gone."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
import redis
import structlog
from doubles.machines import redis_url
from limits.storage import MemoryStorage

from tuanyuan.store import limits as module
from tuanyuan.store.limits import Limits

pytestmark = pytest.mark.allow_hosts(["127.0.0.1", "::1"])

# Nobody listens there.
GONE = "redis://127.0.0.1:1/0"

Make = Callable[[], Limits]


@pytest.fixture(params=["memory", "redis"])
def make(request: pytest.FixtureRequest) -> Iterator[Make]:
    """As many limiters as asked for; those over Redis share their counts."""
    url, prefix, made = None, f"test-{uuid.uuid4().hex}", []
    if request.param == "redis":
        url = redis_url()

    def limiter() -> Limits:
        made.append(Limits(url, prefix))
        return made[-1]

    yield limiter
    for limits in made:
        limits.close()
    if url:
        with redis.Redis.from_url(url) as client:
            for key in client.scan_iter(f"{prefix}*"):
                client.delete(key)


def test_a_limit_lets_so_many_pass_and_then_says_how_long(make: Make) -> None:
    limits = make()
    assert [limits.hit("login", "a", "3/hour") for _ in range(3)] == [None] * 3
    wait = limits.hit("login", "a", "3/hour")
    assert wait is not None
    assert 3590 <= wait <= 3600


def test_a_refused_hit_does_not_prolong_the_wait(make: Make) -> None:
    limits = make()
    assert limits.hit("login", "a", "1/hour") is None
    for _ in range(5):
        wait = limits.hit("login", "a", "1/hour")
        assert wait is not None
        assert wait <= 3600


def test_users_names_and_limits_are_counted_apart(make: Make) -> None:
    limits = make()
    assert limits.hit("login", "a", "1/hour") is None
    assert limits.hit("login", "b", "1/hour") is None
    assert limits.hit("upload", "a", "1/hour") is None
    assert limits.hit("login", "a", "1/hour") is not None


@pytest.mark.parametrize("key", ["", "a/b", "x" * 100_000, "用户", "\0", "\ud800", "a b\r\nFLUSHALL"])
def test_any_key_counts(make: Make, key: str) -> None:
    limits = make()
    assert limits.hit("login", key, "1/hour") is None
    assert limits.hit("login", key, "1/hour") is not None


def test_of_many_at_once_exactly_as_many_pass_as_may(make: Make) -> None:
    limits = make()
    with ThreadPoolExecutor(8) as threads:
        waits = list(threads.map(lambda _: limits.hit("login", "a", "10/hour"), range(40)))
    assert waits.count(None) == 10


def test_two_machines_share_their_counts_in_redis() -> None:
    url, prefix = redis_url(), f"test-{uuid.uuid4().hex}"
    here, there = Limits(url, prefix), Limits(url, prefix)
    try:
        assert here.hit("login", "203.0.113.7", "1/hour") is None
        assert there.hit("login", "203.0.113.7", "1/hour") is not None
        with redis.Redis.from_url(url) as client:
            keys = list(client.scan_iter(f"{prefix}*"))
            assert len(keys) == 1
            assert b"203.0.113.7" not in keys[0]
            assert 0 < client.ttl(keys[0]) <= 3600
            client.delete(*keys)
    finally:
        here.close()
        there.close()


def test_without_redis_each_process_counts_for_itself_and_says_so_once() -> None:
    limits = Limits(GONE)
    with structlog.testing.capture_logs() as logs:
        assert [limits.hit("login", "a", "2/hour") for _ in range(2)] == [None, None]
        assert limits.hit("login", "a", "2/hour") is not None
    limits.close()
    assert [(line["event"], line["log_level"]) for line in logs] == [("limits_redis_gone", "warning")]


def test_a_redis_that_is_gone_is_not_asked_at_every_hit(monkeypatch: pytest.MonkeyPatch) -> None:
    limits = Limits(GONE)
    asked: list[str] = []
    assert limits._storage is not None

    def acquire(key: str, *_: object, **__: object) -> bool:
        asked.append(key)
        raise redis.exceptions.TimeoutError

    monkeypatch.setattr(limits._storage, "acquire_entry", acquire)
    now = [1000.0]
    monkeypatch.setattr(module.time, "monotonic", lambda: now[0])
    with structlog.testing.capture_logs() as logs:
        for _ in range(20):
            limits.hit("login", "a", "100/hour")
        assert len(asked) == 1
        now[0] += module.REST_SECONDS
        limits.hit("login", "a", "100/hour")
        assert len(asked) == 2
    assert [line["event"] for line in logs] == ["limits_redis_gone"]
    limits.close()


def test_when_redis_is_back_it_counts_again(monkeypatch: pytest.MonkeyPatch) -> None:
    limits = Limits(GONE)
    counted: list[str] = []
    assert limits._storage is not None
    with structlog.testing.capture_logs() as logs:
        assert limits.hit("login", "a", "5/hour") is None
        monkeypatch.setattr(limits, "_gone_since", module.time.monotonic() - module.REST_SECONDS)

        def acquire(key: str, *_: object, **__: object) -> bool:
            counted.append(key)
            return True

        monkeypatch.setattr(limits._storage, "acquire_entry", acquire)
        assert limits.hit("login", "a", "5/hour") is None
        assert limits.hit("login", "a", "5/hour") is None
    assert len(counted) == 2
    assert [line["event"] for line in logs] == ["limits_redis_gone", "limits_redis_back"]
    limits.close()


def test_without_a_url_nothing_is_asked_of_anybody() -> None:
    limits = Limits(None)
    assert isinstance(limits._own.storage, MemoryStorage)
    assert limits._storage is None
    limits.close()
