"""The fake engine: quick, labelled, and failing on order."""

from __future__ import annotations

import asyncio

import pytest

from tuanyuan.domain.engine import BadRequest, EngineRequest, InputRefused, OutputRefused, TaskRef, Transient, Unknown
from tuanyuan.domain.errors import WrongUsage
from tuanyuan.domain.job import JobRequest
from tuanyuan.engines.fake.engine import GREY, HEIGHT, ORDERS, WIDTH, FakeEngine
from tuanyuan.imaging.decode import decode
from tuanyuan.imaging.label import read_label


def submit(engine, job="job", candidates=4, **options):
    order = JobRequest("reunion", ("p1",), options=options)
    asked = EngineRequest(job, order, (("p1", b""),), candidates)
    return asyncio.run(engine.submit(asked, "attempt", lambda *_: None))


def test_grey_labelled_pictures_none_like_another():
    pictures = submit(FakeEngine()).pictures
    assert len({p.data for p in pictures}) == 4
    assert [p.facts["rank"] for p in pictures] == [1, 2, 3, 4]
    for picture in pictures:
        assert picture.labelled
        assert read_label(picture.data).produce_id == picture.facts["produce_id"]
        rgb = decode(picture.data, name="x").rgb
        assert rgb.shape == (HEIGHT, WIDTH, 3)
        assert (abs(rgb[: HEIGHT // 2].astype(int) - GREY) < 4).all()
        assert rgb[HEIGHT // 2 :].max() > 220  # the visible mark


def test_it_takes_as_long_as_it_was_told(monkeypatch):
    slept = []

    async def sleep(seconds):
        slept.append(seconds)

    monkeypatch.setattr(asyncio, "sleep", sleep)
    submit(FakeEngine(2.5))
    assert slept == [2.5]


@pytest.mark.parametrize(
    ("told", "error"), [("refuse", InputRefused), ("fail", Transient), ("unknown", Unknown), ("output", OutputRefused)]
)
def test_it_fails_on_order_every_time(told, error):
    engine = FakeEngine()
    for _ in range(2):
        with pytest.raises(error):
            submit(engine, seed=ORDERS[told])


def test_it_fails_once_for_each_job():
    engine = FakeEngine()
    for job in ("a", "b"):
        with pytest.raises(Transient):
            submit(engine, job, seed=ORDERS["fail_once"])
        assert len(submit(engine, job, candidates=1, seed=ORDERS["fail_once"]).pictures) == 1


def test_an_unknown_option_is_refused_before_it_costs():
    engine = FakeEngine()
    with pytest.raises(WrongUsage) as caught:
        engine.check(JobRequest("reunion", ("p1",), options={"explode": True}))
    assert caught.value.code == "option_invalid"
    engine.check(JobRequest("reunion", ("p1",), options={"seed": ORDERS["fail"]}))


def test_it_has_no_tasks():
    with pytest.raises(BadRequest):
        asyncio.run(FakeEngine().poll(TaskRef("fake", "1")))
