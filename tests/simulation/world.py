"""A studio of real services over real books, its providers, its workers, and the weather, all in virtual time."""

from __future__ import annotations

import asyncio
import threading
from collections import Counter
from collections.abc import Coroutine, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any
from urllib.parse import parse_qs, urlsplit

from simulation.baton import Crew, Hand, VirtualLoop
from simulation.crowd import Person, Placed
from simulation.gates import Gates
from simulation.pictures import OpeningPixels
from simulation.providers import PROVIDERS, opened
from simulation.record import Record
from simulation.weather import Weather

from tuanyuan.domain.capabilities import Limits
from tuanyuan.domain.errors import StudioError
from tuanyuan.domain.job import FINAL
from tuanyuan.engines.local.engine import LocalEngine
from tuanyuan.engines.sandbox import Fault
from tuanyuan.services.admission import Admission
from tuanyuan.services.briefing import Briefing
from tuanyuan.services.catalogue import Catalogues, Maker
from tuanyuan.services.consents import Consents
from tuanyuan.services.generation import Generation
from tuanyuan.services.jobs import Jobs
from tuanyuan.services.keeping import Keeping
from tuanyuan.services.lending import Lending
from tuanyuan.services.routing import Router
from tuanyuan.services.wallet import Wallet
from tuanyuan.store.catalogue import CatalogueFiles
from tuanyuan.store.consent_texts import read_texts
from tuanyuan.store.database import Database
from tuanyuan.store.prompts import PromptFiles
from tuanyuan.store.routes import read_routes
from tuanyuan.store.units import SqlUnit, SqlUnits
from tuanyuan.store.vault import open_vault
from tuanyuan.worker.generate import Generate

BEGAN = datetime(2026, 2, 16, 1, tzinfo=UTC)
SCENES = Path(__file__).parents[2] / "scenes"
BASE = "https://studio.example"
# Seconds between two orders, about; until a dead worker's job is taken over; after which it should have been over.
GAP, TAKEN_OVER, TOO_LONG = 12.0, (5.0, 60.0), 8 * 3600.0
IN_USE = 0.75
# Seconds from one restart of the ComfyUI server to the next.
RESTARTS = (600.0, 5400.0)
DIES_AT_A_POINT, DIES_WAITING, STALLS = 0.003, 0.003, 0.0008
CREDIT_FEN, STOPS = (14, 14, 40, 100), (None, None, 3_000, 1_000_000)


class CountedUnits(SqlUnits):
    """Real units; how many are open now."""

    open = 0

    @contextmanager
    def begin(self) -> Iterator[SqlUnit]:
        with self._counted(super().begin()) as unit:
            yield unit

    @contextmanager
    def read(self) -> Iterator[SqlUnit]:
        with self._counted(super().read()) as unit:
            yield unit

    @contextmanager
    def _counted(self, unit: Any) -> Iterator[SqlUnit]:
        self.open += 1
        try:
            with unit as opened_unit:
                yield opened_unit
        finally:
            self.open -= 1


class World:
    """One run. wrong: (rule, job, what) of every promise that was broken, the first one first.

    faults: chances of every provider, in place of its weather. engines: those in use, in place of drawn ones. gap:
    seconds between two orders, about.
    """

    def __init__(
        self,
        seed: int,
        jobs: int,
        database: Database,
        folder: Path,
        *,
        faults: Mapping[Fault, float] | None = None,
        engines: Sequence[str] = (),
        gap: float = GAP,
    ) -> None:
        self.seed, self.jobs_wanted = seed, jobs
        self.loop = VirtualLoop()
        self.crew = Crew(self.loop, self.drawn("crew"))
        self.record, self.wrong = Record(), list[tuple[str, str, str]]()
        self.placed: dict[str, Placed] = {}
        self.people: list[Person] = []
        self.refusals: Counter[str] = Counter()
        self.deaths: Counter[str] = Counter()
        self._ids, self._luck = self.drawn("ids"), self.drawn("luck")
        self.units = CountedUnits(database, lambda _session, job: self._posted.append(job.id), self.clock)
        self._posted: list[str] = []
        self._waiting: dict[str, list[tuple[int, str]]] = {}
        self._running: Counter[str] = Counter()
        self._memo: dict[str, dict[str, Any]] = {}
        self.steps: dict[str, list[tuple[float, str]]] = {}
        self._gap = gap
        self._build(folder, faults, engines)

    def drawn(self, what: str) -> Random:
        """Chances of their own for each part, so that one part's draws do not shift another's."""
        return Random(f"{self.seed}/{what}")

    def clock(self) -> datetime:
        return BEGAN + timedelta(milliseconds=int(self.loop.now * 1000))

    def seconds(self) -> float:
        return BEGAN.timestamp() + self.loop.now

    def new_id(self) -> str:
        return f"{self._ids.getrandbits(128):032x}"

    @property
    def began(self) -> float:
        """Seconds since 1970 when the run began."""
        return BEGAN.timestamp()

    def close(self) -> None:
        """Let everybody go home."""
        self.crew.close()
        for task in asyncio.all_tasks(self.loop):
            task.cancel()
        self.loop.run_until_complete(asyncio.sleep(0))
        self.loop.close()

    def broke(self, rule: str, job: str, what: str) -> None:
        """Note that a promise was broken."""
        self.wrong.append((rule, job, what))

    def _build(self, folder: Path, faults: Mapping[Fault, float] | None, wanted: Sequence[str]) -> None:
        rules = self.drawn("rules")
        drawn = [name for name in PROVIDERS if rules.random() < IN_USE]
        names = wanted or drawn or PROVIDERS
        vault = open_vault(f"fs://{folder}/vault", ["a secret of the simulation, long enough"])
        self.wallet = Wallet(self.clock, self.new_id)
        self.keeping = Keeping(self.units, vault, self.clock, self.new_id, b"s" * 32)
        self.pixels = pixels = OpeningPixels(self._pixels_take, lambda share: self._luck.random() < share)
        length = self.jobs_wanted * GAP + TOO_LONG
        self.weather = {name: Weather(self.drawn(name), self.seconds, length, faults) for name in names}
        self.fakes, engines = {}, {}
        for name in names:
            engines[name], self.fakes[name] = opened(
                name, self.weather[name], self.seconds, self.clock, self.fetch, self.record
            )
        self.gates = Gates(self)
        for engine in engines.values():
            engine.watch = self.gates.watch
        self.engines: dict[str, Any] = {
            **engines,
            "local": LocalEngine(pixels, Limits(2, everywhere=False, expected_seconds=8.0)),
        }
        self.credit_fen = rules.choice(CREDIT_FEN)
        self.stops = {name: stop for name in names if (stop := rules.choice(STOPS)) is not None}
        routes = replace(read_routes(), credit_fen=self.credit_fen, daily_stop_fen=None)
        self.addresses = rules.random() < 0.8
        admission = Admission(self.clock, self.stops)
        self.router = Router(self.engines, routes, self.clock, admission, addresses=self.addresses)
        makers = [Maker(name, engine.capabilities) for name, engine in self.engines.items()]
        catalogue = Catalogues(CatalogueFiles(SCENES), makers, self.addresses)
        lending = Lending(self.keeping, self.clock, self.new_id, BASE) if self.addresses else None
        self.consents = Consents(read_texts(), self.clock, self.new_id, lambda u, who: self.jobs.cancel_all(u, who))
        self.jobs = Jobs(
            self.wallet, catalogue, self.router, self.clock, self.new_id, require_consent=self.consents.require
        )
        self.generation = Generation(
            self.units,
            self.wallet,
            self.keeping,
            self.router,
            Briefing(pixels, PromptFiles(SCENES), lending),
            self.clock,
            self.new_id,
            run=self.run_call,
            sleep=self.sleep,
            checkpoint=self.checkpoint,
        )

    # What the services wait by.

    def sleep(self, seconds: float) -> None:
        self._no_unit("sleep")
        self.crew.sleep(seconds)

    def run_call(self, call: Coroutine[Any, Any, Any]) -> Any:
        self._no_unit("an engine")
        hand = self.crew.current
        if hand is not None and self._luck.random() < DIES_WAITING:
            self.loop.call_later(self._luck.uniform(0.0, 40.0), self._maybe_dies, hand)
        return self.crew.run(call)

    def checkpoint(self, name: str) -> None:
        self._no_unit(name)
        hand = self.crew.current
        assert hand is not None
        job = hand.name.partition(" ")[0]
        self.steps.setdefault(job, []).append((self.loop.now, name))
        drawn = self._luck.random()
        if drawn < DIES_AT_A_POINT:
            self._dies(hand, name)
            hand.park()
        # Between the note and the call nothing can stop a worker that wakes up: no provider asks who is in charge.
        if drawn > 1 - STALLS and name != "make:submitting":
            # Thought to be dead, and goes on later.
            self.deaths["stalled"] += 1
            self._take_over(job)
            self.crew.sleep(self._luck.uniform(60.0, 400.0))
        self.crew.sleep(self._luck.uniform(0.0, 0.3))

    def _pixels_take(self, least: float, most: float) -> None:
        if self.crew.current is not None:
            self.sleep(self._luck.uniform(least, most))

    def _no_unit(self, where: str) -> None:
        if self.units.open:
            self.broke("no unit is open while something is waited for", "", where)

    # Workers.

    def _maybe_dies(self, hand: Hand) -> None:
        if hand.task is not None and not hand.dead:
            self._dies(hand, "waiting")

    def _dies(self, hand: Hand, where: str) -> None:
        job, _, queue = hand.name.partition(" ")
        self.deaths[where] += 1
        self.steps.setdefault(job, []).append((self.loop.now, f"died: {where}"))
        self.crew.kill(hand)
        self._running[queue] -= 1
        self._take_over(job)
        self._dispatch(queue)

    def _take_over(self, job: str) -> None:
        self.loop.call_later(self._luck.uniform(*TAKEN_OVER), self._enqueue, job)

    def _enqueue(self, job_id: str) -> None:
        with self.units.read() as unit:
            job = unit.jobs.find(job_id)
        if job is not None and job.status not in FINAL:
            self._waiting.setdefault(job.queue, []).append((job.priority, job_id))
            self._waiting[job.queue].sort(key=lambda waiting: waiting[0])
            self._dispatch(job.queue)

    def _dispatch(self, queue: str) -> None:
        share = min(self.engines[queue.removeprefix("engine-")].capabilities.limits.concurrency, 16)
        waiting = self._waiting.get(queue, [])
        while waiting and self._running[queue] < share:
            self._running[queue] += 1
            _, job = waiting.pop(0)
            self.crew.begin(f"{job} {queue}", lambda job=job: self._carry(job, queue))

    def _carry(self, job_id: str, queue: str) -> None:
        steps = Generate(self.generation, "worker", threading.Event())

        def make(job: str, prepared: dict[str, Any]) -> dict[str, Any]:
            if job not in self._memo:
                made = steps.make(job, prepared)
                self.checkpoint("make:checkpoint")
                self._memo.setdefault(job, made)
            return self._memo[job]

        steps.run(job_id, make)
        self._running[queue] -= 1
        self.loop.call_soon(self._dispatch, queue)

    async def fetch(self, address: str) -> bytes:
        """A provider reads one of our pictures by its address, as the world would. ValueError: it does not hold."""
        parts = urlsplit(address)
        asked = {name: values[0] for name, values in parse_qs(parts.query).items()}
        try:
            with self.units.begin() as unit:
                file_id = parts.path.rpartition("/")[2]
                file = self.keeping.opened(unit, file_id, int(asked["expires"]), asked["signature"])
            return self.keeping.read(file)
        except StudioError as error:
            raise ValueError(error.code) from None
