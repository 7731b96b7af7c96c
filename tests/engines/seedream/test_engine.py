"""Seedream against the answers of the contract's worked examples (§2.9)."""

from __future__ import annotations

import asyncio
import json

import httpx2
import pytest
from doubles.volcengine import Provider, manifest, picture, request
from structlog.testing import capture_logs

from tuanyuan.domain.engine import EngineResult, InputRefused, Pending, Picture, Transient, Unknown
from tuanyuan.domain.errors import WrongUsage
from tuanyuan.domain.job import JobRequest
from tuanyuan.engines.seedream.engine import SeedreamEngine
from tuanyuan.engines.seedream.mapping import Task
from tuanyuan.engines.wire import Wire

KEYS = {"seedream_api_key": "ark-key-example"}
MANIFEST = manifest("seedream")
FOUR, LITE, DANCE = "doubao-seedream-4-0-250828", "doubao-seedream-5-0-260128", "doubao-seedance-1-0-pro-250528"
HOST = "https://ark.cn-beijing.volces.com/api/v3"
TASK = Task("cgt-20261122190000-abcde", DANCE, 5).ref()
REFUSED = {
    "error": {
        "code": "InputImageSensitiveContentDetected",
        "message": "The request failed because the input image may contain sensitive information. Request id: 0217ab",
        "param": "",
        "type": "BadRequest",
    }
}
CLIP = {
    "id": "cgt-20261122190000-abcde",
    "model": DANCE,
    "status": "succeeded",
    "content": {"video_url": "https://ark-out.example/v.mp4?sig=hidden"},
    "usage": {"completion_tokens": 103818, "total_tokens": 103818},
    "duration": 5,
}


def answered(*names, model=FOUR, holes=0):
    hole = {"error": {"code": "OutputImageSensitiveContentDetected", "message": "…"}}
    items = [{"url": f"https://ark-out.example/{name}.jpeg?X-Tos-Expires=86400&sig=hidden"} for name in names]
    return {
        "model": model,
        "created": 1795345200,
        "data": [*items, *[hole] * holes],
        "usage": {"generated_images": len(names), "output_tokens": 15552, "total_tokens": 15552},
    }


def by_name(call):
    """A result's file: its name."""
    return httpx2.Response(200, content=call.url.path.encode())


def with_engine(provider, act):
    async def run():
        engine = SeedreamEngine(MANIFEST.capabilities, KEYS, MANIFEST.url, transport=provider.transport)
        try:
            return await act(engine)
        finally:
            await engine.close()

    return asyncio.run(run())


def submitted(provider, *roles, model=FOUR, **told):
    asked = request("seedream", model, *(roles or ("person",)), **told)
    return with_engine(provider, lambda engine: engine.submit(asked, "attempt-1", lambda *_: None))


def test_the_manifest_names_the_class_and_its_keys():
    assert MANIFEST.class_ == f"{SeedreamEngine.__module__}:{SeedreamEngine.__name__}"
    assert set(MANIFEST.keys) == set(KEYS)
    assert MANIFEST.capabilities.region == "cn"
    assert MANIFEST.capabilities.provider
    assert not SeedreamEngine.resumable


def test_a_picture_comes_in_the_same_call_and_is_fetched_at_once():
    data = picture()
    provider = Provider((200, answered("x")), data)
    result = submitted(provider, "person", "garment", size=(1728, 2304))
    assert result == EngineResult((Picture(data),), cost_fen=20)
    call, fetched = provider.calls
    assert (call.method, str(call.url)) == ("POST", f"{HOST}/images/generations")
    assert call.headers["authorization"] == "Bearer ark-key-example"
    assert call.headers["content-type"] == "application/json"
    assert len(provider.bodies[0]["image"]) == 2
    assert str(fetched.url).startswith("https://ark-out.example/x.jpeg?")
    assert "authorization" not in fetched.headers


def test_a_group_of_four_keeps_its_order():
    provider = Provider((200, answered("a", "b", "c", "d", model=LITE)), by_name, by_name, by_name, by_name)
    result = submitted(provider, model=LITE, candidates=4)
    assert [one.data for one in result.pictures] == [b"/a.jpeg", b"/b.jpeg", b"/c.jpeg", b"/d.jpeg"]
    assert (result.cost_fen, result.missing) == (88, "")


def test_a_group_with_a_hole_tells_what_is_missing_and_costs_what_came():
    provider = Provider((200, answered("a", "b", holes=2)), by_name, by_name)
    result = submitted(provider, candidates=4)
    assert len(result.pictures) == 2
    assert result.missing == "OutputImageSensitiveContentDetected"
    assert result.cost_fen == 40
    assert len(provider.calls) == 3


def test_a_picture_that_cannot_be_fetched_is_missing_and_still_billed():
    provider = Provider((200, answered("a", "b")), by_name, lambda _: httpx2.Response(403))
    result = submitted(provider, candidates=2)
    assert (len(result.pictures), result.missing, result.cost_fen) == (1, "picture_gone", 40)


def test_where_none_can_be_fetched_the_reason_is_told():
    with pytest.raises(Transient, match="picture_gone"):
        submitted(Provider((200, answered("a")), lambda _: httpx2.Response(403)))
    lost = [httpx2.ReadError("lost")] * 3
    with pytest.raises(Unknown, match="answer_lost"):
        submitted(Provider((200, answered("a")), *lost))


def test_a_lost_answer_is_unknown_and_sent_only_once():
    provider = Provider(httpx2.ReadError("lost"))
    with pytest.raises(Unknown, match="answer_lost"):
        submitted(provider)
    assert len(provider.calls) == 1


def test_no_connection_is_a_known_failure():
    with pytest.raises(Transient, match="engine_failed"):
        submitted(Provider(httpx2.ConnectError("refused")))


@pytest.mark.parametrize(("model", "deadline"), [(FOUR, 300.0), (DANCE, None)])
def test_a_picture_is_waited_for_as_long_as_its_model_takes(model, deadline, monkeypatch):
    waited = []
    call = Wire.call

    async def noted(self, method, path, *, deadline=None, **sending):
        waited.append(deadline)
        return await call(self, method, path, deadline=deadline, **sending)

    monkeypatch.setattr(Wire, "call", noted)
    submitted(Provider((200, {"id": "cgt-1"} if model == DANCE else answered("a")), b"picture"), model=model)
    assert waited[0] == deadline


def test_a_clip_is_a_task():
    provider = Provider((200, {"id": "cgt-20261122190000-abcde"}))
    task = submitted(provider, "picture", model=DANCE)
    assert task == TASK
    assert str(provider.calls[0].url) == f"{HOST}/contents/generations/tasks"


def test_a_clip_that_runs_and_one_that_is_done():
    provider = Provider((200, {**CLIP, "status": "running", "content": None}), (200, CLIP), b"clip")
    assert with_engine(provider, lambda engine: engine.poll(TASK)) == Pending(None, 8.0)
    result = with_engine(provider, lambda engine: engine.poll(TASK))
    assert result == EngineResult((Picture(b"clip"),), cost_fen=156)
    assert (provider.calls[0].method, str(provider.calls[0].url)) == (
        "GET",
        f"{HOST}/contents/generations/tasks/cgt-20261122190000-abcde",
    )


@pytest.mark.parametrize("answer", [(200, {}), (409, {"error": {"code": "InvalidAction"}}), httpx2.ReadError("lost")])
def test_cancelling_is_tried_once_and_never_fails(answer):
    provider = Provider(answer)
    with_engine(provider, lambda engine: engine.cancel(TASK))
    assert [call.method for call in provider.calls] == ["DELETE"]


def test_a_lost_attempt_cannot_be_found_and_nothing_is_asked():
    provider = Provider()
    with pytest.raises(Unknown, match="answer_lost"):
        with_engine(provider, lambda engine: engine.find("attempt-1"))
    assert provider.calls == []


def test_nothing_secret_is_logged_or_told():
    with capture_logs() as logs, pytest.raises(InputRefused) as caught:
        submitted(Provider((400, REFUSED)), prompt="秘密的话")
    assert [(line["code"], line["provider_code"], line["request_id"]) for line in logs] == [
        ("engine_input_refused", "InputImageSensitiveContentDetected", "0217ab")
    ]
    told = json.dumps(logs, ensure_ascii=False) + f"{caught.value} {caught.value.problem}"
    for hidden in ("秘密", "hidden", "ark-key", "data:image", "Bearer"):
        assert hidden not in told


def test_an_order_is_checked_by_the_table():
    def act(engine):
        engine.check(JobRequest("fashion", ("p1",), options={"resolution": "4k"}))
        with pytest.raises(WrongUsage, match=r"options\.fps"):
            engine.check(JobRequest("motion", ("p1",), options={"fps": 10}))
        return asyncio.sleep(0)

    with_engine(Provider(), act)
