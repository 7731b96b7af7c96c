"""The one wire of all clients: deadlines, bounds, and the difference between not sent and not heard."""

from __future__ import annotations

import asyncio
import gzip
from collections.abc import AsyncIterator, Callable
from typing import Any

import httpx2
import pytest

from tuanyuan.domain.engine import Transient, Unknown
from tuanyuan.engines.sandbox import serving
from tuanyuan.engines.wire import Answer, Wire

SECRET = "sk-throw-away"


def wire(handler: Callable[[httpx2.Request], Any], base: str = "https://api.example", **told: Any) -> Wire:
    return Wire(base, transport=httpx2.MockTransport(handler), **told)


def call(wire: Wire, *args: Any, **sending: Any) -> Answer:
    async def act() -> Answer:
        try:
            return await wire.call(*args, **sending)
        finally:
            await wire.close()

    return asyncio.run(act())


def fetch(wire: Wire, address: str, **told: Any) -> bytes:
    async def act() -> bytes:
        try:
            return await wire.fetch(address, **told)
        finally:
            await wire.close()

    return asyncio.run(act())


def raising(error: Exception) -> Callable[[httpx2.Request], Any]:
    def handler(_: httpx2.Request) -> Any:
        raise error

    return handler


def test_an_answer_with_its_parts() -> None:
    def handler(request: httpx2.Request) -> httpx2.Response:
        assert str(request.url) == "https://api.example/v1/x?a=1"
        assert request.headers["authorization"] == SECRET
        return httpx2.Response(429, json={"code": 7}, headers={"Retry-After": "12"})

    answer = call(wire(handler), "POST", "/v1/x", params={"a": 1}, headers={"Authorization": SECRET}, json={})
    assert (answer.status, answer.json(), answer.retry_after) == (429, {"code": 7}, 12)


@pytest.mark.parametrize(
    ("told", "seconds"),
    [("0", 1), ("7", 7), ("999999", 3600), ("-1", None), ("Wed, 21 Oct 2026 07:28:00 GMT", None), ("１", None)],
)
def test_when_to_come_again(told: str, seconds: int | None) -> None:
    assert Answer(429, {"retry-after": told}, b"").retry_after == seconds


@pytest.mark.parametrize("error", [httpx2.ConnectError("x"), httpx2.ConnectTimeout("x"), httpx2.PoolTimeout("x")])
def test_no_connection_is_a_known_failure(error: Exception) -> None:
    with pytest.raises(Transient, match="engine_failed"):
        call(wire(raising(error)), "POST", "/")


@pytest.mark.parametrize(
    "error",
    [httpx2.ReadTimeout("x"), httpx2.ReadError("x"), httpx2.WriteError("x"), httpx2.RemoteProtocolError("x")],
)
def test_what_was_sent_and_not_answered_is_unknown(error: Exception) -> None:
    with pytest.raises(Unknown, match="answer_lost"):
        call(wire(raising(error)), "POST", "/")


def test_a_call_ends_at_its_deadline() -> None:
    async def hang(_: httpx2.Request) -> httpx2.Response:
        await asyncio.Event().wait()
        raise AssertionError

    with pytest.raises(Unknown):
        call(wire(hang), "POST", "/", deadline=0.01)


def test_a_dripping_answer_ends_at_the_deadline() -> None:
    async def drops() -> AsyncIterator[bytes]:
        while True:
            await asyncio.sleep(0.001)
            yield b" "

    with pytest.raises(Unknown):
        call(wire(lambda _: httpx2.Response(200, content=drops())), "POST", "/", deadline=0.05)


def test_an_answer_longer_than_wanted_is_not_read() -> None:
    with pytest.raises(Unknown):
        call(wire(lambda _: httpx2.Response(200, content=b"x" * 101)), "POST", "/", most=100)
    assert call(wire(lambda _: httpx2.Response(200, content=b"x" * 100)), "POST", "/", most=100).status == 200


@pytest.mark.parametrize("body", [b"", b"<html>", b"[1]", b'"x"', b"[" * 100_000])
def test_an_answer_that_is_no_object_tells_nothing(body: bytes) -> None:
    with pytest.raises(Unknown):
        Answer(200, {}, body).json()


def test_redirects_are_not_followed() -> None:
    moved = httpx2.Response(302, headers={"location": "http://127.0.0.1/secret"})
    assert call(wire(lambda _: moved), "GET", "/").status == 302


# Results.


def test_a_result_is_fetched_twice_at_most() -> None:
    asked = []

    def handler(request: httpx2.Request) -> httpx2.Response:
        asked.append(request)
        if len(asked) == 1:
            raise httpx2.ReadTimeout("x")
        return httpx2.Response(200, content=b"picture")

    assert fetch(wire(handler), "https://out.example/a") == b"picture"
    assert len(asked) == 2
    with pytest.raises(Unknown):
        fetch(wire(raising(httpx2.ReadTimeout("x"))), "https://out.example/a")


@pytest.mark.parametrize("status", [403, 404, 410, 302, 204])
def test_an_address_that_does_not_hold_is_gone(status: int) -> None:
    asked = []
    with pytest.raises(Transient, match="picture_gone"):
        fetch(wire(lambda r: asked.append(r) or httpx2.Response(status)), "https://out.example/a")
    assert len(asked) == 1


def test_a_server_that_fails_is_asked_once_more() -> None:
    answers = [httpx2.Response(503), httpx2.Response(200, content=b"picture")]
    assert fetch(wire(lambda _: answers.pop(0)), "https://out.example/a") == b"picture"
    with pytest.raises(Transient, match="picture_gone"):
        fetch(wire(lambda _: httpx2.Response(503)), "https://out.example/a")


@pytest.mark.parametrize("address", ["http://169.254.169.254/latest", "file:///etc/passwd", "ftp://x/y", "", "//x/y"])
def test_only_https_is_followed(address: str) -> None:
    def never(_: httpx2.Request) -> httpx2.Response:
        raise AssertionError("asked")

    with pytest.raises(Transient, match="picture_gone"):
        fetch(wire(never), address)


def test_an_own_server_in_plain_http_may_give_plain_addresses() -> None:
    own = wire(lambda _: httpx2.Response(200, content=b"picture"), "http://gpu:8188")
    assert fetch(own, "http://gpu:8188/view?x=1") == b"picture"


@pytest.mark.parametrize(
    "address",
    ["https://[", "https://a:b/c", "https://\ud800/x", "https://out.example/\ud800", "https:///x", "https://x:99999/"],
)
def test_an_address_that_is_none_is_gone(address: str) -> None:
    with pytest.raises(Transient, match="picture_gone"):
        fetch(wire(lambda _: httpx2.Response(200, content=b"picture")), address)


INSIDE = ["127.0.0.1", "127.1", "2130706433", "0x7f.1", "localhost", "[::1]", "10.0.0.1", "192.168.1.1", "[fd00::1]"]
METADATA = ["169.254.169.254", "[fe80::1]", "2852039166"]


@pytest.mark.parametrize("host", [*INSIDE, *METADATA])
def test_a_provider_of_the_world_leads_nobody_into_our_network(host: str) -> None:
    asked: list[httpx2.Request] = []
    for base in ("https://api.example", "http://relay.example"):
        with pytest.raises(Transient, match="picture_gone"):
            fetch(wire(lambda r: asked.append(r) or httpx2.Response(200, content=b"x"), base), f"https://{host}/latest")
    assert asked == []


def test_a_server_of_our_own_network_may_lead_elsewhere_in_it_but_never_to_the_keys_of_the_machine() -> None:
    own = wire(lambda _: httpx2.Response(200, content=b"picture"), "http://10.0.0.5:8000/v1")
    assert fetch(own, "http://10.0.0.6/a.png") == b"picture"
    for host in METADATA:
        with pytest.raises(Transient, match="picture_gone"):
            fetch(wire(lambda _: httpx2.Response(200, content=b"x"), "http://10.0.0.5:8000"), f"http://{host}/latest")


@pytest.mark.parametrize("base", ["gpu:8188", "ftp://x", "https://"])
def test_an_address_that_nothing_can_be_sent_to_is_a_known_failure(base: str) -> None:
    with pytest.raises(Transient, match="engine_failed"):
        call(Wire(base), "POST", "/v1/x", json={})


def test_a_header_that_cannot_be_sent_is_a_known_failure() -> None:
    with pytest.raises(Transient, match="engine_failed"):
        call(wire(lambda _: httpx2.Response(200)), "POST", "/", headers={"Authorization": "Bearer 一"})


def test_an_answer_that_is_packed_twice_is_not_unpacked() -> None:
    def handler(_: httpx2.Request) -> httpx2.Response:
        async def body() -> AsyncIterator[bytes]:
            yield gzip.compress(gzip.compress(b"0" * 1_000_000))

        return httpx2.Response(200, headers={"content-encoding": "gzip, gzip"}, content=body())

    with pytest.raises(Unknown):
        call(wire(handler), "GET", "/")


def test_no_key_and_no_address_in_what_is_raised() -> None:
    broken = httpx2.ReadError(f"{SECRET} https://out.example/?signature=abc")
    for act in (
        lambda: call(wire(raising(broken)), "POST", "/"),
        lambda: fetch(wire(raising(broken)), "https://o/?s=abc"),
    ):
        with pytest.raises(Unknown) as caught:
            act()
        told = f"{caught.value!r} {caught.value} {caught.value.__cause__!r}"
        assert SECRET not in told
        assert "abc" not in told
        assert caught.value.__suppress_context__


@pytest.mark.allow_hosts(["127.0.0.1", "::1"])
def test_a_cut_connection_is_unknown_and_a_closed_port_is_not() -> None:
    from tuanyuan.engines.sandbox import cut

    async def app(scope: Any, receive: Any, send: Any) -> None:
        del scope, receive
        await cut(send)

    with serving(app) as url, pytest.raises(Unknown):
        call(Wire(url), "POST", "/", json={})
    with pytest.raises(Transient):
        call(Wire(url), "POST", "/", json={})
