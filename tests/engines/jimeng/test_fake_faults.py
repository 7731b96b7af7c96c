"""What our Jimeng can be told to do wrong, and what it bills then."""

from __future__ import annotations

import base64
from typing import Any

import pytest
from doubles.jimeng import NOW, PRO, URL, Talk, assert_refused, size

from tuanyuan.engines.sandbox import Cut, Fault, clip


@pytest.mark.parametrize(
    ("fault", "form", "status", "code"),
    [
        ("refuse_input", {"image_urls": [URL]}, 400, 50411),
        ("refuse_input", {}, 400, 50412),
        ("throttle", {}, 429, 50429),
        ("fail", {}, 500, 50500),
        ("out_of_credit", {}, 401, 50400),
    ],
)
def test_faults_that_take_nothing(fault: Fault, form: dict[str, Any], status: int, code: int) -> None:
    talk = Talk(fault)
    assert_refused(talk.submit(**form), status, code)
    assert not talk.fake.accepted
    talk.task()


def test_malformed_is_no_json_and_takes_nothing() -> None:
    talk = Talk("malformed")
    answer = talk.submit()
    assert answer.status_code == 200
    with pytest.raises(ValueError, match="Expecting value"):
        answer.json()
    assert not talk.fake.accepted


def test_cut_takes_and_bills_and_nobody_hears_of_it() -> None:
    talk = Talk("cut")
    with pytest.raises(Cut):
        talk.submit()
    assert [accepted.pictures for accepted in talk.fake.accepted] == [1]


def test_vanish_bills_and_is_not_known() -> None:
    talk = Talk("vanish")
    assert talk.poll(talk.task()).json()["data"]["status"] == "not_found"
    assert talk.fake.accepted[0].pictures == 1


def test_refused_output_is_not_billed() -> None:
    talk = Talk("refuse_output", "refuse_output")
    assert_refused(talk.poll(talk.task()), 400, 50511)
    assert_refused(talk.poll(talk.task(**PRO), PRO["req_key"]), 400, 50516)
    assert [accepted.pictures for accepted in talk.fake.accepted] == [0, 0]


def test_a_task_that_fails_is_done_without_success() -> None:
    talk = Talk("fail_later", seconds=1.0)
    task = talk.task()
    assert talk.poll(task).json()["data"]["status"] == "in_queue"
    talk.clock.now += 1
    answer = talk.poll(task)
    said = answer.json()
    assert (answer.status_code, said["code"], said["data"]["status"]) == (500, 50501, "done")
    assert (said["data"]["image_urls"], talk.fake.accepted[0].pictures) == (None, 0)


def test_slow_and_late() -> None:
    talk = Talk("slow", "late", seconds=2.0)
    slow, late = talk.task(), talk.task()
    for second, states in ((19.9, ["generating"] * 2), (20, ["done", "generating"]), (3601, ["done", "expired"])):
        talk.clock.now = NOW + second
        assert [talk.poll(task).json()["data"]["status"] for task in (slow, late)] == states
    talk.task()
    talk.task()


def pictures_of(talk: Talk, **form: Any) -> list[bytes]:
    data = talk.poll(talk.task(**form)).json()["data"]
    return [base64.b64decode(one) for one in data["binary_data_base64"]]


def test_partial_gives_and_bills_fewer() -> None:
    talk = Talk("partial", "partial", group=3)
    assert len(pictures_of(talk, force_single=False, size=1024**2)) == 2
    assert pictures_of(talk) == []
    assert [accepted.pictures for accepted in talk.fake.accepted] == [2, 0]


def test_twice_the_same() -> None:
    talk = Talk("twice", "twice", group=3)
    first, second, third = pictures_of(talk, force_single=False, size=1024**2)
    assert first == second != third
    once = pictures_of(talk, size=1024**2)
    again = pictures_of(talk, image_urls=[URL], size=1024**2)
    after = pictures_of(talk, image_urls=[URL], size=1024**2)
    assert once == again != after
    assert [accepted.pictures for accepted in talk.fake.accepted] == [3, 1, 1, 1]


def test_broken_and_wrong_size() -> None:
    talk = Talk("broken", "wrong_size")
    (bad,) = pictures_of(talk)
    with pytest.raises(OSError, match="truncated"):
        size(bad)
    assert [size(one) for one in pictures_of(talk)] == [(64, 48)]


def test_expired_addresses_or_a_broken_picture_where_there_are_none() -> None:
    talk = Talk("expired", "expired")
    (url,) = talk.poll(talk.task(), wish={"return_url": True}).json()["data"]["image_urls"]
    assert talk.get(url).status_code == 403
    (bad,) = pictures_of(talk)
    with pytest.raises(OSError, match="truncated"):
        size(bad)


@pytest.mark.parametrize("fault", ["broken", "expired"])
def test_clips_can_be_spoilt_too(fault: Fault) -> None:
    talk = Talk(fault)
    got = talk.get(talk.poll(talk.task(**PRO), PRO["req_key"]).json()["data"]["video_url"])
    assert got.content != clip()
    assert got.status_code == (403 if fault == "expired" else 200)
