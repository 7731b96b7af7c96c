"""An engine that does as it is told: what it can do, what it does at each call, what was asked of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

from tuanyuan.domain.capabilities import Capabilities, Limits, Model, Parameter
from tuanyuan.domain.engine import EngineRequest, EngineResult, Pending, Picture, TaskRef, Unknown
from tuanyuan.domain.errors import StudioError, WrongUsage
from tuanyuan.domain.job import JobRequest
from tuanyuan.domain.parameters import PARAMETERS

FAR = Model("far", frozenset({"reunion"}), references=5, outputs=4, price_fen=20)


def cloudy(**changes: Any) -> Capabilities:
    """What the engine far away can do."""
    told: dict[str, Any] = {
        "name_zh": "云",
        "name_en": "Cloud",
        "region": "cn",
        "models": (Model("sky", frozenset({"reunion", "tryon"}), references=5, outputs=4),),
        "limits": Limits(concurrency=2, expected_seconds=10, deadline=60),
        "parameters": {name: Parameter("sent", name) for name in PARAMETERS},
        "complete": True,
    }
    return Capabilities(**{**told, **changes})


# What the engine does at one call: answers, or raises.
Act = Callable[["Cloud", EngineRequest], EngineResult | TaskRef]


@dataclass
class Cloud:
    """An engine far away (or here: `resumable`). `script`: what it does at each call; after that it makes pictures."""

    script: list[Act | BaseException] = field(default_factory=list)
    polls: list[Any] = field(default_factory=list)
    found: list[Any] = field(default_factory=list)
    sought: list[str] = field(default_factory=list)
    refuses: StudioError | None = None
    resumable: bool = False
    capabilities: Capabilities = field(default_factory=lambda: cloudy())
    name: str = "cloud"
    calls: list[EngineRequest] = field(default_factory=list)
    attempts: list[str] = field(default_factory=list)
    polled: list[TaskRef] = field(default_factory=list)
    cancelled: list[TaskRef] = field(default_factory=list)
    made: int = 0

    def check(self, order: JobRequest) -> None:
        if self.refuses is not None:
            raise self.refuses
        if "nonsense" in order.options:
            raise WrongUsage("option_invalid", field="options.nonsense", allowed="—")

    async def submit(self, request: EngineRequest, attempt: str, progress: Any) -> EngineResult | TaskRef:
        self.calls.append(request)
        self.attempts.append(attempt)
        act = self.script.pop(0) if self.script else None
        if isinstance(act, BaseException):
            raise act
        if act is not None:
            return act(self, request)
        progress(0.5, "一半", "half")
        return self.pictures(request.candidates)

    async def poll(self, task: TaskRef) -> Pending | EngineResult:
        self.polled.append(task)
        answer = self.polls.pop(0) if self.polls else Pending(None, 5.0)
        if isinstance(answer, BaseException):
            raise answer
        return answer

    async def cancel(self, task: TaskRef) -> None:
        self.cancelled.append(task)

    async def find(self, attempt: str) -> TaskRef | EngineResult | None:
        self.sought.append(attempt)
        answer = self.found.pop(0) if self.found else Unknown("answer_lost")
        if isinstance(answer, BaseException):
            raise answer
        return answer

    async def close(self) -> None:
        pass

    def pictures(self, count: int, labelled: bool = True, **more: Any) -> EngineResult:
        """So many pictures that were never made before."""
        made = []
        for _ in range(count):
            self.made += 1
            facts = {"score": 1 - self.made / 1000, "people": [{"person": 1}], "produce_id": f"p{self.made}"}
            made.append(Picture(b"\xff\xd8 picture %d" % self.made, 1920, 1440, labelled, facts))
        return EngineResult(tuple(made), cost_fen=20 * count, **more)


def far(name: str, *script: Any, **changes: Any) -> Cloud:
    """An engine that sends raw pictures: nothing of it is judged or labelled."""
    model = replace(FAR, **changes.pop("model", {}))
    engine = Cloud(list(script), capabilities=cloudy(models=(model,), complete=False, **changes), name=name)
    engine.made = 1000 * (1 + sum(name.encode()) % 89)
    return engine


def raw(count: int) -> Any:
    """So many pictures that nobody has labelled."""

    def act(engine: Cloud, _request: EngineRequest) -> EngineResult:
        made = engine.pictures(count, labelled=False)
        return replace(made, pictures=tuple(Picture(p.data) for p in made.pictures))

    return act
