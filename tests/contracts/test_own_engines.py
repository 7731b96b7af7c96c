"""The engines without a provider, this computer and the grey one: the contract as far as it applies."""

from __future__ import annotations

import asyncio

import pytest
from contracts.asking import ATTEMPT, OTHER_ATTEMPT, picture, run, size
from contracts.cases import refused, silent

from tuanyuan.domain.capabilities import Limits
from tuanyuan.domain.engine import (
    BadRequest,
    EngineRequest,
    InputRefused,
    OutputRefused,
    TaskRef,
    Throttled,
    Transient,
    Unknown,
)
from tuanyuan.domain.errors import NotNow, WrongUsage
from tuanyuan.domain.job import JobRequest
from tuanyuan.domain.parameters import PARAMETERS
from tuanyuan.domain.ports import Made
from tuanyuan.engines.fake.engine import ORDERS, FakeEngine
from tuanyuan.engines.local.engine import LocalEngine


class Pixels:
    """Implements `PixelWork`: pictures of one colour, or the error it is told."""

    def __init__(self, *answers):
        self.answers = list(answers)

    def make(self, feature, photos, order, progress):
        del feature, photos, progress
        if self.answers:
            raise self.answers.pop(0)
        names = [f"{number}.png" for number in range(1, order["candidates"] + 1)]
        entries = [
            {"file": name, "rank": rank, "width": 384, "height": 384, "score": 0.9}
            for rank, name in enumerate(names, 1)
        ]
        files = {name: picture((40 * rank, 90, 90)) for rank, name in enumerate(names, 1)}
        return Made(files, {"candidates": entries})


def local(*answers):
    return LocalEngine(Pixels(*answers), Limits())


BOTH = pytest.mark.parametrize("make", [local, FakeEngine], ids=["local", "fake"])


def order(candidates=2, **options):
    asked = JobRequest("reunion", ("p1",), options=options)
    return EngineRequest("job", asked, (("p1", b"photo"),), candidates)


@BOTH
def test_a_good_call_brings_labelled_pictures_best_first_for_nothing(make):
    result = run(make(), lambda engine: engine.submit(order(4), ATTEMPT, silent))
    assert [one.facts["rank"] for one in result.pictures] == [1, 2, 3, 4]
    assert len({one.data for one in result.pictures}) == 4
    assert all(one.labelled and size(one.data) == (one.width, one.height) for one in result.pictures)
    assert result.cost_fen == 0


@BOTH
def test_the_same_attempt_again_is_harmless(make):
    engine = make()
    assert engine.resumable
    for attempt in (ATTEMPT, ATTEMPT, OTHER_ATTEMPT):
        assert len(run(engine, lambda e, attempt=attempt: e.submit(order(), attempt, silent)).pictures) == 2


@BOTH
def test_several_at_once(make):
    async def act(engine):
        return await asyncio.gather(*(engine.submit(order(1), f"{number:032x}", silent) for number in range(4)))

    assert [len(result.pictures) for result in run(make(), act)] == [1, 1, 1, 1]


@BOTH
def test_it_has_no_tasks(make):
    nobody = TaskRef("other", "task")

    async def act(engine):
        assert await engine.find(ATTEMPT) is None
        await engine.cancel(nobody)
        await engine.poll(nobody)

    refused(BadRequest, lambda: run(make(), act))


@BOTH
def test_what_it_cannot_understand_is_refused_before_it_costs(make):
    engine = make()
    with pytest.raises(WrongUsage):
        engine.check(JobRequest("reunion", ("p1",), options={"explode": True}))
    engine.check(JobRequest("reunion", ("p1",), options={"seed": 7}))
    assert set(engine.capabilities.parameters) <= set(PARAMETERS)


@pytest.mark.parametrize(
    ("told", "kind"),
    [("refuse", InputRefused), ("output", OutputRefused), ("fail", Transient), ("unknown", Unknown)],
)
def test_the_grey_one_fails_as_told(told, kind):
    refused(kind, lambda: run(FakeEngine(), lambda engine: engine.submit(order(seed=ORDERS[told]), ATTEMPT, silent)))


@pytest.mark.parametrize(("error", "kind"), [(NotNow("busy"), Throttled), (NotNow("pixel_work_killed"), Transient)])
def test_this_computer_says_no_in_the_words_of_the_port(error, kind):
    refused(kind, lambda: run(local(error), lambda engine: engine.submit(order(), ATTEMPT, silent)))
