"""即梦 from end to end: our client against a service that keeps to the contract, over a port of this machine."""

from __future__ import annotations

import asyncio
import io

import pytest
from doubles.volcengine import manifest, picture, request
from PIL import Image

from tuanyuan.domain.engine import (
    BadRequest,
    EngineSetup,
    InputRefused,
    OutputRefused,
    Pending,
    Throttled,
    Transient,
    Unknown,
)
from tuanyuan.engines.jimeng.engine import JimengEngine
from tuanyuan.engines.jimeng.fake import JimengFake
from tuanyuan.engines.jimeng.mapping import Task
from tuanyuan.engines.sandbox import Faults, serving

pytestmark = pytest.mark.allow_hosts(["127.0.0.1", "::1"])

KEYS = {"jimeng_access_key": "AKEXAMPLE00000000000", "jimeng_secret_key": "SKexample0000000000000000000000000000000"}
FUSION, EDIT, INPAINT = "jimeng_t2i_v40", "jimeng_i2i_v30", "jimeng_image2image_dream_inpaint"
PRO, PLAIN = "jimeng_ti2v_v30_pro", "jimeng_i2v_first_v30"
ATTEMPT = "0123456789abcdef0123456789abcdef"


def made(fake, asked, keys=KEYS):
    """The result of one submit and one poll."""

    async def run(url):
        engine = JimengEngine(manifest("jimeng").capabilities, keys, url)
        try:
            return await engine.poll(await engine.submit(asked, ATTEMPT, lambda *_: None))
        finally:
            await engine.close()

    with serving(fake.app) as url:
        return asyncio.run(run(url))


def faulty(*faults):
    return JimengFake(Faults(faults))


def size(data):
    with Image.open(io.BytesIO(data)) as opened:
        return opened.size


def test_a_fusion_of_two_pictures_by_address(serve):
    fake = JimengFake()
    address = serve(picture(720, 720), 200)
    result = made(fake, request("jimeng", FUSION, "person", "garment", address=address, size=(2304, 1728)))
    (one,) = result.pictures
    assert size(one.data) == (2304, 1728)
    assert result.cost_fen == 20
    # The implicit label names the attempt.
    assert ATTEMPT.encode() in one.data
    assert [accepted.pictures for accepted in fake.accepted] == [1]


def test_an_edit_of_one_picture_sent_along():
    fake = JimengFake()
    result = made(fake, request("jimeng", EDIT, "person", size=(1328, 1328)))
    assert size(result.pictures[0].data) == (1328, 1328)
    assert fake.accepted[0].request["seed"] == 1001


def test_a_picture_is_repainted_within_its_mask():
    result = made(JimengFake(), request("jimeng", INPAINT, "picture", "mask"))
    assert size(result.pictures[0].data) == (720, 720)


@pytest.mark.parametrize(("model", "cost"), [(PRO, 500), (PLAIN, 140)])
def test_a_clip_of_five_seconds(model, cost):
    result = made(JimengFake(), request("jimeng", model, "picture"))
    assert result.pictures[0].data[4:8] == b"ftyp"
    assert result.cost_fen == cost


def test_a_task_that_takes_its_time():
    told = made(JimengFake(seconds=3600.0), request("jimeng", EDIT, "person"))
    assert told == Pending(None, 3.0)


@pytest.mark.parametrize(
    ("fault", "kind", "code"),
    [
        ("refuse_input", InputRefused, "engine_input_refused"),
        ("refuse_output", OutputRefused, "engine_output_refused"),
        ("throttle", Throttled, "engine_throttled"),
        ("fail", Transient, "engine_failed"),
        ("fail_later", Transient, "engine_failed"),
        ("vanish", Transient, "engine_task_gone"),
        ("partial", Transient, "engine_failed"),
        ("expired", Transient, "picture_gone"),
        ("out_of_credit", EngineSetup, "engine_setup"),
        ("malformed", Unknown, "answer_lost"),
        ("cut", Unknown, "answer_lost"),
    ],
)
def test_a_fault_is_of_its_class(fault, kind, code):
    fake = faulty(fault)
    with pytest.raises(kind) as caught:
        made(fake, request("jimeng", EDIT, "person"))
    assert type(caught.value) is kind
    assert caught.value.code == code
    assert fake.calls["CVSync2AsyncSubmitTask"] == 1


def test_more_tasks_than_the_account_has_places_for():
    fake = JimengFake(seconds=3600.0, concurrency=1)
    made(fake, request("jimeng", EDIT, "person"))
    with pytest.raises(Throttled):
        made(fake, request("jimeng", EDIT, "person"))


@pytest.mark.parametrize(
    ("keys", "code"),
    [
        ({**KEYS, "jimeng_secret_key": "SKwrong"}, "SignatureDoesNotMatch"),
        ({**KEYS, "jimeng_access_key": "AKwrong"}, "InvalidAccessKey"),
    ],
)
def test_wrong_keys_are_our_set_up(keys, code):
    with pytest.raises(EngineSetup, match=code):
        made(JimengFake(), request("jimeng", EDIT, "person"), keys)


def test_a_model_that_was_withdrawn_is_our_set_up():
    with pytest.raises(EngineSetup, match="50400"):
        made(JimengFake(withdrawn=[EDIT]), request("jimeng", EDIT, "person"))


def test_a_picture_that_the_service_cannot_read_is_a_bad_request(serve):
    with pytest.raises(BadRequest):
        made(JimengFake(), request("jimeng", FUSION, "person", address=serve(b"", 404)))


def test_a_task_of_another_day_is_gone():
    async def asked(url):
        engine = JimengEngine(manifest("jimeng").capabilities, KEYS, url)
        try:
            await engine.poll(Task(EDIT, "7420000000000000999", ATTEMPT).ref())
        finally:
            await engine.close()

    with serving(JimengFake().app) as url, pytest.raises(Transient, match="engine_task_gone"):
        asyncio.run(asked(url))
