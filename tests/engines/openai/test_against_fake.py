"""Our client and the fake of the same contract: what each fault becomes."""

from __future__ import annotations

import io
from dataclasses import replace

import httpx2
import pytest
from doubles.asking import asking, manifest, picture, reference, submitted
from PIL import Image

from tuanyuan.domain.engine import EngineSetup, InputRefused, OutputRefused, Throttled, Transient, Unknown
from tuanyuan.engines.openai.engine import OpenAIEngine
from tuanyuan.engines.openai.fake import OpenAIFake
from tuanyuan.engines.sandbox import Faults, serving

CAPABILITIES = manifest("openai").capabilities
FLARE, TWO = CAPABILITIES.models


def within(fake, url):
    """The way to the fake without a socket, unless it is served at an address."""
    return None if url else httpx2.ASGITransport(app=fake.app)


def ask(fake, model=TWO, *references, deadline=None, key="sk-example", url=None, **changed):
    capabilities = replace(CAPABILITIES, models=tuple(replace(m, deadline=deadline) for m in CAPABILITIES.models))
    engine = OpenAIEngine(capabilities, {"openai_api_key": key}, url or "http://fake", transport=within(fake, url))
    return submitted(engine, asking(capabilities.model(model.id), *references, **changed))


def shown(one):
    with Image.open(io.BytesIO(one.data)) as opened:
        return opened.format, opened.size


@pytest.mark.parametrize(("model", "size"), [(FLARE, (1440, 1088)), (TWO, (1920, 1440))], ids=["flare", "two"])
def test_several_pictures_come_back_in_one_call(model, size):
    fake = OpenAIFake()
    mask = reference("mask", picture(96, 72, 255))
    result = ask(fake, model, reference(), reference("garment"), mask, candidates=3, size=(1920, 1440))
    assert [shown(one) for one in result.pictures] == [("JPEG", size)] * 3
    (taken,) = fake.accepted
    assert [one.data for one in result.pictures] == taken.made
    assert [file["name"] for file in taken.request["files"]] == ["image[]", "image[]", "mask"]
    assert result.cost_fen > 0


def test_one_picture_in_and_none():
    fake = OpenAIFake()
    assert len(ask(fake, TWO, reference()).pictures) == 1
    assert len(ask(fake, TWO).pictures) == 1
    assert fake.calls == {"/images/edits": 1, "/images/generations": 1}


@pytest.mark.parametrize(
    ("fault", "kind"),
    [
        ("refuse_input", InputRefused),
        ("refuse_output", InputRefused),  # §4.5: the same code for both, not to be retried
        ("throttle", Throttled),
        ("fail", Transient),
        ("fail_later", Transient),
        ("out_of_credit", EngineSetup),
        ("malformed", Unknown),
    ],
)
def test_a_fault_becomes_its_class_after_one_call(fault, kind):
    fake = OpenAIFake(Faults([fault]))
    with pytest.raises(kind) as caught:
        ask(fake, TWO, reference())
    assert fake.calls["/images/edits"] == 1
    if fault == "throttle":
        assert caught.value.retry_after
    if fault == "out_of_credit":
        assert caught.value.code == "engine_out_of_credit"


def test_fewer_pictures_are_returned_and_none_may_be_tried_once_more():
    assert len(ask(OpenAIFake(Faults(["partial"])), TWO, reference(), candidates=4).pictures) == 3
    with pytest.raises(OutputRefused):
        ask(OpenAIFake(Faults(["partial"])), TWO, reference())


def test_a_wrong_key_and_an_unknown_model_are_our_set_up():
    with pytest.raises(EngineSetup):
        ask(OpenAIFake(), TWO, reference(), key="sk-another")
    with pytest.raises(EngineSetup) as caught:
        ask(OpenAIFake(models=("gpt-image-1.5",)), TWO, reference())
    assert "model_not_found" in str(caught.value)


def test_what_is_too_late_is_unknown():
    fake = OpenAIFake(Faults(["late"]))
    with pytest.raises(Unknown):
        ask(fake, TWO, reference(), deadline=0.3)
    assert fake.calls["/images/edits"] == 1


@pytest.mark.parametrize("fault", ["slow", "twice", "broken", "wrong_size", "expired"])
def test_what_only_looking_can_tell_is_a_result(fault):
    fake = OpenAIFake(Faults([fault], slowness=1.0))
    assert len(ask(fake, TWO, reference(), candidates=2).pictures) == 2


@pytest.mark.allow_hosts(["127.0.0.1", "::1"])
@pytest.mark.parametrize("fault", ["cut", "vanish"])
def test_a_connection_that_dies_before_the_answer(fault):
    fake = OpenAIFake(Faults([fault]))
    with serving(fake.app) as url, pytest.raises(Unknown):
        ask(fake, TWO, reference(), url=url)
    assert fake.calls["/images/edits"] == 1
    assert fake.accepted[0].pictures == 1


@pytest.mark.allow_hosts(["127.0.0.1", "::1"])
def test_over_a_socket():
    fake = OpenAIFake()
    with serving(fake.app) as url:
        assert ask(fake, TWO, reference(), url=url).pictures[0].data == fake.accepted[0].made[0]
