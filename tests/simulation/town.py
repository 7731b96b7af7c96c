"""The people of a run: they come, order, think better of it, and take consents back, until the last job has ended."""

from __future__ import annotations

import asyncio

from simulation.crowd import CANCELS, SWAYS, WITHDRAWS, Crowd, Person, Placed
from simulation.pictures import photo
from simulation.world import RESTARTS, TOO_LONG, World

from tuanyuan.domain.consent import EXPORT_ABROAD, FACE_EDIT
from tuanyuan.domain.errors import StudioError
from tuanyuan.domain.job import FINAL
from tuanyuan.domain.kept import PHOTO_LIFE, KeptPhoto
from tuanyuan.domain.photo import FaceReport, PhotoReport
from tuanyuan.domain.user import Identity, User, UserSettings
from tuanyuan.store.units import SqlUnit

FACE = FaceReport((100, 100, 400, 400), 0.99, 300.0, 0.0, 0.0, 0.0)


class Town(World):
    """A world with people in it."""

    def live(self) -> None:
        """From the first order to the end of the last job, and an hour more."""
        asyncio.set_event_loop(self.loop)
        self.loop.run_until_complete(self._live())

    async def _live(self) -> None:
        crowd = Crowd(self.drawn("crowd"), max(20, self.jobs_wanted // 12))
        with self.units.begin() as unit:
            self.people = [self._arrives(unit, crowd) for _ in range(max(20, self.jobs_wanted // 12))]
        for person in self.people:
            self._stock(person)
        if "comfyui" in self.fakes:
            self.loop.call_later(self._luck.uniform(*RESTARTS), self._restarts)
        while len(self.placed) < self.jobs_wanted and self.loop.now < self.jobs_wanted * self._gap * 6:
            await asyncio.sleep(crowd.gap(self._gap))
            self._act(crowd)
        end = self.loop.now + TOO_LONG
        while self.loop.now < end and self._unfinished():
            await asyncio.sleep(60.0)
        self.ended_at = self.loop.now
        await asyncio.sleep(7200.0)
        while self.keeping.sweep(500):
            pass

    def _restarts(self) -> None:
        """The ComfyUI server loses its queue and its history."""
        self.deaths["ComfyUI"] += 1
        self.fakes["comfyui"].restart()
        self.loop.call_later(self._luck.uniform(*RESTARTS), self._restarts)

    def _unfinished(self) -> int:
        with self.units.read() as unit:
            return sum(count for (status, _), count in unit.jobs.counts().items() if status not in FINAL)

    def _arrives(self, unit: SqlUnit, crowd: Crowd) -> Person:
        person = crowd.someone(self.new_id())
        settings = UserSettings(quality="high" if person.high else "standard")
        # Plain words here.
        user = User(person.id, "guest", self.clock(), edition=person.edition, settings=settings)  # type: ignore[arg-type]
        assert unit.users.add(user, Identity("guest", person.id, person.id))
        for purpose, granted in person.granted.items():
            self.consents.answer(unit, person.id, purpose, granted)
        if person.earned:
            self.wallet.add(unit, person.id, "earn", person.earned, f"test:{person.id}", "more|more")
        return person

    def _stock(self, person: Person) -> None:
        for kind, count in (("person", 6), ("goods", 3)):
            person.shelf[kind] = [self._photo(person, kind) for _ in range(count)]

    def _photo(self, person: Person, kind: str) -> str:
        end = self.clock() + PHOTO_LIFE
        file = self.keeping.keep(person.id, "photo", "image/jpeg", photo(self._luck.getrandbits(60)), end)
        report = PhotoReport("a.jpg", True, 640, 800, (FACE,) if kind == "person" else (), ())
        kept = KeptPhoto(self.new_id(), person.id, file.id, "a.jpg", file.digest, report, self.clock(), end)
        with self.units.begin() as unit:
            unit.photos.add(kept)
        return kept.id

    def _act(self, crowd: Crowd) -> None:
        """Somebody orders; now and then somebody thinks better of it."""
        draw = crowd.random
        person = draw.choice(self.people)
        self._order(person, crowd)
        if draw.random() < SWAYS:
            self._answers(draw.choice(self.people), EXPORT_ABROAD, draw.random() < 0.5)
        if draw.random() < WITHDRAWS:
            self._answers(draw.choice(self.people), FACE_EDIT, False)

    def _order(self, person: Person, crowd: Crowd) -> None:
        request = crowd.order(person)
        try:
            with self.units.begin() as unit:
                user = unit.users.find(person.id)
                assert user is not None
                job = self.jobs.submit(unit, user, request)
        except StudioError as error:
            self._posted.clear()
            self.refusals[error.code] += 1
            return
        cached = job.cached_from is not None
        self.placed[job.id] = Placed(job.id, person, request, job.cost, self.loop.now, cached)
        posted, self._posted[:] = list(self._posted), []
        if posted != ([] if cached else [job.id]):
            self.broke("charge, job and queue are one", job.id, f"enqueued {posted}")
        if not cached:
            self._enqueue(job.id)
            if crowd.random.random() < CANCELS:
                self.loop.call_later(crowd.random.uniform(0.0, 30.0), self._cancel, person, job.id)

    def _cancel(self, person: Person, job_id: str) -> None:
        try:
            with self.units.begin() as unit:
                self.jobs.cancel(unit, person.id, job_id)
        except StudioError as error:
            self.refusals[error.code] += 1

    def _answers(self, person: Person, purpose: str, granted: bool) -> None:
        with self.units.begin() as unit:
            self.consents.answer(unit, person.id, purpose, granted)
        person.granted[purpose] = granted
