"""How engines are doing, for Prometheus: success rate and seconds of each model, cost of the day, who rests.

Out of the books, so the same in every process: take one, never their sum. Sums over a day of attempts by their index,
at most each 15 s.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import datetime, timedelta

from prometheus_client import CollectorRegistry, Gauge

from tuanyuan.domain.ports import Unit
from tuanyuan.domain.ports.engines import Outcomes
from tuanyuan.services.admission import china_midnight

FRESH_SECONDS = 15.0
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
# The newest calls of an hour that its 95th percentiles are taken from.
MOST_CALLS = 2000
# What counts for a success rate. What was refused is the picture's fault, and what is open is not known yet.
GOOD, BAD = "succeeded", frozenset({"failed", "unknown", "lost"})


class EngineGauges:
    """Gauges in `registry`. An engine or model that was not asked is not there."""

    def __init__(self, registry: CollectorRegistry) -> None:
        model = ["engine", "model", "window"]
        self._calls = Gauge(
            "tuanyuan_engine_calls", "Calls of the last hour and day.", [*model, "outcome"], registry=registry
        )
        self._rate = Gauge(
            "tuanyuan_engine_success_rate",
            "Share of the calls of the last hour and day that went well, refused ones left out.",
            model,
            registry=registry,
        )
        self._p95 = Gauge(
            "tuanyuan_engine_p95_seconds",
            "Seconds that 95 % of the good calls of the last hour took at most.",
            ["engine", "model"],
            registry=registry,
        )
        self._cost = Gauge(
            "tuanyuan_engine_cost_fen", "Fen that today's calls cost or may cost.", ["engine"], registry=registry
        )
        self._resting = Gauge(
            "tuanyuan_engine_resting", "1 while nothing is asked of it.", ["engine", "why"], registry=registry
        )

    def read(self, unit: Unit, at: datetime) -> None:
        """Everything anew, as of now."""
        for gauge in (self._calls, self._rate, self._p95, self._cost, self._resting):
            gauge.clear()
        self._count(unit.engines.outcomes(at - DAY, at - HOUR))
        for (engine, model), seconds in unit.engines.seconds(at - HOUR, MOST_CALLS).items():
            self._p95.labels(engine, model).set(sorted(seconds)[math.ceil(0.95 * len(seconds)) - 1])
        for engine, fen in unit.engines.spent(china_midnight(at)).items():
            self._cost.labels(engine).set(fen)
        for engine, health in unit.engines.health().items():
            resting = health.state(at) == "resting"
            self._resting.labels(engine, health.why if resting else "").set(resting)

    def _count(self, found: Sequence[Outcomes]) -> None:
        good: dict[tuple[str, str, str], int] = {}
        known: dict[tuple[str, str, str], int] = {}
        for told in found:
            for window, count in (("hour", told.lately), ("day", told.count)):
                if not count:
                    continue
                place = (told.engine, told.model, window)
                self._calls.labels(*place, told.outcome).set(count)
                if told.outcome == GOOD or told.outcome in BAD:
                    known[place] = known.get(place, 0) + count
                    good[place] = good.get(place, 0) + (count if told.outcome == GOOD else 0)
        for place, count in known.items():
            self._rate.labels(*place).set(good[place] / count)
