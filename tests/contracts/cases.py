"""One model of one engine under test, and the core of what every one must keep. A check raises AssertionError."""

from __future__ import annotations

import asyncio
import json
import time
import traceback
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from importlib import import_module
from typing import Any

import httpx2
import pytest
from contracts import asking
from contracts.asking import ATTEMPT, OTHER_ATTEMPT, SEED, Clock, Within, an_order, colours, finished, pixels, run, size
from contracts.promises import AT_ONCE, TASK, Promise
from contracts.subjects import SUBJECTS, Subject

from tuanyuan.domain.capabilities import Capabilities, Model
from tuanyuan.domain.engine import BadRequest, EngineRequest, EngineResult, EngineSetup, Pending, TaskRef, Throttled
from tuanyuan.domain.errors import StudioError
from tuanyuan.engines.sandbox import Fault, Faults
from tuanyuan.engines.sizing import fitted

ORIGIN = "http://provider.example"
# Keys, what is asked for, and what a signature, a signed address or a picture in base64 looks like.
SECRETS = (
    *(subject.keys[name] for subject in SUBJECTS for name in subject.wrong),
    *(asking.KEY, "secret-words", asking.TOKEN, asking.LENT),
    *("ignature=", "sig=", "Bearer ", "iVBORw0K", "data:image"),
)
# Seconds that a piece of work takes by the fake's clock where it is to be waited for; a slow one ten times as long.
TAKES = 1.0
AT_ONCE_TAKES = 0.01


def silent(*_: Any) -> None:
    """Nobody looks at the progress."""


@dataclass(frozen=True)
class Case:
    """One model of one engine."""

    subject: Subject
    model: Model

    def __str__(self) -> str:
        return f"{self.subject.name}-{self.model.id}"

    @property
    def by_task(self) -> bool:
        return self.subject.by_task(self.model)

    @property
    def clip(self) -> bool:
        return self.model.media == "clip"

    @property
    def roles(self) -> tuple[str, ...]:
        """Of the references of an order that the model takes."""
        usual = ("person",) * max(1, self.model.least_references)
        return self.subject.needs.get(self.model.id, usual)

    def order(self, *roles: str, model: Model | None = None, **told: Any) -> EngineRequest:
        return an_order(model or self.model, roles or self.roles, **told)

    def fake(self, *plan: Fault | None, seconds: float = 0.0) -> tuple[Any, Clock]:
        """The provider, and its clock."""
        clock = Clock(time.time())
        return self.subject.fake(faults=Faults(plan), seconds=seconds, clock=clock), clock

    def engine(
        self,
        origin: str = ORIGIN,
        transport: httpx2.AsyncBaseTransport | None = None,
        keys: Mapping[str, str] | None = None,
        capabilities: Capabilities | None = None,
    ) -> Any:
        """The engine of its manifest, as `wiring.engines.keyed` builds it."""
        manifest = self.subject.manifest
        module, _, kind = manifest.class_.partition(":")
        told = {**self.subject.keys, **(keys or {}), f"{manifest.name}_url": origin + self.subject.path}
        made = getattr(import_module(module), kind)
        return made(capabilities or manifest.capabilities, told, origin + self.subject.path, transport=transport)

    def breaks(self, fault: Fault) -> bool:
        """Whether the answer breaks off, which needs a connection to break."""
        return fault == "cut" or (fault == "vanish" and not self.by_task)

    def promise(self, fault: Fault) -> Promise:
        """What the fault ends in."""
        usual = TASK if self.by_task else AT_ONCE
        if fault in self.subject.promises:
            return self.subject.promises[fault]
        if fault == "expired" and not self.subject.addresses:
            return usual["broken"]
        if self.clip and fault == "wrong_size":
            # It has no size to be seen.
            return Promise("result")
        return usual[fault]


CASES = [Case(subject, model) for subject in SUBJECTS for model in subject.manifest.capabilities.models]
# Of each engine a model for each way in which it answers, the one with the smallest pictures.
WAYS = list({(c.subject.name, c.by_task): c for c in sorted(CASES, key=lambda c: -c.model.least_area)}.values())


def whole(case: Case, result: EngineResult, count: int = 1) -> None:
    """So many pictures that open, or clips."""
    assert len(result.pictures) == count
    for one in result.pictures:
        assert not one.labelled
        if case.clip:
            assert pixels(one.data)
        else:
            assert size(one.data) > (64, 48)


def a_good_call(case: Case) -> None:
    """Submitted, asked for, fetched: one picture of the size asked for, everybody in order, billed as told."""
    fake, _ = case.fake()
    within = Within(fake.app)
    roles = case.roles if case.model.id in case.subject.needs else ("person",) * min(3, case.model.references)
    order = case.order(*roles)
    result = run(case.engine(transport=within), lambda engine: _brought(engine, order))
    whole(case, result)
    assert len(fake.accepted) == 1
    assert fake.accepted[0].pictures == 1
    assert result.cost_fen == case.subject.bill(case.model, fake.accepted, within.told)
    if case.subject.draws(case.model):
        shown = len([role for role in roles if role != "mask"])
        assert colours(result.pictures[0].data) == list(range(shown))
        made = size(result.pictures[0].data)
        wanted = fitted(order.size, case.model)
        if case.subject.exact:
            assert made == wanted
        assert made[0] * made[1] <= case.model.most_area
        assert made[0] / made[1] == pytest.approx(wanted[0] / wanted[1], rel=0.05)


def a_fault(case: Case, fault: Fault) -> None:
    """It ends in what is promised, after one piece of work at most."""
    promise = case.promise(fault)
    seconds = 0.0 if promise.end != "waits" else TAKES
    if promise.end == "result" and fault == "slow":
        seconds = AT_ONCE_TAKES
    fake, clock = case.fake(fault, seconds=seconds)
    # What answers in the same call has the model's own deadline.
    model = replace(case.model, deadline=0.2) if fault == "late" and not case.by_task else case.model
    engine = case.engine(transport=Within(fake.app))
    if promise.end == "error":
        assert promise.kind is not None
        error = refused(promise.kind, lambda: run(engine, lambda e: _brought(e, case.order(model=model))))
        assert error.code == promise.code
        if isinstance(error, Throttled):
            assert error.retry_after == case.subject.waits
        assert len(fake.accepted) <= 1
    elif promise.end in ("waits", "never"):
        run(engine, lambda e: _pending(e, case, clock, over=promise.end == "waits"))
        assert len(fake.accepted) == 1
    elif promise.end == "twice":
        same = run(engine, lambda e: _twice(e, case))
        assert pixels(same[0]) == pixels(same[1])
    else:
        result = run(engine, lambda e: _brought(e, case.order()))
        data = result.pictures[0].data
        assert len(fake.accepted) == len(result.pictures) == 1
        if promise.end == "result":
            whole(case, result)
        elif promise.end == "small":
            assert size(data) == (64, 48)
        else:
            with pytest.raises((OSError, SyntaxError)):
                pixels(data)


def too_many(case: Case) -> None:
    """One reference more than the model takes is refused, and nothing is sent."""
    fake, _ = case.fake()
    order = case.order(*("person",) * (case.model.references + 1))
    error = refused(BadRequest, lambda: run(case.engine(transport=Within(fake.app)), lambda e: _brought(e, order)))
    assert error.problem.code == "engine_bad_request"
    assert sum(fake.calls.values()) == 0


def a_mask(case: Case) -> None:
    """It is taken where the model says so, as the last picture, and refused before anything is sent where not."""
    fake, _ = case.fake()
    engine = case.engine(transport=Within(fake.app))
    people = tuple(role for role in case.roles if role != "mask")
    if case.model.mask:
        whole(case, run(engine, lambda e: _brought(e, case.order(*people, "mask"))))
        assert len(fake.accepted) == 1
    else:
        refused(BadRequest, lambda: run(engine, lambda e: _brought(e, case.order(*people, "mask"))))
        assert sum(fake.calls.values()) == 0


def a_seed(case: Case) -> None:
    """It is sent where the model takes one, and only there."""
    fake, _ = case.fake()
    run(case.engine(transport=Within(fake.app)), lambda e: _brought(e, case.order(seed=SEED)))
    sent = json.dumps(fake.accepted[0].request, default=str)
    assert (str(SEED) in sent) is case.model.seeds


def a_wrong_key(case: Case) -> None:
    """Our set-up, told at once; nothing is made."""
    if not case.subject.wrong:
        return
    fake, _ = case.fake()
    engine = case.engine(transport=Within(fake.app), keys=case.subject.wrong)
    refused(EngineSetup, lambda: run(engine, lambda e: _brought(e, case.order())))
    assert fake.accepted == []


CORE: tuple[Callable[[Case], None], ...] = (a_good_call, too_many, a_mask, a_seed, a_wrong_key)


def refused(kind: type[StudioError], act: Callable[[], Any]) -> StudioError:
    """The error, of that very class; it tells nobody's secret."""
    with pytest.raises(StudioError) as caught:
        act()
    assert type(caught.value) is kind, caught.value
    told = [repr(caught.value), *traceback.format_exception_only(caught.value), repr(vars(caught.value))]
    tells_nothing("".join(told))
    return caught.value


def tells_nothing(text: str) -> None:
    """No key, signature, word of the prompt, picture or address of one is in it."""
    for secret in SECRETS:
        assert secret not in text


async def _brought(engine: Any, order: EngineRequest) -> EngineResult:
    return await finished(engine, await engine.submit(order, ATTEMPT, silent))


async def _pending(engine: Any, case: Case, clock: Clock, *, over: bool) -> None:
    """Pending at first and half a slow time later, each said at once; at the end whole, or never."""
    task = await engine.submit(case.order(), ATTEMPT, silent)
    assert isinstance(task, TaskRef)
    for _ in range(2):
        async with asyncio.timeout(120):
            assert isinstance(await engine.poll(task), Pending)
        clock.now += 5 * TAKES
    clock.now += TAKES
    if over:
        whole(case, await finished(engine, task))
    else:
        assert isinstance(await engine.poll(task), Pending)
        await engine.cancel(task)


async def _twice(engine: Any, case: Case) -> list[bytes]:
    """The same picture twice: in one answer, or in the next."""
    if case.model.outputs > 1:
        result = await _brought(engine, case.order(candidates=2))
        return [one.data for one in result.pictures]
    tasks = [await engine.submit(case.order(), attempt, silent) for attempt in (ATTEMPT, OTHER_ATTEMPT)]
    return [(await finished(engine, task)).pictures[0].data for task in tasks]
