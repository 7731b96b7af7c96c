"""Results that lie elsewhere than at the provider: fetched from the world, never from the network where we are."""

from __future__ import annotations

import asyncio
import socket
from typing import Any

import httpx2
import pytest
from doubles.names import Names
from starlette.requests import Request
from starlette.responses import Response

from tuanyuan.domain.engine import Transient, Unknown
from tuanyuan.engines.sandbox import serving
from tuanyuan.engines.wire import Wire

WORLD = "93.184.216.34"


class Sent:
    """Instead of the network: answers in turn, or raises; keeps what was sent."""

    def __init__(self, *answers: Any) -> None:
        self.answers, self.requests = list(answers), []

    def __call__(self, request: httpx2.Request) -> httpx2.Response:
        self.requests.append(request)
        answer = self.answers.pop(0) if self.answers else httpx2.Response(200, content=b"picture")
        if isinstance(answer, Exception):
            raise answer
        return answer


def fetched(sent: Sent, names: Names, address: str, base: str = "https://api.example") -> bytes:
    async def act() -> bytes:
        wire = Wire(base, transport=httpx2.MockTransport(sent), resolve=names)
        try:
            return await wire.fetch(address)
        finally:
            await wire.close()

    return asyncio.run(act())


def test_a_result_of_the_world_is_fetched_from_the_address_that_was_looked_at() -> None:
    sent, names = Sent(), Names([WORLD])
    assert fetched(sent, names, "https://out.example/a?s=1") == b"picture"
    (request,) = sent.requests
    assert (str(request.url), request.headers["host"]) == (f"https://{WORLD}/a?s=1", "out.example")
    assert names.asked == [("out.example", 443)]


@pytest.mark.parametrize("address", ["10.0.0.1", "127.0.0.1", "169.254.169.254", "100.64.0.1", "::ffff:10.0.0.1"])
def test_a_name_of_something_inside_is_gone_and_nothing_is_sent(address: str) -> None:
    sent, names = Sent(), Names([address])
    with pytest.raises(Transient, match="picture_gone"):
        fetched(sent, names, "https://out.example/latest")
    assert sent.requests == []
    # A second time would only be slower.
    assert names.asked == [("out.example", 443)]


def test_each_try_looks_anew_and_only_goes_where_it_looked() -> None:
    sent, names = Sent(httpx2.ReadTimeout("x")), Names([WORLD], ["10.0.0.1"])
    with pytest.raises(Transient, match="picture_gone"):
        fetched(sent, names, "https://out.example/a")
    assert [request.url.host for request in sent.requests] == [WORLD]


def test_a_name_that_nobody_knows_is_not_reached() -> None:
    sent, names = Sent(), Names(OSError())
    with pytest.raises(Unknown, match="answer_lost"):
        fetched(sent, names, "https://out.example/a")
    assert (len(names.asked), sent.requests) == (2, [])


def test_the_providers_own_host_is_the_operators_choice() -> None:
    sent, names = Sent(), Names(["10.0.0.1"])
    assert fetched(sent, names, "http://gpu:8188/view", "http://gpu:8188") == b"picture"
    assert [request.url.host for request in sent.requests] == ["gpu"]
    assert names.asked == []


def test_a_provider_inside_may_name_its_neighbours_but_never_the_keys_of_the_machine() -> None:
    assert fetched(Sent(), Names(["10.0.0.6"]), "http://store.lan/a", "http://10.0.0.5:8000") == b"picture"
    for keys in ("169.254.169.254", "100.100.100.200"):
        sent = Sent()
        with pytest.raises(Transient, match="picture_gone"):
            fetched(sent, Names([keys]), "http://store.lan/a", "http://10.0.0.5:8000")
        assert sent.requests == []


@pytest.mark.allow_hosts(["127.0.0.1", "::1"])
def test_a_server_of_our_own_that_has_a_name_is_known_by_where_it_answers(monkeypatch: pytest.MonkeyPatch) -> None:
    resolve = socket.getaddrinfo

    def resolved(host: Any, port: Any, *args: Any, **more: Any) -> Any:
        if host in ("gpu.lan", b"gpu.lan", "store.lan"):
            return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", int(port)))]
        return resolve(host, port, *args, **more)

    monkeypatch.setattr(socket, "getaddrinfo", resolved)
    seen = []

    async def app(scope: Any, receive: Any, send: Any) -> None:
        seen.append((scope["path"], Request(scope).headers["host"]))
        await Response(b"picture")(scope, receive, send)

    async def act(port: str) -> bytes:
        wire = Wire(f"http://gpu.lan:{port}")
        try:
            # Until it has answered it could be anybody's.
            with pytest.raises(Transient, match="picture_gone"):
                await wire.fetch(f"http://store.lan:{port}/early")
            await wire.call("GET", "/task")
            return await wire.fetch(f"http://store.lan:{port}/a.jpg")
        finally:
            await wire.close()

    with serving(app) as url:
        port = url.rpartition(":")[2]
        assert asyncio.run(act(port)) == b"picture"
    assert seen == [("/task", f"gpu.lan:{port}"), ("/a.jpg", f"store.lan:{port}")]
