"""What all fakes share: pictures that differ, bounded bodies, waiting, results that expire, a server that ends."""

from __future__ import annotations

import asyncio
import contextlib
import io
import threading

import httpx2
import pytest
from PIL import Image
from starlette.applications import Starlette
from starlette.responses import JSONResponse, PlainTextResponse
from starlette.routing import Route

from tuanyuan.engines.sandbox import Bounded, Faults, Severed, Shelf, broken, clip, draw, events, serving, waited

LOCAL = pytest.mark.allow_hosts(["127.0.0.1", "::1"])


def test_no_two_numbers_give_the_same_picture():
    numbers = [*range(40), 1001, 1009, 2**31, 2**31 + 8, 2**63]
    assert len({draw([], 320, 240, number) for number in numbers}) == len(numbers)


def test_the_number_leaves_the_people_as_they_are():
    file = io.BytesIO()
    Image.new("RGB", (90, 90), (200, 30, 30)).save(file, "PNG")
    shown = [Image.open(io.BytesIO(draw([file.getvalue()], 320, 240, number, "PNG"))) for number in (8, 2**40 - 8)]
    assert shown[0].crop((0, 0, 320, 230)).tobytes() == shown[1].crop((0, 0, 320, 230)).tobytes()


def test_a_third_of_a_clip_is_never_all_of_it():
    assert clip(1) != clip(257)
    labelled = clip() + b"\0" * 2000
    assert broken(labelled) == labelled[: len(labelled) // 3]
    assert len(broken(labelled)) < len(clip())


def test_a_plan_and_then_chances_that_can_be_replayed():
    faults = Faults(["cut", None], {"fail": 0.5}, seed=3)
    first = [faults.next() for _ in range(8)]
    again = Faults(["cut", None], {"fail": 0.5}, seed=3)
    assert first[:2] == ["cut", None]
    assert first == [again.next() for _ in range(8)]
    assert {"fail", None} == set(first[2:])


def test_what_lies_on_the_shelf_is_there_until_its_time_and_for_those_who_know():
    shelf = Shelf()
    lying = shelf.put("a", b"12", "image/png", until=10.0)
    assert shelf.get("a", 9.9) is lying
    assert shelf.get("a", 10.0) is None
    assert shelf.signed("a", lying.signature, 9.9) is lying
    assert shelf.signed("a", "", 9.9) is None
    assert shelf.signed("b", lying.signature, 9.9) is None
    assert shelf.put("a", b"34", "image/png", until=10.0).signature != lying.signature


def test_a_full_shelf_drops_the_oldest_and_a_forgetful_one_what_is_over():
    shelf = Shelf(room=5)
    for name in "abc":
        shelf.put(name, b"12", "image/png", until=10.0)
    assert [shelf.get(name, 0.0) is not None for name in "abc"] == [False, True, True]
    shelf.put("b", b"1234", "image/png", until=20.0)
    assert shelf.get("c", 0.0) is None
    shelf.forget(10.0)
    assert shelf.get("b", 10.0) is not None
    shelf.forget(20.0)
    assert shelf.put("d", b"12345", "image/png", until=30.0) is shelf.get("d", 0.0)


async def _length(request):
    return JSONResponse(len(await request.body()))


def asked(app, body):
    async def act():
        async with httpx2.AsyncClient(transport=httpx2.ASGITransport(app=app), base_url="http://fake") as client:
            return await client.post("/", content=body)

    return asyncio.run(act())


@pytest.mark.parametrize(("length", "status"), [(0, 200), (100, 200), (101, 413), (5000, 413)])
def test_a_body_is_bounded_before_anything_reads_it(length, status):
    inner = Starlette(routes=[Route("/", _length, methods=["POST"])])
    answer = asked(Bounded(inner, 100, lambda: PlainTextResponse("too much", 413)), b" " * length)
    assert answer.status_code == status
    assert answer.text == (str(length) if status == 200 else "too much")


def test_waiting_ends_when_the_client_goes():
    async def gone():
        await asyncio.sleep(0.01)
        return {"type": "http.disconnect"}

    async def stays():
        await asyncio.sleep(3600)

    async def act():
        async with asyncio.timeout(120):
            return await waited(gone, 3600.0), await waited(stays, 0.01), await waited(stays, 0.0)

    assert asyncio.run(act()) == (False, True, True)


@LOCAL
@pytest.mark.parametrize("severed", [False, True])
def test_a_stream_may_break_off_after_what_it_said(severed):
    async def told(request):
        del request
        return events(["data: 1\n\n", "data: 2\n\n"], severed=severed, headers={"x-id": "7"})

    heard = b""
    with serving(Starlette(routes=[Route("/", told)])) as base, httpx2.stream("GET", base, timeout=120) as answer:
        assert answer.headers["content-type"].startswith("text/event-stream")
        assert answer.headers["x-id"] == "7"
        try:
            for piece in answer.iter_bytes():
                heard += piece
            whole = True
        except httpx2.RemoteProtocolError:
            whole = False
    assert heard == b"data: 1\n\ndata: 2\n\n"
    assert whole is not severed


@LOCAL
def test_an_answer_that_breaks_off_is_none():
    with serving(Severed()) as base, pytest.raises(httpx2.RemoteProtocolError):
        httpx2.get(base, timeout=120)


@LOCAL
def test_a_call_that_is_never_answered_does_not_hold_the_server_up():
    begun = threading.Event()

    async def never(request):
        begun.set()
        await waited(request.receive, 3600.0)
        return PlainTextResponse("")

    def call(base):
        with contextlib.suppress(httpx2.HTTPError):
            httpx2.get(base, timeout=30)

    with serving(Starlette(routes=[Route("/", never)])) as base:
        caller = threading.Thread(target=call, args=(base,))
        caller.start()
        assert begun.wait(120)
    assert "sandbox" not in [thread.name for thread in threading.enumerate()]
    caller.join(120)
    assert not caller.is_alive()
