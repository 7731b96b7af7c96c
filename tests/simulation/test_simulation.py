"""The simulation keeps every promise, replays by its seed, and sees the bugs that are planted here."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from unittest import mock

import pytest
from doubles.books import EmptySqlite
from simulation.simulate import simulated
from simulation.story import transcript
from simulation.world import World

from tuanyuan.domain.engine import Transient
from tuanyuan.services import attempts, gathering
from tuanyuan.services.admission import Admission
from tuanyuan.services.attempts import Attempts
from tuanyuan.services.routing import Router
from tuanyuan.services.wallet import Wallet

JOBS = 8
_SPEND = Wallet.spend


@contextmanager
def run(books: EmptySqlite, folder: Path, seed: int, jobs: int = JOBS, **more: Any) -> Iterator[World]:
    folder.mkdir(exist_ok=True)
    database = books.database(folder)
    database.close()
    with simulated(seed, jobs, str(database.url), folder, **more) as world:
        yield world


def test_a_run_keeps_every_promise_and_replays_by_its_seed(empty_sqlite: EmptySqlite, tmp_path: Path) -> None:
    told = []
    for name in ("first", "second"):
        with run(empty_sqlite, tmp_path / name, seed=5) as world:
            assert world.wrong == []
            assert len(world.placed) == JOBS
            told.append(transcript(world))
    assert told[0] == told[1]


def test_another_seed_is_another_story(empty_sqlite: EmptySqlite, tmp_path: Path) -> None:
    with run(empty_sqlite, tmp_path, seed=6, jobs=6) as world:
        assert world.wrong == []
        assert len({work.fault for _, _, work in world.record.works}) >= 1
        assert {sent.outcome for sent in world.record.sent} <= {"answered", "refused", "lost", "never", "task"}


def blind_resend() -> Any:
    return mock.patch.object(Attempts, "_found", return_value=Transient("engine_failed"))


def refund_skipped() -> Any:
    return mock.patch.object(Wallet, "give_back", return_value=False)


def slot_not_counted() -> Any:
    return mock.patch.object(Admission, "_full", return_value=False)


def double_charge() -> Any:
    def twice(wallet: Wallet, unit: Any, user_id: str, job_id: str, amount: int, about: str) -> Any:
        wallet.add(unit, user_id, "spend", -amount, f"job:{job_id}:again", about)
        return _SPEND(wallet, unit, user_id, job_id, amount, about)

    return mock.patch.object(Wallet, "spend", twice)


def answer_taken_twice() -> Any:
    return mock.patch.object(gathering, "_distinct", list)


def bill_forgotten() -> Any:
    return mock.patch.object(attempts, "MAY_BE_BILLED", ())


def ceiling_forgotten() -> Any:
    return mock.patch.object(Router, "allowed", return_value=None)


PLANTED = {
    "blind resend": (blind_resend, {"cut": 0.5}, "a lost answer is never sent again"),
    "refund skipped": (refund_skipped, {"refuse_input": 0.6}, "paid once when completed, given back once when not"),
    "slot not counted": (slot_not_counted, {"slow": 0.2}, "no engine has more at once than it takes"),
    "double charge": (double_charge, {"slow": 0.2}, "a balance is what was earned without what was paid"),
    "answer taken twice": (answer_taken_twice, {"twice": 0.8}, "no picture is shown twice"),
    "bill forgotten": (bill_forgotten, {"expired": 0.5}, "no bill is larger than what we noted"),
    "ceiling forgotten": (ceiling_forgotten, {"broken": 0.5}, "no job costs more than its ceiling"),
}


@pytest.mark.parametrize("name", PLANTED)
def test_a_planted_bug_is_seen(name: str, empty_sqlite: EmptySqlite, tmp_path: Path) -> None:
    plant, faults, rule = PLANTED[name]
    # Jimeng takes two at once, Seedream many.
    engine, jobs = ("jimeng", 10) if name == "slot not counted" else ("seedream", 4)
    with plant(), run(empty_sqlite, tmp_path, seed=1, jobs=jobs, faults=faults, engines=[engine], gap=2.0) as world:
        assert rule in {broken for broken, _, _ in world.wrong}
