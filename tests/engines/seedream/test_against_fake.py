"""Seedream from end to end: our client against a service that keeps to the contract, over a port of this machine."""

from __future__ import annotations

import asyncio
import io

import pytest
from doubles.volcengine import manifest, request
from PIL import Image

from tuanyuan.domain.engine import EngineSetup, InputRefused, OutputRefused, Pending, TaskRef, Throttled, Transient
from tuanyuan.domain.engine import Unknown as Lost
from tuanyuan.engines.sandbox import Faults, serving
from tuanyuan.engines.seedream.engine import SeedreamEngine
from tuanyuan.engines.seedream.fake import ArkFake
from tuanyuan.engines.seedream.mapping import Task

pytestmark = pytest.mark.allow_hosts(["127.0.0.1", "::1"])

KEYS = {"seedream_api_key": "ark-key-example"}
FOUR, LITE, DANCE = "doubao-seedream-4-0-250828", "doubao-seedream-5-0-260128", "doubao-seedance-1-0-pro-250528"


def with_engine(fake, act, keys=KEYS):
    async def run(url):
        engine = SeedreamEngine(manifest("seedream").capabilities, keys, f"{url}/api/v3")
        try:
            return await act(engine)
        finally:
            await engine.close()

    with serving(fake.app) as url:
        return asyncio.run(run(url))


def made(fake, *roles, model=FOUR, keys=KEYS, **told):
    """The result of one submit, and of one poll where it is a task."""
    asked = request("seedream", model, *(roles or ("person",)), **told)

    async def act(engine):
        answer = await engine.submit(asked, "attempt-1", lambda *_: None)
        return await engine.poll(answer) if isinstance(answer, TaskRef) else answer

    return with_engine(fake, act, keys)


def size(data):
    with Image.open(io.BytesIO(data)) as opened:
        return opened.size


def test_a_picture_of_two_references():
    fake = ArkFake()
    result = made(fake, "person", "garment", size=(1728, 2304))
    assert [size(one.data) for one in result.pictures] == [(1728, 2304)]
    assert (result.cost_fen, result.missing) == (20, "")
    assert fake.calls["POST images/generations"] == 1


def test_a_group_of_three():
    fake = ArkFake()
    result = made(fake, model=LITE, candidates=3, size=(1920, 1440))
    sizes = {size(one.data) for one in result.pictures}
    assert len(result.pictures) == 3
    assert len({one.data for one in result.pictures}) == 3
    assert sizes == {(2217, 1663)}
    assert result.cost_fen == 66


def test_a_group_with_a_hole():
    result = made(ArkFake(Faults(["partial"])), candidates=4)
    assert len(result.pictures) == 3
    assert result.cost_fen == 60
    assert result.missing


def test_a_clip():
    fake = ArkFake()
    result = made(fake, "picture", model=DANCE, video_length=7)
    assert result.pictures[0].data[4:8] == b"ftyp"
    assert fake.accepted[0].request["duration"] == 7
    # 1280 × 720 × 24 ÷ 1024 tokens a second, 15 yuan a million.
    assert result.cost_fen == 227


@pytest.mark.parametrize(
    ("fault", "kind", "code"),
    [
        ("refuse_input", InputRefused, "engine_input_refused"),
        ("refuse_output", OutputRefused, "engine_output_refused"),
        ("throttle", Throttled, "engine_throttled"),
        ("fail", Transient, "engine_failed"),
        ("fail_later", Transient, "engine_failed"),
        ("partial", OutputRefused, "engine_output_refused"),
        ("expired", Transient, "picture_gone"),
        ("out_of_credit", EngineSetup, "engine_out_of_credit"),
        ("malformed", Lost, "answer_lost"),
        ("cut", Lost, "answer_lost"),
    ],
)
@pytest.mark.parametrize(("model", "route"), [(FOUR, "images/generations"), (DANCE, "contents/generations/tasks")])
def test_a_fault_is_of_its_class(fault, kind, code, model, route):
    fake = ArkFake(Faults([fault]))
    with pytest.raises(kind) as caught:
        made(fake, model=model)
    assert type(caught.value) is kind
    assert caught.value.code == code
    assert fake.calls[f"POST {route}"] == 1


def test_a_task_that_vanished_is_gone():
    with pytest.raises(Transient, match="engine_task_gone"):
        made(ArkFake(Faults(["vanish"])), model=DANCE)


def test_a_clip_in_the_queue_is_cancelled():
    fake = ArkFake(seconds=3600.0)

    async def act(engine):
        task = await engine.submit(request("seedream", DANCE, "picture"), "attempt-1", lambda *_: None)
        assert await engine.poll(task) == Pending(None, 8.0)
        await engine.cancel(task)
        with pytest.raises(Transient, match="engine_failed"):
            await engine.poll(task)
        # What is not there cannot be cancelled, and nobody is told.
        await engine.cancel(Task("cgt-none", DANCE, 5).ref())

    with_engine(fake, act)
    assert [accepted.pictures for accepted in fake.accepted] == [0]


def test_a_wrong_key_is_our_set_up():
    with pytest.raises(EngineSetup, match="AuthenticationError"):
        made(ArkFake(), keys={"seedream_api_key": "ark-key-other"})


def test_a_model_that_is_closed_is_our_set_up():
    with pytest.raises(EngineSetup, match="engine_setup"):
        made(ArkFake(closed=[FOUR]))
