"""The vector of contracts/face-restoration.md 8.2."""

from __future__ import annotations

from doubles.retouch import ID, KEY

from tuanyuan.partners.tencent_image.signing import authorization


def test_the_vector():
    body = b'{"ImageUrl": "https://e/a.jpg"}'
    assert authorization(ID, KEY, "tiia.tencentcloudapi.com", "tiia", body, 1767323045) == (
        "TC3-HMAC-SHA256 Credential=AKEXAMPLE00000000000/2026-01-02/tiia/tc3_request, SignedHeaders=content-type;host, "
        "Signature=702e31cb60c69c46b7cb8e6620a7d4ab8412da5c9cfcd4e33cdabe777c2ac496"
    )


def test_the_day_is_that_of_utc():
    assert "/2026-01-01/" in authorization(ID, KEY, "h", "tiia", b"", 1767311999)
    assert "/2026-01-02/" in authorization(ID, KEY, "h", "tiia", b"", 1767312000)
