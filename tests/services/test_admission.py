"""Whether an engine may be asked now, over all workers together."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from doubles.books import NOW, EmptySqlite, RecordingUnits, a_job, a_user, new_id
from doubles.studio import Cloud, cloudy, saying

from tuanyuan.domain.capabilities import Limits, Model
from tuanyuan.domain.engine import (
    EngineSetup,
    InputRefused,
    OutputRefused,
    Throttled,
    Transient,
    Unknown,
)
from tuanyuan.domain.job import Attempt
from tuanyuan.services.admission import FULL_WAIT, Admission, china_midnight

MODEL = Model("far", frozenset({"reunion"}), price_fen=20, open_at_once=2)
OTHER = Model("other", frozenset({"reunion"}))


class Gate:
    """An engine with three places, two of them for MODEL."""

    def __init__(self, units: RecordingUnits, **limits: Any) -> None:
        self.units = units
        told = Limits(**{"concurrency": 3, **limits})
        self.engine = Cloud(capabilities=cloudy(models=(MODEL, OTHER), complete=False, limits=told))
        self.admission = Admission(lambda: units.now, {})
        self.number = 0
        self.waits: list[int | None] = []
        with units.begin() as unit:
            self.job = a_job(unit, a_user(unit).id, cost=0).id

    def open(self, model: Model = MODEL, **changes: Any) -> None:
        """One attempt that waits for its answer."""
        self.number += 1
        attempt = Attempt(new_id(), self.job, self.number, "cloud", "submitting", self.units.now, model=model.id)
        with self.units.begin() as unit:
            unit.jobs.attempt(replace(attempt, **changes))

    def admits(self, model: Model = MODEL, cost: int = 20) -> bool:
        try:
            with self.units.begin() as unit:
                self.admission.enter(unit, self.engine, model, cost)
        except Throttled as full:
            self.waits.append(full.retry_after)
            return False
        return True

    def went(self, *errors: Any) -> None:
        for error in errors:
            with self.units.begin() as unit:
                self.admission.went(unit, self.engine, 1.0, error)

    def state(self) -> str:
        with self.units.read() as unit:
            health = unit.engines.health().get("cloud")
        return health.state(self.units.now) if health else "well"


@pytest.fixture
def units(empty_sqlite: EmptySqlite, tmp_path: Path) -> Iterator[RecordingUnits]:
    database = empty_sqlite.database(tmp_path)
    yield RecordingUnits(database)
    database.close()


def test_a_model_takes_no_more_than_its_places(units: RecordingUnits) -> None:
    gate = Gate(units)
    gate.open()
    assert gate.admits()
    gate.open()
    assert not gate.admits()
    assert gate.waits == [FULL_WAIT]
    assert gate.admits(OTHER)


def test_an_engine_takes_no_more_than_its_places(units: RecordingUnits) -> None:
    gate = Gate(units)
    for _ in range(3):
        gate.open(OTHER)
    assert not gate.admits()


def test_an_answered_attempt_takes_no_place(units: RecordingUnits) -> None:
    gate = Gate(units)
    for _ in range(3):
        gate.open(finished_at=NOW)
    assert gate.admits()


def test_calls_in_a_period_are_counted(units: RecordingUnits) -> None:
    gate = Gate(units, rate=2, period=60.0)
    for _ in range(2):
        gate.open(outcome="failed", finished_at=NOW)
    assert not gate.admits()
    units.now += timedelta(seconds=61)
    assert gate.admits()


def test_one_call_at_a_time_tries_an_engine_that_was_resting(units: RecordingUnits) -> None:
    gate = Gate(units)
    gate.went(*[saying(Transient)] * 5)
    assert gate.state() == "resting"
    units.now += timedelta(seconds=31)
    assert (gate.state(), gate.admits()) == ("probing", True)
    gate.open()
    assert not gate.admits()


def test_the_daily_stop_counts_from_midnight_in_china(units: RecordingUnits) -> None:
    gate = Gate(units)
    gate.admission = replace(gate.admission, stops={"cloud": 100})
    gate.open(cost_fen=80, outcome="succeeded", finished_at=NOW)
    assert gate.admits(cost=20)
    with pytest.raises(EngineSetup, match="engine_daily_stop"), units.begin() as unit:
        gate.admission.enter(unit, gate.engine, MODEL, 21)
    units.now = china_midnight(units.now) + timedelta(days=1, seconds=1)
    assert gate.admits(cost=100)


def test_midnight_in_china() -> None:
    assert china_midnight(datetime(2026, 2, 16, 15, 59, tzinfo=UTC)) == datetime(2026, 2, 15, 16, tzinfo=UTC)
    assert china_midnight(datetime(2026, 2, 16, 16, 0, tzinfo=UTC)) == datetime(2026, 2, 16, 16, tzinfo=UTC)


def test_what_was_refused_says_nothing_of_the_engine(units: RecordingUnits) -> None:
    gate = Gate(units)
    gate.went(*[saying(InputRefused, "no_face"), saying(OutputRefused)] * 10)
    with units.read() as unit:
        assert unit.engines.health() == {}


@pytest.mark.parametrize(
    ("error", "minutes"),
    [
        (saying(EngineSetup), 10),
        (EngineSetup("engine_out_of_credit", engine="cloud"), 60),
        (saying(Throttled), 5 / 60),
    ],
)
def test_how_long_it_rests(units: RecordingUnits, error: Any, minutes: float) -> None:
    gate = Gate(units)
    gate.went(error)
    units.now += timedelta(minutes=minutes, seconds=-1)
    assert gate.state() == "resting"
    units.now += timedelta(seconds=2)
    assert gate.state() != "resting"


def test_our_own_stop_is_no_fault_of_the_engine(units: RecordingUnits) -> None:
    gate = Gate(units)
    gate.went(EngineSetup("engine_daily_stop", engine="cloud"))
    assert gate.state() == "well"


def test_lost_answers_open_the_circuit_too(units: RecordingUnits) -> None:
    gate = Gate(units)
    gate.went(*[saying(Unknown)] * 5)
    assert gate.state() == "resting"


def test_this_computer_is_always_let_through_and_never_noted(units: RecordingUnits) -> None:
    gate = Gate(units)
    gate.engine.capabilities = replace(gate.engine.capabilities, complete=True)
    for _ in range(9):
        gate.open()
    assert gate.admits()
    gate.went(*[saying(Transient)] * 9)
    with units.read() as unit:
        assert unit.engines.health() == {}
