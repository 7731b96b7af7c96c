"""How an engine stands at one moment, and what that costs it in the route: places, as in `domain.routing`."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from tuanyuan.domain.capabilities import Capabilities, Model
from tuanyuan.domain.health import Health

# An engine on trial gets its one call where it belongs, else it would never come back.
PROBING = 0.2
# At its limit: behind the next one, not behind all. Waiting a moment is better than a much worse picture.
BUSY = 1.5
# Every tenth of success below 90 % is a place. Ten imagined calls at 90 % are added: one bad call is less than a place.
DISTRUST, TRUSTED, IMAGINED = 10.0, 0.9, 10
# Slow begins at twice the expected seconds; each doubling from there is a place, 2.5 at most; from five good calls.
SLOW, PATIENCE, SLOWEST, LEAST_TIMED = 1.0, 2.0, 2.5, 5
# Distrust and slowness count half for every 5 minutes without a call: who is never asked could never do better.
FADING_SECONDS = 300.0


@dataclass(frozen=True)
class Standing:
    """How one engine stands at this moment. problem: of its set-up. open: attempts under way, by the id of the model.

    recent_calls: in the period of its limits. daily_stop_fen: None: the default of the routes. models: health by the
    id of a model, where it is kept apart; the engine's own is for all others.
    """

    engine: str
    capabilities: Capabilities
    health: Health
    problem: str | None
    open: Mapping[str, int]
    recent_calls: int
    spent_today_fen: int
    daily_stop_fen: int | None
    models: Mapping[str, Health] = field(default_factory=dict)


Lag = tuple[str, float]  # a reason of `route_words.ASKED`, and the places that it costs


def lags(standing: Standing, model: Model, at: datetime, shared: dict[str, list[Lag]]) -> list[Lag]:
    """What holds the model back at this moment. shared: what was found for the engine's other models, by its name."""
    if model.id in standing.models:
        lived = list(_experience(standing, model, at))
    else:
        if standing.engine not in shared:
            shared[standing.engine] = list(_experience(standing, None, at))
        lived = shared[standing.engine]
    return [*lived, ("busy", BUSY)] if _busy(standing, model) else lived


def _experience(standing: Standing, model: Model | None, at: datetime) -> Iterator[Lag]:
    """What the last calls say of a model with a record of its own; None: of the engine."""
    health = standing.models[model.id] if model else standing.health
    if "probing" in (health.state(at), standing.health.state(at)):
        # What opened the circuit is known; it is for the one call to say whether it still holds.
        yield "probing", PROBING
        return
    if not health.recent:
        yield "new", 0.0
        return
    age = max((at - health.seen_at).total_seconds(), 0.0) if health.seen_at else 0.0
    fading = 0.5 ** (age / FADING_SECONDS)
    calls = len(health.recent)
    good = (health.success_rate or 0.0) * calls
    missing = TRUSTED - (good + TRUSTED * IMAGINED) / (calls + IMAGINED)
    if missing > 0:
        yield "failing", DISTRUST * missing * fading
    p95 = health.p95
    if p95 is not None and round(good) >= LEAST_TIMED:
        able = standing.capabilities
        # An engine's own record mixes its models: then nothing is slow that its slowest model may be.
        models = (model,) if model else able.models
        times = p95 / (PATIENCE * max(able.expected_seconds(m) for m in models))
        if times > 1:
            yield "slow", min(SLOW * math.log2(times), SLOWEST) * fading


def _busy(standing: Standing, model: Model) -> bool:
    """Whether it is at a limit. Of an engine that each worker has for itself, only the model's own limit is known."""
    limits, under_way = standing.capabilities.limits, standing.open
    return (
        (limits.everywhere and sum(under_way.values()) >= limits.concurrency)
        or (limits.rate is not None and standing.recent_calls >= limits.rate)
        or (model.open_at_once is not None and under_way.get(model.id, 0) >= model.open_at_once)
    )
