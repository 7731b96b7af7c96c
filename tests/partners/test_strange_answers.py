"""Answers that nobody would send in good faith: each ends in an error of the domain, never in one of Python's."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tuanyuan.domain.engine import Transient, Unknown
from tuanyuan.domain.errors import NotNow
from tuanyuan.domain.ports.retouching import Fitted
from tuanyuan.partners.aliyun_facebody.client import AliyunFacebody
from tuanyuan.partners.exchange import Answer
from tuanyuan.partners.tencent_image.client import TencentImage
from tuanyuan.partners.wechat.client import WeChatClient

DEEP = b"[" * 15_000


def as_it_is(picture: bytes, _: Any) -> Fitted:
    return Fitted(picture, (100, 100), (100, 100))


def restored(client: Any, body: bytes) -> bytes:
    """What comes of a photo at a service that answers so."""
    asked = {"lies_at": "https://lent.example/a"} if isinstance(client, AliyunFacebody) else {}
    client._exchange.close()
    client._exchange = lambda *_, **__: Answer(200, {}, body)
    result: bytes = client.restore(b"photo", **asked)
    return result


def test_a_deep_answer_of_aliyun_is_lost() -> None:
    with pytest.raises(Unknown):
        restored(AliyunFacebody("id", "key", None, as_it_is), DEEP)


def test_a_deep_answer_of_tencent_is_lost() -> None:
    with pytest.raises(Unknown):
        restored(TencentImage("id", "key", as_it_is), DEEP)


@pytest.mark.parametrize("address", ["https://x.aliyuncs.com:port/a", "https://[", "https://x.aliyuncs.com:99999/a"])
def test_an_address_of_a_result_that_is_none_is_a_known_failure(address: str) -> None:
    with pytest.raises(Transient):
        restored(AliyunFacebody("id", "key", None, as_it_is), json.dumps({"Data": {"ImageURL": address}}).encode())


def test_a_deep_answer_of_wechat_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    client = WeChatClient("app", "secret", "https://wechat.example")
    monkeypatch.setattr(client, "_fetch", lambda _: json.loads(DEEP))
    with pytest.raises(NotNow, match="wechat_busy"):
        client.session("code")
    client.close()
