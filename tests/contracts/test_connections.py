"""The same engines over real connections: broken off, nobody there, started again, closed."""

from __future__ import annotations

import asyncio
import gc
from contextlib import asynccontextmanager

import pytest
from contracts.asking import ATTEMPT, OTHER_ATTEMPT, finished, run
from contracts.cases import CASES, WAYS, silent, tells_nothing, whole
from doubles.ports import deaf_port

from tuanyuan.domain.engine import EngineResult, Pending, TaskRef, Transient, Unknown
from tuanyuan.engines.sandbox import serving

pytestmark = pytest.mark.allow_hosts(["127.0.0.1", "::1"])

BROKEN_OFF = [(case, fault) for case in CASES for fault in ("cut", "vanish") if case.breaks(fault)]

each_way = pytest.mark.parametrize("case", WAYS, ids=str)


@pytest.mark.parametrize(("case", "fault"), BROKEN_OFF, ids=str)
def test_a_lost_answer_is_unknown_and_never_sent_again(case, fault):
    fake, _ = case.fake(fault)

    async def act(engine):
        with pytest.raises(Unknown) as lost:
            await engine.submit(case.order(), ATTEMPT, silent)
        tells_nothing(repr(lost.value))
        if not case.subject.finds:
            with pytest.raises(Unknown):
                await engine.find(ATTEMPT)
            return
        found = await engine.find(ATTEMPT)
        assert isinstance(found, TaskRef)
        whole(case, await finished(engine, found))
        # What was never sent was never accepted.
        assert await engine.find(OTHER_ATTEMPT) is None

    with serving(fake.app) as origin:
        run(case.engine(origin), act)
    assert [work.pictures for work in fake.accepted] == [1]


@each_way
def test_nobody_is_there(case):
    async def act(engine):
        with pytest.raises(Transient):
            await engine.submit(case.order(), ATTEMPT, silent)
        with pytest.raises(Unknown):
            await engine.find(ATTEMPT)

    with deaf_port() as port:
        run(case.engine(f"http://127.0.0.1:{port}"), act)


@each_way
def test_a_provider_that_is_away_for_a_while(case, port):
    fake, _ = case.fake()

    async def act(engine):
        async with _up(fake.app, port):
            answer = await engine.submit(case.order(), ATTEMPT, silent)
        with pytest.raises((Transient, Unknown)):
            await (engine.poll(answer) if isinstance(answer, TaskRef) else engine.submit(case.order(), ATTEMPT, silent))
        async with _up(fake.app, port):
            if isinstance(answer, EngineResult):
                answer = await engine.submit(case.order(), OTHER_ATTEMPT, silent)
            whole(case, await finished(engine, answer))

    run(case.engine(f"http://127.0.0.1:{port}"), act)
    assert len(fake.accepted) == (1 if case.by_task else 2)


@each_way
def test_nothing_stays_open(case):
    fake, _ = case.fake()
    with serving(fake.app) as origin:

        async def act(engine):
            whole(case, await finished(engine, await engine.submit(case.order(), ATTEMPT, silent)))

        run(case.engine(origin), act)
        # A connection that was left open warns as it goes, and a warning is an error.
        gc.collect()


@each_way
def test_one_loop_after_the_other(case):
    fake, _ = case.fake()
    with serving(fake.app) as origin:
        for attempt in (ATTEMPT, OTHER_ATTEMPT):

            async def act(engine, attempt=attempt):
                whole(case, await finished(engine, await engine.submit(case.order(), attempt, silent)))

            run(case.engine(origin), act)
    assert len(fake.accepted) == 2


@each_way
def test_cancelling_raises_nothing(case):
    fake, _ = case.fake(seconds=60.0) if case.by_task else case.fake()
    with serving(fake.app) as origin:

        async def act(engine):
            task = TaskRef(case.subject.name, "nonsense")
            if case.by_task:
                task = await engine.submit(case.order(), ATTEMPT, silent)
                assert isinstance(await engine.poll(task), Pending)
            await engine.cancel(task)
            await engine.cancel(task)
            return task

        task = run(case.engine(origin), act)

    async def gone(engine):
        await engine.cancel(task)

    run(case.engine(origin), gone)


@asynccontextmanager
async def _up(app, port):
    """The server, begun and ended beside the loop that talks to it."""
    server = serving(app, port=port)
    await asyncio.to_thread(server.__enter__)
    try:
        yield
    finally:
        await asyncio.to_thread(server.__exit__, None, None, None)
