"""What happened: a job's whole story, a transcript of all, and the figures of a run."""

from __future__ import annotations

import hashlib
import math
from collections import Counter
from typing import TYPE_CHECKING, Any

from tuanyuan.domain.routing import Route, Skip, Step

if TYPE_CHECKING:
    from simulation.world import World


def story(world: World, job_id: str) -> str:
    """One job from its order to its end: steps and deaths of workers, attempts with reasons, what was sent, events."""
    placed = world.placed[job_id]
    sent = [one for engine in world.engines for one in world.record.by_job.get((job_id, engine), ())]
    person, request = placed.person, placed.request
    with world.units.read() as unit:
        job = unit.jobs.find(job_id)
        attempts, events = unit.jobs.attempts(job_id), unit.jobs.events(0, job_id)
    who = f"{person.edition}{' high' if person.high else ''}, {person.granted}"
    lines = [f"job {job_id} at {placed.at:.1f} s: {request.feature}, {request.tier}, {request.options}, {who}"]
    lines.append(f"  cost {placed.cost}, ceiling {placed.cost * world.credit_fen} fen, {len(request.photos)} photos")
    if job is not None:
        lines.append(
            f"  {job.status}, {len(job.candidates)} pictures, {job.claims} claims, {(job.error or {}).get('code')}"
        )
    for attempt in attempts:
        told = f"{attempt.outcome} {attempt.code or ''}".strip()
        ended = f"{attempt.finished_at:%H:%M:%S}" if attempt.finished_at else "no end"
        lines.append(
            f"  attempt {attempt.number} {attempt.id[:8]} {attempt.engine} {attempt.model}: {told}, "
            f"{attempt.cost_fen} fen, {attempt.created_at:%H:%M:%S} to {ended}"
        )
        if attempt.reason:
            lines.append(f"    {explained(attempt.reason)}")
    lines += [
        f"  sent {s.attempt[:8]} to {s.engine} {s.model} for {s.asked} at {s.at - world.began:.1f} s: "
        f"{s.outcome} {s.code}"
        for s in sorted(sent, key=lambda one: one.at)
    ]
    lines += [
        f"  {engine} took {work.id} for {attempt[:8]}: {work.fault or 'well'}, bills {work.pictures}"
        for attempt in (attempt.id for attempt in attempts)
        for engine, work in world.record.taken.get(attempt, ())
    ]
    lines += [f"  step {at:.1f} s {name}" for at, name in world.steps.get(job_id, ())]
    lines += [f"  event {event.status} {event.progress} {event.message}" for event in events]
    return "\n".join(lines)


def explained(reason: dict[str, Any]) -> str:
    """The router's decision in its own words."""
    steps = tuple(Step(**{**step, "reasons": tuple(step["reasons"])}) for step in reason["steps"])
    skipped = tuple(Skip(**skip) for skip in reason["skipped"])
    return Route(reason["route"], steps, skipped).explain()[1]


def transcript(world: World) -> str:
    """Every job's story in the order of the orders, and the figures: equal for equal seeds."""
    return "\n".join([*(story(world, job_id) for job_id in world.placed), figures(world)])


def figures(world: World) -> str:
    """Counts by engine and outcome, falls to the next engine, times, deaths, faults."""
    outcomes: Counter[tuple[str, str]] = Counter()
    statuses: Counter[str] = Counter()
    falls, seconds, costs, billed = 0, [], 0, 0
    with world.units.read() as unit:
        for job_id in world.placed:
            job = unit.jobs.find(job_id)
            if job is None:
                continue
            statuses["from the cache" if job.cached_from else job.status] += 1
            attempts = unit.jobs.attempts(job_id)
            outcomes.update((a.engine, a.outcome) for a in attempts)
            falls += max(0, len({a.engine for a in attempts}) - 1)
            costs += sum(a.cost_fen for a in attempts)
            if job.status == "completed" and job.finished_at and not job.cached_from:
                seconds.append((job.finished_at - job.created_at).total_seconds())
    billed = sum(work.pictures for _, _, work in world.record.works)
    names = ("succeeded", "failed", "refused", "unknown", "lost")
    lines = [f"seed {world.seed}: {len(world.placed)} jobs in {world.ended_at / 3600:.1f} virtual hours"]
    lines.append("jobs: " + ", ".join(f"{name} {count}" for name, count in sorted(statuses.items())))
    lines.append("orders refused: " + ", ".join(f"{name} {count}" for name, count in sorted(world.refusals.items())))
    lines.append(
        f"{'engine':10} {'sent':>6} {'taken':>6} " + " ".join(f"{name:>9}" for name in names) + " most-at-once"
    )
    for engine in world.engines:
        sent = sum(s.engine == engine for s in world.record.sent)
        taken = sum(name == engine for _, name, _ in world.record.works)
        counts = " ".join(f"{outcomes[engine, name]:9}" for name in names)
        lines.append(f"{engine:10} {sent:6} {taken:6} {counts} {world.record.high.get((engine, ''), 0):6}")
    lines.append(f"falls to the next engine {falls}, our costs {costs} fen, pictures billed {billed}")
    lines.append(f"seconds of a completed job: median {_rank(seconds, 0.5):.0f}, p95 {_rank(seconds, 0.95):.0f}")
    lines.append("deaths of workers: " + ", ".join(f"{name} {count}" for name, count in sorted(world.deaths.items())))
    faults: Counter[str] = Counter()
    for weather in world.weather.values():
        faults.update(weather.drawn)
    lines.append("faults: " + ", ".join(f"{name} {count}" for name, count in sorted(faults.items())))
    lines.append(f"credit {world.credit_fen} fen, daily stops {world.stops}, addresses {world.addresses}")
    return "\n".join(lines)


def digest(told: str) -> str:
    """Of a transcript, to compare runs by."""
    return hashlib.sha256(told.encode()).hexdigest()[:16]


def _rank(seconds: list[float], share: float) -> float:
    return sorted(seconds)[math.ceil(share * len(seconds)) - 1] if seconds else 0.0
