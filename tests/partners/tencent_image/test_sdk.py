"""The vendor's own SDK works with the fake of tiia."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from typing import Any

import pytest
from doubles.retouch import ID, KEY, opened, picture

from tuanyuan.engines.sandbox import Faults, serving
from tuanyuan.partners.tencent_image.fake import TencentImageFake

pytestmark = pytest.mark.allow_hosts(["127.0.0.1", "::1"])


@pytest.fixture
def tiia() -> TencentImageFake:
    return TencentImageFake(Faults())


@pytest.fixture
def address(tiia: TencentImageFake) -> Iterator[str]:
    with serving(tiia.app) as url:
        yield url.removeprefix("http://")


def client(address: str, key: str = KEY) -> Any:
    from tencentcloud.common import credential
    from tencentcloud.common.profile.client_profile import ClientProfile
    from tencentcloud.common.profile.http_profile import HttpProfile
    from tencentcloud.tiia.v20190529.tiia_client import TiiaClient

    profile = ClientProfile(httpProfile=HttpProfile(protocol="http", endpoint=address, keepAlive=False))
    return TiiaClient(credential.Credential(ID, key), "ap-guangzhou", profile)


def enhance(client: Any, data: bytes) -> Any:
    from tencentcloud.tiia.v20190529.models import EnhanceImageRequest

    request = EnhanceImageRequest()
    request.ImageBase64 = base64.b64encode(data).decode()
    return client.EnhanceImage(request)


def test_enhancing(address: str, tiia: TencentImageFake) -> None:
    answer = enhance(client(address), picture())
    assert opened(base64.b64decode(answer.EnhancedImage)).size == (90, 120)
    assert answer.RequestId == "req-000001"
    assert len(tiia.accepted) == 1


@pytest.mark.parametrize(
    ("fault", "code"),
    [("throttle", "RequestLimitExceeded"), ("out_of_credit", "FailedOperation.UnOpenError"), ("fail", "InternalError")],
)
def test_errors_as_the_contract_says(address: str, tiia: TencentImageFake, fault: Any, code: str) -> None:
    from tencentcloud.common.exception.tencent_cloud_sdk_exception import TencentCloudSDKException

    tiia.faults.then(fault)
    with pytest.raises(TencentCloudSDKException) as refused:
        enhance(client(address), picture())
    assert refused.value.get_code() == code


def test_another_key_is_refused(address: str) -> None:
    from tencentcloud.common.exception.tencent_cloud_sdk_exception import TencentCloudSDKException

    with pytest.raises(TencentCloudSDKException) as refused:
        enhance(client(address, "another"), picture())
    assert refused.value.get_code() == "AuthFailure.SignatureFailure"
