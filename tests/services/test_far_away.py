"""What an engine far away gets, and when it is not asked: words, prepared photos, addresses, consent."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from doubles.cloud import Cloud, far, raw

from tuanyuan.domain.engine import EngineRequest, EngineResult


def test_an_engine_far_away_gets_words_and_prepared_photos(make: Any) -> None:
    first = far("first", raw(4), model={"most_bytes": 5_000, "most_side": 900, "most_pixels": 800_000})
    desk = make(first)
    desk.done(desk.order(desk.photo(data=b"face"), options={"size": "1600x1200", "seed": 7}))
    (call,) = first.calls
    assert [(r.role, r.data, r.media_type, r.address) for r in call.references] == [
        ("person", b"prepared face", "image/jpeg", None)
    ]
    assert [bounds[1:] for bounds in desk.pixels.prepared] == [(5_000, 900, 800_000)]
    assert (call.prompt.text, call.size, call.parameters["seed"]) == ("reunion of 1", (1600, 1200), 7)
    assert call.model == first.capabilities.models[0]


def test_copies_at_an_address_end_with_the_job(make: Any) -> None:
    seen: list[str] = []

    def look(engine: Cloud, request: EngineRequest) -> EngineResult:
        seen.extend(str(reference.address) for reference in request.references)
        assert len(desk.files("reference")) == 1
        return raw(4)(engine, request)

    first = far("first", look, model={"needs_address": True})
    desk = make(first)
    desk.use(replace(desk.router, addresses=True))
    desk.done()
    (address,) = seen
    assert address.startswith("https://studio.example/api/v1/files/")
    with desk.units.read() as unit:
        (copy,) = [f for f in unit.files.living("", 99) if f.kind == "reference"]
    assert copy.expires_at <= desk.clock()
    desk.keeping.sweep(99)
    assert desk.files("reference") == []


def test_an_engine_that_needs_an_address_is_not_asked_without_one(make: Any) -> None:
    first, second = far("first", model={"needs_address": True}), far("second", raw(4))
    job = make(first, second).done()
    assert (job.engine, first.calls) == ("second", [])


def test_an_engine_abroad_is_asked_with_consent_only(make: Any) -> None:
    first, second = far("first", raw(4), region="abroad"), far("second", raw(4))
    desk = make(first, second)
    assert desk.done().engine == "second"
    desk.agree("export_abroad")
    assert desk.done(desk.order(desk.photo())).engine == "first"
    desk.agree("export_abroad", granted=False)
    second.script = [raw(4)]
    assert desk.done(desk.order(desk.photo())).engine == "second"


def test_without_consent_and_another_engine_the_order_is_refused(make: Any) -> None:
    from tuanyuan.domain.errors import Conflict

    desk = make(far("first", region="abroad"))
    order = desk.order()
    with desk.refused("export_consent_needed", Conflict):
        desk.submit(order)
