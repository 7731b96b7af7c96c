"""A process that posts jobs as the API does, to be killed: `main([URL, FOLDER, READY, ACKNOWLEDGED, USER…])`.

Each id is appended to ACKNOWLEDGED after its commit: from then on the job may not be lost. READY
appears with the first.
"""

from __future__ import annotations

import random
import time
from pathlib import Path

from doubles.plant import build
from tuanyuan.domain.errors import StudioError

MOST_WAITING = 40


def main(arguments: list[str]) -> None:
    url, folder, ready, acknowledged, *users = arguments
    plant = build(url, Path(folder))
    with plant.units.read() as unit:
        people = [unit.users.find(user) for user in users]
    while True:
        try:
            if sum(waiting(plant)) < MOST_WAITING:
                job = plant.submit(random.choice(people))
                with Path(acknowledged).open("a") as file:
                    file.write(f"{job.id}\n")
                Path(ready).touch()
        except StudioError:
            time.sleep(0.2)
        time.sleep(0.05)


def waiting(plant: object) -> list[int]:
    with plant.units.read() as unit:
        return [n for (status, _), n in unit.jobs.counts().items() if status in ("pending", "processing")]
