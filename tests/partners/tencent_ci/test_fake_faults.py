"""What the fake bucket can be told to do wrong, and what it bills then: contracts/tencent-cos-ci.md."""

from __future__ import annotations

import time

import anyio
import httpx2
import pytest
from doubles.bucket import HOST, cut, fake, refusal, signed
from doubles.retouch import opened, picture

from tuanyuan.engines.sandbox import Cut

NOTHING_TAKEN = {
    "refuse_input": (451, "ContentBlocked", "-5062"),
    "refuse_output": (451, "ContentBlocked", "-5062"),
    "throttle": (503, "SlowDown", "-29214"),
    "fail": (500, "InternalError", None),
    "fail_later": (400, "InvalidArgument", "-103"),
    "out_of_credit": (403, "AccessDenied", None),
}


@pytest.mark.parametrize(("fault", "told"), NOTHING_TAKEN.items())
def test_faults_that_take_nothing(fault, told):
    bucket = fake(fault, None, objects={"t1/a.png": picture()})
    assert refusal(cut(bucket)) == told
    assert not bucket.accepted
    assert cut(bucket).status_code == 200


@pytest.mark.parametrize("fault", ["cut", "vanish"])
def test_a_connection_that_dies_is_billed(fault):
    bucket = fake(fault, objects={"t1/a.png": picture()})
    with pytest.raises((Cut, httpx2.RemoteProtocolError)):
        cut(bucket)
    assert [(a.fault, a.pictures) for a in bucket.accepted] == [(fault, 1)]


def test_pictures_that_are_wrong():
    source = picture(format="PNG")
    bucket = fake("malformed", "partial", "wrong_size", "broken", "expired", objects={"t1/a.png": source})
    assert b"<html>" in cut(bucket).content
    assert cut(bucket).content == source
    assert opened(cut(bucket).content).size == (64, 48)
    for _ in range(2):
        with pytest.raises(OSError, match="truncated"):
            opened(cut(bucket).content)
    assert len(bucket.accepted) == 5


def test_the_same_picture_twice():
    bucket = fake("twice", objects={"t1/a.png": picture(), "b": picture(200, 50)})
    first = cut(bucket).content
    assert cut(bucket, "b").content == first
    assert opened(cut(bucket, "b").content).size == (200, 50)


def test_the_original_comes_back_where_it_was_asked_for():
    source = picture(format="PNG")
    bucket = fake("fail", objects={"t1/a.png": source})
    assert cut(bucket, **{"ignore-error": "1"}).content == source


def test_late_is_later_than_anybody_waits():
    bucket = fake("late", objects={"t1/a.png": picture()})

    async def wait():
        with anyio.move_on_after(0.03) as patience:
            async with httpx2.AsyncClient(transport=httpx2.ASGITransport(app=bucket.app), trust_env=False) as client:
                heads = {"Authorization": signed("GET", "/t1/a.png", {"ci-process": "AIPicMatting"})}
                await client.get(f"https://{HOST}/t1/a.png?ci-process=AIPicMatting", headers=heads)
        return patience.cancelled_caught

    assert anyio.run(wait)
    assert bucket.accepted[0].fault == "late"


def test_slow_is_as_many_times_slower_as_was_said():
    bucket = fake("slow", objects={"t1/a.png": picture()}, seconds=0.002)
    began = time.monotonic()
    assert cut(bucket).status_code == 200
    assert time.monotonic() - began >= 0.02
