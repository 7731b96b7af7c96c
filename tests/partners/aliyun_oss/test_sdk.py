"""The vendor's own SDK works with the fake object store."""

from __future__ import annotations

import datetime
import urllib.error
import urllib.request
from collections.abc import Iterator
from typing import Any

import pytest
from doubles.retouch import ID, KEY

from tuanyuan.engines.sandbox import Faults, serving
from tuanyuan.partners.aliyun_oss.fake import AliyunOssFake

pytestmark = pytest.mark.allow_hosts(["127.0.0.1", "::1"])


@pytest.fixture
def store() -> AliyunOssFake:
    return AliyunOssFake(Faults(), region="cn-shanghai")


@pytest.fixture
def oss(store: AliyunOssFake) -> Iterator[Any]:
    import alibabacloud_oss_v2 as sdk

    with serving(store.app) as url:
        settings = sdk.config.load_default()
        settings.region = "cn-shanghai"
        settings.credentials_provider = sdk.credentials.StaticCredentialsProvider(ID, KEY)
        settings.endpoint, settings.use_path_style, settings.retry_max_attempts = url, True, 1
        yield sdk.Client(settings)


def put(oss: Any, **more: Any) -> Any:
    import alibabacloud_oss_v2 as sdk

    return oss.put_object(sdk.PutObjectRequest(bucket="bkt", key="t1/a b.png", body=b"png", **more))


def code(call: Any) -> tuple[int, str]:
    import alibabacloud_oss_v2 as sdk

    with pytest.raises(sdk.exceptions.OperationError) as refused:
        call()
    service = refused.value.unwrap()
    return service.status_code, service.code


def test_put_get_delete(oss: Any, store: AliyunOssFake) -> None:
    import alibabacloud_oss_v2 as sdk

    told = put(oss, acl="private", server_side_encryption="AES256", tagging="ttl=30", forbid_overwrite=True)
    assert (told.status_code, told.headers["x-oss-server-side-encryption"]) == (200, "AES256")
    kept = store.objects["t1/a b.png"]
    assert (kept.data, kept.acl, kept.encryption, kept.tags) == (b"png", "private", "AES256", "ttl=30")
    assert code(lambda: put(oss, forbid_overwrite=True)) == (409, "FileAlreadyExists")
    get = sdk.GetObjectRequest(bucket="bkt", key="t1/a b.png")
    assert oss.get_object(get).body.content == b"png"
    oss.delete_object(sdk.DeleteObjectRequest(bucket="bkt", key="t1/a b.png"))
    assert code(lambda: oss.get_object(get)) == (404, "NoSuchKey")


def test_a_presigned_address(oss: Any) -> None:
    import alibabacloud_oss_v2 as sdk

    put(oss)
    asked = sdk.GetObjectRequest(bucket="bkt", key="t1/a b.png")
    url = oss.presign(asked, expires=datetime.timedelta(seconds=600)).url
    with urllib.request.urlopen(url) as answer:
        assert answer.read() == b"png"
    with pytest.raises(urllib.error.HTTPError) as refused:
        urllib.request.urlopen(url.replace("x-oss-expires=", "x-oss-expires=1"))
    refused.value.close()
    assert refused.value.code == 403


def test_errors_as_the_contract_says(oss: Any, store: AliyunOssFake) -> None:
    store.faults.then("throttle", "out_of_credit")
    assert code(lambda: put(oss)) == (503, "QpsLimitExceeded")
    assert code(lambda: put(oss)) == (403, "AccessDenied")
