"""The fake of tiia keeps to contracts/face-restoration.md 8.2."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json

import httpx2
import pytest
from doubles.retouch import ID, KEY, VECTOR_TIME, asked, of, opened, picture

from tuanyuan.engines.sandbox import Cut, Faults
from tuanyuan.partners.tencent_image.fake import MOST_BASE64, TencentImageFake

HOST = "tiia.tencentcloudapi.com"
STAMP = int(VECTOR_TIME)
NOTHING_TAKEN = {
    "refuse_input": "InvalidParameterValue",
    "refuse_output": "FailedOperation.ServerError",
    "throttle": "RequestLimitExceeded",
    "fail": "InternalError",
    "fail_later": "FailedOperation.RpcFail",
    "out_of_credit": "FailedOperation.UnOpenError",
    "partial": "FailedOperation.ServerError",
}


def sha(data):
    return hashlib.sha256(data).hexdigest()


def authorization(body, stamp=STAMP, account=ID, secret=KEY, day="2026-01-02"):
    """TC3 by hand."""
    canonical = f"POST\n/\n\ncontent-type:application/json\nhost:{HOST}\n\ncontent-type;host\n{sha(body)}"
    key = f"TC3{secret}".encode()
    for part in (day, "tiia", "tc3_request"):
        key = hmac.new(key, part.encode(), "sha256").digest()
    text = f"TC3-HMAC-SHA256\n{stamp}\n{day}/tiia/tc3_request\n{sha(canonical.encode())}"
    signature = hmac.new(key, text.encode(), "sha256").hexdigest()
    scope = f"{account}/{day}/tiia/tc3_request"
    return f"TC3-HMAC-SHA256 Credential={scope}, SignedHeaders=content-type;host, Signature={signature}"


def service(*plan, **more):
    return TencentImageFake(Faults(plan), clock=lambda: VECTOR_TIME, **more)


def send(service, body, heads=None, **signing):
    body = body if isinstance(body, bytes) else json.dumps(body).encode()
    heads = {
        "Content-Type": "application/json",
        "X-TC-Action": "EnhanceImage",
        "X-TC-Version": "2019-05-29",
        "X-TC-Region": "ap-guangzhou",
        "X-TC-Timestamp": str(signing.get("stamp", STAMP)),
        "Authorization": authorization(body, **signing),
        **(heads or {}),
    }
    return asked(service.app, "POST", f"https://{HOST}/", content=body, headers=heads)


def inline(data):
    return {"ImageBase64": base64.b64encode(data).decode()}


def code(answer):
    """The code of an error, in the contract's shape and with its status."""
    told = answer.json()["Response"]
    assert answer.status_code == 200
    assert set(told) == {"Error", "RequestId"}
    assert set(told["Error"]) == {"Code", "Message"}
    return told["Error"]["Code"]


def test_the_contracts_vector_is_accepted():
    tiia = service(fetch=of({"https://e/a.jpg": picture()}))
    body = b'{"ImageUrl": "https://e/a.jpg"}'
    assert authorization(body).endswith("Signature=702e31cb60c69c46b7cb8e6620a7d4ab8412da5c9cfcd4e33cdabe777c2ac496")
    answer = send(tiia, body).json()["Response"]
    assert set(answer) == {"EnhancedImage", "RequestId"}
    assert opened(base64.b64decode(answer["EnhancedImage"])).size == (90, 120)
    changed = {"Authorization": authorization(body).replace("702e31", "702e32")}
    assert code(send(tiia, body, changed)) == "AuthFailure.SignatureFailure"
    assert [a.model for a in tiia.accepted] == ["EnhanceImage"]


def test_a_changed_body_is_refused():
    body = json.dumps(inline(picture())).encode()
    heads = {"Authorization": authorization(body)}
    assert code(send(service(), body + b" ", heads)) == "AuthFailure.SignatureFailure"


@pytest.mark.parametrize(
    ("signing", "told"),
    [
        ({"account": "AKANOTHER"}, "AuthFailure.SecretIdNotFound"),
        ({"secret": "another"}, "AuthFailure.SignatureFailure"),
        ({"stamp": STAMP - 301}, "AuthFailure.SignatureExpire"),
        ({"stamp": STAMP + 301}, "AuthFailure.SignatureExpire"),
        ({"day": "2026-01-03"}, "AuthFailure.SignatureFailure"),
    ],
)
def test_whom_the_service_does_not_believe(signing, told):
    assert code(send(service(), inline(picture()), **signing)) == told


@pytest.mark.parametrize("stamp", [STAMP - 300, STAMP + 300])
def test_five_minutes_of_skew_are_allowed(stamp):
    assert "EnhancedImage" in send(service(), inline(picture()), stamp=stamp).json()["Response"]


def test_an_older_signature_is_refused():
    assert code(send(service(), inline(picture()), {"Authorization": "Basic abc"})) == "AuthFailure.SignatureFailure"


@pytest.mark.parametrize(
    ("heads", "told"),
    [
        ({"X-TC-Action": "DetectLabel"}, "InvalidAction"),
        ({"X-TC-Version": "2020-01-01"}, "NoSuchVersion"),
        ({"X-TC-Region": ""}, "MissingParameter"),
    ],
)
def test_heads_that_are_refused(heads, told):
    assert code(send(service(), inline(picture()), heads)) == told


@pytest.mark.parametrize(
    ("body", "told"),
    [
        (b"{", "InvalidParameter"),
        (b"[]", "InvalidParameter"),
        ({}, "InvalidParameter"),
        ({"ImageBase64": 7}, "InvalidParameter"),
        ({"ImageBase64": None}, "InvalidParameter"),
        ({**inline(picture()), "Strength": 1}, "UnknownParameter"),
        ({"ImageBase64": "*" * 8}, "FailedOperation.ImageDecodeFailed"),
        (inline(b"text"), "FailedOperation.ImageDecodeFailed"),
        (inline(picture(format="WEBP")), "FailedOperation.ImageDecodeFailed"),
        (inline(picture(51, 50)), "FailedOperation.ImageResolutionInsufficient"),
        (inline(picture(1601, 1562)), "FailedOperation.ImageResolutionExceed"),
        (inline(picture(500, 100)), "InvalidParameterValue"),
        ({"ImageBase64": "A" * (MOST_BASE64 + 4)}, "LimitExceeded.TooLargeFileError"),
        ({"ImageUrl": "https://e/missing.jpg"}, "FailedOperation.DownloadError"),
        ({"ImageUrl": "https://e/a.bmp"}, "FailedOperation.ImageDecodeFailed"),
    ],
)
def test_pictures_that_are_refused(body, told):
    tiia = service(fetch=of({"https://e/a.bmp": picture(format="BMP")}))
    assert code(send(tiia, body)) == told
    assert not tiia.accepted


@pytest.mark.parametrize(
    "body",
    [
        inline(picture(51, 51)),
        inline(picture(1600, 1562)),
        inline(picture(499, 100)),
        inline(picture(format="PNG")),
        inline(picture(format="BMP")),
        {**inline(picture()), "ImageUrl": None},
    ],
)
def test_pictures_just_inside_the_limits(body):
    assert "EnhancedImage" in send(service(), body).json()["Response"]


@pytest.mark.parametrize(("fault", "told"), NOTHING_TAKEN.items())
def test_faults_that_take_nothing(fault, told):
    tiia = service(fault, None)
    assert code(send(tiia, inline(picture()))) == told
    assert not tiia.accepted
    assert "EnhancedImage" in send(tiia, inline(picture())).json()["Response"]


@pytest.mark.parametrize("fault", ["cut", "vanish"])
def test_a_connection_that_dies_is_billed(fault):
    tiia = service(fault)
    with pytest.raises((Cut, httpx2.RemoteProtocolError)):
        send(tiia, inline(picture()))
    assert [(a.fault, a.pictures) for a in tiia.accepted] == [(fault, 1)]


def test_answers_that_are_wrong():
    tiia = service("malformed", "wrong_size", "broken", "expired", "twice")
    assert send(tiia, inline(picture())).text == "<html>502</html>"

    def made(data):
        return base64.b64decode(send(tiia, inline(data)).json()["Response"]["EnhancedImage"])

    assert opened(made(picture())).size == (64, 48)
    for _ in range(2):
        with pytest.raises(OSError, match="truncated"):
            opened(made(picture(400, 400)))
    first = made(picture())
    assert made(picture(200, 200)) == first
    assert opened(made(picture(200, 200))).size == (200, 200)
