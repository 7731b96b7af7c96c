"""The vendor's own SDK works with the fake bucket."""

from __future__ import annotations

import json
import urllib.request
import warnings
from collections.abc import Iterator
from typing import Any

import pytest
from doubles.retouch import ID, KEY, opened, picture

from tuanyuan.engines.sandbox import Faults, serving
from tuanyuan.partners.tencent_ci.fake import TencentCiFake

pytestmark = pytest.mark.allow_hosts(["127.0.0.1", "::1"])

BUCKET = "bkt-1250000000"


@pytest.fixture
def bucket() -> TencentCiFake:
    return TencentCiFake(Faults(), bucket=BUCKET)


def spelt(answer: Any, **_: Any) -> None:
    """The SDK looks for these names as the service writes them; uvicorn writes all names small."""
    for name in ("Content-Type", "Content-Length"):
        if name in answer.headers:
            answer.headers[name] = answer.headers.pop(name)


@pytest.fixture
def cos(bucket: TencentCiFake) -> Iterator[Any]:
    with warnings.catch_warnings():
        # The SDK's string literals hold escapes that Python warns of when it compiles them.
        warnings.simplefilter("ignore")
        from qcloud_cos import AIRecognitionClient, CosConfig
    with serving(bucket.app) as url:
        ip, _, port = url.removeprefix("http://").partition(":")
        settings = CosConfig(
            Region="ap-guangzhou", SecretId=ID, SecretKey=KEY, Scheme="http", IP=ip, Port=int(port), KeepAlive=False
        )
        client = AIRecognitionClient(settings, retry=0)
        client._session.hooks["response"].append(spelt)
        yield client
        client._session.close()


def error(call: Any, **asked: Any) -> tuple[int, str]:
    from qcloud_cos import CosServiceError

    with pytest.raises(CosServiceError) as refused:
        call(**asked)
    return refused.value.get_status_code(), refused.value.get_error_code()


def test_objects(cos: Any, bucket: TencentCiFake) -> None:
    told = cos.put_object(Bucket=BUCKET, Key="t1/a b.jpg", Body=b"bytes", ServerSideEncryption="AES256")
    assert told["x-cos-server-side-encryption"] == "AES256"
    assert bucket.objects["t1/a b.jpg"].encryption == "AES256"
    assert cos.get_object(Bucket=BUCKET, Key="t1/a b.jpg")["Body"].get_raw_stream().read() == b"bytes"
    cos.delete_object(Bucket=BUCKET, Key="t1/a b.jpg")
    assert error(cos.get_object, Bucket=BUCKET, Key="t1/a b.jpg") == (404, "NoSuchKey")


@pytest.mark.parametrize(
    ("method", "kind"),
    [
        ("cos_ai_portrait_matting", "AIPortraitMatting"),
        ("cos_goods_matting", "GoodsMatting"),
        ("cos_ai_pic_matting", "AIPicMatting"),
    ],
)
def test_matting_at_request_time(cos: Any, bucket: TencentCiFake, method: str, kind: str) -> None:
    cos.put_object(Bucket=BUCKET, Key="a.jpg", Body=picture())
    options = {"CenterLayout": "1", "PaddingLayout": "10x10", "Stream": True}
    _, body = getattr(cos, method)(Bucket=BUCKET, ObjectKey="a.jpg", **options)
    data = body if isinstance(body, bytes) else body.get_raw_stream().read()
    assert opened(data).mode == "RGBA"
    assert [a.model for a in bucket.accepted] == [kind]


def test_matting_at_upload_time_and_on_the_cloud(cos: Any, bucket: TencentCiFake) -> None:
    rule = {"fileid": "/out/a.png", "rule": "ci-process=GoodsMatting"}
    operations = json.dumps({"is_pic_info": 1, "rules": [rule]})
    _, told = cos.ci_put_object(Bucket=BUCKET, Key="t1/a.jpg", Body=picture(), PicOperations=operations)
    assert told["OriginalInfo"]["ImageInfo"]["Width"] == "90"
    made = told["ProcessResults"]["Object"]
    assert (made["Key"], made["Format"]) == ("out/a.png", "PNG")
    del bucket.objects["out/a.png"]
    _, told = cos.ci_image_process(Bucket=BUCKET, Key="t1/a.jpg", PicOperations=operations)
    assert "out/a.png" in bucket.objects


def test_a_presigned_address(cos: Any, bucket: TencentCiFake) -> None:
    cos.put_object(Bucket=BUCKET, Key="t1/a b.jpg", Body=picture())
    params = {"ci-process": "AIPortraitMatting"}
    asked = {"Bucket": BUCKET, "Key": "t1/a b.jpg", "Method": "GET", "Expired": 60}
    url = cos.get_presigned_url(**asked, Params=params, SignHost=False)
    with urllib.request.urlopen(url) as answer:
        assert opened(answer.read()).size == (90, 120)
    assert len(bucket.accepted) == 1


def test_errors_as_the_contract_says(cos: Any, bucket: TencentCiFake) -> None:
    cos.put_object(Bucket=BUCKET, Key="a.jpg", Body=picture())
    bucket.faults.then("refuse_input", "throttle", "out_of_credit")
    asked = {"Bucket": BUCKET, "ObjectKey": "a.jpg"}
    method = cos.cos_ai_portrait_matting
    assert error(method, **asked)[0] == 451
    assert error(method, **asked) == (503, "SlowDown")
    assert error(method, **asked) == (403, "AccessDenied")
    cos._conf._secret_key = "another"
    assert error(method, **asked) == (403, "SignatureDoesNotMatch")
