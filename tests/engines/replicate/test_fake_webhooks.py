"""Our Replicate tells of its predictions, signed: contracts/replicate.md."""

from __future__ import annotations

import json
import time
from typing import Any

import httpx2
import pytest
from doubles.asgi_door import AsgiDoor
from doubles.replicate import TOKEN, Account, given, refused

from tuanyuan.engines.replicate.fake import WORKFLOWS, signature
from tuanyuan.engines.sandbox import serving

SECRET = "whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3"


def test_the_vector_of_the_contract() -> None:
    body = b'{"id":"p1","status":"succeeded"}'
    expected = "v1,16z5lV9lRTxB1xwzy3K/7tYDZTO/RRsYqNWmnJHy2dM="
    assert signature(SECRET, "msg_1", 1767323045, body) == expected
    assert signature(SECRET, "msg_1", 1767323046, body) != expected
    assert signature(SECRET, "msg_2", 1767323045, body) != expected
    assert signature(SECRET, "msg_1", 1767323045, body + b" ") != expected
    assert Account().door.get("/v1/webhooks/default/secret").json() == {"key": SECRET}


@pytest.mark.parametrize(
    "change",
    [
        {"webhook": "http://api.example.cn/hooks"},
        {"webhook": "ftp://x"},
        {"webhook": 7},
        {"webhook": "https://api.example.cn", "webhook_events_filter": ["done"]},
        {"webhook": "https://api.example.cn", "webhook_events_filter": "completed"},
    ],
)
def test_a_webhook_that_is_refused(change: dict[str, Any]) -> None:
    refused(Account().create(**change), 422)


class Hooks:
    """Somebody who is called, and is out for the first `absent` calls."""

    def __init__(self, absent: int = 0) -> None:
        self.absent = absent
        self.calls: list[tuple[str, bytes, dict[str, str]]] = []

    async def __call__(self, url: str, body: bytes, headers: dict[str, str]) -> int:
        self.calls.append((url, body, headers))
        return 503 if len(self.calls) <= self.absent else 204

    def events(self) -> list[str]:
        return [json.loads(body)["status"] for _, body, _ in self.calls]

    def until(self, count: int) -> None:
        end = time.monotonic() + 120
        while len(self.calls) < count and time.monotonic() < end:
            time.sleep(0.005)
        time.sleep(0.02)
        assert len(self.calls) == count


@pytest.mark.allow_hosts(["127.0.0.1", "::1"])
class TestWebhooks:
    def called(self, hooks: Hooks, count: int, *plan: Any, **more: Any) -> Account:
        account = Account(*plan, deliver=hooks, webhook_gaps=(0.01, 0.02))
        with serving(account.fake.app) as base:
            account.door = AsgiDoor(account.fake.app, base, TOKEN)
            asked = {
                "version": WORKFLOWS.version,
                "input": given(),
                "webhook": "https://api.example.cn/hooks/42",
                **more,
            }
            httpx2.post(f"{base}/v1/predictions", json=asked, headers=TOKEN, timeout=120).raise_for_status()
            hooks.until(count)
        return account

    def test_the_end_is_told_and_signed(self) -> None:
        hooks = Hooks()
        account = self.called(hooks, 1, webhook_events_filter=["completed"])
        ((url, body, headers),) = hooks.calls
        assert url == "https://api.example.cn/hooks/42"
        said = json.loads(body)
        assert (said["id"], said["status"]) == (account.fake.accepted[0].id, "succeeded")
        assert len(said["output"]) == 1
        stamp = int(headers["webhook-timestamp"])
        assert stamp == 1767323045
        assert headers["webhook-signature"] == signature(SECRET, headers["webhook-id"], stamp, body)

    def test_all_events_without_a_filter(self) -> None:
        hooks = Hooks()
        self.called(hooks, 4)
        assert hooks.events() == ["succeeded", "succeeded", "succeeded", "succeeded"]
        assert len({headers["webhook-id"] for _, _, headers in hooks.calls}) == 4

    def test_a_failure_is_an_end_too(self) -> None:
        hooks = Hooks()
        self.called(hooks, 1, "fail_later", webhook_events_filter=["completed"])
        assert hooks.events() == ["failed"]

    def test_again_until_somebody_is_there(self) -> None:
        hooks = Hooks(absent=2)
        self.called(hooks, 3, webhook_events_filter=["completed"])
        assert len({headers["webhook-id"] for _, _, headers in hooks.calls}) == 1
        assert len({body for _, body, _ in hooks.calls}) == 1

    def test_and_no_longer(self) -> None:
        self.called(Hooks(absent=9), 3, webhook_events_filter=["completed"])

    def test_one_that_vanished_tells_nothing(self) -> None:
        self.called(Hooks(), 0, "vanish")
