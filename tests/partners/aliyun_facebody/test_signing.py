"""The vector of contracts/face-restoration.md 8.1."""

from __future__ import annotations

from doubles.retouch import ID, KEY

from tuanyuan.partners.aliyun_facebody.signing import headers


def test_the_vector():
    body = b"ImageURL=https%3A%2F%2Fe%2Fa.jpg"
    host = "facebody.cn-shanghai.aliyuncs.com"
    heads = headers(ID, KEY, host, "EnhanceFace", "2019-12-30", body, "2026-01-02T03:04:05Z", "nonce-0001")
    assert heads["authorization"] == (
        "ACS3-HMAC-SHA256 Credential=AKEXAMPLE00000000000,SignedHeaders=content-type;host;x-acs-action;"
        "x-acs-content-sha256;x-acs-date;x-acs-signature-nonce;x-acs-version,"
        "Signature=3a5413d2dba34334e29e1b7afbe5386f1346e8831205dce22370cf5e31ae4617"
    )
    assert heads["host"] == host
    assert heads["content-type"] == "application/x-www-form-urlencoded"
