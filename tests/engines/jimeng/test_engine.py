"""即梦 against the answers of the contract's worked examples (§1.9)."""

from __future__ import annotations

import asyncio
import json
from datetime import UTC, datetime

import httpx2
import pytest
from doubles.volcengine import ENGINES, Provider, manifest, picture, request
from structlog.testing import capture_logs

from tuanyuan.domain.engine import EngineResult, InputRefused, Pending, TaskRef, Throttled, Transient, Unknown
from tuanyuan.domain.errors import OurFault, WrongUsage
from tuanyuan.domain.job import JobRequest
from tuanyuan.engines.jimeng.engine import JimengEngine
from tuanyuan.engines.jimeng.mapping import Task
from tuanyuan.engines.jimeng.signing import signed
from tuanyuan.engines.manifest import read

KEYS = {"jimeng_access_key": "AKEXAMPLE00000000000", "jimeng_secret_key": "SKexample0000000000000000000000000000000"}
MANIFEST = manifest("jimeng")
NOW = datetime(2026, 11, 22, 11, 0, tzinfo=UTC)
FUSION, PRO, PLAIN = "jimeng_t2i_v40", "jimeng_ti2v_v30_pro", "jimeng_i2v_first_v30"
ADDRESS = "https://img.example.cn/t1/{number}.jpg?sig=hidden"
NUMBER = "7420000000000000001"
ACCEPTED = {"code": 10000, "data": {"task_id": NUMBER}, "message": "Success", "request_id": "20261122190000ABCD"}
RUNNING = {"code": 10000, "data": {"status": "generating", "image_urls": None, "binary_data_base64": None}}
DONE = {
    "code": 10000,
    "data": {
        "status": "done",
        "binary_data_base64": None,
        "image_urls": ["https://out.example-tos.cn/x.jpeg?sig=hidden"],
        "aigc_meta_tagged": True,
    },
}
CLIP = {"code": 10000, "data": {"status": "done", "video_url": "https://out.example-tos.cn/v.mp4?sig=hidden"}}
REFUSED = {"code": 50411, "data": None, "message": "Pre Img Risk Not Pass", "request_id": "20261122190000EF"}


def with_engine(provider, act):
    async def run():
        engine = JimengEngine(
            MANIFEST.capabilities,
            KEYS,
            MANIFEST.url,
            transport=provider.transport,
            producer="示例科技",
            now=lambda: NOW,
        )
        try:
            return await act(engine)
        finally:
            await engine.close()

    return asyncio.run(run())


def submitted(provider, *roles, model=FUSION, **told):
    asked = request("jimeng", model, *(roles or ("person",)), address=ADDRESS, **told)
    return with_engine(provider, lambda engine: engine.submit(asked, "attempt-1", lambda *_: None))


def polled(provider, model=FUSION, seconds=0):
    return with_engine(provider, lambda engine: engine.poll(Task(model, NUMBER, "attempt-1", seconds).ref()))


def test_the_manifest_names_the_class_and_its_keys():
    assert MANIFEST.class_ == f"{JimengEngine.__module__}:{JimengEngine.__name__}"
    assert set(MANIFEST.keys) == set(KEYS)
    assert MANIFEST.capabilities.region == "cn"
    assert MANIFEST.capabilities.provider
    assert not JimengEngine.resumable


def test_one_signed_call_begins_a_task():
    provider = Provider((200, ACCEPTED))
    task = submitted(provider, "person", "garment")
    assert task == Task(FUSION, NUMBER, "attempt-1").ref()
    assert {"req_key", "task_id"} < set(json.loads(task.task))
    (call,) = provider.calls
    assert (call.method, str(call.url)) == (
        "POST",
        "https://visual.volcengineapi.com/?Action=CVSync2AsyncSubmitTask&Version=2022-08-31",
    )
    query = {"Action": "CVSync2AsyncSubmitTask", "Version": "2022-08-31"}
    headers = signed(
        call.content,
        query,
        host="visual.volcengineapi.com",
        at=NOW,
        access_key=KEYS["jimeng_access_key"],
        secret_key=KEYS["jimeng_secret_key"],
    )
    assert {name: call.headers[name] for name in headers} == headers
    assert provider.bodies[0]["image_urls"] == [ADDRESS.format(number=1), ADDRESS.format(number=2)]


def test_a_picture_that_is_not_ready():
    provider = Provider((200, RUNNING))
    assert polled(provider) == Pending(None, 3.0)
    assert provider.calls[0].url.query == b"Action=CVSync2AsyncGetResult&Version=2022-08-31"
    told = json.loads(provider.bodies[0]["req_json"])
    assert told["return_url"] is True
    assert (told["aigc_meta"]["content_producer"], told["aigc_meta"]["producer_id"]) == ("示例科技", "attempt-1")


def test_a_finished_picture_is_fetched_at_once_without_our_signature():
    data = picture()
    provider = Provider((200, DONE), data)
    result = polled(provider)
    assert isinstance(result, EngineResult)
    assert [one.data for one in result.pictures] == [data]
    assert not result.pictures[0].labelled
    assert result.cost_fen == 20
    assert str(provider.calls[1].url) == DONE["data"]["image_urls"][0]
    assert "authorization" not in provider.calls[1].headers


@pytest.mark.parametrize(("model", "seconds", "cost"), [(PRO, 5, 500), (PRO, 10, 1000), (PLAIN, 5, 140)])
def test_a_clip_costs_by_its_seconds(model, seconds, cost):
    provider = Provider((200, CLIP), b"clip")
    result = polled(provider, model, seconds)
    assert (result.pictures[0].data, result.cost_fen) == (b"clip", cost)


def test_the_seconds_of_a_clip_are_written_down_with_its_task():
    provider = Provider((200, ACCEPTED))
    task = submitted(provider, "picture", model=PRO, video_length=7)
    assert Task.of(task).seconds == 10
    assert provider.bodies[0]["frames"] == 241


def test_a_poll_may_be_asked_again_after_a_result():
    provider = Provider((200, DONE), b"one", (200, DONE), b"one")
    assert polled(provider) == polled(provider)


def test_a_picture_that_is_gone_is_known_to_have_failed():
    provider = Provider((200, DONE), lambda _: httpx2.Response(404))
    with pytest.raises(Transient, match="picture_gone"):
        polled(provider)


def test_a_picture_that_cannot_be_reached_may_be_asked_for_again():
    provider = Provider((200, DONE), httpx2.ReadError("lost"), httpx2.ReadError("lost"))
    with pytest.raises(Unknown):
        polled(provider)


def test_a_lost_answer_is_unknown_and_sent_only_once():
    provider = Provider(httpx2.ReadError("lost"))
    with pytest.raises(Unknown, match="answer_lost"):
        submitted(provider)
    assert len(provider.calls) == 1


def test_no_connection_is_a_known_failure():
    with pytest.raises(Transient, match="engine_failed"):
        submitted(Provider(httpx2.ConnectError("refused")))


def test_throttling_is_told_with_its_seconds():
    answer = (429, {"code": 50430, "data": None, "message": "Concurrent Limit"}, {"Retry-After": "4"})
    with pytest.raises(Throttled) as caught:
        submitted(Provider(answer))
    assert caught.value.retry_after == 4


def test_nothing_secret_is_logged_or_told():
    with capture_logs() as logs, pytest.raises(InputRefused) as caught:
        submitted(Provider((400, REFUSED)), prompt="秘密的话")
    assert [(line["code"], line["provider_code"], line["request_id"]) for line in logs] == [
        ("engine_input_refused", "50411", "20261122190000EF")
    ]
    told = f"{logs} {caught.value} {caught.value.problem}"
    for hidden in ("秘密", "hidden", "SKexample", "Signature", "AKEXAMPLE"):
        assert hidden not in told


def test_a_lost_attempt_cannot_be_found_and_nothing_is_asked():
    provider = Provider()
    with pytest.raises(Unknown, match="answer_lost"):
        with_engine(provider, lambda engine: engine.find("attempt-1"))
    with_engine(provider, lambda engine: engine.cancel(TaskRef("jimeng", "{}")))
    assert provider.calls == []


def test_an_order_is_checked_by_the_table():
    engine = JimengEngine(MANIFEST.capabilities, KEYS, MANIFEST.url)
    engine.check(JobRequest("reunion", ("p1",), options={"beauty_level": 3}))
    with pytest.raises(WrongUsage, match=r"options\.fps"):
        engine.check(JobRequest("motion", ("p1",), options={"fps": 10}))
    asyncio.run(engine.close())


def test_an_operators_slip_in_a_models_fields_is_told_at_once():
    slip = [{"id": FUSION, "options": {"fields": "width heigth"}}]
    capabilities = read(ENGINES / "jimeng", {"model": slip}).capabilities
    with pytest.raises(OurFault, match="heigth"):
        JimengEngine(capabilities, KEYS, MANIFEST.url)
