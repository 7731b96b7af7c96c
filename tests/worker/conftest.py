"""A studio on an empty database, whose workers are processes of their own."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from doubles.plant import Plant, build
from doubles.workers import Carrier, fresh_database


class Studio:
    """The plant of this process, which submits and looks, and carriers, which carry."""

    def __init__(self, url: str, folder: Path) -> None:
        self.url, self.folder = url, folder
        self.plant: Plant = build(url, folder / "vault", fresh=True)

    def carrier(self, **options: object) -> Carrier:
        return Carrier(self.url, self.folder / "vault", **options)

    def status(self, job_id: str) -> str:
        return self.plant.find(job_id).status

    def finished(self, *job_ids: str) -> bool:
        return all(self.status(job_id) in ("completed", "failed", "cancelled") for job_id in job_ids)

    def unexplained(self) -> int:
        with self.plant.units.read() as unit:
            return unit.ledger.unexplained()

    def balance(self, user_id: str) -> int:
        with self.plant.units.read() as unit:
            return unit.ledger.balance(user_id).balance

    def attempts(self, job_id: str) -> list:
        with self.plant.units.read() as unit:
            return unit.jobs.attempts(job_id)

    def told(self, job_id: str) -> list[tuple[str, int]]:
        with self.plant.units.read() as unit:
            return [(event.status, event.progress) for event in unit.jobs.events(0, job_id)]


@pytest.fixture(params=["sqlite", "postgresql"])
def studio(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Studio]:
    with fresh_database(request.param, tmp_path) as url:
        studio = Studio(url, tmp_path)
        yield studio
        studio.plant.close()
