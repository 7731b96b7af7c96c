"""The fake object store keeps to contracts/object-storage.md 9.1 and 9.2."""

from __future__ import annotations

import hashlib
import hmac
import re
from datetime import UTC, datetime
from urllib.parse import quote

import httpx2
import pytest
from doubles.retouch import ID, KEY, VECTOR_TIME, asked

from tuanyuan.engines.sandbox import Cut, Faults
from tuanyuan.partners.aliyun_oss.fake import AliyunOssFake

REGION, STAMP = "cn-hangzhou", "20260102T030405Z"
HOST = f"bkt.oss-{REGION}.aliyuncs.com"
PRESIGNED = (
    f"https://{HOST}/t1/a.png?x-oss-credential=AKEXAMPLE00000000000%2F20260102%2Fcn-hangzhou%2Foss%2Faliyun_v4_request"
    "&x-oss-date=20260102T030405Z&x-oss-expires=600&x-oss-signature-version=OSS4-HMAC-SHA256"
    "&x-oss-signature=da65b85b52ae4197f2d0f19daf54e0eac3c2c6fac62701cbae2776736163cadc"
)


def signature(canonical, stamp=STAMP, secret=KEY, region=REGION):
    key = f"aliyun_v4{secret}".encode()
    for part in (stamp[:8], region, "oss", "aliyun_v4_request"):
        key = hmac.new(key, part.encode(), "sha256").digest()
    scope = f"{stamp[:8]}/{region}/oss/aliyun_v4_request"
    text = f"OSS4-HMAC-SHA256\n{stamp}\n{scope}\n{hashlib.sha256(canonical.encode()).hexdigest()}"
    return hmac.new(key, text.encode(), "sha256").hexdigest()


def send(store, method, key, heads=None, content=b"", unsigned=None, account=ID, path=None, **signing):
    stamp = signing.get("stamp", STAMP)
    heads = {"x-oss-date": stamp, "x-oss-content-sha256": "UNSIGNED-PAYLOAD", **(heads or {})}
    lines = "".join(
        f"{name}:{heads[name]}\n" for name in sorted(heads) if name.startswith("x-oss-") or name == "content-type"
    )
    canonical = f"{method}\n{quote(f'/bkt/{key}')}\n\n{lines}\n\nUNSIGNED-PAYLOAD"
    scope = f"{account}/{stamp[:8]}/{signing.get('region', REGION)}/oss/aliyun_v4_request"
    heads["Authorization"] = f"OSS4-HMAC-SHA256 Credential={scope},Signature={signature(canonical, **signing)}"
    return asked(
        store.app,
        method,
        f"https://{path or f'{HOST}/{quote(key)}'}",
        headers=heads | (unsigned or {}),
        content=content,
    )


def store(*plan, clock=lambda: VECTOR_TIME, **objects):
    made = AliyunOssFake(Faults(), region=REGION, clock=clock)
    for key, data in objects.items():
        assert send(made, "PUT", key, content=data).status_code == 200
    made.faults.then(*plan)
    return made


def refusal(answer):
    assert all(f"<{name}>" in answer.text for name in ("Message", "RequestId", "HostId", "EC"))
    return answer.status_code, re.search("<Code>(.*?)</Code>", answer.text)[1]


def test_the_contracts_vector_is_accepted():
    oss = store()
    send(oss, "PUT", "t1/a.png", {"content-type": "image/png"}, b"png")
    answer = asked(oss.app, "GET", PRESIGNED)
    assert (answer.status_code, answer.content, answer.headers["content-type"]) == (200, b"png", "image/png")
    assert refusal(asked(oss.app, "GET", PRESIGNED[:-1] + "d")) == (403, "SignatureDoesNotMatch")
    assert refusal(asked(oss.app, "GET", PRESIGNED.replace("expires=600", "expires=601"))) == (
        403,
        "SignatureDoesNotMatch",
    )
    assert refusal(asked(oss.app, "DELETE", PRESIGNED)) == (403, "SignatureDoesNotMatch")


def test_a_presigned_address_holds_to_the_second():
    now = [VECTOR_TIME]
    oss = store(clock=lambda: now[0])
    send(oss, "PUT", "t1/a.png", content=b"png")
    now[0] += 600
    assert asked(oss.app, "GET", PRESIGNED).status_code == 200
    now[0] += 1
    answer = asked(oss.app, "GET", PRESIGNED)
    assert refusal(answer) == (403, "AccessDenied")
    assert "Request has expired." in answer.text


def test_seven_days_are_the_longest():
    url = PRESIGNED.replace("expires=600", "expires=604801")
    assert refusal(asked(store().app, "GET", url)) == (400, "InvalidArgument")


def test_put_get_delete_as_in_the_worked_example():
    oss = store()
    heads = {
        "content-type": "image/png",
        "x-oss-object-acl": "private",
        "x-oss-server-side-encryption": "AES256",
        "x-oss-tagging": "class=source&ttl=30",
        "x-oss-forbid-overwrite": "true",
    }
    put = send(oss, "PUT", "t1/a b.png", heads, b"png")
    assert put.status_code == 200
    assert put.headers["x-oss-server-side-encryption"] == "AES256"
    assert put.headers["x-oss-request-id"]
    assert put.headers["etag"] == f'"{hashlib.md5(b"png").hexdigest().upper()}"'
    kept = oss.objects["t1/a b.png"]
    assert (kept.acl, kept.encryption, kept.tags, kept.kind) == (
        "private",
        "AES256",
        "class=source&ttl=30",
        "image/png",
    )
    assert refusal(send(oss, "PUT", "t1/a b.png", heads, b"png")) == (409, "FileAlreadyExists")
    assert send(oss, "GET", "t1/a b.png").content == b"png"
    assert send(oss, "DELETE", "t1/a b.png").status_code == 204
    assert send(oss, "DELETE", "t1/a b.png").status_code == 204
    assert refusal(send(oss, "GET", "t1/a b.png")) == (404, "NoSuchKey")
    assert oss.deleted == ["t1/a b.png"]


def test_the_bucket_may_stand_in_the_path():
    oss = store(a=b"x")
    assert send(oss, "GET", "a", path="127.0.0.1:8000/bkt/a").content == b"x"
    assert refusal(send(oss, "GET", "a", path="127.0.0.1:8000/other/a")) == (404, "NoSuchBucket")


@pytest.mark.parametrize(
    ("signing", "told"),
    [
        ({"account": "AKANOTHER"}, (403, "InvalidAccessKeyId")),
        ({"secret": "another"}, (403, "SignatureDoesNotMatch")),
        ({"region": "oss-cn-hangzhou"}, (403, "SignatureDoesNotMatch")),
        ({"stamp": "20260102T024904Z"}, (403, "RequestTimeTooSkewed")),
        ({"stamp": "20260102T031906Z"}, (403, "RequestTimeTooSkewed")),
        ({"stamp": "now"}, (403, "AccessDenied")),
        ({"unsigned": {"x-oss-object-acl": "public-read"}}, (403, "SignatureDoesNotMatch")),
        ({"unsigned": {"Authorization": "OSS AKEXAMPLE00000000000:abc"}}, (403, "AccessDenied")),
        ({"heads": {"x-oss-content-sha256": "abc"}}, (400, "InvalidArgument")),
    ],
)
def test_whom_the_store_does_not_believe(signing, told):
    oss = store()
    assert refusal(send(oss, "PUT", "a", content=b"x", **signing)) == told
    assert not oss.objects


@pytest.mark.parametrize("seconds", [-900, 900])
def test_fifteen_minutes_of_skew_are_allowed(seconds):
    stamp = datetime.fromtimestamp(VECTOR_TIME + seconds, UTC).strftime("%Y%m%dT%H%M%SZ")
    assert send(store(), "PUT", "a", content=b"x", stamp=stamp).status_code == 200


@pytest.mark.parametrize(
    "heads",
    [
        {"x-oss-object-acl": "secret"},
        {"x-oss-server-side-encryption": "ROT13"},
        {"x-oss-tagging": "&".join(f"k{n}=v" for n in range(11))},
        {"x-oss-tagging": "k=1&k=2"},
    ],
)
def test_heads_that_are_refused(heads):
    assert refusal(send(store(), "PUT", "a", heads, b"x")) == (400, "InvalidArgument")


def test_ten_tags_are_allowed():
    tags = {"x-oss-tagging": "&".join(f"k{n}=v" for n in range(10))}
    assert send(store(), "PUT", "a", tags, b"x").status_code == 200


@pytest.mark.parametrize(
    ("fault", "told"),
    [
        ("refuse_input", (400, "InvalidArgument")),
        ("refuse_output", (500, "InternalError")),
        ("throttle", (503, "QpsLimitExceeded")),
        ("fail", (500, "InternalError")),
        ("fail_later", (500, "InternalError")),
        ("out_of_credit", (403, "AccessDenied")),
        ("partial", (503, "ServiceUnavailable")),
    ],
)
def test_faults_that_store_nothing(fault, told):
    oss = store(fault)
    assert refusal(send(oss, "PUT", "a", content=b"x")) == told
    assert not oss.objects
    assert send(oss, "PUT", "a", content=b"x").status_code == 200


def test_faults_that_store():
    oss = store("cut", "vanish", "expired", "malformed", "broken", "twice")
    with pytest.raises((Cut, httpx2.RemoteProtocolError)):
        send(oss, "PUT", "cut", content=b"x")
    assert send(oss, "GET", "cut").content == b"x"
    send(oss, "PUT", "vanish", content=b"x")
    assert refusal(send(oss, "GET", "vanish")) == (404, "NoSuchKey")
    send(oss, "PUT", "expired", content=b"x")
    assert refusal(send(oss, "GET", "expired")) == (403, "AccessDenied")
    assert send(oss, "PUT", "malformed", content=b"x").text == "<html>502</html>"
    send(oss, "PUT", "broken", content=b"123456789")
    assert send(oss, "GET", "broken").content == b"123"
    send(oss, "PUT", "first", content=b"first")
    send(oss, "PUT", "second", content=b"second")
    assert send(oss, "GET", "second").content == b"first"
