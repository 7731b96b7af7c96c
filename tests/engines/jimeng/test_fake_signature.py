"""Our Jimeng believes a signature that the contract describes, and its gateway refuses every other."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime

import httpx2
import pytest
from doubles.jimeng import AK, HOST, NOW, SUBMIT, Talk, assert_refused, signed


def assert_gateway(answer: httpx2.Response, status: int, number: int, code: str) -> None:
    meta = answer.json()["ResponseMetadata"]
    assert answer.status_code == status
    assert set(meta) == {"RequestId", "Action", "Version", "Service", "Region", "Error"}
    assert (meta["Service"], meta["Region"]) == ("cv", "cn-north-1")
    assert (meta["Error"]["CodeN"], meta["Error"]["Code"]) == (number, code)
    assert meta["Error"]["Message"]


def vector(
    fake: Talk, body: bytes = b'{"req_key": "jimeng_t2i_v40", "prompt": "hi"}', **changed: str
) -> httpx2.Response:
    fake.clock.now = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC).timestamp()
    original = b'{"req_key": "jimeng_t2i_v40", "prompt": "hi"}'
    headers = {
        "Host": HOST,
        "Content-Type": "application/json",
        "X-Date": "20260102T030405Z",
        "X-Content-Sha256": hashlib.sha256(original).hexdigest(),
        "Authorization": f"HMAC-SHA256 Credential={AK}/20260102/cn-north-1/cv/request, "
        "SignedHeaders=content-type;host;x-content-sha256;x-date, "
        "Signature=45eaf0d64a85f20cf59e9b3098923f73bc6e1e7744bfe5bb6d58adb39486bba3",
    }
    return fake.send(body, headers | changed, SUBMIT)


def test_the_contracts_own_vector_is_accepted_and_nothing_of_it_may_change() -> None:
    talk = Talk()
    good = vector(talk)
    assert good.status_code == 200
    assert good.json()["code"] == 10000
    changed = b'{"req_key": "jimeng_t2i_v40", "prompt": "ho"}'
    authorization = good.request.headers["Authorization"]
    for wrong in (
        vector(talk, changed),
        vector(talk, changed, **{"X-Content-Sha256": hashlib.sha256(changed).hexdigest()}),
        vector(talk, Authorization=authorization.replace("45eaf", "45eae")),
        vector(talk, **{"Content-Type": "application/json; charset=utf-8"}),
        vector(talk, **{"X-Date": "20260102T030406Z"}),
        vector(talk, Host="other.example"),
    ):
        assert_gateway(wrong, 401, 100010, "SignatureDoesNotMatch")
    assert len(talk.fake.accepted) == 1
    assert talk.fake.calls[SUBMIT] == 7


@pytest.mark.parametrize("authorization", ["", "Bearer x", "HMAC-SHA256 Credential=x, SignedHeaders=host, Signature=1"])
def test_no_legible_authorization(authorization: str) -> None:
    answer = vector(Talk(), Authorization=authorization)
    assert_gateway(answer, 401, 100003, "MissingAuthenticationToken")


@pytest.mark.parametrize(
    ("changed", "error"),
    [
        ({"access": "AKOTHER"}, (401, 100009, "InvalidAccessKey")),
        ({"secret": "other"}, (401, 100010, "SignatureDoesNotMatch")),
        ({"scope": "20261122/cn-beijing/cv/request"}, (401, 100010, "SignatureDoesNotMatch")),
        ({"scope": "20261121/cn-north-1/cv/request"}, (401, 100010, "SignatureDoesNotMatch")),
        ({"names": "content-type;host;x-date"}, (401, 100010, "SignatureDoesNotMatch")),
        ({"names": "host;content-type;x-content-sha256;x-date"}, (401, 100010, "SignatureDoesNotMatch")),
        ({"names": "content-type;host;x-absent;x-content-sha256;x-date"}, (401, 100010, "SignatureDoesNotMatch")),
        ({"claimed": hashlib.sha256(b"other").hexdigest()}, (401, 100010, "SignatureDoesNotMatch")),
        ({"date": "yesterday"}, (400, 100006, "InvalidTimestamp")),
        ({"date": "20261322T110000Z"}, (400, 100006, "InvalidTimestamp")),
        ({"token": "unasked"}, (401, 100009, "InvalidAccessKey")),
    ],
)
def test_what_the_gateway_refuses(changed: dict[str, str], error: tuple[int, int, str]) -> None:
    talk = Talk()
    body = b'{"req_key":"jimeng_t2i_v40","prompt":"hi"}'
    assert_gateway(talk.send(body, signed(body, SUBMIT, NOW, **changed), SUBMIT), *error)
    assert not talk.fake.accepted


@pytest.mark.parametrize(("skew", "status"), [(899, 200), (-899, 200), (901, 400), (-901, 400)])
def test_the_clock_may_be_a_quarter_of_an_hour_off(skew: float, status: int) -> None:
    body = b'{"req_key":"jimeng_t2i_v40","prompt":"hi"}'
    assert Talk().send(body, signed(body, SUBMIT, NOW + skew), SUBMIT).status_code == status


def test_temporary_credentials_need_their_token_and_it_must_be_signed() -> None:
    talk = Talk(session_token="sts-example")
    body = b'{"req_key":"jimeng_t2i_v40","prompt":"hi"}'
    assert talk.send(body, signed(body, SUBMIT, NOW, token="sts-example"), SUBMIT).status_code == 200
    assert_gateway(talk.send(body, signed(body, SUBMIT, NOW), SUBMIT), 401, 100009, "InvalidAccessKey")
    unsigned = signed(body, SUBMIT, NOW) | {"x-security-token": "sts-example"}
    assert_gateway(talk.send(body, unsigned, SUBMIT), 401, 100010, "SignatureDoesNotMatch")


def test_unknown_actions_versions_and_a_key_without_policy() -> None:
    talk = Talk()
    assert_gateway(talk.call("CVProcess", {}), 404, 100008, "InvalidActionOrVersion")
    headers = signed(b"{}", SUBMIT, NOW, version="2024-06-06")
    assert_gateway(talk.send(b"{}", headers, SUBMIT, "2024-06-06"), 404, 100008, "InvalidActionOrVersion")
    assert_gateway(Talk(allowed=False).submit(), 403, 100012, "LackPolicy")


def test_a_body_that_is_too_large_is_not_read_to_its_end() -> None:
    assert Talk().send(b" " * (48 * 1024 * 1024 + 1), {}, SUBMIT).status_code == 413


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"\xff", b"[" * 100_000])
def test_a_body_that_is_no_object(body: bytes) -> None:
    assert_refused(Talk().send(body, signed(body, SUBMIT, NOW), SUBMIT), 400, 50215)
