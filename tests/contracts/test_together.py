"""Engines asked for several things at once, by order and bounds, of providers that say nothing; and of themselves."""

from __future__ import annotations

import asyncio
import json
import pickle
from dataclasses import replace

import pytest
from contracts.asking import ATTEMPT, KEY, Silent, Within, finished, run, size
from contracts.cases import CASES, WAYS, refused, silent, tells_nothing, whole

from tuanyuan.domain.engine import BadRequest, TaskRef, Transient, Unknown
from tuanyuan.domain.errors import WrongUsage
from tuanyuan.domain.parameters import PARAMETERS
from tuanyuan.engines.sizing import fitted
from tuanyuan.engines.wire import Wire

ENGINES = [one for one in WAYS if one is next(way for way in WAYS if way.subject is one.subject)]
SEVERAL = [case for case in CASES if case.model.outputs > 1]
PICTURES = [case for case in CASES if case.subject.draws(case.model)]

each_engine = pytest.mark.parametrize("case", ENGINES, ids=str)
each_way = pytest.mark.parametrize("case", WAYS, ids=str)
each_task = pytest.mark.parametrize("case", [way for way in WAYS if way.by_task], ids=str)


@pytest.mark.parametrize("case", SEVERAL, ids=str)
def test_several_pictures_of_one_call_and_a_hole_among_them(case):
    for fault, count in ((None, 3), ("partial", 2)):
        fake, _ = case.fake(fault)
        within = Within(fake.app)

        async def act(engine):
            return await finished(engine, await engine.submit(case.order(candidates=3), ATTEMPT, silent))

        result = run(case.engine(transport=within), act)
        whole(case, result, count)
        assert len({one.data for one in result.pictures}) == count
        assert [work.pictures for work in fake.accepted] == [count]
        assert result.cost_fen == case.subject.bill(case.model, fake.accepted, within.told)


@pytest.mark.parametrize("case", PICTURES, ids=str)
@pytest.mark.parametrize("wanted", [(3000, 200), (200, 3000), (8000, 6000)], ids=str)
def test_a_size_beyond_its_bounds_is_brought_within_them(case, wanted):
    # Bounds of our own within the provider's keep the pictures small.
    model = replace(case.model, most_area=min(case.model.most_area, max(2 * case.model.least_area, 1_048_576)))
    fake, _ = case.fake()

    async def act(engine):
        order = case.order(model=model, size=wanted)
        return await finished(engine, await engine.submit(order, ATTEMPT, silent))

    made = size(run(case.engine(transport=Within(fake.app)), act).pictures[0].data)
    if not case.subject.exact:
        # It has shapes of its own, the nearest of which is asked for.
        assert made[0] * made[1] <= 1.02 * model.most_area
        assert (made[0] > made[1]) is (wanted[0] > wanted[1])
    elif model.shapes:
        assert made == fitted(wanted, model)
    else:
        assert made == fitted(wanted, model)
        assert model.least_area <= made[0] * made[1] <= model.most_area
        assert made[0] % model.step == made[1] % model.step == 0
        assert max(made) <= model.ratio * min(made)


@each_engine
def test_as_many_at_once_as_the_engine_may_be_asked(case):
    limits = [case.subject.manifest.capabilities.limits.concurrency, case.model.open_at_once or 4, 4]
    fake, _ = case.fake()

    async def one(engine, number):
        return await finished(engine, await engine.submit(case.order(), f"{number:032x}", silent))

    async def act(engine):
        return await asyncio.gather(*(one(engine, number) for number in range(min(limits))))

    results = run(case.engine(transport=Within(fake.app)), act)
    assert len(fake.accepted) == len(results) == min(limits)
    for result in results:
        whole(case, result)
    assert sum(work.pictures for work in fake.accepted) == len(results)


@each_way
def test_a_provider_that_never_answers_holds_up_no_control_call(case, monkeypatch):
    monkeypatch.setitem(Wire.__init__.__kwdefaults__, "deadline", 0.1)
    provider, (fake, _) = Silent(), case.fake(seconds=60.0 if case.by_task else 0.0)
    model = replace(case.model, deadline=0.1)

    async def silence(engine):
        with pytest.raises((Unknown, Transient)):
            async with asyncio.timeout(120):
                await engine.submit(case.order(model=model), ATTEMPT, silent)

    async def task(engine):
        return await engine.submit(case.order(), ATTEMPT, silent)

    async def polled(engine):
        async with asyncio.timeout(120):
            with pytest.raises((Unknown, Transient)):
                await engine.poll(begun)
        async with asyncio.timeout(120):
            await engine.cancel(begun)

    run(case.engine(transport=provider), silence)
    assert provider.calls == 1
    if case.by_task:
        monkeypatch.setitem(Wire.__init__.__kwdefaults__, "deadline", 120.0)
        begun = run(case.engine(transport=Within(fake.app)), task)
        monkeypatch.setitem(Wire.__init__.__kwdefaults__, "deadline", 0.1)
        run(case.engine(transport=provider), polled)


@pytest.mark.parametrize("secret", [KEY, "ark-key-example", f"https://tos.example/out/1.jpg?X-Tos-Signature={KEY}"])
def test_a_log_line_with_a_secret_would_be_noticed(secret):
    with pytest.raises(AssertionError):
        tells_nothing(f"asked with {secret} for 2 pictures")


@each_engine
def test_what_it_says_about_itself_has_no_key(case):
    engine = case.engine(transport=Silent(), keys=dict.fromkeys(case.subject.keys, KEY))
    tells_nothing(repr(engine) + str(engine))
    try:
        pickled = pickle.dumps(engine)
    except (TypeError, AttributeError, pickle.PicklingError):
        pickled = b""
    assert KEY.encode() not in pickled
    assert engine.name == case.subject.name
    assert engine.resumable is False


@each_engine
def test_every_parameter_is_taken_or_refused_by_its_table(case):
    engine = case.engine(transport=Silent())
    said = {"seed": 7, "size": "1280x960", "resolution": "2k", "cloth_style": "hanfu", "fps": 10}
    said |= {"words": "阖家团圆", "signature": "小明"}
    for name, parameter in PARAMETERS.items():
        order = case.order(**{name: said.get(name, parameter.default)}).order
        if engine.capabilities.parameters[name].taken == "none":
            error = refused(WrongUsage, lambda order=order: engine.check(order))
            assert error.code == "option_invalid"
        else:
            engine.check(order)


@each_engine
def test_a_task_that_is_none_of_its_own_is_refused_and_not_cancelled(case):
    provider = Silent()
    nonsense = TaskRef(case.subject.name, "nonsense")

    async def act(engine):
        await engine.cancel(nonsense)
        await engine.poll(nonsense)

    refused(BadRequest, lambda: run(case.engine(transport=provider), act))
    assert provider.calls == 0


@each_task
def test_a_result_may_be_asked_for_once_more(case):
    fake, _ = case.fake()

    async def act(engine):
        begun = await engine.submit(case.order(), ATTEMPT, silent)
        first, second = await finished(engine, begun), await finished(engine, begun)
        assert [one.data for one in first.pictures] == [one.data for one in second.pictures]

    run(case.engine(transport=Within(fake.app)), act)
    assert len(fake.accepted) == 1


@each_task
def test_a_task_is_text_that_can_be_kept(case):
    fake, _ = case.fake()

    async def begin(engine):
        return await engine.submit(case.order(), ATTEMPT, silent)

    async def end(engine):
        kept = json.loads(json.dumps([begun.engine, begun.task]))
        return await finished(engine, TaskRef(*kept))

    begun = run(case.engine(transport=Within(fake.app)), begin)
    tells_nothing(begun.task)
    whole(case, run(case.engine(transport=Within(fake.app)), end))
    assert len(fake.accepted) == 1
