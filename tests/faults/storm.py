"""Random `kill -9` of workers and posting processes, and restarts of PostgreSQL, then an account of every job.

    python tests/faults/storm.py --database sqlite --kills 1000 --seed 1
    python tests/faults/storm.py --database postgresql --kills 1000 --restarts 50 --seed 1

Two workers and two posting processes run at any time; a killed one is started again at once. In the end healthy workers
finish what is left, and the account is printed as JSON. Exit status 1 when a job was lost or a credit is unexplained.
"""

from __future__ import annotations

import argparse
import json
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1]))

import sqlalchemy as sa
from doubles.plant import Plant, build
from doubles.workers import Child, fresh_database, until

CREDITS, PRICE, PICTURES, USERS = 900_000, 6, 4, 8
PACE = {"poll": 0.05, "beat": 0.3, "dead_after": 2.0, "drain": 2.0}
GAP = (0.2, 0.8)


@dataclass
class Storm:
    """One run on one database."""

    url: str
    folder: Path
    random: random.Random
    log: Path
    processes: list[Child | None] = field(default_factory=lambda: [None] * 4)
    killed: Counter[str] = field(default_factory=Counter)

    def run(self, kills: int, restarts: int) -> dict[str, Any]:
        began = time.monotonic()
        self.acknowledged.unlink(missing_ok=True)
        plant = build(self.url, self.folder / "vault", fresh=True)
        try:
            self.users = [plant.user(CREDITS).id for _ in range(USERS)]
            restarted = set(self.random.sample(range(kills), restarts))
            try:
                for number in range(kills):
                    self.keep_up()
                    time.sleep(self.random.uniform(*GAP))
                    if number in restarted:
                        restart_postgresql(self.url)
                        self.note(number, "postgresql restarted")
                    self.kill_one(number)
                self.calm(plant)
            finally:
                for process in self.processes:
                    if process is not None:
                        process.kill()
            account = self.account(plant)
        finally:
            plant.close()
        return {"kills": dict(self.killed), "restarts": restarts, "seconds": round(time.monotonic() - began), **account}

    def start(self, place: int) -> Child:
        """Places 0 and 1 carry, 2 and 3 post."""
        vault, ready, errors = str(self.folder / "vault"), str(self.ready(place)), self.folder / "errors"
        if place < 2:
            seconds = self.random.choice((0.0, 0.1, 0.3))
            options = {"seconds": seconds, "pace": PACE, "at_once": 8, "ready": ready}
            return Child("carrier", [self.url, vault, json.dumps(options)], errors)
        return Child("submitter", [self.url, vault, ready, str(self.acknowledged), *self.users], errors)

    def ready(self, place: int) -> Path:
        return self.folder / f"ready-{place}"

    @property
    def acknowledged(self) -> Path:
        return self.folder / "acknowledged"

    def keep_up(self) -> None:
        for place, process in enumerate(self.processes):
            if process is None or process.poll() is not None:
                if process is not None and process.status != -signal.SIGKILL:
                    self.note(place, f"ended by itself: {process.status}")
                self.ready(place).unlink(missing_ok=True)
                self.processes[place] = self.start(place)

    def kill_one(self, number: int) -> None:
        # One in five dies on its way up.
        at_work = self.random.random() < 0.8

        def somebody() -> bool:
            # A process that starts while the database is away ends by itself, and is started again.
            self.keep_up()
            return not at_work or any(self.ready(place).exists() for place in range(4))

        until(somebody, seconds=300)
        place = self.random.choice([place for place in range(4) if not at_work or self.ready(place).exists()])
        process = self.processes[place]
        assert process is not None
        process.kill()
        kind = "worker" if place < 2 else "submitter"
        self.killed[kind] += 1
        self.note(number, f"{kind} {place} killed")

    def calm(self, plant: Plant) -> None:
        """No more posting, no more killing, until every job has ended."""
        for process in self.processes[2:]:
            if process is not None:
                process.kill()
        for place in (0, 1):
            process = self.processes[place]
            if process is None or process.poll() is not None:
                self.processes[place] = self.start(place)
        until(lambda: not unfinished(plant), seconds=300)

    def account(self, plant: Plant) -> dict[str, Any]:
        """What became of everything; `wrong` lists each broken promise."""
        jobs = {}
        with plant.units.read() as unit:
            for user in self.users:
                jobs.update({job.id: job for job in unit.jobs.all(user, None, 1_000_000)})
            balances = {user: unit.ledger.balance(user).balance for user in self.users}
            unexplained = unit.ledger.unexplained()
            ends = {
                job_id: [e.status for e in unit.jobs.events(0, job_id, 10_000) if e.status in ("completed", "failed")]
                for job_id in jobs
            }
            kept = {
                job_id: [file is not None and unit.files.find(file.file) is not None for file in job.candidates]
                for job_id, job in jobs.items()
            }
        told = self.acknowledged.read_text().split()
        wrong = [f"{job_id}: acknowledged and lost" for job_id in told if job_id not in jobs]
        wrong += [
            f"{job_id}: {job.status}" for job_id, job in jobs.items() if job.status not in ("completed", "failed")
        ]
        wrong += [f"{job_id}: ended as {end}" for job_id, end in ends.items() if end != [jobs[job_id].status]]
        wrong += [
            f"{job_id}: pictures {kept[job_id]}"
            for job_id, job in jobs.items()
            if kept[job_id] != ([True] * PICTURES if job.status == "completed" else [])
        ]
        for user, balance in balances.items():
            done = sum(job.status == "completed" for job in jobs.values() if job.user_id == user)
            if balance != CREDITS - PRICE * done:
                wrong.append(f"{user}: {balance} credits after {done} jobs")
        if unexplained:
            wrong.append(f"{unexplained} unexplained")
        reasons = Counter(job.error["code"] for job in jobs.values() if job.error)
        return {
            "jobs": len(jobs),
            "acknowledged": len(told),
            "by_status": dict(Counter(job.status for job in jobs.values())),
            "failed_because": dict(reasons),
            "claims": dict(sorted(Counter(job.claims for job in jobs.values()).items())),
            "unexplained": unexplained,
            "wrong": wrong,
        }

    def note(self, number: int, what: str) -> None:
        with self.log.open("a") as file:
            file.write(f"{time.strftime('%H:%M:%S')} {number} {what}\n")


def unfinished(plant: Plant) -> int:
    with plant.units.read() as unit:
        return sum(n for (status, _), n in unit.jobs.counts().items() if status in ("pending", "processing"))


def restart_postgresql(url: str) -> None:
    """Restart the local cluster that listens on the address's port, the hard way, and wait until it answers."""
    address = sa.make_url(url)
    listed = subprocess.run(["pg_lsclusters", "-h"], check=True, capture_output=True, text=True).stdout
    version, name = next(line.split()[:2] for line in listed.splitlines() if line.split()[2] == str(address.port))
    command = ["pg_ctlcluster", "--skip-systemctl-redirect", version, name, "restart", "-m", "immediate"]
    subprocess.run(command, check=True, capture_output=True)
    engine = sa.create_engine(address, poolclass=sa.NullPool)

    def answers() -> bool:
        try:
            with engine.connect() as connection:
                return bool(connection.execute(sa.text("SELECT 1")).scalar())
        except sa.exc.OperationalError:
            return False

    until(answers, seconds=300)
    engine.dispose()


def storm(database: str, kills: int, restarts: int, seed: int, folder: Path) -> dict[str, Any]:
    """Run one, and answer its account."""
    with fresh_database(database, folder) as url:
        run = Storm(url, folder, random.Random(seed), folder / "storm.log")
        return {"database": database, "seed": seed, **run.run(kills, restarts)}


def main() -> None:
    parser = argparse.ArgumentParser(prog="storm")
    parser.add_argument("--database", choices=("sqlite", "postgresql"), default="sqlite")
    parser.add_argument("--kills", type=int, default=1000)
    parser.add_argument("--restarts", type=int, default=0, help="of PostgreSQL; everything else on it is disturbed")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--folder", type=Path, help="where log and vault go; a temporary folder without")
    given = parser.parse_args()
    if given.folder:
        given.folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as temporary:
        folder = given.folder or Path(temporary)
        account = storm(given.database, given.kills, given.restarts, given.seed, folder)
    print(json.dumps(account, indent=1))  # noqa: T201  # its result
    sys.exit(bool(account["wrong"]))


if __name__ == "__main__":
    main()
