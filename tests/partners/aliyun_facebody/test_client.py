"""Restored faces by EnhanceFace, against a service that keeps to the contract (contracts/face-restoration.md 8.1)."""

from __future__ import annotations

import logging
from contextlib import contextmanager
from functools import partial

import pytest
from doubles.names import Names
from doubles.retouch import ID, KEY, Told, opened, picture, plain_fit, unfit

from tuanyuan.domain.engine import BadRequest, EngineSetup, Throttled, Transient, Unknown
from tuanyuan.engines.sandbox import Faults, serving
from tuanyuan.imaging.fitting import fit
from tuanyuan.partners.aliyun_facebody import client as client_module
from tuanyuan.partners.aliyun_facebody.client import AliyunFacebody
from tuanyuan.partners.aliyun_facebody.fake import AliyunFacebodyFake
from tuanyuan.partners.aliyun_oss.client import AliyunOss
from tuanyuan.partners.aliyun_oss.fake import AliyunOssFake
from tuanyuan.partners.aliyun_oss.signing import Account
from tuanyuan.partners.exchange import Exchange

pytestmark = pytest.mark.allow_hosts(["127.0.0.1", "::1"])


class Lender:
    """Lends addresses that only the fake can read."""

    def __init__(self):
        self.lent, self.taken_back, self.unreadable = {}, [], 0

    @contextmanager
    def __call__(self, data, media_type):
        assert media_type == "image/jpeg"
        address = f"https://lender.invalid/{len(self.lent)}.jpg"
        self.lent[address] = data
        yield address
        self.taken_back.append(address)

    async def fetch(self, address):
        if self.unreadable:
            self.unreadable -= 1
            raise OSError
        return self.lent[address]


@pytest.fixture
def lender():
    return Lender()


@pytest.fixture
def facebody(lender):
    return AliyunFacebodyFake(Faults(), fetch=lender.fetch)


@pytest.fixture
def make(facebody, lender):
    made = []
    with serving(facebody.app) as url:

        def client(key=KEY, fit=plain_fit, deadline=120.0):
            made.append(AliyunFacebody(ID, key, lender, fit, url=url, deadline=deadline))
            return made[-1]

        yield client
        for one in made:
            one.close()


def test_a_picture_comes_back_and_the_address_is_taken_back(make, facebody, lender):
    assert opened(make().restore(picture(90, 120))).size == (90, 120)
    assert len(lender.taken_back) == 1
    assert dict(facebody.calls) == {"EnhanceFace": 1, "result": 1}


def test_with_the_store_that_really_lends():
    store, facebody = AliyunOssFake(Faults()), AliyunFacebodyFake(Faults())
    with serving(store.app) as stored, serving(facebody.app) as url:
        oss = AliyunOss(Account(ID, KEY, "bkt", "cn-shanghai"), url=stored)
        client = AliyunFacebody(ID, KEY, oss.lend, fit, url=url)
        assert opened(client.restore(picture(400, 300, "PNG"))).size == (400, 300)
        client.close()
        oss.close()
    assert not store.objects
    assert len(store.deleted) == 1
    assert store.calls == {"PUT": 1, "GET": 1, "DELETE": 1}


@pytest.mark.parametrize("size", [(3000, 2000), (33, 40), (2047, 2047)])
def test_what_the_fit_makes_is_taken(make, facebody, size):
    assert make(fit=fit).restore(picture(*size, "PNG"))
    assert facebody.accepted


def test_a_picture_that_cannot_fit_is_not_sent(make, facebody, lender):
    for client, data in ((make(fit=fit), picture(32, 40)), (make(fit=unfit), picture())):
        with pytest.raises(BadRequest):
            client.restore(data)
    assert not facebody.calls
    assert not lender.lent


def test_a_picture_that_was_not_downloaded_is_offered_once_more(make, facebody, lender):
    lender.unreadable = 1
    assert make().restore(picture())
    lender.unreadable = 2
    with pytest.raises(Transient):
        make().restore(picture())
    assert facebody.calls["EnhanceFace"] == 4
    assert len(lender.lent) == 2


@pytest.mark.parametrize(
    ("fault", "kind", "code"),
    [
        ("refuse_input", BadRequest, "engine_bad_request"),
        ("refuse_output", Transient, "engine_failed"),
        ("throttle", Throttled, "engine_throttled"),
        ("fail", Transient, "engine_failed"),
        ("out_of_credit", EngineSetup, "engine_setup"),
        ("malformed", Unknown, "answer_lost"),
        ("cut", Unknown, "answer_lost"),
        ("wrong_size", Transient, "picture_broken"),
        ("broken", Transient, "picture_broken"),
        ("expired", Transient, "picture_gone"),
    ],
)
def test_each_no_has_its_class_and_is_asked_once(make, facebody, fault, kind, code):
    facebody.faults.then(fault)
    with pytest.raises(kind) as refused:
        make().restore(picture(300, 400))
    assert refused.value.code == code
    assert facebody.calls["EnhanceFace"] == 1


def test_an_answer_that_is_late_is_lost(make, facebody):
    facebody.faults.then("late")
    with pytest.raises(Unknown):
        make(deadline=1.0).restore(picture())


@pytest.mark.parametrize(
    ("address", "trusted"),
    [
        (
            "http://viapi-out.oss-cn-shanghai.aliyuncs.com/x.jpg?E=1",
            "https://viapi-out.oss-cn-shanghai.aliyuncs.com/x.jpg?E=1",
        ),
        (
            "https://viapi-out.oss-cn-shanghai.aliyuncs.com/x.jpg",
            "https://viapi-out.oss-cn-shanghai.aliyuncs.com/x.jpg",
        ),
        ("http://169.254.169.254/latest", None),
        ("http://aliyuncs.com.evil.example/x.jpg", None),
        ("http://evilaliyuncs.com/x.jpg", None),
        ("file:///etc/passwd", None),
        ("http://u:p@x.aliyuncs.com/", None),
        ("http://x.aliyuncs.com:22/", None),
        ("http://[", None),
        ("", None),
    ],
)
def test_results_are_fetched_from_the_vendor_only_and_never_in_the_clear(lender, address, trusted):
    client = AliyunFacebody(ID, KEY, lender, plain_fit)
    if trusted:
        assert client._trusted(address) == trusted
    else:
        with pytest.raises(Transient):
            client._trusted(address)
    client.close()


def test_a_result_in_the_vendors_inner_network_is_not_fetched(lender, monkeypatch):
    """Its domain names it as well: `…-internal.aliyuncs.com` are addresses in 100.64.0.0/10."""
    names = Names(["100.100.2.136"])
    monkeypatch.setattr(client_module, "Exchange", partial(Exchange, resolve=names))
    client = AliyunFacebody(ID, KEY, lender, plain_fit)
    with pytest.raises(Transient) as refused:
        client._fetch("http://out.oss-cn-shanghai-internal.aliyuncs.com/x.jpg")
    client.close()
    assert refused.value.code == "picture_gone"
    assert names.asked == [("out.oss-cn-shanghai-internal.aliyuncs.com", 443)]


def test_no_key_signature_or_address_is_told(make, facebody, caplog, capsys):
    caplog.set_level(logging.DEBUG)
    facebody.faults.then("cut", "fail", "expired")
    errors = []
    for key in (KEY, KEY, KEY, "another-secret"):
        with pytest.raises((Unknown, Transient, EngineSetup)) as refused:
            make(key=key).restore(picture())
        errors.append(refused.value)
    told = Told(caplog.records).text(*errors) + "".join(capsys.readouterr())
    assert "partner_refused" in told
    for secret in (KEY, ID, "another-secret", "Signature=", "127.0.0.1", "lender.invalid", "/out/"):
        assert secret not in told
