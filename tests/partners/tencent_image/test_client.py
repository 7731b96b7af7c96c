"""Sharper pictures by tiia, against a service that keeps to the contract (contracts/face-restoration.md 8.2)."""

from __future__ import annotations

import logging

import pytest
from doubles.retouch import ID, KEY, Told, always, opened, picture, plain_fit, unfit

from tuanyuan.domain.engine import BadRequest, EngineSetup, Throttled, Transient, Unknown
from tuanyuan.domain.ports.retouching import Fitted
from tuanyuan.engines.sandbox import Faults, serving
from tuanyuan.imaging.fitting import fit
from tuanyuan.partners.tencent_image.client import TencentImage
from tuanyuan.partners.tencent_image.fake import TencentImageFake

pytestmark = pytest.mark.allow_hosts(["127.0.0.1", "::1"])


@pytest.fixture
def tiia():
    return TencentImageFake(Faults())


@pytest.fixture
def make(tiia):
    made = []
    with serving(tiia.app) as url:

        def client(key=KEY, fit=plain_fit, deadline=120.0):
            made.append(TencentImage(ID, key, fit, url=url, deadline=deadline))
            return made[-1]

        yield client
        for one in made:
            one.close()


def test_a_picture_comes_back(make, tiia):
    restored = opened(make().restore(picture(90, 120)))
    assert (restored.format, restored.size) == ("JPEG", (90, 120))
    assert len(tiia.accepted) == 1


@pytest.mark.parametrize("size", [(2400, 1800), (51, 200), (500, 110)])
def test_what_the_fit_makes_is_taken(make, tiia, size):
    assert make(fit=fit).restore(picture(*size, "PNG"))
    assert tiia.accepted


@pytest.mark.parametrize("size", [(50, 60), (500, 100)])
def test_a_picture_that_cannot_fit_is_not_sent(make, tiia, size):
    with pytest.raises(BadRequest):
        make(fit=fit).restore(picture(*size))
    with pytest.raises(BadRequest):
        make(fit=unfit).restore(picture())
    assert not tiia.calls


@pytest.mark.parametrize(
    ("fault", "kind", "code"),
    [
        ("refuse_input", BadRequest, "engine_bad_request"),
        ("refuse_output", Transient, "engine_failed"),
        ("throttle", Throttled, "engine_throttled"),
        ("fail", Transient, "engine_failed"),
        ("fail_later", Transient, "engine_failed"),
        ("out_of_credit", EngineSetup, "engine_setup"),
        ("malformed", Unknown, "answer_lost"),
        ("cut", Unknown, "answer_lost"),
        ("wrong_size", Transient, "picture_broken"),
        ("broken", Transient, "picture_broken"),
    ],
)
def test_each_no_has_its_class_and_is_asked_once(make, tiia, fault, kind, code):
    tiia.faults.then(fault)
    with pytest.raises(kind) as refused:
        make().restore(picture(300, 400))
    assert refused.value.code == code
    assert tiia.calls["EnhanceImage"] == 1


def test_an_answer_that_is_late_is_lost(make, tiia):
    tiia.faults.then("late")
    with pytest.raises(Unknown):
        make(deadline=1.0).restore(picture())


def test_a_picture_that_they_cannot_decode_is_a_bad_request(make):
    with pytest.raises(BadRequest) as refused:
        make(fit=always(Fitted(b"text", (9, 9), (9, 9)))).restore(picture())
    assert "ImageDecodeFailed" in refused.value.problem.message_en


def test_no_key_or_signature_is_told(make, tiia, caplog, capsys):
    caplog.set_level(logging.DEBUG)
    tiia.faults.then("cut", "fail")
    errors = []
    for key in (KEY, KEY, "another-secret"):
        with pytest.raises((Unknown, Transient, EngineSetup)) as refused:
            make(key=key).restore(picture())
        errors.append(refused.value)
    told = Told(caplog.records).text(*errors) + "".join(capsys.readouterr())
    assert "partner_refused" in told
    for secret in (KEY, ID, "another-secret", "Signature=", "127.0.0.1"):
        assert secret not in told
