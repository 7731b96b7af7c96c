"""What must hold in the moment in which something is sent to a provider, looked at from outside of the services."""

from __future__ import annotations

import json
from datetime import timedelta, timezone
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from tuanyuan.domain.engine import EngineRequest

if TYPE_CHECKING:
    from simulation.record import Sent
    from simulation.world import World

_CHINA = timezone(timedelta(hours=8))
_ATTEMPT = sa.text("SELECT * FROM attempts WHERE id = :id")
_SPENT = sa.text("SELECT coalesce(sum(cost_fen), 0) FROM attempts WHERE job_id = :job AND id <> :id")


class Gates:
    """Notes in `world.wrong` whatever should not have been sent."""

    def __init__(self, world: World) -> None:
        self._world = world

    def watch(self, sent: Sent, request: EngineRequest) -> None:
        """Called before each call of an engine's `submit`."""
        with self._world.units.read() as unit:
            row = unit.session.execute(_ATTEMPT, {"id": sent.attempt}).mappings().one_or_none()
            told = {"job": sent.job, "id": sent.attempt}
            spent = int(unit.session.execute(_SPENT, told).scalar_one())
            status = unit.jobs.find(sent.job)
        self._written(sent, row)
        self._blind(sent)
        self._at_once(sent)
        self._people(sent)
        self._money(sent, request, spent)
        if status is None or status.status != "processing":
            self._broke("nothing is sent for a job that has ended", sent, str(status and status.status))

    def _broke(self, rule: str, sent: Sent, what: str) -> None:
        self._world.broke(rule, sent.job, f"{sent.engine} {sent.model} {sent.attempt[:8]}: {what}")

    def _written(self, sent: Sent, row: Any) -> None:
        """An attempt is written down, with its reason, before anything is sent."""
        if row is None or row["outcome"] != "submitting" or row["finished_at"] is not None:
            self._broke("an attempt is written down before it is sent", sent, str(row and row["outcome"]))
            return
        reason = row["reason"]
        if isinstance(reason, str):
            reason = json.loads(reason)
        step = reason["steps"][reason["step"]] if reason else {}
        if (step.get("engine"), step.get("model")) != (sent.engine, sent.model):
            self._broke("each attempt carries the reason of its choice", sent, str(step))

    def _blind(self, sent: Sent) -> None:
        """What may have been taken is not sent again: what is lost, under way or good is never more than wanted."""
        world, seen = self._world, self._world.pixels.seen
        out, good = sent.asked, set[str]()
        for before in world.record.by_job.get((sent.job, sent.engine), ()):
            if before.attempt == sent.attempt and before.code != "engine_throttled":
                self._broke("an attempt is sent once", sent, before.code)
            if before.outcome == "answered" and all(digest in seen for digest in before.pictures):
                good.update(digest for digest in before.pictures if seen[digest])
            elif before.outcome not in ("refused", "never"):
                out += before.asked
        wanted = 1 if world.placed[sent.job].request.tier == "free" else 4
        if out + len(good) > wanted:
            self._broke("a lost answer is never sent again", sent, f"{out} out, {len(good)} good, {wanted} wanted")

    def _at_once(self, sent: Sent) -> None:
        """Never more calls and tasks under way than the engine and its model take."""
        able = self._world.engines[sent.engine].capabilities
        model = able.model(sent.model)
        there = [
            other
            for other in self._world.record.under_way.values()
            if other.engine == sent.engine and (other.outcome == "open" or self._awaited(other))
        ]
        same = [other for other in there if other.model == sent.model]
        most = model.open_at_once or able.limits.concurrency
        if len(there) >= able.limits.concurrency or len(same) >= most:
            names = [f"{other.attempt[:8]} of {other.job[:8]} {other.outcome}" for other in there]
            self._broke("no engine has more at once than it takes", sent, ", ".join(names))

    def _awaited(self, other: Sent) -> bool:
        """Whether a task is still asked for: what was given up with its job takes no place with us."""
        with self._world.units.read() as unit:
            row = unit.session.execute(_ATTEMPT, {"id": other.attempt}).mappings().one()
        return row["finished_at"] is None

    def _people(self, sent: Sent) -> None:
        person, engine = self._world.placed[sent.job].person, self._world.engines[sent.engine]
        if not person.granted["face_edit"]:
            self._broke("nothing is sent without consent", sent, "face_edit")
        if engine.capabilities.region == "abroad" and not person.granted["export_abroad"]:
            self._broke("nothing goes abroad without its own consent", sent, engine.capabilities.region)
        model = engine.capabilities.model(sent.model)
        if model.needs_address and not (self._world.addresses and all(sent.addresses)):
            self._broke("who needs an address gets one", sent, str(sent.addresses))

    def _money(self, sent: Sent, request: EngineRequest, spent: int) -> None:
        placed, model = self._world.placed[sent.job], request.model
        assert model is not None
        cost = model.price_fen * request.candidates
        ceiling = 0 if placed.request.tier == "free" else placed.cost * self._world.credit_fen
        if cost and spent + cost > ceiling:
            self._broke("no job costs more than its ceiling", sent, f"{spent} + {cost} > {ceiling}")
        stop = self._world.stops.get(sent.engine)
        if stop is not None:
            midnight = self._world.clock().astimezone(_CHINA).replace(hour=0, minute=0, second=0, microsecond=0)
            with self._world.units.read() as unit:
                today = unit.engines.spent(midnight).get(sent.engine, 0)
            if today > stop:
                self._broke("no engine costs more a day than its stop", sent, f"{today} > {stop}")
