"""Our Jimeng makes what was submitted and tells it when asked: tasks, addresses, wishes, times."""

from __future__ import annotations

import base64
import io
import json
from collections.abc import Callable
from typing import Any

import anyio
import httpx2
import pytest
from doubles.jimeng import HOST, NOW, RESULT, SUBMIT, Talk, assert_refused, picture, signed, size
from PIL import Image, ImageChops

from tuanyuan.engines.jimeng.fake import JimengFake
from tuanyuan.processes.film.ffmpeg import Ffmpeg


def test_the_worked_example_of_the_contract() -> None:
    talk = Talk(seconds=8.0)
    form = {
        "prompt": "把图1人物的衣服换成图2的汉服，保持五官、发型和光线不变",
        "image_urls": ["https://img.example.cn/a", "https://img.example.cn/b"],
        "width": 1728,
        "height": 2304,
        "scale": 0.5,
    }
    answer = talk.submit(**form)
    said = answer.json()
    assert set(said) == {"code", "data", "message", "request_id", "status", "time_elapsed"}
    assert (said["code"], said["status"], said["message"]) == (10000, 10000, "Success")
    task = said["data"]["task_id"]
    assert task == "7420000000000000001"
    logo = {"add_logo": True, "position": 0, "language": 0, "opacity": 0.6, "logo_text_content": "AI生成"}
    meta = {"content_producer": "示例科技", "producer_id": "img-0001", "content_propagator": "x", "propagate_id": "y"}
    wish = {"return_url": True, "logo_info": logo, "aigc_meta": meta}
    assert talk.poll(task).json()["data"] == {"status": "in_queue", "image_urls": None, "binary_data_base64": None}
    states = []
    for second in (0, 1.9, 2, 7.9, 8):
        talk.clock.now = NOW + second
        data = talk.poll(task, wish=wish).json()["data"]
        states.append(data["status"])
        assert (data["image_urls"] is None) == (second < 8)
    assert states == ["in_queue", "in_queue", "generating", "generating", "done"]
    assert set(data) == {"status", "binary_data_base64", "image_urls", "aigc_meta_tagged"}
    assert data["binary_data_base64"] is None
    assert data["aigc_meta_tagged"] is True
    (url,) = data["image_urls"]
    assert url.startswith(f"https://{HOST}/out/")
    got = talk.get(url)
    assert (got.status_code, got.headers["content-type"]) == (200, "image/jpeg")
    assert size(got.content) == (1728, 2304)
    assert got.content[2:4] == b"\xff\xeb"
    assert '"producer_id": "img-0001"' in got.content.decode("utf-8", "replace")
    (accepted,) = talk.fake.accepted
    assert (accepted.id, accepted.model, accepted.at, accepted.pictures) == (task, "jimeng_t2i_v40", NOW, 1)
    assert accepted.request["image_urls"] == form["image_urls"]
    assert talk.poll(task, wish=wish).json()["data"]["image_urls"] == [url]


def test_everybody_who_was_sent_is_in_the_picture() -> None:
    talk = Talk()
    with Image.open(
        io.BytesIO(talk.only(image_urls=["https://img.example.cn/a", "https://img.example.cn/b"], size=1024**2))
    ) as made:
        left, right = (
            made.getpixel((made.width // 4, made.height // 2)),
            made.getpixel((made.width * 3 // 4, made.height // 2)),
        )
    assert left[0] > 150 > left[1]
    assert right[1] > 150 > right[0]


def test_results_come_as_base64_unless_addresses_are_wished() -> None:
    talk = Talk()
    data = talk.poll(talk.task()).json()["data"]
    assert data["image_urls"] is None
    assert size(base64.b64decode(data["binary_data_base64"][0])) == (2048, 2048)
    assert data["aigc_meta_tagged"] is False


def test_an_address_holds_for_a_day_and_is_no_guess() -> None:
    talk = Talk()
    (url,) = talk.poll(talk.task(), wish={"return_url": True}).json()["data"]["image_urls"]
    assert talk.get(url[:-1] + ("0" if url[-1] != "0" else "1")).status_code == 403
    talk.clock.now += 24 * 3600 - 1
    assert talk.get(url).status_code == 200
    talk.clock.now += 1
    assert talk.get(url).status_code == 403


def test_a_clip_holds_for_an_hour() -> None:
    talk = Talk()
    key = "jimeng_ti2v_v30_pro"
    task = talk.task(req_key=key, prompt="微笑", image_urls=["https://img.example.cn/a"], seed=-1, frames=121)
    meta = {"aigc_meta": {"producer_id": "clip-1"}}
    data = talk.poll(task, key, meta).json()["data"]
    assert set(data) == {"status", "video_url", "aigc_meta_tagged"}
    assert data["aigc_meta_tagged"] is True
    got = talk.get(data["video_url"])
    assert got.headers["content-type"] == "video/mp4"
    assert Ffmpeg(None, "libx264", 1).shape(got.content).seconds == 5.0
    assert b'"producer_id": "clip-1"' in got.content
    talk.clock.now += 3600
    assert talk.get(data["video_url"]).status_code == 403
    assert talk.get(talk.poll(task, key, meta).json()["data"]["video_url"]).status_code == 200
    assert talk.fake.accepted[0].pictures == 1


def test_a_task_is_forgotten_after_half_a_day_and_known_under_its_own_req_key_only() -> None:
    talk = Talk()
    task = talk.task()
    assert talk.poll(task, "jimeng_t2i_v31").json()["data"]["status"] == "not_found"
    assert talk.poll("7").json()["data"]["status"] == "not_found"
    talk.clock.now += 12 * 3600
    assert talk.poll(task).json()["data"]["status"] == "done"
    talk.clock.now += 1
    assert talk.poll(task).json()["data"]["status"] == "not_found"


def test_without_force_single_the_model_decides_and_bills_each() -> None:
    talk = Talk(group=4)
    task = talk.task(force_single=False, size=1024**2)
    pictures = talk.poll(task).json()["data"]["binary_data_base64"]
    assert len(set(pictures)) == 4
    assert talk.fake.accepted[0].pictures == 4
    talk = Talk(group=15)
    talk.task(force_single=None, image_urls=["https://img.example.cn/a"] * 10)
    assert talk.fake.accepted[0].pictures == 5


def test_as_many_tasks_of_a_req_key_at_a_time_as_were_bought() -> None:
    talk = Talk(seconds=5.0)
    talk.task()
    talk.task()
    third = talk.submit()
    assert_refused(third, 429, 50430)
    assert third.json()["message"] == "Request Has Reached API Concurrent Limit, Please Try Later"
    talk.task(req_key="jimeng_t2i_v31")
    talk.clock.now += 5
    talk.task()
    assert len(talk.fake.accepted) == 4
    talk = Talk(seconds=5.0, concurrency=1)
    talk.task()
    assert_refused(talk.submit(), 429, 50430)


def test_the_logo_is_seen_in_its_corner_only() -> None:
    talk = Talk()
    task = talk.task(size=1024**2)

    def given(logo: dict[str, Any] | None) -> Image.Image:
        wish = {} if logo is None else {"logo_info": logo}
        (one,) = talk.poll(task, wish=wish).json()["data"]["binary_data_base64"]
        return Image.open(io.BytesIO(base64.b64decode(one))).convert("L")

    plain = given(None)
    assert ImageChops.difference(plain, given({"add_logo": False})).getbbox() is None
    for position, corner in enumerate(((1, 1), (0, 1), (0, 0), (1, 0))):
        marked = given({"add_logo": True, "position": position})
        box = ImageChops.difference(plain, marked).point(lambda value: 255 * (value > 40)).getbbox()
        assert box is not None
        assert ((box[0] + box[2]) // 2 > 512, (box[1] + box[3]) // 2 > 512) == corner


@pytest.mark.parametrize(
    "wish",
    [
        [],
        {"return_url": 1},
        {"logo_info": {"add_logo": "yes"}},
        {"logo_info": {"position": 4}},
        {"logo_info": {"position": -1}},
        {"logo_info": {"language": 2}},
        {"logo_info": {"opacity": 1.1}},
        {"logo_info": {"logo_text_content": 7}},
        {"aigc_meta": {}},
        {"aigc_meta": {"content_producer": "x"}},
        {"aigc_meta": {"producer_id": "x", "propagate_id": 7}},
    ],
)
def test_a_wish_outside_of_the_contract(wish: Any) -> None:
    talk = Talk()
    assert_refused(talk.poll(talk.task(), wish=wish), 400, 50215)


@pytest.mark.parametrize(
    "form",
    [
        {"req_key": "jimeng_t2i_v40", "task_id": 7420000000000000001},
        {"req_key": "jimeng_t2i_v40"},
        {"req_key": "jimeng_t2i_v40", "task_id": "7420000000000000001", "req_json": {"return_url": True}},
        {"req_key": "jimeng_t2i_v40", "task_id": "7420000000000000001", "req_json": "{"},
        {"task_id": "7420000000000000001"},
    ],
)
def test_a_poll_outside_of_the_contract(form: dict[str, Any]) -> None:
    talk = Talk()
    talk.task()
    assert_refused(talk.call(RESULT, form), 400, 50215)


def test_a_fake_may_run_for_days(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tuanyuan.engines.jimeng.fake.server._REMEMBERED", 3)
    monkeypatch.setattr("tuanyuan.engines.jimeng.fake.server._REQUESTS", 2)
    talk = Talk()
    tasks = [talk.task() for _ in range(6)]
    assert talk.poll(tasks[-1]).json()["data"]["status"] == "done"
    assert [bool(accepted.request) for accepted in talk.fake.accepted] == [False, False, False, False, True, True]
    assert [talk.poll(task).json()["data"]["status"] for task in tasks] == ["not_found"] * 3 + ["done"] * 3


@pytest.mark.allow_hosts(["127.0.0.1", "::1"])
def test_it_fetches_pictures_itself(serve: Callable[[bytes, int], str]) -> None:
    async def submit(url: str) -> httpx2.Response:
        fake = JimengFake(clock=lambda: NOW)
        body = json.dumps({"req_key": "jimeng_i2i_v30", "prompt": "hi", "image_urls": [url]}).encode()
        async with httpx2.AsyncClient(transport=httpx2.ASGITransport(fake.app), base_url=f"https://{HOST}") as client:
            headers = signed(body, SUBMIT, NOW)
            return await client.post(f"/?Action={SUBMIT}&Version=2022-08-31", content=body, headers=headers)

    assert anyio.run(submit, serve(picture(), 200)).json()["code"] == 10000
    for data, status in ((picture(), 404), (picture(), 302), (b"0" * (20 * 1024**2 + 1), 200)):
        assert_refused(anyio.run(submit, serve(data, status)), 400, 50215)
