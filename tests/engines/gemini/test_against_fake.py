"""Our client and the fake of the same contract: what each fault becomes."""

from __future__ import annotations

import io
from dataclasses import replace

import httpx2
import pytest
from doubles.asking import asking, manifest, picture, reference, submitted
from PIL import Image

from tuanyuan.domain.engine import EngineSetup, InputRefused, OutputRefused, Throttled, Transient, Unknown
from tuanyuan.engines.gemini.engine import GeminiEngine
from tuanyuan.engines.gemini.fake import GeminiFake, Words
from tuanyuan.engines.sandbox import Faults, serving

KEY = "AIzaExample"
CAPABILITIES = manifest("gemini").capabilities
FLASH, PRO = CAPABILITIES.models


def within(fake, url):
    """The way to the fake without a socket, unless it is served at an address."""
    return None if url else httpx2.ASGITransport(app=fake.app)


def ask(fake, model=FLASH, *references, deadline=None, key=KEY, url=None, **changed):
    capabilities = replace(CAPABILITIES, models=tuple(replace(m, deadline=deadline) for m in CAPABILITIES.models))
    shown = references or (reference(), reference("garment"))
    engine = GeminiEngine(capabilities, {"gemini_api_key": key}, url or "http://fake", transport=within(fake, url))
    return submitted(engine, asking(capabilities.model(model.id), *shown, **changed))


def size(one):
    with Image.open(io.BytesIO(one.data)) as opened:
        return opened.size


@pytest.mark.parametrize("model", [FLASH, PRO], ids=lambda model: model.id)
def test_a_picture_comes_back_whole_and_not_a_draft(model):
    fake = GeminiFake()
    mask = reference("mask", picture(96, 72, 255))
    result = ask(fake, model, reference(), reference("garment"), mask, size=(1920, 1440))
    (one,) = result.pictures
    width, height = size(one)
    assert width / height == pytest.approx(4 / 3, abs=0.05)
    assert width >= 1000
    assert len(fake.accepted) == 1
    assert fake.accepted[0].pictures == 1
    assert one.data == fake.accepted[0].made[0]


@pytest.mark.parametrize(
    ("fault", "kind"),
    [
        ("refuse_input", InputRefused),
        ("refuse_output", OutputRefused),
        ("throttle", Throttled),
        ("fail", Transient),
        ("fail_later", Transient),
        ("out_of_credit", EngineSetup),
        ("malformed", Unknown),
        ("partial", OutputRefused),
    ],
)
def test_a_fault_becomes_its_class_after_one_call(fault, kind):
    fake = GeminiFake(Faults([fault]))
    with pytest.raises(kind) as caught:
        ask(fake)
    assert fake.calls["generateContent"] == 1
    if fault == "throttle":
        assert caught.value.retry_after == 37


@pytest.mark.parametrize("credit", ["billing", "daily", "permission"])
def test_an_account_that_may_not_go_on_is_our_set_up(credit):
    with pytest.raises(EngineSetup) as caught:
        ask(GeminiFake(Faults(["out_of_credit"]), words=Words(credit=credit)))
    assert (caught.value.code == "engine_out_of_credit") is (credit == "daily")


@pytest.mark.parametrize("wrong_key", ["PERMISSION_DENIED", "API_KEY_INVALID"])
def test_a_wrong_key_is_our_set_up(wrong_key):
    with pytest.raises(EngineSetup):
        ask(GeminiFake(words=Words(wrong_key=wrong_key)), key="another")


def test_words_instead_of_a_picture():
    with pytest.raises(OutputRefused):
        ask(GeminiFake(Faults(["partial"]), words=Words(nothing="STOP")))


def test_what_is_too_late_is_unknown():
    fake = GeminiFake(Faults(["late"]))
    with pytest.raises(Unknown):
        ask(fake, deadline=0.3)
    assert fake.calls["generateContent"] == 1


@pytest.mark.parametrize("fault", ["slow", "twice", "broken", "wrong_size", "expired"])
def test_what_only_looking_can_tell_is_a_result(fault):
    fake = GeminiFake(Faults([fault], slowness=1.0))
    assert len(ask(fake).pictures) == 1


@pytest.mark.allow_hosts(["127.0.0.1", "::1"])
@pytest.mark.parametrize("fault", ["cut", "vanish"])
def test_a_connection_that_dies_before_the_answer(fault):
    fake = GeminiFake(Faults([fault]))
    with serving(fake.app) as url, pytest.raises(Unknown):
        ask(fake, url=url)
    assert fake.calls["generateContent"] == 1
    assert fake.accepted[0].pictures == 1


@pytest.mark.allow_hosts(["127.0.0.1", "::1"])
def test_over_a_socket():
    fake = GeminiFake()
    with serving(fake.app) as url:
        assert ask(fake, url=url).pictures[0].data == fake.accepted[0].made[0]
