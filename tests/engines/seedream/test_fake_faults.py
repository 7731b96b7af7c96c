"""What our Ark can be told to do wrong, for pictures at once and for video tasks, and what it bills then."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from typing import Any

import httpx2
import pytest
from doubles.seedream import GROUP, IMAGES, NOW, SMALL, TASKS, URL, V4, Talk, assert_refused, opened

from tuanyuan.engines.sandbox import Cut, Fault, clip


@pytest.mark.parametrize(
    ("fault", "form", "status", "code"),
    [
        ("refuse_input", {"image": URL}, 400, "InputImageSensitiveContentDetected"),
        ("refuse_input", {}, 400, "InputTextSensitiveContentDetected"),
        ("refuse_output", {}, 400, "OutputImageSensitiveContentDetected"),
        ("throttle", {}, 429, "ModelAccountIpmRateLimitExceeded"),
        ("fail", {}, 500, "InternalServiceError"),
        ("fail_later", {}, 500, "InternalServiceError"),
        ("out_of_credit", {}, 403, "AccountOverdueError"),
    ],
)
def test_faults_that_take_nothing(fault: Fault, form: dict[str, Any], status: int, code: str) -> None:
    talk = Talk(fault)
    assert_refused(talk.images(**form), status, code)
    assert not talk.fake.accepted
    assert len(talk.made()) == 1


@pytest.mark.parametrize("call", [Talk.images, Talk.film])
def test_malformed_is_no_json_and_takes_nothing(call: Callable[[Talk], httpx2.Response]) -> None:
    talk = Talk("malformed")
    answer = call(talk)
    assert answer.status_code == 200
    with pytest.raises(ValueError, match="Expecting value"):
        answer.json()
    assert not talk.fake.accepted


@pytest.mark.parametrize("fault", ["cut", "vanish"])
@pytest.mark.parametrize("stream", [False, True])
def test_cut_and_vanish_bill_and_nobody_hears_of_it(fault: Fault, stream: bool) -> None:
    talk = Talk(fault)
    with pytest.raises(Cut):
        talk.images(**SMALL, stream=stream)
    (accepted,) = talk.fake.accepted
    assert (accepted.pictures, len(accepted.made)) == (1, 1)


def test_partial_leaves_a_hole_with_status_200() -> None:
    talk = Talk("partial", "partial")
    for form, whole in ((GROUP, 2), ({}, 0)):
        answer = talk.images(**SMALL, **form)
        said = answer.json()
        assert (answer.status_code, said["usage"]["generated_images"], len(said["data"])) == (200, whole, whole + 1)
        assert ["error" in item for item in said["data"]] == [False] * whole + [True]
        assert said["data"][-1]["error"]["code"] == "OutputImageSensitiveContentDetected"
    assert [accepted.pictures for accepted in talk.fake.accepted] == [2, 0]


def test_twice_the_same() -> None:
    talk = Talk("twice", "twice")
    first, second, third = talk.made(**GROUP)
    assert first == second != third
    once, again, after = talk.made(), talk.made(image=URL), talk.made(image=URL)
    assert once == again != after
    assert [accepted.pictures for accepted in talk.fake.accepted] == [3, 1, 1, 1]


def test_broken_wrong_size_and_expired() -> None:
    talk = Talk("broken", "wrong_size", "expired", "expired")
    with pytest.raises(OSError, match="truncated"):
        opened(talk.made()[0])
    assert opened(talk.made()[0]).size == (64, 48)
    with pytest.raises(OSError, match="truncated"):
        opened(talk.made()[0])
    assert talk.call("GET", talk.images(**SMALL).json()["data"][0]["url"]).status_code == 403
    assert [accepted.pictures for accepted in talk.fake.accepted] == [1, 1, 1, 1]


def test_how_long_it_takes(slept: list[float]) -> None:
    talk = Talk(None, "slow", "late", seconds=2.0)
    talk.made()
    talk.made()
    assert_refused(talk.images(), 500, "InternalServiceError")
    assert slept == [2.0, 20.0, 3600.0]
    assert [accepted.pictures for accepted in talk.fake.accepted] == [1, 1, 0]


@pytest.mark.parametrize("stream", [False, True])
def test_late_ends_when_the_client_goes_away(stream: bool) -> None:
    talk = Talk("late")
    body = json.dumps({"model": V4, "prompt": "hi", "stream": stream}).encode()
    headers = [(b"authorization", b"Bearer ark-key-example"), (b"content-type", b"application/json")]
    scope = {"type": "http", "method": "POST", "path": IMAGES, "query_string": b"", "headers": headers}
    scope |= {"scheme": "https", "server": ("ark", 443), "http_version": "1.1", "root_path": ""}
    incoming = [{"type": "http.disconnect"}, {"type": "http.request", "body": body, "more_body": False}]

    async def receive() -> Any:
        return incoming.pop()

    async def send(message: Any) -> None:
        assert message.get("status", 499) == 499

    asyncio.run(asyncio.wait_for(talk.fake.app(scope, receive, send), 5))
    assert [accepted.fault for accepted in talk.fake.accepted] == ["late"]
    assert not incoming


@pytest.mark.parametrize(
    ("fault", "status", "code"),
    [
        ("refuse_input", 400, "InputTextSensitiveContentDetected"),
        ("throttle", 429, "ModelAccountIpmRateLimitExceeded"),
        ("fail", 500, "InternalServiceError"),
        ("out_of_credit", 403, "AccountOverdueError"),
    ],
)
def test_video_faults_that_take_nothing(fault: Fault, status: int, code: str) -> None:
    talk = Talk(fault)
    assert_refused(talk.film(), status, code)
    assert not talk.fake.accepted


@pytest.mark.parametrize(
    ("fault", "code"),
    [
        ("refuse_output", "OutputVideoSensitiveContentDetected"),
        ("partial", "OutputVideoSensitiveContentDetected"),
        ("fail_later", "InternalServiceError"),
    ],
)
def test_video_tasks_that_fail(fault: Fault, code: str) -> None:
    talk = Talk(fault)
    said = talk.see(talk.task())
    assert (said["status"], said["error"]["code"]) == ("failed", code)
    assert "content" not in said
    assert talk.fake.accepted[0].pictures == 0


def test_video_cut_and_vanish_bill() -> None:
    talk = Talk("cut", "vanish")
    with pytest.raises(Cut):
        talk.film()
    lost = talk.task()
    assert_refused(talk.call("GET", f"{TASKS}/{lost}"), 404, "ResourceNotFound")
    assert [accepted.pictures for accepted in talk.fake.accepted] == [1, 1]
    # What was cut off runs on, and the list shows it.
    assert talk.call("GET", TASKS).json()["items"][0]["status"] == "succeeded"


def test_video_slow_and_late() -> None:
    talk = Talk("slow", "late", seconds=6.0)
    slow, late = talk.task(), talk.task(execution_expires_after=3600)
    for second, states in (
        (59, ["running", "running"]),
        (60, ["succeeded", "running"]),
        (3600, ["succeeded", "expired"]),
    ):
        talk.clock.now = NOW + second
        assert [talk.see(task)["status"] for task in (slow, late)] == states


def test_spoilt_clips() -> None:
    talk = Talk("broken", "expired", "twice", None, "wrong_size")

    def film(**form: Any) -> httpx2.Response:
        return talk.call("GET", talk.see(talk.task(**form))["content"]["video_url"])

    assert film().content == clip(1)[: len(clip(1)) // 3]  # of nobody
    assert film().status_code == 403
    assert film().content == film().content
    content = talk.see(talk.task(return_last_frame=True))["content"]
    assert opened(talk.call("GET", content["last_frame_url"]).content).size == (64, 48)
