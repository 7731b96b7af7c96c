"""What the fake of Gemini can be told to do wrong, and what it bills then (contracts/gemini.md)."""

from __future__ import annotations

import functools
import threading
from collections.abc import Callable, Iterator
from typing import Any

import httpx2
import pytest
from doubles.gemini import FLASH, KEY, error, events, picture, refused, sent, with_parts

from tuanyuan.engines.gemini.fake import GeminiFake, Words
from tuanyuan.engines.sandbox import Cut, Fault, Faults, serving


def faulty(*plan: Fault | None, **options: Any) -> GeminiFake:
    return GeminiFake(Faults(plan), **options)


@pytest.mark.parametrize("reason", ["SAFETY", "BLOCKLIST", "PROHIBITED_CONTENT", "IMAGE_SAFETY", "OTHER"])
def test_refuse_input(reason: str) -> None:
    fake = faulty("refuse_input", words=Words(blocked=reason))
    answer = sent(fake)
    said = answer.json()
    assert answer.status_code == 200
    assert said == {
        "promptFeedback": {"blockReason": reason},
        "usageMetadata": dict.fromkeys(said["usageMetadata"], said["usageMetadata"]["promptTokenCount"]),
        "modelVersion": FLASH,
    }
    assert fake.accepted == []


@pytest.mark.parametrize("reason", ["IMAGE_SAFETY", "SAFETY", "IMAGE_PROHIBITED_CONTENT", "IMAGE_RECITATION", "SPII"])
def test_refuse_output(reason: str) -> None:
    fake = faulty("refuse_output", words=Words(finished=reason))
    answer = sent(fake)
    (candidate,) = answer.json()["candidates"]
    assert answer.status_code == 200
    assert candidate.keys() == {"finishReason", "finishMessage", "index"}
    assert candidate["finishReason"] == reason
    assert [work.pictures for work in fake.accepted] == [0]


@pytest.mark.parametrize("reason", ["NO_IMAGE", "IMAGE_OTHER", "OTHER", "MALFORMED_RESPONSE", "LANGUAGE"])
def test_partial_is_no_picture(reason: str) -> None:
    fake = faulty("partial", words=Words(nothing=reason))
    (candidate,) = sent(fake).json()["candidates"]
    assert candidate["finishReason"] == reason
    assert "content" not in candidate
    assert [work.pictures for work in fake.accepted] == [0]


def test_partial_is_talk() -> None:
    (candidate,) = sent(faulty("partial", words=Words(nothing="STOP"))).json()["candidates"]
    assert candidate["finishReason"] == "STOP"
    assert [list(part) for part in candidate["content"]["parts"]] == [["text"]]


def test_throttle_tells_when_to_come_again() -> None:
    fake = faulty("throttle")
    said = error(sent(fake))
    assert (said["code"], said["status"]) == (429, "RESOURCE_EXHAUSTED")
    assert said["details"] == [{"@type": "type.googleapis.com/google.rpc.RetryInfo", "retryDelay": "37s"}]
    assert fake.accepted == []


@pytest.mark.parametrize("fault", ["fail", "fail_later"])
@pytest.mark.parametrize(("code", "status"), [(500, "INTERNAL"), (503, "UNAVAILABLE"), (504, "DEADLINE_EXCEEDED")])
def test_fail(fault: Fault, code: Any, status: str) -> None:
    fake = faulty(fault, words=Words(failure=code))
    refused(sent(fake), code, status)
    assert fake.accepted == []


@pytest.mark.parametrize(
    ("credit", "code", "status"),
    [
        ("billing", 400, "FAILED_PRECONDITION"),
        ("daily", 429, "RESOURCE_EXHAUSTED"),
        ("permission", 403, "PERMISSION_DENIED"),
    ],
)
def test_out_of_credit(credit: Any, code: int, status: str) -> None:
    fake = faulty("out_of_credit", words=Words(credit=credit))
    said = error(sent(fake))
    assert (said["code"], said["status"]) == (code, status)
    daily = [violation["quotaId"] for it in said.get("details", []) for violation in it.get("violations", [])]
    assert daily == (["GenerateRequestsPerDayPerProjectPerModel"] if credit == "daily" else [])
    assert fake.accepted == []


def test_malformed_is_no_json() -> None:
    fake = faulty("malformed", "malformed")
    answer = sent(fake)
    assert answer.status_code == 200
    with pytest.raises(ValueError, match="Expecting value"):
        answer.json()
    stream = sent(fake, path=f"/v1/models/{FLASH}:streamGenerateContent?alt=sse")
    with pytest.raises(ValueError, match="Expecting value"):
        events(stream)
    assert [work.pictures for work in fake.accepted] == [1, 1]


@pytest.mark.parametrize("fault", ["cut", "vanish"])
@pytest.mark.parametrize("action", ["generateContent", "streamGenerateContent?alt=sse"])
def test_cut_bills(fault: Fault, action: str) -> None:
    fake = faulty(fault)
    with pytest.raises(Cut):
        sent(fake, path=f"/v1/models/{FLASH}:{action}")
    assert [(work.fault, work.pictures) for work in fake.accepted] == [(fault, 1)]


@pytest.mark.parametrize("fault", ["broken", "expired"])
def test_broken_cannot_be_opened(fault: Fault) -> None:
    fake = faulty(fault)
    made = picture(sent(fake))
    with pytest.raises(OSError, match="truncated"):
        made.load()
    assert [work.pictures for work in fake.accepted] == [1]


def test_wrong_size() -> None:
    assert picture(sent(faulty("wrong_size"))).size == (64, 48)


def test_twice_gives_this_picture_again() -> None:
    fake = faulty("twice", "refuse_output", None, None)
    first, _, again, after = (sent(fake) for _ in range(4))
    assert picture(again).tobytes() == picture(first).tobytes()
    assert picture(after).tobytes() != picture(first).tobytes()
    assert [work.pictures for work in fake.accepted] == [1, 0, 1, 1]


def test_slow_takes_many_times_as_long(slept: list[float]) -> None:
    fake = GeminiFake(Faults(["slow", None], slowness=4.0), seconds=3.0)
    assert picture(sent(fake))
    assert picture(sent(fake))
    assert slept == [12.0, 3.0]


# Each call that creates work asks for one fault, whatever it answers.
def test_one_fault_a_call() -> None:
    fake = faulty("throttle", None, "fail", None)
    assert [sent(fake).status_code for _ in range(4)] == [429, 200, 503, 200]


@pytest.fixture
def served() -> Iterator[Callable[[GeminiFake], httpx2.Response | None]]:
    """Ask over a socket and leave after a blink; the answer if there was one by then."""

    def ask(fake: GeminiFake) -> httpx2.Response | None:
        with (
            serving(fake.app) as base,
            httpx2.Client(base_url=base, timeout=httpx2.Timeout(120, read=1.0), trust_env=False) as client,
        ):
            try:
                return client.post(
                    f"/v1/models/{FLASH}:generateContent",
                    json=with_parts({"text": "x"}),
                    headers={"x-goog-api-key": KEY},
                )
            except httpx2.ReadTimeout:
                return None

    yield ask
    assert "sandbox" not in {thread.name for thread in threading.enumerate()}


@pytest.mark.allow_hosts(["127.0.0.1", "::1"])
def test_late_is_never_ready_and_ends_when_the_client_goes(
    served: Callable[[GeminiFake], httpx2.Response | None],
) -> None:
    fake = faulty("late")
    assert served(fake) is None
    assert [(work.fault, work.pictures) for work in fake.accepted] == [("late", 0)]


@pytest.mark.allow_hosts(["127.0.0.1", "::1"])
def test_who_leaves_early_is_billed(served: Callable[[GeminiFake], httpx2.Response | None]) -> None:
    fake = GeminiFake(seconds=60.0)
    assert served(fake) is None
    assert [work.pictures for work in fake.accepted] == [1]


@pytest.mark.allow_hosts(["127.0.0.1", "::1"])
def test_a_cut_reaches_the_client_as_a_broken_connection() -> None:
    fake = faulty("cut")
    with serving(fake.app) as base, httpx2.Client(base_url=base, timeout=120, trust_env=False) as client:
        ask = functools.partial(client.post, json=with_parts({"text": "x"}), headers={"x-goog-api-key": KEY})
        with pytest.raises(httpx2.RemoteProtocolError):
            ask(f"/v1/models/{FLASH}:generateContent")
