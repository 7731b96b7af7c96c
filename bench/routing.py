"""How long the router takes for one decision: many engines, random standings, random orders."""

from __future__ import annotations

import gc
import random
import time
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

from doubles.routing import ASK, NOW, model, routes, standing

from bench import machine
from bench.report import table
from tuanyuan.domain.capabilities import Limits
from tuanyuan.domain.health import REMEMBERED, Health
from tuanyuan.domain.routes import Routes
from tuanyuan.domain.routing import Ask, Standing, route

ENGINES, MODELS, STUDIOS, DECISIONS, SEED = 12, 3, 200, 10_000, 1
TARGET_MS = 1.0


def measure() -> str:
    chance = random.Random(SEED)
    names = [f"engine{number}" for number in range(ENGINES)]
    rules = routes(*names, daily_stop_fen=20_000)
    worst = [
        standing(name, *(model(f"model{m}") for m in range(MODELS)), health=_health(name, chance)) for name in names
    ]
    apart = [replace(one, models={m.id: _health(m.id, chance) for m in one.capabilities.models}) for one in worst]
    studios = [[_standing(name, chance) for name in names] for _ in range(STUDIOS)]
    asks = [_ask(chance) for _ in range(STUDIOS)]
    rows = (
        ("random standings and orders", _times(rules, asks, studios)),
        ("every model passes every gate", _times(rules, [ASK], [worst])),
        ("… and each has a record of its own", _times(rules, [ASK], [apart])),
    )
    head = (
        f"one decision over {ENGINES} engines × {MODELS} models",
        "median, ms",
        "99 %, ms",
        "99 %, ms of processor",
        "target",
    )
    lines = [
        (name, _at(wall, 0.5), _at(wall, 0.99), _at(processor, 0.99), f"99 % ≤ {TARGET_MS:g}")
        for name, (wall, processor) in rows
    ]
    return f"{machine.describe(('tuanyuan',))} {DECISIONS} decisions each, one thread.\n\n" + table(head, lines)


def _times(
    rules: Routes, asks: Sequence[Ask], studios: Sequence[Sequence[Standing]]
) -> tuple[list[float], list[float]]:
    """Milliseconds of each decision on the clock, and of processor time; sorted. Every decision reads fresh records."""
    gc.collect()
    wall, processor = [], []
    for number in range(DECISIONS):
        ask, studio = asks[number % len(asks)], [_fresh(one) for one in studios[number % len(studios)]]
        began, worked = time.perf_counter(), time.thread_time()
        route(ask, rules, studio, NOW)
        processor.append((time.thread_time() - worked) * 1000)
        wall.append((time.perf_counter() - began) * 1000)
    return sorted(wall), sorted(processor)


def _fresh(one: Standing) -> Standing:
    """The same, with nothing computed yet."""
    return replace(one, health=replace(one.health), models={m: replace(health) for m, health in one.models.items()})


def _at(times: Sequence[float], share: float) -> str:
    return f"{times[min(int(share * len(times)), len(times) - 1)]:.3f}"


def _health(name: str, chance: random.Random) -> Health:
    record = tuple((chance.random() < 0.9, chance.uniform(1, 60)) for _ in range(REMEMBERED))
    return Health(name, record, seen_at=NOW - timedelta(seconds=chance.uniform(0, 600)))


def _standing(name: str, chance: random.Random) -> Standing:
    models = (
        model(
            f"model{number}",
            grade=chance.choice(("standard", "enhanced")),
            price_fen=chance.randrange(60),
            references=chance.randrange(1, 11),
            needs_address=chance.random() < 0.3,
        )
        for number in range(MODELS)
    )
    health = _health(name, chance)
    return standing(
        name,
        *models,
        region=chance.choice(("here", "cn", "cn", "abroad")),
        limits=Limits(concurrency=4, rate=20),
        health=chance.choice((health, health, health, health.failed(1, NOW), health.out_of_credit(NOW))),
        open={"model0": chance.randrange(6)},
        recent_calls=chance.randrange(25),
        spent_today_fen=chance.randrange(20_000),
    )


def _ask(chance: random.Random) -> Ask:
    return replace(
        ASK,
        grade=chance.choice(("standard", "enhanced")),
        references=chance.randrange(1, 6),
        ceiling_fen=chance.choice((None, 42, 208, 552)),
        export=chance.random() < 0.5,
        addresses=chance.random() < 0.7,
        asked=frozenset(chance.sample(("seed", "size", "mode", "fidelity"), 2)),
    )
