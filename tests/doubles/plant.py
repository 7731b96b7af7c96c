"""The studio's services without doors, built by hand on a database and a folder: for programs that are to be killed.

The engine is the fake one; everything else is real.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import uuid4

import structlog

from doubles.routes import a_briefing, a_router
from tuanyuan.domain.capabilities import Limits
from tuanyuan.domain.consent import FACE_EDIT, Consent
from tuanyuan.domain.job import Job, JobRequest
from tuanyuan.domain.kept import PHOTO_LIFE, KeptPhoto
from tuanyuan.domain.photo import FaceReport, PhotoReport
from tuanyuan.domain.user import Identity, User
from tuanyuan.engines.fake.engine import FakeEngine
from tuanyuan.services.catalogue import Catalogues, Maker
from tuanyuan.services.generation import Generation
from tuanyuan.services.jobs import Jobs
from tuanyuan.services.keeping import Keeping
from tuanyuan.services.wallet import Wallet
from tuanyuan.store.catalogue import CatalogueFiles
from tuanyuan.store.database import Database
from tuanyuan.store.queue import Enqueuer, upgrade
from tuanyuan.store.units import SqlUnits
from tuanyuan.store.vault import open_vault
from tuanyuan.worker import EngineLoop, Pace, Schedule, Worker

SCENES = Path(__file__).parents[2] / "scenes"
PHOTO = b"\xff\xd8 a photo that no engine here looks at"


# One plain line each: structlog's own pictures of tracebacks take seconds, and show the local variables.
structlog.configure(
    processors=[
        structlog.processors.TimeStamper(fmt="%H:%M:%S.%f"),
        structlog.processors.format_exc_info,
        structlog.processors.KeyValueRenderer(key_order=["timestamp", "event"]),
    ],
    wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING),
)


def now() -> datetime:
    return datetime.now(UTC)


def new_id() -> str:
    return uuid4().hex


@dataclass
class Plant:
    """Close it at the end."""

    database: Database
    enqueuer: Enqueuer
    units: SqlUnits
    keeping: Keeping
    wallet: Wallet
    jobs: Jobs
    generation: Generation
    engine: FakeEngine
    loop: EngineLoop

    def worker(
        self,
        pace: Pace | None = None,
        schedules: tuple[Schedule, ...] = (),
        at_once: int = 16,
        ahead: timedelta = timedelta(),
    ) -> Worker:
        """ahead: of the real time, by the worker's clock."""
        return Worker(
            self.database,
            self.generation,
            {self.engine.name: self.engine},
            units=self.units,
            clock=lambda: now() + ahead,
            loop=self.loop,
            schedules=schedules,
            jobs_at_once=at_once,
            pace=pace,
        )

    def user(self, credits: int = 600) -> User:
        """Somebody who agreed, with a photo of their own: `photo_of(user)`."""
        user = User(new_id(), "guest", now())
        with self.units.begin() as unit:
            unit.users.add(user, Identity("guest", user.id, user.id))
            unit.consents.add(Consent(new_id(), user.id, FACE_EDIT, "1", "0" * 64, True, now()))
            if credits:
                self.wallet.add(unit, user.id, "purchase", credits, f"order:{user.id}", "充值|top-up")
        file = self.keeping.keep(user.id, "photo", "image/jpeg", PHOTO, now() + PHOTO_LIFE)
        face = FaceReport((100, 100, 200, 200), 0.99, 300.0, 0.0, 0.0, 0.0)
        report = PhotoReport("photo.jpg", True, 1000, 1000, (face,), ())
        photo = KeptPhoto(user.id, user.id, file.id, "photo.jpg", file.digest, report, now(), now() + PHOTO_LIFE)
        with self.units.begin() as unit:
            unit.photos.add(photo)
        return user

    def submit(self, user: User, **changes: object) -> Job:
        order = replace(JobRequest("reunion", (user.id,), again=True), **changes)
        with self.units.begin() as unit:
            return self.jobs.submit(unit, user, order)

    def find(self, job_id: str) -> Job:
        with self.units.read() as unit:
            job = unit.jobs.find(job_id)
        assert job is not None
        return job

    def close(self) -> None:
        self.loop.close()
        self.enqueuer.close()
        self.database.close()


def build(
    url: str,
    folder: Path,
    seconds: float = 0.0,
    limits: Limits | None = None,
    checkpoint: Callable[[str], None] | None = None,
    fresh: bool = False,
) -> Plant:
    """`fresh`: make all tables first."""
    database = Database(url, pool_size=20, max_overflow=20, pool_timeout=30)
    if fresh:
        database.upgrade()
        upgrade(database)
    enqueuer = Enqueuer(database)
    units = SqlUnits(database, enqueuer)
    folder.mkdir(parents=True, exist_ok=True)
    keeping = Keeping(units, open_vault(f"fs://{folder.absolute()}", ["a secret"]), now, new_id, b"k" * 32)
    wallet = Wallet(now, new_id)
    engine = FakeEngine(seconds, limits or Limits(concurrency=32, expected_seconds=max(seconds, 0.1)))
    router = a_router({engine.name: engine}, now)
    catalogues = Catalogues(CatalogueFiles(SCENES), [Maker(engine.name, engine.capabilities)])
    loop = EngineLoop()
    generation = Generation(
        units,
        wallet,
        keeping,
        router,
        a_briefing(keeping, now, new_id),
        now,
        new_id,
        run=loop.run,
        sleep=loop.sleep,
        checkpoint=checkpoint or (lambda _name: None),
    )
    jobs = Jobs(wallet, catalogues, router, now, new_id)
    return Plant(database, enqueuer, units, keeping, wallet, jobs, generation, engine, loop)
