"""What must hold when everything has ended, reckoned from what people were told and what providers noted."""

from __future__ import annotations

from collections import Counter, defaultdict
from itertools import pairwise
from typing import TYPE_CHECKING

from tuanyuan.domain.job import FINAL, Attempt, Job
from tuanyuan.services.stages import candidate_file

if TYPE_CHECKING:
    from simulation.crowd import Person, Placed
    from simulation.world import World

    from tuanyuan.engines.sandbox import Accepted
    from tuanyuan.store.units import SqlUnit

# Who bills a fixed price for each picture; of the others it is only known that a picture is not for nothing.
FIXED = frozenset({"jimeng", "seedream"})
BILLING = FIXED | {"gemini", "openai", "replicate"}
ENDS = ("completed", "failed", "cancelled")
OURS = ("unexpected", "label_unverified", "object_damaged", "prompt_missing")


class Rules:
    """Notes in `world.wrong` every promise that was not kept."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._works: dict[str, list[Accepted]] = defaultdict(list)
        for attempt, _, work in world.record.works:
            self._works[attempt].append(work)

    def check(self) -> None:
        """All of it, once, after the end."""
        world = self._world
        for what in [*world.crew.broken, *world.record.broken]:
            world.broke("nothing breaks that should not", "", what)
        with world.units.read() as unit:
            for placed in world.placed.values():
                job = unit.jobs.find(placed.job)
                if job is None:
                    world.broke("no job is lost", placed.job, "not there")
                    continue
                attempts = unit.jobs.attempts(placed.job)
                self._ended(unit, job, attempts)
                self._shown(unit, placed, job)
                for attempt in attempts:
                    self._attempt(attempt)
            for person in world.people:
                self._money(unit, person)
            if unit.ledger.unexplained():
                world.broke("every credit is explained", "", str(unit.ledger.unexplained()))
            self._references(unit)
        self._strangers()

    def _ended(self, unit: SqlUnit, job: Job, attempts: list[Attempt]) -> None:
        broke = self._world.broke
        events = unit.jobs.events(0, job.id)
        ends = [event.status for event in events if event.status in ENDS]
        if job.status not in FINAL or ends != [job.status] or events[-1].status != job.status:
            broke("every job ends once", job.id, f"{job.status}, events {ends}")
        if any(later.progress < earlier.progress for earlier, later in pairwise(events)):
            broke("progress never falls", job.id, str([event.progress for event in events]))
        if job.status == "failed" and (job.error or {}).get("code") in OURS:
            broke("no job fails by our own fault", job.id, str(job.error))
        for attempt in attempts:
            if attempt.outcome in ("submitting", "submitted") or attempt.finished_at is None:
                broke("no attempt stays open", job.id, f"{attempt.engine} {attempt.id[:8]} {attempt.outcome}")

    def _shown(self, unit: SqlUnit, placed: Placed, job: Job) -> None:
        """A completed job has pictures, each another one; a failed one has none left."""
        broke = self._world.broke
        files = [unit.files.find(candidate.file, job.user_id) for candidate in job.candidates]
        if job.status == "completed":
            most = 1 if placed.request.tier == "free" else 4
            if not 1 <= len(files) <= most or not all(file and file.state == "kept" for file in files):
                broke("a completed job has its pictures", job.id, f"{len(files)} of {most}")
            digests = Counter(file.digest for file in files if file)
            if any(count > 1 for count in digests.values()):
                broke("no picture is shown twice", job.id, f"{sum(digests.values()) - len(digests)} times")
            return
        for rank in range(1, 5):
            kept = unit.files.find(candidate_file(job.id, rank))
            if kept is not None and kept.state == "kept":
                broke("a job that failed leaves no picture", job.id, f"rank {rank}")

    def _attempt(self, attempt: Attempt) -> None:
        """Against the provider's own book."""
        broke = self._world.broke
        works = self._works[attempt.id]
        if len(works) > 1:
            broke("an attempt is taken once", attempt.job_id, f"{attempt.engine} {attempt.id[:8]}: {len(works)} works")
        if attempt.reason is None and attempt.engine != "local":
            broke("each attempt carries the reason of its choice", attempt.job_id, attempt.engine)
        billed = self._billed(attempt, works)
        if billed > attempt.cost_fen:
            broke(
                "no bill is larger than what we noted",
                attempt.job_id,
                f"{attempt.engine} {attempt.id[:8]} {attempt.outcome} {attempt.code}: {billed} > {attempt.cost_fen}",
            )
        sent = self._world.record.of(attempt.id)
        heard = sent is not None and sent.outcome == "answered" and attempt.outcome == "succeeded"
        if attempt.engine in FIXED and heard and billed != attempt.cost_fen:
            what = f"{attempt.engine} {attempt.id[:8]}: {attempt.cost_fen}, billed {billed}"
            broke("what was answered costs what was billed", attempt.job_id, what)

    def _billed(self, attempt: Attempt, works: list[Accepted]) -> int:
        pictures = sum(work.pictures for work in works)
        if attempt.engine not in BILLING or not pictures:
            return 0
        model = self._world.engines[attempt.engine].capabilities.model(attempt.model)
        return pictures * model.price_fen if attempt.engine in FIXED and model else 1

    def _money(self, unit: SqlUnit, person: Person) -> None:
        """The balance from what was told at each order and how it ended."""
        broke = self._world.broke
        placed = [p for p in self._world.placed.values() if p.person is person]
        entries = unit.ledger.entries(person.id, None, 100_000)
        paid = 0
        for order in placed:
            job = unit.jobs.find(order.job)
            mine = sorted((e.kind, e.amount) for e in entries if e.cause == f"job:{order.job}")
            taken = [("spend", -order.cost)] if order.cost else []
            back = [("refund", order.cost)] if order.cost and job and job.status in ("failed", "cancelled") else []
            if mine != sorted([*taken, *back]):
                broke("paid once when completed, given back once when not", order.job, f"{job and job.status}: {mine}")
            paid += order.cost if job and job.status == "completed" else 0
        if unit.ledger.balance(person.id).balance != person.earned - paid:
            has = unit.ledger.balance(person.id).balance
            broke("a balance is what was earned without what was paid", "", f"{has} != {person.earned} - {paid}")

    def _references(self, unit: SqlUnit) -> None:
        """Copies under an address are gone."""
        for file in unit.files.living("", 1_000_000):
            if file.kind == "reference" and file.state != "erased":
                self._world.broke("copies under an address end with the job", "", f"{file.id} {file.expires_at}")

    def _strangers(self) -> None:
        """Providers took nothing that we did not send."""
        sent = {sent.attempt for sent in self._world.record.sent}
        for attempt, engine, work in self._world.record.works:
            if attempt not in sent:
                self._world.broke("providers take only what was sent", "", f"{engine} {work.id}")
