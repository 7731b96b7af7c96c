"""Whole jobs through the durable worker, one process; and how soon another worker takes over from a killed one."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import sqlalchemy as sa
from doubles.plant import Plant

from bench import TESTS
from bench.job_rounds import Process, until

_CARRIER = f"import sys; sys.path.insert(0, {TESTS!r}); from doubles.carrier import main; main(sys.argv[1:])"


def worker(url: str, vault: Path, seconds: float = 0.0) -> Process:
    """A process that takes jobs, at the pace of production; an engine call takes `seconds`."""

    def command(ready: Path) -> list[str]:
        options = {"seconds": seconds, "pace": {}, "ready": str(ready)}
        return [sys.executable, "-c", _CARRIER, url, str(vault), json.dumps(options)]

    return Process(command, vault)


def takeover(plant: Plant, url: str, vault: Path) -> float:
    """Seconds from the death of a worker to the end of its job in another."""
    with worker(url, vault, seconds=600) as dying:
        job = plant.submit(plant.user()).id
        until(lambda: plant.find(job).progress >= 50)
        with worker(url, vault):
            dying.kill()
            return until(lambda: plant.find(job).status == "completed", seconds=120)


def checkpoints(plant: Plant) -> float:
    """Results of steps that were kept, per workflow that ran."""
    rows = sa.text(
        "SELECT (SELECT count(*) FROM dbos.operation_outputs) * 1.0 / (SELECT count(*) FROM dbos.workflow_status"
        " WHERE name = 'generate' AND status = 'SUCCESS')"
    )
    with plant.database.reading.begin() as connection:
        return float(connection.execute(rows).scalar_one())
