"""A call to a partner is bounded in time and bytes, goes where it was sent, and is silent."""

from __future__ import annotations

import gzip
import logging

import anyio
import pytest
from doubles.names import Names
from starlette.applications import Starlette
from starlette.responses import RedirectResponse, Response, StreamingResponse
from starlette.routing import Route

from tuanyuan.domain.engine import Transient, Unknown
from tuanyuan.engines.sandbox import serving
from tuanyuan.partners.exchange import Exchange, NotReached

pytestmark = pytest.mark.allow_hosts(["127.0.0.1", "::1"])

PACKED = gzip.compress(b"0" * 1_000_000)
calls = []


async def endless(request):
    async def pieces():
        for _ in range(10_000):
            yield b"x" * 1024
            if await request.is_disconnected():
                return

    return StreamingResponse(pieces())


async def dripping(request):
    async def pieces():
        for _ in range(500):
            yield b"x"
            await anyio.sleep(0.01)
            if await request.is_disconnected():
                return

    return StreamingResponse(pieces())


async def away(request):
    calls.append(str(request.url.path))
    return RedirectResponse("/endless")


async def packed(request):
    del request
    return Response(PACKED, headers={"content-encoding": "gzip"})


async def echo(request):
    body = await request.body()
    heads = {"X-Method": request.method, "X-Length": request.headers.get("content-length", "")}
    return Response(body[::-1], 207, heads)


ROUTES = [Route(f"/{f.__name__}", f, methods=["GET", "PUT", "DELETE"]) for f in (endless, dripping, away, packed, echo)]


@pytest.fixture(scope="module")
def url():
    with serving(Starlette(routes=ROUTES)) as url:
        yield url


@pytest.fixture
def exchange():
    made = Exchange("somebody", deadline=120.0)
    yield made
    made.close()


def test_a_body_goes_whole_and_comes_whole(exchange, url):
    body = bytes(range(256)) * 1000
    answer = exchange("PUT", f"{url}/echo", {}, body)
    assert (answer.status, answer.fine, answer.body) == (207, True, body[::-1])
    assert (answer.headers["x-method"], answer.headers["x-length"]) == ("PUT", str(len(body)))
    assert exchange("PUT", f"{url}/echo", {}).headers["x-length"] == "0"


def test_an_endless_answer_is_broken_off(exchange, url):
    with pytest.raises(Transient) as refused:
        exchange("GET", f"{url}/endless", {}, longest=4096)
    assert refused.value.code == "picture_broken"


def test_a_dripping_answer_is_lost_at_the_deadline(url):
    exchange = Exchange("somebody", deadline=0.5)
    with pytest.raises(Unknown):
        exchange("GET", f"{url}/dripping", {})
    exchange.close()


def test_a_redirect_is_an_answer_and_nobody_follows_it(exchange, url):
    answer = exchange("GET", f"{url}/away", {})
    assert (answer.status, answer.fine) == (307, False)
    assert calls == ["/away"]


def test_a_packed_answer_is_not_unpacked(exchange, url):
    assert len(exchange("GET", f"{url}/packed", {}, longest=20_000).body) < 20_000


@pytest.mark.parametrize("address", ["http://127.0.0.1:1/x", "http://[", "ftp://127.0.0.1/x"])
def test_what_cannot_be_reached_is_known_to_have_failed(exchange, address):
    with pytest.raises((NotReached, Unknown)) as refused:
        exchange("GET", address, {})
    assert refused.value.__context__ is None


@pytest.mark.parametrize("address", ["10.0.0.1", "127.0.0.1", "100.100.2.136", "169.254.169.254"])
def test_a_partner_of_the_world_leads_nobody_into_our_network(address):
    names = Names([address])
    made = Exchange("somebody", deadline=5.0, resolve=names)
    with pytest.raises(Transient) as refused:
        made.result("https://bucket-internal.example/x.jpg", 4096)
    made.close()
    assert (refused.value.code, refused.value.__context__) == ("picture_gone", None)
    assert names.asked == [("bucket-internal.example", 443)]


def test_a_partner_inside_may_name_its_neighbours_but_never_the_keys_of_the_machine(url):
    port = url.rpartition(":")[2]
    made = Exchange("somebody", deadline=5.0, resolve=Names(["127.0.0.1"], ["169.254.169.254"]))
    made("GET", f"{url}/echo", {})
    assert made.result(f"http://store.lan:{port}/echo", 4096).headers["x-method"] == "GET"
    with pytest.raises(Transient) as refused:
        made.result(f"http://store.lan:{port}/echo", 4096)
    made.close()
    assert refused.value.code == "picture_gone"


def test_other_calls_of_the_library_are_still_told(url, caplog):
    import httpx2

    caplog.set_level(logging.INFO, logger="httpx2")
    httpx2.get(f"{url}/echo", timeout=120, trust_env=False)
    assert "/echo" in caplog.text
