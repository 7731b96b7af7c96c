"""Many lost answers: all are asked for, in order and side by side, and nobody who does not answer hides the others."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from doubles.books import NOW, RecordingUnits, a_job, new_id
from doubles.studio import Cloud, Desk

from tuanyuan.domain.engine import EngineResult, Pending, TaskRef, Unknown, unheard
from tuanyuan.domain.job import Attempt
from tuanyuan.services.reconciling import Reconciling


@dataclass
class Slow(Cloud):
    """Notes how many calls are under way. waits: tasks for which there is only that answer, again and again."""

    waits: dict[str, Any] = field(default_factory=dict)
    open: int = 0
    most: int = 0

    async def poll(self, task: TaskRef) -> Pending | EngineResult:
        self.polled.append(task)
        return await self._together(self.waits.get(task.task, EngineResult((), cost_fen=1)))

    async def find(self, attempt: str) -> Any:
        self.sought.append(attempt)
        return await self._together(self.found[0])

    async def _together(self, answer: Any) -> Any:
        self.open += 1
        self.most = max(self.most, self.open)
        await asyncio.sleep(0)
        self.open -= 1
        if isinstance(answer, Exception):
            raise answer
        return answer

    @property
    def asked(self) -> list[str]:
        return [task.task for task in self.polled]


@pytest.fixture
def desk(units: RecordingUnits, tmp_path: Path) -> Desk:
    return Desk(units, tmp_path)


def lost(desk: Desk, *told: tuple[str, str | None]) -> list[Attempt]:
    """Lost answers, a second apart: (engine, task)."""
    made = []
    with desk.units.begin() as unit:
        job = a_job(unit, desk.user.id, cost=0).id
        for number, (engine, task) in enumerate(told, 1):
            at = NOW + timedelta(seconds=number)
            made.append(
                Attempt(new_id(), job, number, engine, "unknown", at, task, "answer_lost", at, cost_fen=80, model="m")
            )
            unit.jobs.attempt(made[-1])
    return made


def look(desk: Desk, *engines: Slow, page: int = 100) -> int:
    return Reconciling(desk.units, {engine.name: engine for engine in engines}, desk.clock, asyncio.run).look(page)


def names(count: int, before: str = "t") -> list[str]:
    return [f"{before}{number:02d}" for number in range(count)]


def test_a_hundred_that_never_answer_do_not_hide_the_next_ones(desk: Desk) -> None:
    stuck = names(5, "stuck")
    engine = Slow(name="cloud", waits=dict.fromkeys(stuck, Pending(None, 5.0)))
    lost(desk, *[("cloud", task) for task in [*stuck, "good"]])
    assert look(desk, engine, page=2) == 1
    # Each once, the oldest first.
    assert engine.asked == [*stuck, "good"]


def test_eight_are_asked_for_side_by_side_and_not_more(desk: Desk) -> None:
    engine = Slow(name="cloud")
    lost(desk, *[("cloud", task) for task in names(20)])
    assert look(desk, engine) == 20
    assert (engine.most, engine.asked) == (8, names(20))


def test_an_engine_that_is_not_reached_is_left_alone_until_the_next_round(desk: Desk) -> None:
    down = Slow(name="down", waits=dict.fromkeys(names(20), unheard()), found=[unheard()])
    other = Slow(name="other")
    lost(desk, *[("down", task) for task in names(20)], ("down", None), *[("other", task) for task in names(3)])
    # Two of ours are asked for together with the first eight of the others.
    assert look(desk, down, other, page=9) == 3
    assert (down.asked, down.sought, other.asked) == (names(8), [], names(3))
    assert look(desk, down, other, page=9) == 0
    assert down.asked == names(8) * 2


def test_one_that_hangs_by_itself_stops_nobody(desk: Desk) -> None:
    engine = Slow(name="cloud", waits={"t07": unheard(), "t15": unheard()})
    lost(desk, *[("cloud", task) for task in names(20)])
    assert look(desk, engine) == 18
    assert engine.asked == names(20)


def test_a_provider_that_cannot_tell_is_not_one_that_is_not_reached(desk: Desk) -> None:
    engine = Slow(name="cloud", found=[Unknown("answer_lost")])
    attempts = lost(desk, *[("cloud", None)] * 9, ("cloud", "task"))
    assert look(desk, engine) == 1
    assert (engine.sought, engine.asked) == ([attempt.id for attempt in attempts[:9]], ["task"])
