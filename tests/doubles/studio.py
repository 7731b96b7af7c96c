"""The services of jobs over real books and a real vault, with an engine that does as it is told."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

from doubles.books import RecordingUnits, a_consent, a_user, new_id
from doubles.cloud import Cloud
from doubles.cloud import cloudy as cloudy  # told to the tests together with the desk
from doubles.routes import PlainPixels, a_briefing, a_router
from tuanyuan.domain.catalogue import Catalogue, Feature
from tuanyuan.domain.engine import EngineRequest, EngineResult, TaskRef
from tuanyuan.domain.errors import Rejected, StudioError
from tuanyuan.domain.job import Job, JobRequest
from tuanyuan.domain.kept import KeptPhoto
from tuanyuan.domain.messages import Problem
from tuanyuan.domain.photo import FaceReport, PhotoReport
from tuanyuan.domain.scene import Scene
from tuanyuan.domain.user import User
from tuanyuan.services.catalogue import Catalogues, Maker
from tuanyuan.services.generation import Generation, as_error
from tuanyuan.services.jobs import Jobs
from tuanyuan.services.keeping import Keeping
from tuanyuan.services.routing import Router
from tuanyuan.services.wallet import Wallet
from tuanyuan.services.works import Works
from tuanyuan.store.vault import open_vault

FACE = FaceReport((100, 100, 400, 400), 0.99, 300.0, 0.0, 0.0, 0.0)
PRICE = 6


class Crash(BaseException):
    """The process is gone: nothing of ours may catch it."""


@dataclass
class Shelf:
    """A catalogue whose prices can change."""

    price: int = PRICE
    reads: int = 0
    problem: Problem | None = None

    def catalogue(self) -> Catalogue:
        self.reads += 1
        features = (
            Feature("reunion", "时空拼图", "Family reunion", "", "", self.price, ready=True),
            Feature("tryon", "虚拟试衣", "Try-on", "", "", 5, ready=True),
            Feature("card", "电子贺卡", "Greeting card", "", "", 0),
            Feature("motion", "微动态", "Living picture", "", "", 8, ready=True),
        )
        return Catalogue(features, self.backgrounds(), (), ())

    def backgrounds(self) -> tuple[Scene, ...]:
        return (Scene("studio", "影棚", "Studio", Path("studio")),)


@dataclass
class Desk:
    """One user at the counter, and a worker behind it whose steps are called by hand."""

    units: RecordingUnits
    folder: Path
    engine: Cloud = field(default_factory=Cloud)
    others: dict[str, Any] = field(default_factory=dict)
    shelf: Shelf = field(default_factory=Shelf)
    slept: list[float] = field(default_factory=list)
    passed: list[str] = field(default_factory=list)
    crash_at: str | None = None
    user: User = field(init=False)

    def __post_init__(self) -> None:
        self.vault = open_vault(f"fs://{self.folder}/vault", ["a secret of the tests that is long enough"])
        self.wallet = Wallet(self.clock, new_id)
        self.keeping = Keeping(self.units, self.vault, self.clock, new_id, b"s" * 32)
        makers = [Maker("cloud", self.engine.capabilities, probe=lambda: self.shelf.problem)]
        catalogue = Catalogues(self.shelf, makers, addresses=True)
        self.engines = {self.engine.name: self.engine, **self.others}
        self.router = a_router(self.engines, self.clock, problem=self._problem)
        self.pixels = PlainPixels()
        self.jobs = Jobs(self.wallet, catalogue, self.router, self.clock, new_id)
        object.__setattr__(self.jobs.offering, "fresh", 0.0)
        self.works = Works(self.clock, new_id)
        self.generation = Generation(
            self.units,
            self.wallet,
            self.keeping,
            self.router,
            a_briefing(self.keeping, self.clock, new_id, self.pixels, base="https://studio.example"),
            self.clock,
            new_id,
            run=asyncio.run,
            sleep=self.slept.append,
            checkpoint=self.checkpoint,
        )
        with self.units.begin() as unit:
            self.user = self.someone(unit)

    def clock(self) -> Any:
        return self.units.now

    def later(self, **passing: float) -> None:
        self.units.now += timedelta(**passing)

    def use(self, router: Router) -> None:
        """Another router from now on, where orders are taken and where they are made."""
        self.router = router
        self.jobs = replace(self.jobs, router=router)
        object.__setattr__(self.jobs.offering, "fresh", 0.0)
        self.generation = replace(self.generation, router=router)

    def earn(self, amount: int) -> None:
        """More credits for the user."""
        with self.units.begin() as unit:
            self.wallet.add(unit, self.user.id, "earn", amount, f"test:{new_id()}", "more|more")

    def agree(self, purpose: str, granted: bool = True) -> None:
        """The user's newest answer."""
        self.later(seconds=1)
        with self.units.begin() as unit:
            a_consent(unit, self.user.id, purpose, granted, created_at=self.clock())

    def crashes(self, job_id: str) -> None:
        """The worker dies at `crash_at`."""
        try:
            self.work(job_id)
        except Crash:
            return
        raise AssertionError("it lives")

    def checkpoint(self, name: str) -> None:
        self.passed.append(name)
        if name == self.crash_at:
            self.crash_at = None
            raise Crash(name)

    def someone(self, unit: Any) -> User:
        """A user who has agreed, with the credits of a registration."""
        user = a_user(unit)
        a_consent(unit, user.id)
        self.wallet.welcome(unit, user.id, f"user:{user.id}")
        return user

    def _problem(self, name: str) -> str | None:
        del name
        return self.shelf.problem.code if self.shelf.problem else None

    def photo(self, user: User | None = None, data: bytes | None = None, **changes: Any) -> KeptPhoto:
        """A usable photo of one person, really kept."""
        user = user or self.user
        end = self.clock() + timedelta(hours=48)
        file = self.keeping.keep(user.id, "photo", "image/jpeg", data or new_id().encode(), end)
        report = PhotoReport("a.jpg", True, 1200, 1600, (FACE,), ())
        photo = KeptPhoto(new_id(), user.id, file.id, "a.jpg", file.digest, report, self.clock(), end)
        photo = replace(photo, **changes)
        with self.units.begin() as unit:
            unit.photos.add(photo)
        return photo

    def order(self, *photos: KeptPhoto, **changes: Any) -> JobRequest:
        chosen = photos or (self.photo(),)
        return replace(JobRequest("reunion", tuple(p.id for p in chosen), background="studio"), **changes)

    def submit(self, request: JobRequest | None = None, user: User | None = None) -> Job:
        request = request or self.order()
        with self.units.begin() as unit:
            return self.jobs.submit(unit, user or self.user, request)

    def work(self, job_id: str) -> None:
        """What the worker's workflow does, from the start or again."""
        generation = self.generation
        if not generation.claim(job_id, "test"):
            return
        try:
            generation.record(job_id, generation.make(job_id, generation.prepare(job_id)))
        except StudioError as error:
            generation.fail(job_id, as_error(error))

    def work_in_thread(self, job_id: str) -> None:
        """The same by another worker while an engine's loop runs in this thread."""
        thread = threading.Thread(target=self.work, args=(job_id,))
        thread.start()
        thread.join(120)
        assert not thread.is_alive()

    def done(self, request: JobRequest | None = None) -> Job:
        """A job from posting to its end."""
        job = self.submit(request)
        self.work(job.id)
        return self.job(job.id)

    def job(self, job_id: str) -> Job:
        with self.units.read() as unit:
            found = unit.jobs.find(job_id)
        assert found is not None
        return found

    def balance(self, user: User | None = None) -> int:
        with self.units.read() as unit:
            return unit.ledger.balance((user or self.user).id).balance

    def entries(self, user: User | None = None) -> list[tuple[str, int]]:
        """(kind, amount), oldest first."""
        with self.units.read() as unit:
            return [(e.kind, e.amount) for e in reversed(unit.ledger.entries((user or self.user).id, None, 1000))]

    def outcomes(self, job_id: str) -> list[str]:
        with self.units.read() as unit:
            return [attempt.outcome for attempt in unit.jobs.attempts(job_id)]

    def events(self, job_id: str) -> list[tuple[str, int, str]]:
        with self.units.read() as unit:
            return [(e.status, e.progress, e.message) for e in unit.jobs.events(0, job_id)]

    def files(self, kind: str = "candidate") -> list[str]:
        """Ids of the files of a kind that are kept."""
        with self.units.read() as unit:
            return [f.id for f in unit.files.living("", 1000) if f.kind == kind and f.state == "kept"]

    def unexplained(self) -> int:
        with self.units.read() as unit:
            return unit.ledger.unexplained()

    @contextmanager
    def refused(self, code: str, kind: type[StudioError] = Rejected) -> Iterator[list[Any]]:
        """The block raises this, and leaves no entry, no job, nothing enqueued. What was raised is in the list."""
        before = (self.entries(), len(self.units.enqueued), self._jobs())
        raised: list[Any] = []
        try:
            yield raised
        except StudioError as error:
            raised.append(error)
        assert [(e.code, isinstance(e, kind)) for e in raised] == [(code, True)], raised
        assert (self.entries(), len(self.units.enqueued), self._jobs()) == before

    def _jobs(self) -> dict[tuple[str, str], int]:
        with self.units.read() as unit:
            return unit.jobs.counts()


def saying(error: type[StudioError], code: str = "engine_failed") -> StudioError:
    return error(code)


def answers(count: int, **more: Any) -> Callable[[Cloud, EngineRequest], EngineResult]:
    return lambda engine, _: engine.pictures(count, **more)


def a_task(engine: Cloud, request: EngineRequest) -> TaskRef:
    del request
    return TaskRef(engine.name, f"task-{len(engine.calls)}")


def settled(desk: Desk, job_id: str) -> None:
    """Failed, with exactly what it took given back, and no picture left."""
    assert desk.job(job_id).status == "failed"
    assert [e for e in desk.entries() if e[0] != "earn"] == [("spend", -PRICE), ("refund", PRICE)]
    assert desk.events(job_id)[-1][0::2] == ("failed", "job_failed")
    assert desk.files() == []
    assert desk.unexplained() == 0


def withdraw(desk: Desk) -> None:
    """The user takes the consent back."""
    with desk.units.begin() as unit:
        (consent,) = unit.consents.all(desk.user.id)
        unit.consents.withdraw(consent.id, desk.clock())
