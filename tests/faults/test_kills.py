"""A process dies at each named point of a job, and at random ones: every job ends once, every credit is explained."""

from __future__ import annotations

import importlib.util
import os
from dataclasses import replace
from pathlib import Path

import pytest
from doubles.plant import build, new_id
from doubles.workers import QUICK, Carrier, fresh_database, until

from tuanyuan.engines.fake.engine import ORDERS

MAKING = [
    "claim:before",
    "claim:after",
    "prepare:before",
    "prepare:after",
    "make:before",
    "make:submitting",
    "make:answered",
    "make:kept",
    "make:after",
    "record:before",
    "record:after",
]
FAILING = ["fail:before", "fail:after"]
# Dead before it was claimed, or after it had ended: nobody claims it once more.
CLAIMED_ONCE = {"claim:before", "record:after", "fail:after"}
DIED = 9


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_a_death_at_any_point_loses_and_doubles_nothing(kind: str, tmp_path: Path) -> None:
    vault = tmp_path / "vault"
    with fresh_database(kind, tmp_path) as url:
        plant = build(url, vault, fresh=True)
        user = plant.user()
        jobs = {point: new_id() for point in (*MAKING, *FAILING)}

        def finished(*points: str) -> bool:
            return all(plant.find(jobs[point]).status in ("completed", "failed") for point in points)

        before: list[str] = []
        for point, job_id in jobs.items():
            plant.jobs = replace(plant.jobs, new_id=lambda job_id=job_id: job_id)
            # Each process first heals what the one before it left, and then dies of its own job.
            with Carrier(url, vault, die=point, victim=job_id, pace={**QUICK, "dead_after": 0.8}).ready() as dying:
                until(lambda: finished(*before))
                plant.submit(user, options={"seed": ORDERS["refuse"]} if point in FAILING else {})
                assert dying.ended() == DIED
            before.append(point)
        with Carrier(url, vault, pace={**QUICK, "dead_after": 0.8}).ready():
            until(lambda: finished(*jobs))

        with plant.units.read() as unit:
            assert unit.ledger.unexplained() == 0
            assert unit.ledger.balance(user.id).balance == 600 - 6 * len(MAKING)
            for point, job_id in jobs.items():
                job = plant.find(job_id)
                assert (point, job.status) == (point, "failed" if point in FAILING else "completed")
                assert (point, job.claims) == (point, 1 if point in CLAIMED_ONCE else 2)
                ends = [e.status for e in unit.jobs.events(0, job_id) if e.status in ("completed", "failed")]
                assert ends == [job.status]
                files = [unit.files.find(candidate.file) for candidate in job.candidates]
                assert len(files) == (0 if point in FAILING else 4)
                assert all(files)
                succeeded = [a.outcome for a in unit.jobs.attempts(job_id)].count("succeeded")
                assert succeeded == (0 if point in FAILING else 1)
        plant.close()


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_twenty_random_kills(kind: str, tmp_path: Path) -> None:
    seed = int(os.environ.get("TUANYUAN_TEST_SEED", "20"))
    account = _storm().storm(kind, kills=20, restarts=0, seed=seed, folder=tmp_path)
    assert account["wrong"] == []
    assert account["by_status"]["completed"] > 0
    assert account["acknowledged"] <= account["jobs"]


def _storm():
    spec = importlib.util.spec_from_file_location("storm", Path(__file__).with_name("storm.py"))
    module = importlib.util.module_from_spec(spec)
    import sys

    sys.modules["storm"] = module
    spec.loader.exec_module(module)
    return module
