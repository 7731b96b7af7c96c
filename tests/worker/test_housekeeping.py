"""What the studio does by itself: schedules, and that each does all of its work and no more."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from importlib import import_module
from pathlib import Path

import pytest
import sqlalchemy as sa
import structlog
from doubles.books import NOW, RecordingUnits, a_user, an_entry, new_id
from doubles.studio import Desk, a_task

from tuanyuan.services.reconciling import Reconciling
from tuanyuan.store.tables import entries
from tuanyuan.worker import housekeeping as schedules_of
from tuanyuan.worker.housekeeping import check_ledger, forget_keys, sweep_files


@pytest.fixture
def desk(units: RecordingUnits, tmp_path: Path) -> Desk:
    return Desk(units, tmp_path)


def test_each_schedule_runs_its_own_work(desk: Desk) -> None:
    reconciling = Reconciling(desk.units, desk.engines, desk.clock, asyncio.run)
    schedules = {s.name: s for s in schedules_of(desk.units, desk.keeping, desk.clock, reconciling)}
    assert {name: s.cron for name, s in schedules.items()} == {
        "sweep-files": "*/5 * * * *",
        "forget-keys": "17 3 * * *",
        "check-ledger": "7 * * * *",
        "reconcile-attempts": "*/10 * * * *",
    }
    desk.photo()
    desk.later(hours=48)
    with desk.units.begin() as unit:
        unit.keys.claim(desk.user.id, "an-old-key", "f" * 64, NOW - timedelta(hours=1))
    assert [schedules[name].work() for name in ("sweep-files", "forget-keys", "check-ledger")] == [1, 1, 0]
    desk.engine.script = [a_task]
    desk.work(desk.submit().id)
    desk.engine.polls = [desk.engine.pictures(1)]
    assert schedules["reconcile-attempts"].work() == 1


def test_the_sweep_goes_on_until_nothing_is_due(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(import_module("tuanyuan.worker.housekeeping"), "_SWEPT_AT_ONCE", 2)
    for _ in range(5):
        desk.photo()
    desk.later(hours=47)
    living = desk.photo()
    desk.later(hours=1)
    assert sweep_files(desk.keeping) == 5
    assert desk.files("photo") == [living.file]
    assert sweep_files(desk.keeping) == 0


def test_keys_are_forgotten_after_forty_eight_hours_and_not_before(desk: Desk) -> None:
    with desk.units.begin() as unit:
        unit.keys.claim(desk.user.id, "the-older-key", "f" * 64, NOW)
        unit.keys.claim(desk.user.id, "the-newer-key", "f" * 64, NOW + timedelta(milliseconds=1))
        for key in ("the-older-key", "the-newer-key"):
            unit.keys.answer(desk.user.id, key, 200, b"{}")
    desk.later(hours=48)
    assert forget_keys(desk.units, desk.clock) == 0
    desk.later(milliseconds=1)
    assert forget_keys(desk.units, desk.clock) == 1
    with desk.units.begin() as unit:
        assert unit.keys.claim(desk.user.id, "the-newer-key", "f" * 64, NOW) == (200, b"{}")
        assert unit.keys.claim(desk.user.id, "the-older-key", "e" * 64, NOW) is None


def test_a_ledger_that_does_not_add_up_is_told_and_left_as_it_is(desk: Desk) -> None:
    with desk.units.begin() as unit:
        an_entry(unit, a_user(unit).id)
    with structlog.testing.capture_logs() as lines:
        assert check_ledger(desk.units) == 0
    assert lines == []
    with desk.units.database.engine.begin() as connection:
        (first,) = connection.execute(sa.select(entries).where(entries.c.user_id == desk.user.id)).mappings()
        connection.execute(sa.insert(entries).values({**first, "id": new_id(), "number": 3, "cause": "a gap"}))
    with structlog.testing.capture_logs() as lines:
        assert check_ledger(desk.units) == 1
    assert lines == [{"event": "ledger unexplained", "count": 1, "log_level": "error"}]
    assert desk.entries() == [("earn", 10), ("earn", 10)]
