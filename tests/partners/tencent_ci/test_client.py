"""Cutting out by the bucket, against a bucket that keeps to the contract (contracts/tencent-cos-ci.md)."""

from __future__ import annotations

import logging

import pytest
import structlog
from doubles.ports import deaf_port
from doubles.retouch import ID, KEY, Told, always, opened, picture, plain_fit, unfit

from tuanyuan.domain.engine import BadRequest, EngineSetup, InputRefused, Throttled, Transient, Unknown
from tuanyuan.domain.ports.retouching import Fitted
from tuanyuan.engines.sandbox import Faults, serving
from tuanyuan.partners.tencent_ci.client import BOUNDS, TencentCi
from tuanyuan.partners.tencent_ci.fake import TencentCiFake

pytestmark = pytest.mark.allow_hosts(["127.0.0.1", "::1"])

BUCKET, REGION = "bkt-1250000000", "ap-guangzhou"


@pytest.fixture
def bucket():
    return TencentCiFake(Faults(), bucket=BUCKET, region=REGION)


@pytest.fixture
def make(bucket):
    made = []
    with serving(bucket.app) as url:

        def client(key=KEY, fit=plain_fit, deadline=120.0, url=url):
            made.append(TencentCi(ID, key, BUCKET, REGION, fit, url=url, deadline=deadline))
            return made[-1]

        yield client
        for one in made:
            one.close()


def nothing_left(bucket):
    return not bucket.objects and len(bucket.deleted) == len(set(bucket.deleted))


@pytest.mark.parametrize(("kind", "process"), [("portrait", "AIPortraitMatting"), ("goods", "GoodsMatting")])
def test_a_cut_out_has_the_pictures_size_and_nothing_stays(make, bucket, kind, process):
    cut_out = opened(make().cut(picture(90, 120), kind))
    assert (cut_out.format, cut_out.mode, cut_out.size) == ("PNG", "RGBA", (90, 120))
    assert [a.model for a in bucket.accepted] == [process]
    assert nothing_left(bucket)
    assert len(bucket.deleted) == 1
    assert dict(bucket.calls) == {"PUT object": 1, f"GET {process}": 1, "DELETE object": 1}


def test_the_picture_lies_there_encrypted_under_a_name_that_nobody_guesses(make, bucket):
    seen = []

    class Watched(dict):
        def __setitem__(self, key, stored):
            seen.append((key, stored.encryption, stored.kind))
            super().__setitem__(key, stored)

    bucket.objects = Watched()
    client = make()
    client.cut(picture(), "portrait")
    client.cut(picture(), "portrait")
    assert [(encryption, kind) for _, encryption, kind in seen] == [("AES256", "image/jpeg")] * 2
    (first, _, _), (second, _, _) = seen
    assert first != second
    assert len(first) == len("tuanyuan/matting/.jpg") + 32


def test_the_picture_is_brought_within_bounds_and_the_cut_out_back_to_its_size(make):
    asked = []

    def fit(_, bounds):
        asked.append(bounds)
        return Fitted(picture(45, 60), (45, 60), (90, 120))

    assert opened(make(fit=fit).cut(picture(90, 120), "goods")).size == (90, 120)
    assert asked == [BOUNDS]


def test_a_picture_that_does_not_fit_is_not_sent(make, bucket):
    with pytest.raises(BadRequest) as refused:
        make(fit=unfit).cut(picture(), "goods")
    assert "a side is too short" in refused.value.problem.message_en
    assert not bucket.calls


@pytest.mark.parametrize("fault", ["fail", "fail_later", "malformed", "partial", "broken", "wrong_size"])
def test_a_failure_is_tried_once_more(make, bucket, fault):
    bucket.faults.then(fault)
    assert opened(make().cut(picture(), "portrait")).mode == "RGBA"
    assert bucket.calls["GET AIPortraitMatting"] == 2
    assert nothing_left(bucket)


@pytest.mark.parametrize(
    ("faults", "kind", "code", "asked"),
    [
        (["fail"] * 2, Transient, "engine_failed", 2),
        (["partial"] * 2, Transient, "picture_broken", 2),
        (["refuse_input"], InputRefused, "engine_input_refused", 1),
        (["throttle"], Throttled, "engine_throttled", 1),
        (["out_of_credit"], EngineSetup, "engine_setup", 1),
        (["cut"], Unknown, "answer_lost", 1),
    ],
)
def test_each_no_has_its_class_and_nothing_stays(make, bucket, faults, kind, code, asked):
    bucket.faults.then(*faults)
    with pytest.raises(kind) as refused:
        make().cut(picture(), "portrait")
    assert refused.value.code == code
    assert bucket.calls["GET AIPortraitMatting"] == asked
    assert nothing_left(bucket)
    assert len(bucket.deleted) == 1


def test_a_service_that_is_off_is_our_set_up(make, bucket):
    bucket.switched_on = False
    with pytest.raises(EngineSetup) as refused:
        make().cut(picture(), "portrait")
    assert "AccessDenied" in refused.value.problem.message_en
    assert nothing_left(bucket)


def test_an_answer_that_is_late_is_lost(make, bucket):
    bucket.faults.then("late")
    with pytest.raises(Unknown):
        make(deadline=3.0).cut(picture(), "portrait")
    assert nothing_left(bucket)


def test_a_picture_that_is_no_picture_for_them_is_a_bad_request(make, bucket):
    with pytest.raises(BadRequest):
        make(fit=always(Fitted(b"text", (90, 120), (90, 120)))).cut(picture(), "portrait")
    assert nothing_left(bucket)


def test_bytes_behind_the_picture_do_not_come_through():
    bucket = TencentCiFake(Faults(), trailing=b"PK\x03\x04 stowaway")
    with serving(bucket.app) as url:
        client = TencentCi(ID, KEY, BUCKET, REGION, plain_fit, url=url)
        cut_out = client.cut(picture(), "portrait")
        client.close()
    assert cut_out.endswith(b"IEND\xaeB`\x82")


def test_a_lost_answer_to_the_upload_is_deleted_all_the_same(make, bucket):
    client, put = make(), []
    sent = client._exchange

    def losing(method, *more, **named):
        answer = sent(method, *more, **named)
        if method == "PUT" and not put:
            put.append(answer)
            raise Unknown("answer_lost")
        return answer

    client._exchange = losing
    with pytest.raises(Unknown):
        client.cut(picture(), "portrait")
    client._exchange = sent
    assert nothing_left(bucket)
    assert len(bucket.deleted) == 1


def test_deleting_is_tried_again_and_told_where_it_cannot_be(make, bucket):
    client, failing = make(), ["DELETE", "DELETE"]
    sent = client._exchange

    def weak(method, *more, **named):
        if failing and method == failing[-1]:
            failing.pop()
            raise Unknown("answer_lost")
        return sent(method, *more, **named)

    client._exchange = weak
    client.cut(picture(), "portrait")
    assert nothing_left(bucket)
    failing[:] = ["DELETE"] * 3
    with structlog.testing.capture_logs() as lines:
        client.cut(picture(), "portrait")
    client._exchange = sent
    assert {"partner": "tencent_ci", "event": "partner_object_left", "log_level": "error"} in lines


def test_nobody_there_is_a_known_failure():
    with deaf_port() as port:
        client = TencentCi(ID, KEY, BUCKET, REGION, plain_fit, url=f"http://127.0.0.1:{port}")
        with pytest.raises(Transient) as refused:
            client.cut(picture(), "portrait")
    client.close()
    assert refused.value.code == "engine_failed"


def test_no_key_signature_or_address_is_told(make, bucket, caplog, capsys):
    caplog.set_level(logging.DEBUG)
    errors = []
    for fault in ("cut", "out_of_credit", "refuse_input", None):
        bucket.faults.then(fault)
        client = make(key="another-secret" if fault is None else KEY)
        with pytest.raises((Unknown, EngineSetup, InputRefused)) as refused:
            client.cut(picture(), "portrait")
        errors.append(refused.value)
    told = Told(caplog.records).text(*errors) + "".join(capsys.readouterr())
    assert "partner_refused" in told
    for secret in (KEY, "another-secret", "q-signature", "127.0.0.1", "tuanyuan/matting", "q-ak"):
        assert secret not in told
