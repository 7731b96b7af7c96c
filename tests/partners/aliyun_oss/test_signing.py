"""The vector of contracts/object-storage.md 9.1."""

from __future__ import annotations

from doubles.retouch import ID, KEY

from tuanyuan.partners.aliyun_oss.signing import Account, headers, presigned_query

ACCOUNT = Account(ID, KEY, "bkt", "cn-hangzhou")
STAMP = "20260102T030405Z"


def test_the_vector():
    assert presigned_query(ACCOUNT, "GET", "t1/a.png", STAMP, 600) == (
        "x-oss-credential=AKEXAMPLE00000000000%2F20260102%2Fcn-hangzhou%2Foss%2Faliyun_v4_request"
        "&x-oss-date=20260102T030405Z&x-oss-expires=600&x-oss-signature-version=OSS4-HMAC-SHA256"
        "&x-oss-signature=da65b85b52ae4197f2d0f19daf54e0eac3c2c6fac62701cbae2776736163cadc"
    )


def test_a_header_more_is_another_signature():
    plain = headers(ACCOUNT, "PUT", "a", {"content-type": "image/png"}, STAMP)
    private = headers(ACCOUNT, "PUT", "a", {"content-type": "image/png", "x-oss-object-acl": "private"}, STAMP)
    assert plain["x-oss-content-sha256"] == "UNSIGNED-PAYLOAD"
    assert plain["authorization"] != private["authorization"]


def test_the_secret_is_not_shown():
    assert KEY not in repr(ACCOUNT)
