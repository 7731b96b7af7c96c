"""A lost answer at a ComfyUI server: found again half a day later, and then no face is left there."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx2
import pytest
from doubles.books import NOW, EmptySqlite, RecordingUnits, a_job, a_user

from tuanyuan.domain.engine import Unknown
from tuanyuan.domain.job import Attempt
from tuanyuan.engines.comfyui import png
from tuanyuan.engines.comfyui.engine import ComfyuiEngine
from tuanyuan.services.reconciling import Reconciling

ATTEMPT = "3f1c6f0e4d0b4b869a550d4c1f2a7b11"
TASK = "restore:3f1c6f0e-4d0b-4b86-9a55-0d4c1f2a7b11"


class Round:
    """An attempt whose answer was lost, and the round that looks for it."""

    def __init__(self, units: RecordingUnits, engine: ComfyuiEngine, run: Any) -> None:
        self.units, self.reconciling = units, Reconciling(units, {"comfyui": engine}, lambda: units.now, run)
        with units.begin() as unit:
            self.job = a_job(unit, a_user(unit).id, cost=0).id
            told: dict[str, Any] = {"code": "answer_lost", "finished_at": NOW, "cost_fen": 8, "model": "restore"}
            unit.jobs.attempt(Attempt(ATTEMPT, self.job, 1, "comfyui", "unknown", NOW, **told))

    def attempt(self) -> tuple[str | None, str | None, int]:
        with self.units.read() as unit:
            (attempt,) = unit.jobs.attempts(self.job)
        return attempt.task, attempt.code, attempt.cost_fen


@pytest.fixture
def runner() -> Iterator[asyncio.Runner]:
    with asyncio.Runner() as runner:
        yield runner


@pytest.fixture
def engine(capabilities: Any, server: Any, runner: asyncio.Runner) -> Iterator[ComfyuiEngine]:
    engine = ComfyuiEngine(capabilities, {"comfyui_url": "http://gpu"}, "", transport=server.transport)
    yield engine
    runner.run(engine.close())


@pytest.fixture
def units(empty_sqlite: EmptySqlite, tmp_path: Path) -> Iterator[RecordingUnits]:
    database = empty_sqlite.database(tmp_path)
    yield RecordingUnits(database)
    database.close()


def faces(server: Any) -> list[Any]:
    return [key for key, data in server.files.items() if data != png.BLANK]


def test_what_had_come_is_found_and_its_pictures_are_painted_over(units, engine, runner, server, asking):
    runner.run(engine.submit(asking("restore", "person"), ATTEMPT, lambda *_: None))
    looking = Round(units, engine, runner.run)
    assert (looking.reconciling.look(), looking.attempt()) == (0, (TASK, "answer_lost", 8))
    assert len(faces(server)) == 1
    server.finish()
    units.now = NOW + timedelta(hours=12)
    assert (looking.reconciling.look(), looking.attempt()) == (1, (TASK, "came_late", 8))
    assert (faces(server), server.history, len(server.orders)) == ([], {}, 1)


def test_what_never_came_leaves_no_picture_either(units, engine, runner, server, asking):
    server.answers["/prompt"] = [httpx2.ReadTimeout("x")]
    with pytest.raises(Unknown):
        runner.run(engine.submit(asking("restore", "person"), ATTEMPT, lambda *_: None))
    assert len(faces(server)) == 1
    looking = Round(units, engine, runner.run)
    # Nobody waits for it any more, so its pictures go at once; that it never came is believed later.
    assert (looking.reconciling.look(), looking.attempt(), faces(server)) == (0, (None, "answer_lost", 8), [])
    units.now = NOW + timedelta(minutes=30)
    assert (looking.reconciling.look(), looking.attempt()) == (1, (None, "never_came", 0))
