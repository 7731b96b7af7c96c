"""Lending an address, against a store that keeps to the contract (contracts/object-storage.md)."""

from __future__ import annotations

import logging
import time

import httpx2
import pytest
from doubles.retouch import ID, KEY, Told

from tuanyuan.domain.engine import BadRequest, EngineSetup, Throttled, Transient, Unknown
from tuanyuan.engines.sandbox import Faults, serving
from tuanyuan.partners.aliyun_oss.client import LIFE, AliyunOss
from tuanyuan.partners.aliyun_oss.fake import AliyunOssFake
from tuanyuan.partners.aliyun_oss.signing import Account

pytestmark = pytest.mark.allow_hosts(["127.0.0.1", "::1"])

ACCOUNT = Account(ID, KEY, "bkt", "cn-shanghai")


@pytest.fixture
def ahead():
    """Seconds by which the store's clock is ahead."""
    return [0.0]


@pytest.fixture
def store(ahead):
    return AliyunOssFake(Faults(), clock=lambda: time.time() + ahead[0])


@pytest.fixture
def oss(store):
    with serving(store.app) as url:
        client = AliyunOss(ACCOUNT, url=url, deadline=120.0)
        yield client
        client.close()


def get(address):
    return httpx2.get(address, timeout=120, trust_env=False)


def test_an_address_holds_to_the_end_of_the_block(oss, store):
    with oss.lend(b"jpeg", "image/jpeg") as address:
        answer = get(address)
        assert (answer.content, answer.headers["content-type"]) == (b"jpeg", "image/jpeg")
        (kept,) = store.objects.values()
        assert (kept.acl, kept.encryption) == ("private", "AES256")
        assert address.isascii()
        assert get(address.partition("?")[0]).status_code == 403
    assert get(address).status_code == 404
    assert not store.objects
    assert len(store.deleted) == 1


def test_an_address_holds_five_minutes_at_most(oss, ahead):
    with oss.lend(b"png", "image/png") as address:
        ahead[0] = LIFE + 2
        assert get(address).status_code == 403


def test_the_object_goes_when_the_block_fails(oss, store):
    with pytest.raises(ZeroDivisionError), oss.lend(b"jpeg", "image/jpeg"):
        1 / (len(store.objects) - 1)
    assert not store.objects


@pytest.mark.parametrize(
    ("fault", "kind"),
    [
        ("throttle", Throttled),
        ("partial", Throttled),
        ("fail", Transient),
        ("out_of_credit", EngineSetup),
        ("refuse_input", BadRequest),
        ("cut", Unknown),
        ("malformed", Transient),
    ],
)
def test_each_no_has_its_class_and_nothing_stays(oss, store, fault, kind):
    store.faults.then(fault)
    with pytest.raises(kind), oss.lend(b"jpeg", "image/jpeg"):
        pytest.fail("nothing was lent")
    assert not store.objects
    assert store.calls["PUT"] == 1


def test_two_names_are_never_the_same(oss):
    with oss.lend(b"1", "image/jpeg") as first, oss.lend(b"2", "image/jpeg") as second:
        assert get(first).content + get(second).content == b"12"


def test_its_own_host_has_the_bucket_in_front():
    client = AliyunOss(ACCOUNT)
    assert client._address("a b") == "https://bkt.oss-cn-shanghai.aliyuncs.com/a%20b"
    client.close()


def test_no_key_signature_or_address_is_told(oss, store, caplog, capsys):
    caplog.set_level(logging.DEBUG)
    store.faults.then("cut", "out_of_credit")
    errors = []
    for _ in range(2):
        with pytest.raises((Unknown, EngineSetup)) as refused, oss.lend(b"jpeg", "image/jpeg"):
            pass
        errors.append(refused.value)
    told = Told(caplog.records).text(*errors) + "".join(capsys.readouterr())
    assert "partner_refused" in told
    for secret in (KEY, ID, "x-oss-signature", "127.0.0.1", "tuanyuan/lent"):
        assert secret not in told
