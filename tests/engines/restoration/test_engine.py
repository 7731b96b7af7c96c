"""Old photos restored by either vendor: what each fault comes to, who is asked after whom, what it costs."""

from __future__ import annotations

import asyncio
import logging
from functools import partial

import pytest
from doubles.restoring import PHOTO, asked, run
from doubles.retouch import KEY, Told, opened, picture

from tuanyuan.domain.engine import (
    BadRequest,
    EngineSetup,
    InputRefused,
    TaskRef,
    Throttled,
    Transient,
    Unknown,
)
from tuanyuan.domain.errors import WrongUsage
from tuanyuan.domain.job import JobRequest
from tuanyuan.domain.ports.retouching import Unfit
from tuanyuan.engines.restoration import vendors as module
from tuanyuan.engines.restoration.engine import RestorationEngine
from tuanyuan.engines.restoration.vendors import ALIYUN, TENCENT, as_prepared
from tuanyuan.engines.sandbox import FAULTS
from tuanyuan.partners.aliyun_facebody.client import BOUNDS as ALIYUN_BOUNDS
from tuanyuan.partners.tencent_image.client import BOUNDS as TENCENT_BOUNDS

pytestmark = pytest.mark.allow_hosts(["127.0.0.1", "::1"])

PRICE = 10
LENT = "https://studio.example/lent/1.jpg?token=secret-token"
RESULT, NOTHING = "result", "nothing"
# What each fault comes to where there is nobody else to ask.
ENDS = {
    "slow": RESULT,
    "late": (Unknown, "answer_lost"),
    "refuse_input": (BadRequest, "engine_bad_request"),
    "refuse_output": (Transient, "engine_failed"),
    "throttle": (Throttled, "engine_throttled"),
    "fail": (Transient, "engine_failed"),
    "fail_later": (Transient, "engine_failed"),
    "out_of_credit": (EngineSetup, "engine_setup"),
    "malformed": (Unknown, "answer_lost"),
    "cut": (Unknown, "answer_lost"),
    "vanish": (Unknown, "answer_lost"),
    "partial": (Transient, "engine_failed"),
    "twice": RESULT,
    "broken": NOTHING,
    "wrong_size": NOTHING,
    "expired": NOTHING,
}


@pytest.mark.parametrize("vendor", ["aliyun", "tencent"])
def test_a_photo_comes_back_with_its_cost_and_nothing_stays(vendors, vendor):
    engine = vendors.engine(vendor)
    result = run(engine, asked(engine))
    (made,) = result.pictures
    assert opened(made.data).size == (90, 120)
    assert (made.labelled, result.cost_fen, result.exhausted) == (False, PRICE, True)
    assert len(getattr(vendors, vendor).accepted) == 1
    assert not vendors.store.objects
    assert len(vendors.store.deleted) == (1 if vendor == "aliyun" else 0)


@pytest.mark.parametrize("vendor", ["aliyun", "tencent"])
@pytest.mark.parametrize("fault", FAULTS)
def test_each_fault_ends_as_promised_after_one_piece_of_work(vendors, vendor, fault, monkeypatch):
    for name in ("AliyunFacebody", "TencentImage"):
        monkeypatch.setattr(module, name, partial(getattr(module, name), deadline=2.0 if fault == "late" else 20.0))
    engine, fake = vendors.engine(vendor), getattr(vendors, vendor)
    fake.faults.then(fault)
    end = ENDS[fault]
    if fault == "expired" and vendor == "tencent":
        end = NOTHING  # It has no addresses: the picture is broken.
    if isinstance(end, tuple):
        with pytest.raises(end[0]) as refused:
            run(engine, asked(engine))
        assert (type(refused.value), refused.value.code) == end
    else:
        result = run(engine, asked(engine))
        assert (len(result.pictures), result.cost_fen, result.exhausted) == (end == RESULT, PRICE, True)
    assert len(fake.accepted) <= 1
    assert not vendors.store.objects


@pytest.mark.parametrize(
    ("fault", "fen"),
    [
        ("fail", PRICE),
        ("throttle", PRICE),
        ("out_of_credit", PRICE),
        ("refuse_input", PRICE),
        ("cut", 2 * PRICE),
        ("malformed", 2 * PRICE),
        ("broken", 2 * PRICE),
        ("expired", 2 * PRICE),
    ],
)
def test_what_one_cannot_the_other_does_and_what_was_billed_is_counted(vendors, fault, fen):
    vendors.aliyun.faults.then(fault)
    engine = vendors.engine()
    result = run(engine, asked(engine))
    assert (len(result.pictures), result.cost_fen) == (1, fen)
    assert len(vendors.tencent.accepted) == 1
    assert len(vendors.aliyun.accepted) <= 1


@pytest.mark.parametrize(
    ("aliyun", "tencent", "kind"),
    [
        ("cut", "fail", Unknown),
        ("fail", "cut", Unknown),
        ("broken", "cut", Unknown),
        ("throttle", "out_of_credit", Throttled),
        ("out_of_credit", "fail", Transient),
        ("refuse_input", "fail", Transient),
        ("out_of_credit", "refuse_input", BadRequest),
        ("out_of_credit", "out_of_credit", EngineSetup),
    ],
)
def test_where_neither_can_it_is_told_what_may_still_be_done(vendors, aliyun, tencent, kind):
    vendors.aliyun.faults.then(aliyun)
    vendors.tencent.faults.then(tencent)
    engine = vendors.engine()
    with pytest.raises(kind) as refused:
        run(engine, asked(engine))
    assert type(refused.value) is kind


def test_a_picture_that_was_billed_and_cannot_be_used_is_not_asked_for_again(vendors):
    """An error would be tried again, and billed again."""
    vendors.aliyun.faults.then("broken")
    vendors.tencent.faults.then("fail")
    engine = vendors.engine()
    result = run(engine, asked(engine))
    assert (result.pictures, result.cost_fen, result.exhausted) == ((), PRICE, True)
    assert result.missing == "picture_broken"


def test_a_refused_content_is_shown_to_nobody_else(vendors, monkeypatch):
    engine = vendors.engine()

    def refuse(reference):
        del reference
        raise InputRefused("engine_input_refused")

    monkeypatch.setitem(engine._restore, ALIYUN, refuse)
    with pytest.raises(InputRefused):
        run(engine, asked(engine))
    assert not vendors.tencent.calls


def test_the_model_asked_for_is_asked_first(vendors):
    engine = vendors.engine()
    run(engine, asked(engine, TENCENT))
    assert (len(vendors.aliyun.accepted), len(vendors.tencent.accepted)) == (0, 1)


def test_without_a_bucket_the_photo_is_read_at_its_own_address(vendors):
    engine = vendors.engine(bucket=False)
    assert [model.needs_address for model in engine.capabilities.models] == [True, False]
    vendors.lying[LENT] = PHOTO
    assert len(run(engine, asked(engine, address=LENT)).pictures) == 1
    assert len(vendors.aliyun.accepted) == 1
    assert not vendors.store.objects
    assert not vendors.store.deleted


def test_without_bucket_and_address_aliyun_is_never_asked(vendors):
    engine = vendors.engine(bucket=False)
    with pytest.raises(BadRequest):
        run(engine, asked(engine))
    vendors.tencent.faults.then("fail")
    engine = vendors.engine(bucket=False)
    with pytest.raises(Transient):
        run(engine, asked(engine, TENCENT))
    assert not vendors.aliyun.calls


@pytest.mark.parametrize("roles", [(), ("picture", "picture"), ("picture", "mask")])
def test_anything_but_one_photo_is_refused_before_anything_is_sent(vendors, roles):
    engine = vendors.engine()
    with pytest.raises(BadRequest):
        run(engine, asked(engine, roles=roles))
    assert not vendors.aliyun.calls
    assert not vendors.tencent.calls


@pytest.mark.parametrize(
    ("some", "models"),
    [(("aliyun",), [ALIYUN]), (("tencent",), [TENCENT]), (("aliyun", "tencent"), [ALIYUN, TENCENT])],
)
def test_models_without_keys_are_left_out(vendors, some, models):
    assert [model.id for model in vendors.engine(*some).capabilities.models] == models


def test_without_any_keys_there_is_no_engine(vendors):
    capabilities = vendors.engine().capabilities
    with pytest.raises(EngineSetup):
        RestorationEngine(capabilities, {"tencent_secret_id": "x", "aliyun_access_key": "y"}, "https://a.example")


def test_it_understands_no_parameter(vendors):
    engine = vendors.engine()
    engine.check(JobRequest("restore", ("p1",)))
    for name, value in (("repair", True), ("fidelity", 0.7), ("size", "1920x1440")):
        with pytest.raises(WrongUsage):
            engine.check(JobRequest("restore", ("p1",), options={name: value}))


def test_it_has_no_tasks(vendors):
    engine = vendors.engine()

    async def act():
        with pytest.raises(BadRequest):
            await engine.poll(TaskRef("restoration", "x"))
        with pytest.raises(Unknown):
            await engine.find("attempt-1")
        await engine.cancel(TaskRef("restoration", "x"))
        await engine.close()

    asyncio.run(act())


def test_no_key_no_address_and_no_face_is_told(vendors, caplog):
    vendors.lying[LENT] = PHOTO
    vendors.aliyun.faults.then("fail")
    vendors.tencent.faults.then("cut")
    engine = vendors.engine(bucket=False)
    with caplog.at_level(logging.DEBUG), pytest.raises(Unknown) as lost:
        run(engine, asked(engine, address=LENT))
    text = Told(caplog.records).text(lost.value)
    for secret in (KEY, "secret-token", "studio.example", "ignature="):
        assert secret not in text


@pytest.mark.parametrize("bounds", [ALIYUN_BOUNDS, TENCENT_BOUNDS])
def test_what_was_prepared_for_one_is_within_the_bounds_of_the_other(vendors, bounds):
    for model in vendors.engine().capabilities.models:
        assert model.most_bytes <= bounds.bytes
        assert model.most_side <= bounds.longest
        assert model.most_pixels <= bounds.pixels
    assert as_prepared(PHOTO, bounds).size == (90, 120)
    for unfit in (picture(90, 120, "PNG"), b"text", picture(30, 120), picture(2500, 60)):
        with pytest.raises(Unfit):
            as_prepared(unfit, bounds)
