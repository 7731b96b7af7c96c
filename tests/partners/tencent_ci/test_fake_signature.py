"""Whom the fake bucket believes: contracts/tencent-cos-ci.md."""

from __future__ import annotations

import pytest
from doubles.bucket import END, HOST, START, fake, refusal, send, signed
from doubles.retouch import ID, VECTOR_TIME, asked, opened, picture


def test_the_contracts_vector_is_accepted():
    bucket = fake(objects={"t1/a.png": picture(format="PNG")})
    authorization = (
        f"q-sign-algorithm=sha1&q-ak={ID}&q-sign-time={START};{END}&q-key-time={START};{END}&q-header-list=host"
        "&q-url-param-list=ci-process&q-signature=22e5433132df63c37f96b06b7c272bb99ed94b26"
    )
    query = {"ci-process": "AIPortraitMatting"}
    answer = send(bucket, "GET", "/t1/a.png", query, authorization=authorization)
    assert (answer.status_code, answer.headers["content-type"]) == (200, "image/png")
    assert answer.headers["x-cos-request-id"]
    assert opened(answer.content).getchannel("A").getextrema() == (0, 255)
    assert bucket.calls["GET AIPortraitMatting"] == 1
    changed = authorization[:-1] + "7"
    assert refusal(send(bucket, "GET", "/t1/a.png", query, authorization=changed))[:2] == (403, "SignatureDoesNotMatch")


def test_the_contracts_presigned_vector_is_accepted():
    bucket = fake(objects={"t1/a b.png": picture(format="PNG")})
    url = (
        f"https://{HOST}/t1/a%20b.png?q-sign-algorithm=sha1&q-ak={ID}&q-sign-time={START}%3B{END}&q-key-time={START}%3B{END}"
        "&q-header-list=host&q-url-param-list=ci-process&q-signature=13298d59b0c0d83e7d4352f8693ed3ff53b82d30"
        "&ci-process=AIPortraitMatting"
    )
    assert asked(bucket.app, "GET", url).status_code == 200
    other = asked(bucket.app, "GET", url.replace("ci-process=AIPortrait", "ci-process=AIPic"))
    assert refusal(other)[:2] == (403, "SignatureDoesNotMatch")


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"account": "AKANOTHER"}, "InvalidAccessKeyId"),
        ({"key": "another"}, "SignatureDoesNotMatch"),
        ({"span": (START - 900, int(VECTOR_TIME) - 1)}, "AccessDenied"),
        ({"span": (int(VECTOR_TIME) + 1, END)}, "RequestTimeTooSkewed"),
    ],
)
def test_whom_the_bucket_does_not_believe(change, code):
    authorization = signed("GET", "/a.png", **change)
    assert refusal(send(fake(), "GET", "/a.png", authorization=authorization))[:2] == (403, code)


def test_times_hold_to_the_second():
    bucket = fake(objects={"a.png": b"x"})
    for span in ((START, int(VECTOR_TIME)), (int(VECTOR_TIME), END)):
        authorization = signed("GET", "/a.png", span=span)
        assert send(bucket, "GET", "/a.png", authorization=authorization).status_code == 200


def test_processing_must_be_signed():
    bucket = fake(objects={"a.png": picture(format="PNG")})
    authorization = signed("GET", "/a.png")
    answer = send(bucket, "GET", "/a.png", {"ci-process": "GoodsMatting"}, authorization=authorization)
    assert refusal(answer)[:2] == (403, "SignatureDoesNotMatch")
    assert not bucket.accepted


def test_without_a_signature_nothing_is_shown():
    bucket = fake(objects={"a.png": b"x"})
    assert refusal(asked(bucket.app, "GET", f"https://{HOST}/a.png"))[:2] == (403, "AccessDenied")
