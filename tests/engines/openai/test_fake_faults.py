"""What the fake of OpenAI Images can be told to do wrong, and what it bills then (contracts/openai-images.md)."""

from __future__ import annotations

import io
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import httpx2
import pytest
from doubles.openai import (
    EDITS,
    EXAMPLE,
    KEY,
    RED,
    A,
    B,
    addresses,
    error,
    events,
    generated,
    got,
    named,
    padded,
    photo,
    pictures,
    refused,
    sent,
)
from PIL import Image

from tuanyuan.engines.openai.fake import OpenAIFake, Words
from tuanyuan.engines.sandbox import Cut, Fault, Faults, serving


def faulty(*plan: Fault | None, **options: Any) -> OpenAIFake:
    return OpenAIFake(Faults(plan), **options)


def test_refused_content() -> None:
    fake = faulty("refuse_input", "refuse_output")
    for _ in range(2):
        answer = sent(fake)
        said = error(answer)
        assert answer.status_code == 400
        assert (said["type"], said["param"], said["code"]) == (
            "image_generation_user_error",
            None,
            "moderation_blocked",
        )
        assert "safety_violations=[sexual]" in said["message"]
        assert answer.headers["x-request-id"] in said["message"]
    assert [(work.fault, work.pictures) for work in fake.accepted] == [("refuse_output", 0)]


def test_refused_content_in_older_words() -> None:
    fake = faulty("refuse_input", words=Words(refused="content_policy_violation"))
    refused(sent(fake), 400, "content_policy_violation")


def test_throttle_tells_when_to_come_again() -> None:
    fake = faulty("throttle")
    answer = sent(fake)
    refused(answer, 429, "rate_limit_exceeded")
    assert answer.headers["retry-after"] == "12"
    assert answer.headers["x-ratelimit-reset-requests"] == "12s"
    assert fake.accepted == []


@pytest.mark.parametrize("fault", ["fail", "fail_later"])
@pytest.mark.parametrize("status", [500, 502, 503])
def test_fail(fault: Fault, status: Any) -> None:
    fake = faulty(fault, words=Words(failure=status))
    answer = sent(fake)
    refused(answer, status, "server_error")
    assert error(answer)["type"] == "server_error"
    assert fake.accepted == []


@pytest.mark.parametrize(
    ("credit", "status", "code"),
    [
        ("insufficient_quota", 429, "insufficient_quota"),
        ("billing_hard_limit_reached", 400, "billing_hard_limit_reached"),
        ("unverified", 403, None),
    ],
)
def test_out_of_credit(credit: Any, status: int, code: str | None) -> None:
    fake = faulty("out_of_credit", words=Words(credit=credit))
    answer = sent(fake)
    refused(answer, status, code)
    assert "retry-after" not in answer.headers
    assert fake.accepted == []


def test_malformed_is_no_json() -> None:
    fake = faulty("malformed", "malformed")
    answer = sent(fake)
    assert answer.status_code == 200
    with pytest.raises(ValueError, match="Expecting value"):
        answer.json()
    assert sent(fake, stream="true").text == f"data: {answer.text}\n\n"
    assert [work.pictures for work in fake.accepted] == [1, 1]


@pytest.mark.parametrize("fault", ["cut", "vanish"])
@pytest.mark.parametrize("more", [{"n": "2"}, {"n": "2", "stream": "true", "partial_images": "1"}])
def test_cut_bills(fault: Fault, more: dict[str, str]) -> None:
    fake = faulty(fault)
    with pytest.raises(Cut):
        sent(fake, **more)
    assert [(work.fault, work.pictures) for work in fake.accepted] == [(fault, 2)]


def test_partial_is_one_picture_less() -> None:
    fake = faulty("partial", "partial", "partial")
    assert len(pictures(sent(fake, n="3"))) == 2
    assert pictures(sent(fake)) == []
    assert events(sent(fake, stream="true", partial_images="1"))[-1][0] == "image_edit.partial_image"
    assert [work.pictures for work in fake.accepted] == [2, 0, 0]


def test_twice_in_one_answer() -> None:
    data = sent(faulty("twice"), n="3").json()["data"]
    assert data[0] == data[1] != data[2]


def test_twice_in_two_answers() -> None:
    fake = faulty("twice", "fail", None, None)
    first, _, again, after = (sent(fake) for _ in range(4))
    assert again.json()["data"] == first.json()["data"] != after.json()["data"]
    assert [work.pictures for work in fake.accepted] == [1, 1, 1]


@pytest.mark.parametrize("fault", ["broken", "expired"])
def test_broken_cannot_be_opened(fault: Fault) -> None:
    fake = faulty(fault)
    first, second = pictures(sent(fake, n="2"))
    with pytest.raises(OSError, match="truncated"):
        first.load()
    second.load()
    assert fake.accepted[0].pictures == 2


def test_broken_behind_an_address() -> None:
    fake = OpenAIFake(Faults(["broken"]), url_results=True)
    (address,) = addresses(fake)
    with pytest.raises(OSError, match="truncated"):
        Image.open(io.BytesIO(got(fake, address).content)).load()


@pytest.mark.parametrize("output_format", ["png", "jpeg", "webp"])
def test_wrong_size(output_format: str) -> None:
    (made,) = pictures(sent(faulty("wrong_size"), output_format=output_format))
    assert (made.size, made.format) == ((64, 48), output_format.upper())


def test_slow_takes_many_times_as_long(slept: list[float]) -> None:
    fake = OpenAIFake(Faults(["slow", None], slowness=4.0), seconds=3.0)
    assert pictures(sent(fake))
    assert pictures(generated(fake))
    assert slept == [12.0, 3.0]


def test_one_fault_a_call() -> None:
    fake = faulty("throttle", None, "fail", None)
    assert [generated(fake).status_code for _ in range(4)] == [429, 200, 500, 200]


@contextmanager
def asking(fake: OpenAIFake, timeout: float) -> Iterator[httpx2.Client]:
    """A client of the fake on a socket; at the end its server has stopped."""
    with serving(fake.app) as base, httpx2.Client(base_url=base, trust_env=False) as client:
        client.timeout = httpx2.Timeout(120, read=timeout)
        client.headers["authorization"] = f"Bearer {KEY}"
        yield client
    assert "sandbox" not in {thread.name for thread in threading.enumerate()}


@pytest.mark.allow_hosts(["127.0.0.1", "::1"])
@pytest.mark.parametrize(("fault", "billed"), [("late", 0), (None, 2)])
def test_who_leaves_before_the_answer(fault: Fault | None, billed: int) -> None:
    fake = faulty(fault, seconds=60.0)
    with asking(fake, 1.0) as client, pytest.raises(httpx2.ReadTimeout):
        client.post(EDITS, data={**EXAMPLE, "n": "2"}, files=[A, B])
    assert [work.pictures for work in fake.accepted] == [billed]


@pytest.mark.allow_hosts(["127.0.0.1", "::1"])
@pytest.mark.parametrize("more", [{}, {"stream": "true"}])
def test_a_cut_reaches_the_client_as_a_broken_connection(more: dict[str, str]) -> None:
    with asking(faulty("cut"), 120.0) as client, pytest.raises(httpx2.RemoteProtocolError):
        client.post(EDITS, data={**EXAMPLE, **more}, files=[A, B])


@pytest.mark.allow_hosts(["127.0.0.1", "::1"])
def test_a_body_that_is_too_long_is_heard_out() -> None:
    with asking(OpenAIFake(max_body=1_000_000), 120.0) as client:
        answer = client.post(EDITS, data=EXAMPLE, files=[named("image", padded(photo(RED), 4_000_000))])
    assert answer.status_code == 413
