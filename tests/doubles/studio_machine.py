"""A machine that plays users, workers and the world at random, and looks after each move whether all is explained.

The books are real (SQLite), the services are real; only the engine, the clock and the crashes are played. A crash is an
exception at a checkpoint that nothing catches; after it the workflow runs from the start, as the queue would do it.
"""

from __future__ import annotations

import json
import shutil
import tempfile
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, initialize, invariant, rule

from doubles.books import EmptySqlite, RecordingUnits, at_once
from doubles.studio import Crash, Desk
from tuanyuan.domain.engine import EngineResult, InputRefused, OutputRefused, TaskRef, Throttled, Transient, Unknown
from tuanyuan.domain.errors import Conflict, CreditsShort, StudioError, TooMany
from tuanyuan.domain.job import Job
from tuanyuan.services.ordering import china_day

CHECKPOINTS = [
    *(f"{step}:{side}" for step in ("claim", "prepare", "make", "record", "fail") for side in ("before", "after")),
    "make:submitting",
    "make:submitted",
    "make:answered",
    "make:kept",
]
SAYINGS = ["pictures", "few", "none", "refused", "output", "throttled", "failed", "lost", "task", "bug"]


class Studio(RuleBasedStateMachine):
    jobs = Bundle("jobs")
    empty: EmptySqlite

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp(prefix="tuanyuan-"))
        self.database = self.empty.database(self.folder)
        self.units = RecordingUnits(self.database)
        self.units.now = datetime(2026, 2, 16, 3, tzinfo=UTC)
        self.latest = self.units.now
        self.desk = Desk(self.units, self.folder)
        self.bought = 0
        self.keys = 0
        self.free: dict[str, str] = {}  # China day → the job that has it, as the rules say

    def teardown(self) -> None:
        for job in self._jobs():
            self._work(job.id)
            self._work(job.id)
            self.desk.generation.abandoned(job.id)
        self.explained()
        assert all(job.status in ("completed", "failed", "cancelled") for job in self._jobs())
        self.database.close()
        shutil.rmtree(self.folder)

    @initialize()
    def one_photo(self) -> None:
        self.photo = self.desk.photo()

    # What users do.

    @rule(target=jobs, tier=st.sampled_from(["credits", "credits", "free"]), again=st.booleans())
    def submit(self, tier: str, again: bool) -> str:
        day = china_day(self.units.now)
        before = self.desk.balance()
        try:
            job = self.desk.submit(self.desk.order(self.photo, tier=tier, again=again))
        except CreditsShort:
            assert before < self.desk.shelf.price
            return ""
        except TooMany:
            return ""
        except Conflict:
            assert day in self.free
            return ""
        if tier == "free" and not job.cached_from:
            assert day not in self.free
            self.free[day] = job.id
        assert before - self.desk.balance() == job.cost
        return job.id

    @rule(target=jobs, others=st.integers(1, 2))
    def the_same_order_many_times_at_once(self, others: int) -> str:
        """A nervous finger: one Idempotency-Key, several requests."""
        self.keys += 1
        key, before = f"key-{self.keys}", self.desk.balance()
        request = self.desk.order(self.photo, again=True)

        def tap() -> tuple[int, bytes]:
            with self.units.begin() as unit:
                known = unit.keys.claim(self.desk.user.id, key, "fingerprint", self.units.now)
                if known is not None:
                    return known
                job = self.desk.jobs.submit(unit, self.desk.user, request)
                body = json.dumps({"id": job.id}).encode()
                unit.keys.answer(self.desk.user.id, key, 202, body)
                return 202, body

        answers = at_once(*[tap] * (others + 1))
        if all(isinstance(a, CreditsShort | TooMany) for a in answers):
            assert self.desk.balance() == before
            return ""
        (answer,) = set(answers)
        assert before - self.desk.balance() == self.desk.shelf.price
        return str(json.loads(answer[1])["id"])

    @rule(job=jobs)
    def cancel(self, job: str) -> None:
        if not job:
            return
        was = self.desk.job(job).status
        try:
            with self.units.begin() as unit:
                self.desk.jobs.cancel(unit, self.desk.user.id, job)
        except Conflict:
            assert was != "pending"

    @rule(job=jobs, which=st.integers(0, 3))
    def pick(self, job: str, which: int) -> None:
        found = self.desk.job(job) if job else None
        if found is None or which >= len(found.candidates):
            return
        chosen = found.candidates[which].id
        try:
            with self.units.begin() as unit:
                assert self.desk.jobs.pick(unit, self.desk.user.id, job, chosen).picked == chosen
        except Conflict:
            assert found.picked not in (None, chosen)

    @rule(amount=st.integers(1, 20), twice=st.booleans())
    def buy_credits(self, amount: int, twice: bool) -> None:
        self.bought += 1
        before = self.desk.balance()
        for _ in range(2 if twice else 1):
            with self.units.begin() as unit:
                self.desk.wallet.add(
                    unit, self.desk.user.id, "purchase", amount, f"payment:{self.bought}", f"{amount} 积分"
                )
        assert self.desk.balance() == before + amount

    @rule(price=st.integers(0, 9))
    def the_price_changes(self, price: int) -> None:
        self.desk.shelf.price = price

    # What the world does.

    @rule(minutes=st.integers(-90, 600))
    def time_passes_or_the_clock_jumps_back(self, minutes: int) -> None:
        now = self.units.now + timedelta(minutes=minutes)
        self.units.now = min(now, self.photo.created_at + timedelta(hours=23))
        self.latest = max(self.latest, self.units.now)

    @rule(said=st.lists(st.sampled_from(SAYINGS), min_size=1, max_size=4), resumable=st.booleans())
    def the_engine_is_about_to_say(self, said: list[str], resumable: bool) -> None:
        self.desk.engine.resumable = resumable
        self.desk.engine.script = [_act(word) for word in said]
        self.desk.engine.polls = []

    @rule(job=jobs, twice=st.booleans())
    def work(self, job: str, twice: bool) -> None:
        if job:
            self._work(job)
            if twice:
                self._work(job)

    @rule(job=jobs, at=st.lists(st.sampled_from(CHECKPOINTS), min_size=1, max_size=3))
    def work_while_workers_die(self, job: str, at: list[str]) -> None:
        for where in at if job else ():
            self.desk.crash_at = where
            self._work(job)
            self.desk.crash_at = None

    @rule(job=jobs)
    def the_workflow_breaks_down(self, job: str) -> None:
        if job:
            self.desk.generation.abandoned(job)

    def _work(self, job: str) -> None:
        with suppress(Crash):  # a worker may also die while it notes a bug
            try:
                self.desk.work(job)
            except ZeroDivisionError:
                self.desk.generation.fail(job, {"code": "unexpected", "fix": "us"})

    # What always holds.

    def _jobs(self) -> list[Job]:
        with self.units.read() as unit:
            return unit.jobs.all(self.desk.user.id, None, 1000)

    @invariant()
    def explained(self) -> None:
        with self.units.read() as unit:
            entries = unit.ledger.entries(self.desk.user.id, None, 10_000)
            shown = unit.ledger.balance(self.desk.user.id).balance
            assert unit.ledger.unexplained() == 0
        assert sum(e.amount for e in entries) == shown
        assert all(e.balance >= 0 for e in entries)
        by_job: dict[str, list[tuple[str, int]]] = {}
        for entry in reversed(entries):
            by_job.setdefault(entry.cause, []).append((entry.kind, entry.amount))
        for job in self._jobs():
            expected = [("spend", -job.cost)] if job.cost else []
            if job.cost and job.status in ("failed", "cancelled"):
                expected.append(("refund", job.cost))
            assert by_job.get(f"job:{job.id}", []) == expected, job

    @invariant()
    def each_picture_is_kept_once_and_only_for_a_job_that_has_it(self) -> None:
        with self.units.read() as unit:
            # What has ended stays ended for the sweep, though the clock may have jumped back since.
            now = self.latest
            living = [f for f in unit.files.living("", 10_000) if f.kind == "candidate" and f.expires_at > now]
        kept = {f.id for f in living if f.state == "kept"}
        wanted: dict[str, str] = {}
        for job in self._jobs():
            assert bool(job.candidates) == (job.status == "completed")
            if not job.cached_from:
                for candidate in job.candidates:
                    assert candidate.file not in wanted
                    wanted[candidate.file] = job.id
        assert set(wanted) <= kept
        made = {entry for job in self._jobs() if job.status == "processing" for entry in self._made(job.id)}
        assert kept - set(wanted) <= made

    @invariant()
    def a_free_day_is_held_by_the_job_that_used_it(self) -> None:
        ended = {job.id for job in self._jobs() if job.status in ("failed", "cancelled")}
        self.free = {day: job for day, job in self.free.items() if job not in ended}

    def _made(self, job_id: str) -> list[str]:
        with self.units.read() as unit:
            results = [a.result for a in unit.jobs.attempts(job_id) if a.result]
        return [candidate["file"] for result in results for candidate in result["candidates"]]


def _act(word: str) -> Any:
    errors: dict[str, StudioError] = {
        "refused": InputRefused("no_face"),
        "output": OutputRefused("engine_failed"),
        "throttled": Throttled("engine_failed"),
        "failed": Transient("engine_failed"),
        "lost": Unknown("engine_failed"),
    }
    if word == "bug":
        return ZeroDivisionError()
    if word == "task":
        return lambda engine, _: TaskRef(engine.name, f"task-{len(engine.calls)}")
    if word in errors:
        return errors[word]
    counts = {"few": 1, "none": 0}
    return lambda engine, request: _pictures(engine, counts.get(word, request.candidates))


def _pictures(engine: Any, count: int) -> EngineResult:
    result: EngineResult = engine.pictures(count)
    return result
