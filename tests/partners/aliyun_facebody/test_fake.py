"""The fake of facebody keeps to contracts/face-restoration.md 8.1."""

from __future__ import annotations

import hashlib
import hmac
from urllib.parse import urlencode, urlsplit

import httpx2
import pytest
from doubles.retouch import ID, KEY, VECTOR_TIME, asked, of, opened, picture

from tuanyuan.engines.sandbox import Cut, Faults
from tuanyuan.partners.aliyun_facebody.fake import MOST_BYTES, AliyunFacebodyFake

HOST = "facebody.cn-shanghai.aliyuncs.com"
DATE = "2026-01-02T03:04:05Z"
ADDRESS = "https://e/a.jpg"
NOTHING_TAKEN = {
    "refuse_input": (400, "InvalidFile.Content"),
    "refuse_output": (500, "InternalError.Algo"),
    "throttle": (400, "Throttling.User"),
    "fail": (500, "InternalError"),
    "fail_later": (500, "InternalError.Timeout"),
    "out_of_credit": (400, "InvalidApi.NotPurchase"),
    "partial": (500, "InternalError.Algo"),
}


def signed(body, nonce="nonce-0001", date=DATE, account=ID, secret=KEY, **changed):
    """ACS3 by hand."""
    heads = {
        "content-type": "application/x-www-form-urlencoded",
        "host": HOST,
        "x-acs-action": "EnhanceFace",
        "x-acs-content-sha256": hashlib.sha256(body).hexdigest(),
        "x-acs-date": date,
        "x-acs-signature-nonce": nonce,
        "x-acs-version": "2019-12-30",
        **{name.replace("_", "-"): value for name, value in changed.items()},
    }
    names = ";".join(sorted(heads))
    lines = "".join(f"{name}:{heads[name]}\n" for name in sorted(heads))
    canonical = f"POST\n/\n\n{lines}\n{names}\n{hashlib.sha256(body).hexdigest()}"
    text = f"ACS3-HMAC-SHA256\n{hashlib.sha256(canonical.encode()).hexdigest()}"
    signature = hmac.new(secret.encode(), text.encode(), "sha256").hexdigest()
    return {
        **heads,
        "Authorization": f"ACS3-HMAC-SHA256 Credential={account},SignedHeaders={names},Signature={signature}",
    }


class Counting:
    """Nonces that nobody used before."""

    def __init__(self):
        self.number = 0

    def __call__(self):
        self.number += 1
        return f"nonce-{self.number:04d}"


nonce = Counting()


def service(*plan, pictures=None, clock=lambda: VECTOR_TIME, **more):
    return AliyunFacebodyFake(Faults(plan), clock=clock, fetch=of(pictures or {ADDRESS: picture()}), **more)


def send(facebody, address=ADDRESS, heads=None, **signing):
    body = address if isinstance(address, bytes) else urlencode({"ImageURL": address}).encode()
    heads = heads or signed(body, **{"nonce": nonce(), **signing})
    return asked(facebody.app, "POST", f"https://{HOST}/", content=body, headers=heads)


def refusal(answer):
    told = answer.json()
    assert set(told) == {"RequestId", "HostId", "Code", "Message"}
    return answer.status_code, told["Code"]


def made(facebody, answer):
    url = urlsplit(answer.json()["Data"]["ImageURL"])
    return asked(facebody.app, "GET", f"http://{url.netloc}{url.path}?{url.query}")


def test_the_contracts_vector_is_accepted_once():
    facebody = service()
    body = b"ImageURL=https%3A%2F%2Fe%2Fa.jpg"
    heads = signed(body)
    assert heads["Authorization"].endswith("=3a5413d2dba34334e29e1b7afbe5386f1346e8831205dce22370cf5e31ae4617")
    answer = send(facebody, body, heads)
    assert answer.status_code == 200
    assert set(answer.json()) == {"RequestId", "Data"}
    assert opened(made(facebody, answer).content).size == (90, 120)
    assert refusal(send(facebody, body, heads)) == (400, "SignatureNonceUsed")
    changed = {**heads, "Authorization": heads["Authorization"][:-1] + "8"}
    assert refusal(send(facebody, body, changed)) == (400, "SignatureDoesNotMatch")
    assert len(facebody.accepted) == 1


def test_a_changed_body_or_header_is_refused():
    body = urlencode({"ImageURL": ADDRESS}).encode()
    heads = signed(body, nonce=nonce())
    assert refusal(send(service(), body + b"x", heads)) == (400, "SignatureDoesNotMatch")
    assert refusal(send(service(), body, {**heads, "x-acs-version": "2019-12-31"})) == (400, "SignatureDoesNotMatch")
    assert refusal(send(service(), body, {**heads, "x-acs-more": "1"})) == (400, "SignatureDoesNotMatch")


@pytest.mark.parametrize(
    ("signing", "told"),
    [
        ({"account": "AKANOTHER"}, (404, "InvalidAccessKeyId.NotFound")),
        ({"secret": "another"}, (400, "SignatureDoesNotMatch")),
        ({"date": "2026-01-02T02:49:04Z"}, (400, "InvalidTimeStamp.Expired")),
        ({"date": "yesterday"}, (400, "ParameterError")),
        ({"x_acs_action": "RetouchSkin"}, (404, "InvalidAction.NotFound")),
    ],
)
def test_calls_that_are_refused(signing, told):
    assert refusal(send(service(), **signing)) == told


def test_without_a_signature_nothing_is_done():
    assert refusal(send(service(), heads={"content-type": "text/plain"})) == (400, "ParameterError")


PICTURES = {
    "https://e/gif": picture(format="GIF"),
    "https://e/text": b"text",
    "https://e/low": picture(32, 100),
    "https://e/wide": picture(2048, 40),
    "https://e/large": picture() + b"\0" * (MOST_BYTES - len(picture()) + 1),
}


@pytest.mark.parametrize(
    ("address", "told"),
    [
        (b"", "MissingImageURL"),
        (b"ImageURL=", "MissingImageURL"),
        (b"&&&", "ParameterError"),
        ("https://e/\u7167\u7247.jpg", "IllegalUrlParameter"),
        ("ftp://e/a.jpg", "IllegalUrlParameter"),
        ("https://e/missing", "InvalidFile.Download"),
        ("https://e/gif", "InvalidFile.Type"),
        ("https://e/text", "InvalidFile.Type"),
        ("https://e/low", "InvalidFile.Resolution"),
        ("https://e/wide", "InvalidFile.Resolution"),
        ("https://e/large", "InvalidFile.Size"),
    ],
)
def test_pictures_that_are_refused(address, told):
    facebody = service(pictures=PICTURES)
    assert refusal(send(facebody, address)) == (400, told)
    assert not facebody.accepted


@pytest.mark.parametrize(
    "data",
    [
        picture(33, 33),
        picture(2047, 40),
        picture(40, 2047),
        picture(format="BMP"),
        picture(format="PNG"),
        picture() + b"\0" * (MOST_BYTES - len(picture())),
    ],
)
def test_pictures_just_inside_the_limits(data):
    assert send(service(pictures={ADDRESS: data})).status_code == 200


@pytest.mark.parametrize(("faces", "status"), [(0, 400), (1, 200), (10, 200), (11, 400)])
def test_one_to_ten_faces(faces, status):
    answer = send(service(faces=lambda _: faces))
    assert answer.status_code == status
    assert status == 200 or refusal(answer) == (400, "InvalidFile.Content")


def test_a_result_holds_half_an_hour_and_its_address_only():
    now = [VECTOR_TIME]
    facebody = service(clock=lambda: now[0])
    answer = send(facebody)
    url = answer.json()["Data"]["ImageURL"]
    assert asked(facebody.app, "GET", url + "1").status_code == 403
    now[0] += 1800
    assert made(facebody, answer).status_code == 200
    now[0] += 1
    expired = made(facebody, answer)
    assert (expired.status_code, "Request has expired." in expired.text) == (403, True)


@pytest.mark.parametrize(("fault", "told"), NOTHING_TAKEN.items())
def test_faults_that_take_nothing(fault, told):
    facebody = service(fault, None)
    assert refusal(send(facebody)) == told
    assert not facebody.accepted
    assert send(facebody).status_code == 200


@pytest.mark.parametrize("fault", ["cut", "vanish"])
def test_a_connection_that_dies_is_billed(fault):
    facebody = service(fault)
    with pytest.raises((Cut, httpx2.RemoteProtocolError)):
        send(facebody)
    assert [(a.fault, a.pictures) for a in facebody.accepted] == [(fault, 1)]


def test_answers_that_are_wrong():
    facebody = service("malformed", "expired", "wrong_size", "broken", "twice", pictures={ADDRESS: picture(400, 400)})
    assert send(facebody).text == "<html>502</html>"
    assert made(facebody, send(facebody)).status_code == 403
    assert opened(made(facebody, send(facebody)).content).size == (64, 48)
    with pytest.raises(OSError, match="truncated"):
        opened(made(facebody, send(facebody)).content)
    assert made(facebody, send(facebody)).content == made(facebody, send(facebody)).content
