"""Whatever stands in a provider's JSON, an engine says no in its own words: never with an error of Python's.

Each engine's good and bad answers are written down from its fake, and then given again with one place changed: another
type, nothing, a number too large for anything, an address that is none, a list without end.
"""

from __future__ import annotations

import asyncio
import copy
import json
import random
from collections.abc import Awaitable, Iterator
from dataclasses import dataclass, field
from itertools import count
from typing import Any

import httpx2
import pytest
from contracts.asking import ATTEMPT, SEED, Within
from contracts.cases import WAYS, Case, silent

from tuanyuan.domain.engine import (
    BadRequest,
    EngineResult,
    EngineSetup,
    InputRefused,
    OutputRefused,
    Pending,
    TaskRef,
    Throttled,
    Transient,
    Unknown,
)
from tuanyuan.engines.sandbox import Fault

NOES = (InputRefused, OutputRefused, Throttled, Transient, Unknown, EngineSetup, BadRequest)
SAID: tuple[Fault | None, ...] = (None, "refuse_input", "refuse_output", "throttle", "out_of_credit", "fail")
STRANGE: tuple[Any, ...] = (
    *(None, True, False, 0, -1, 2.5, -1e-9, 10**30, -(10**30), 1e308, float("nan"), float("inf")),
    *("", "x", "\ud800", "生", "-1", "1e400", "9" * 30, "https://[", "https://a:b/", "http://10.0.0.1/x", "://"),
    *([], {}, [None], [[]], [{}], {"a": 1}, [1] * 3000, ["https://provider.example/x"] * 3000),
)
# Of one order nothing costs more than 100 yuan, and more pictures than any model makes at once are not fetched.
MOST_FEN, MOST_PICTURES = 10_000, 16
ROUNDS = 40
# Letters of what is put into a list again and again.
LONGEST_REPEATED = 300


@dataclass
class Again(httpx2.AsyncBaseTransport):
    """Answers as they were written down, but for the `at`th, in which one place is changed."""

    script: dict[tuple[str, str], list[httpx2.Response]]
    at: int
    dice: random.Random
    numbers: Iterator[int] = field(default_factory=count)

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        await request.aread()
        answers = self.script.get((request.method, request.url.path), [])
        if not answers:
            return httpx2.Response(404, request=request)
        answer = answers.pop(0) if len(answers) > 1 else answers[0]
        body = answer.content
        if next(self.numbers) == self.at:
            try:
                body = json.dumps(changed(json.loads(body), self.dice)).encode()
            except ValueError:
                body = b"[" * 100_000
        return httpx2.Response(answer.status_code, content=body, request=request)


@dataclass
class WrittenDown(httpx2.AsyncBaseTransport):
    """What the fake answers, by what was asked."""

    inner: Within
    script: dict[tuple[str, str], list[httpx2.Response]] = field(default_factory=dict)

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        answer: httpx2.Response = await self.inner.handle_async_request(request)
        self.script.setdefault((request.method, request.url.path), []).append(answer)
        return answer


def changed(told: Any, dice: random.Random) -> Any:
    """The same with one place changed."""
    if isinstance(told, dict) and told and dice.random() < 0.8:
        name = dice.choice(list(told))
        if dice.random() < 0.1:
            return {other: value for other, value in told.items() if other != name}
        return {**told, name: changed(told[name], dice)}
    if isinstance(told, list) and told and dice.random() < 0.8:
        place = dice.randrange(len(told))
        return [*told[:place], changed(told[place], dice), *told[place + 1 :]]
    if isinstance(told, dict | str) and dice.random() < 0.1 and len(str(told)) < LONGEST_REPEATED:
        return [told] * 3000
    return copy.deepcopy(dice.choice(STRANGE))


async def said(call: Awaitable[Any]) -> Any:
    """The answer, if it is one that a service can do something with; None where it was a no."""
    try:
        answer = await call
    except NOES:
        return None
    if isinstance(answer, EngineResult):
        assert type(answer.cost_fen) is int
        assert 0 <= answer.cost_fen <= MOST_FEN
        assert len(answer.pictures) <= MOST_PICTURES
        assert all(isinstance(made.data, bytes) for made in answer.pictures)
    else:
        assert answer is None or isinstance(answer, TaskRef | Pending)
    return answer


async def session(case: Case, engine: Any) -> None:
    """All that is ever asked of an engine."""
    task = await said(engine.submit(case.order(), ATTEMPT, silent))
    if isinstance(task, TaskRef):
        for _ in range(3):
            if not isinstance(await said(engine.poll(task)), Pending):
                break
    found = await said(engine.find(ATTEMPT))
    if isinstance(found, TaskRef):
        await said(engine.poll(found))
        await engine.cancel(found)
    await engine.close()


@pytest.mark.parametrize("case", WAYS, ids=str)
def test_only_words_of_an_engine_come_out(case: Case) -> None:
    dice = random.Random(f"{SEED} {case}")

    async def all_of_it() -> None:
        for fault in SAID:
            fake, _ = case.fake(fault)
            written = WrittenDown(Within(fake.app))
            await session(case, case.engine(transport=written))
            answers = sum(map(len, written.script.values()))
            for number in range(ROUNDS):
                script = {asked: list(told) for asked, told in written.script.items()}
                again = Again(script, number % answers, dice)
                await session(case, case.engine(transport=again))

    asyncio.run(all_of_it())
