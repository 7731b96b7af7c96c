"""Whether an engine may be asked now, over all workers together; and what is noted of how it went.

An engine's bounds are kept by counting the attempts that are written down, in the unit in which one more is: the
engine's row is held meanwhile, so that of many at once each sees the others.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import structlog

from tuanyuan.domain.capabilities import Model
from tuanyuan.domain.engine import Engine, EngineSetup, InputRefused, OutputRefused, Throttled, Unknown
from tuanyuan.domain.errors import StudioError
from tuanyuan.domain.health import Health
from tuanyuan.domain.ports import Clock, Unit
from tuanyuan.services.ordering import CHINA

log = structlog.get_logger(__name__)
# Ask again after so many seconds when our own bound is reached.
FULL_WAIT = 2


def china_midnight(at: datetime) -> datetime:
    """When the day began in China: daily stops count from there."""
    return at.astimezone(CHINA).replace(hour=0, minute=0, second=0, microsecond=0)


@dataclass(frozen=True)
class Admission:
    """stops: the most that an engine may cost a day, in fen, by name; without a name there is no stop.

    An engine that is `complete` costs nothing and keeps its own bounds: it is always let through, and never noted.
    """

    clock: Clock
    stops: Mapping[str, int] = field(default_factory=dict)

    def enter(self, unit: Unit, engine: Engine, model: Model, cost_fen: int) -> None:
        """Before an attempt is opened, in its unit. Throttled engine_throttled: the bounds are reached.

        EngineSetup engine_daily_stop: with this attempt it would cost more than it may today.
        """
        if engine.capabilities.complete:
            return
        at = self.clock()
        health = unit.engines.hold(engine.name, at)
        at_work = {m: count for (name, m), count in unit.engines.under_way().items() if name == engine.name}
        if self._full(unit, engine, model, health, at_work, at):
            full = Throttled("engine_throttled")
            full.retry_after = FULL_WAIT
            raise full
        stop = self.stops.get(engine.name)
        if stop is not None and unit.engines.spent(china_midnight(at)).get(engine.name, 0) + cost_fen > stop:
            log.warning("engine_daily_stop", engine=engine.name, stop_fen=stop)
            raise EngineSetup("engine_daily_stop", engine=engine.name)

    def _full(
        self,
        unit: Unit,
        engine: Engine,
        model: Model,
        health: Health,
        at_work: Mapping[str, int],
        at: datetime,
    ) -> bool:
        limits = engine.capabilities.limits
        everything = sum(at_work.values())
        if health.state(at) == "probing" and everything:
            return True
        if everything >= limits.concurrency or at_work.get(model.id, 0) >= (model.open_at_once or limits.concurrency):
            return True
        since = at - timedelta(seconds=limits.period)
        return limits.rate is not None and unit.engines.calls(engine.name, since) >= limits.rate

    def went(self, unit: Unit, engine: Engine, seconds: float, error: StudioError | None = None) -> None:
        """Note how an attempt of `seconds` went; None: well. What was refused says nothing of the engine's health."""
        if engine.capabilities.complete or isinstance(error, InputRefused | OutputRefused):
            return
        at = self.clock()
        before = unit.engines.hold(engine.name, at)
        after = _after(before, seconds, at, error)
        unit.engines.note(after, at)
        if after.rests_until != before.rests_until and after.rests_until:
            log.warning("engine_rests", engine=engine.name, why=after.why, until=after.rests_until.isoformat())


def _after(health: Health, seconds: float, at: datetime, error: StudioError | None) -> Health:
    if error is None:
        return health.succeeded(seconds, at)
    if isinstance(error, EngineSetup):
        if error.code == "engine_daily_stop":
            return health
        return health.out_of_credit(at) if error.code == "engine_out_of_credit" else health.set_up_wrong(at)
    if isinstance(error, Throttled):
        return health.throttled(error.retry_after, at)
    if isinstance(error, Unknown):
        return health.lost(seconds, at)
    return health.failed(seconds, at)
