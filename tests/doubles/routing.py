"""Orders, engines and routes for the router: each healthy and fitting until a test says otherwise."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from tuanyuan.domain.capabilities import Capabilities, Limits, Model, Parameter
from tuanyuan.domain.health import Health
from tuanyuan.domain.parameters import PARAMETERS
from tuanyuan.domain.routes import Ceiling, Entry, Routes, Rule
from tuanyuan.domain.routing import Ask, Route, Standing, route

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
FEATURES = frozenset({"reunion", "makeover", "motion", "tryon", "fashion", "avatar", "product", "restore"})
ALL = {name: Parameter("sent", name) for name in PARAMETERS}
ASK = Ask(
    feature="reunion",
    edition="personal",
    tier="basic",
    grade="standard",
    outfit=False,
    references=3,
    size=(1920, 1440),
    candidates=4,
    ceiling_fen=208,
    region="cn",
    export=False,
    addresses=True,
    asked=frozenset(),
)


def model(model_id: str = "m", **changed: Any) -> Model:
    """A model that makes everything for 20 fen."""
    return replace(Model(model_id, FEATURES, references=10, price_fen=20), **changed)


def standing(engine: str, *models: Model, **changed: Any) -> Standing:
    """A healthy engine in the mainland that knows every parameter. Fields of capabilities or of the standing."""
    able = Capabilities(engine, engine, "cn", models or (model(),), Limits(concurrency=4), ALL)
    inner = {name: changed.pop(name) for name in ("region", "limits", "parameters") if name in changed}
    fields: dict[str, Any] = {
        "engine": engine,
        "capabilities": replace(able, **inner),
        "health": well(engine),
        "problem": None,
        "open": {},
        "recent_calls": 0,
        "spent_today_fen": 0,
        "daily_stop_fen": None,
    }
    return Standing(**{**fields, **changed})


def well(engine: str, seconds: float = 10.0) -> Health:
    """Fifty calls that all went well."""
    return Health(engine, ((True, seconds),) * 50, seen_at=NOW)


def sick(engine: str, good: int = 30, calls: int = 50, ago: float = 0.0) -> Health:
    """A closed circuit and a poor record. ago: seconds since the last call."""
    record = ((True, 10.0),) * good + ((False, 1.0),) * (calls - good)
    return Health(engine, record, seen_at=NOW - timedelta(seconds=ago))


def rule(*engines: str, name: str = "all", **conditions: Any) -> Rule:
    """A rule of entries written as in the file."""
    return Rule(name, tuple(Entry(*word.split(":", 1)) for word in engines), **conditions)


def routes(*engines: str, **changed: Any) -> Routes:
    """One rule for every order."""
    return replace(Routes((rule(*engines),), {"free": Ceiling(0, 0)}), **changed)


def routed(*standings: Standing, **changed: Any) -> Route:
    """The route of an order over these engines, preferred as they are given."""
    return route(replace(ASK, **changed), routes(*(s.engine for s in standings)), standings, NOW)


def engines(found: Route) -> list[str]:
    """Who is asked, in turn."""
    return [step.engine for step in found.steps]
