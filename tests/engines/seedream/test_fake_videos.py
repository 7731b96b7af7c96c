"""Our Ark makes clips by tasks, as the contract says: worked example, callbacks, deletes, lists, history."""

from __future__ import annotations

from typing import Any

import anyio
import httpx2
import pytest
from doubles.seedream import AUDIO, NOW, PRO, TASKS, Talk, assert_refused, frame, opened

from tuanyuan.engines.seedream.fake import ArkFake
from tuanyuan.processes.film.ffmpeg import Ffmpeg


def test_the_worked_example_of_a_video() -> None:
    talk = Talk(seconds=60.0)
    hook = "https://api.example.cn/hooks/ark/2f6c"
    content = [{"type": "text", "text": "她眨眼微笑"}, frame()]
    form = {"content": content, "resolution": "720p", "ratio": "adaptive", "duration": 5, "callback_url": hook}
    answer = talk.film(**form, watermark=False, return_last_frame=True)
    task = answer.json()["id"]
    assert answer.json() == {"id": task}
    assert task.startswith("cgt-20261122110000-")
    states = []
    for second in (0, 14, 15, 59, 60):
        talk.clock.now = NOW + second
        said = talk.see(task)
        states.append(said["status"])
        assert ("content" in said, "usage" in said) == (second == 60, second == 60)
    assert states == ["queued", "queued", "running", "running", "succeeded"]
    assert set(said) >= {"id", "model", "status", "content", "usage", "seed", "resolution", "ratio", "duration"}
    assert (said["resolution"], said["ratio"], said["duration"], said["framespersecond"]) == ("720p", "3:4", 5, 24)
    assert (said["created_at"], said["updated_at"]) == (int(NOW), int(NOW) + 60)
    assert said["usage"]["completion_tokens"] == said["usage"]["total_tokens"] == 108_000
    got = talk.call("GET", said["content"]["video_url"])
    assert got.headers["content-type"] == "video/mp4"
    shape = Ffmpeg(None, "libx264", 1).shape(got.content)
    assert (shape.fps, shape.seconds, round(shape.width / shape.height, 1)) == (24, 5.0, 0.8)
    last = opened(talk.call("GET", said["content"]["last_frame_url"]).content)
    assert last.format == "PNG"
    assert 0.74 < last.width / last.height < 0.76
    assert [(url, body["status"]) for url, body in talk.posted] == [
        (hook, "queued"),
        (hook, "running"),
        (hook, "succeeded"),
    ]
    assert talk.posted[-1][1]["id"] == task
    assert talk.fake.accepted[0].pictures == 1
    talk.clock.now += 86400
    assert talk.call("GET", said["content"]["video_url"]).status_code == 403


def test_a_receiver_of_callbacks_that_is_not_there_is_no_matter() -> None:
    async def post(_url: str, _body: bytes) -> None:
        raise httpx2.ConnectError("nobody")

    fake = ArkFake(post=post)
    talk = Talk()
    talk.fake = fake
    talk.task(callback_url="http://hooks.example.cn")
    assert anyio.run(fake.announce) == 0


def test_delete_cancels_what_waits_forgets_what_ended_and_refuses_what_runs() -> None:
    talk = Talk(seconds=40.0)
    task = talk.task()
    assert talk.call("DELETE", f"{TASKS}/{task}").status_code == 200
    assert (talk.see(task)["status"], talk.fake.accepted[0].pictures) == ("cancelled", 0)
    task = talk.task()
    talk.clock.now += 10
    assert_refused(talk.call("DELETE", f"{TASKS}/{task}"), 409, "InvalidAction.RunningTaskDeletion")
    talk.clock.now += 30
    assert talk.see(task)["status"] == "succeeded"
    assert talk.call("DELETE", f"{TASKS}/{task}").json() == {}
    assert_refused(talk.call("GET", f"{TASKS}/{task}"), 404, "ResourceNotFound")
    assert_refused(talk.call("DELETE", f"{TASKS}/{task}"), 404, "ResourceNotFound")


def test_the_list_is_filtered_and_comes_in_pages_newest_first() -> None:
    talk = Talk(None, None, "fail_later", "vanish")
    first, second, failed, _ = (talk.task(model=model) for model in (PRO, AUDIO, PRO, PRO))

    def ids(**asked: Any) -> tuple[int, list[str]]:
        said = talk.call("GET", TASKS, params=asked).json()
        return said["total"], [item["id"] for item in said["items"]]

    assert ids() == (3, [failed, second, first])
    assert ids(page_num=2, page_size=2) == (3, [first])
    assert ids(**{"filter.status": "failed"}) == (1, [failed])
    assert ids(**{"filter.model": AUDIO}) == (1, [second])
    assert ids(**{"filter.task_ids": [first, second]}) == (2, [second, first])
    assert ids(**{"filter.service_tier": "flex"}) == (0, [])
    for wrong in ({"page_num": "0"}, {"page_size": "x"}, {"page_size": "1000"}):
        assert_refused(talk.call("GET", TASKS, params=wrong), 400, "InvalidParameter")


def test_history_goes_back_a_week() -> None:
    talk = Talk()
    task = talk.task()
    talk.clock.now += 7 * 86400
    assert talk.see(task)["status"] == "succeeded"
    talk.clock.now += 1
    assert_refused(talk.call("GET", f"{TASKS}/{task}"), 404, "ResourceNotFound")


def test_a_fake_may_run_for_days(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tuanyuan.engines.seedream.fake.desk._REMEMBERED", 2)
    monkeypatch.setattr("tuanyuan.engines.seedream.fake.desk._REQUESTS", 1)
    talk = Talk()
    first, *_ = [talk.task() for _ in range(4)]
    assert [bool(accepted.request) for accepted in talk.fake.accepted] == [False, False, True, True]
    assert_refused(talk.call("GET", f"{TASKS}/{first}"), 404, "ResourceNotFound")
