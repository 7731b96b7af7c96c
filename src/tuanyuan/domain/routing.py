"""Which engine is asked for a picture, and which ones after it if it fails: pure, so that a decision can be replayed.

The first rule of the routes that fits the order names engines, the preferred first, and healthy engines keep that
order. Gates leave engines out. What remains is scored in *places*: 1.0 is the distance to the next engine of the rule.
docs/decisions/0008-the-router.md tells why it weighs as it does.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from tuanyuan.domain import route_words
from tuanyuan.domain.capabilities import Grade, Model
from tuanyuan.domain.health import Health
from tuanyuan.domain.job import Tier
from tuanyuan.domain.routes import Entry, Routes, Rule
from tuanyuan.domain.standing import Lag, lags
from tuanyuan.domain.standing import Standing as Standing
from tuanyuan.domain.user import Edition

# In places. Even with `standing.PROBING` the two are less than one place: among healthy engines they choose an engine's
# model and never the engine.
OTHER_GRADE = 0.5  # a model of another grade than was asked for
PRICE = 0.2  # a cost as high as the ceiling; half the ceiling: half of it
SIZES = frozenset({"size", "resolution"})


@dataclass(frozen=True)
class Ask:
    """One order, as far as it decides who makes it.

    grade: "enhanced" for a premium pass, quality "high" or the business edition. references: pictures that go in.
    size: (width, height) wanted. candidates: pictures still wanted. ceiling_fen: the most the job may cost; None: no
    end; the free tier's is always 0. spent_fen: what it has cost already. region: where the studio runs. export:
    consent to send abroad. addresses: whether there are public ones. asked: parameters that the order names itself.
    tried: engines that have failed for this job. seconds: of a clip, which is paid by the second.
    """

    feature: str
    edition: Edition
    tier: Tier
    grade: Grade
    outfit: bool
    references: int
    size: tuple[int, int]
    candidates: int
    ceiling_fen: int | None
    region: str
    export: bool
    addresses: bool
    asked: frozenset[str]
    mask: bool = False
    spent_fen: int = 0
    tried: frozenset[str] = frozenset()
    seconds: int = 5

    def cost_fen(self, model: Model) -> int:
        """What the pictures or clips would cost at the model."""
        width, height = self.size
        return model.cost_fen(self.candidates, seconds=self.seconds, area=width * height, references=self.references)

    @property
    def ceiling(self) -> int | None:
        """The most that the job may cost, in fen. The free tier's is 0, whatever was told."""
        return 0 if self.tier == "free" else self.ceiling_fen


@dataclass(frozen=True)
class Step:
    """An engine to ask, after those before it. score: the places it lags, negative. reasons: of `ASKED`."""

    engine: str
    model: str
    cost_fen: int
    score: float
    reasons: tuple[str, ...]


@dataclass(frozen=True)
class Skip:
    """What is left out, the whole engine where `model` is empty. reason: of `SKIPPED`; detail: its fact."""

    engine: str
    model: str
    reason: str
    detail: str = ""


@dataclass(frozen=True)
class Route:
    """The decision. name: of the rule; empty: none fits. steps: no engine twice. skipped: in the order of the rule."""

    name: str
    steps: tuple[Step, ...]
    skipped: tuple[Skip, ...]

    def explain(self) -> tuple[str, str]:
        """In short sentences, Chinese and English. An engine that is asked is not told for its other models."""
        asked = {step.engine for step in self.steps}
        left = [(skip.engine, route_words.skipped(skip.reason, skip.detail)) for skip in self.skipped]
        return route_words.sentences(
            self.name,
            [(step.engine, route_words.asked(step.reasons)) for step in self.steps],
            list(dict.fromkeys(line for line in left if line[0] not in asked)),
        )

    def as_dict(self) -> dict[str, Any]:
        """JSON, for the log."""
        return {
            "route": self.name,
            "steps": [asdict(s) for s in self.steps],
            "skipped": [asdict(s) for s in self.skipped],
        }


def route(ask: Ask, routes: Routes, standings: Sequence[Standing], at: datetime) -> Route:
    """Who is asked, in turn. Every engine of the rule is in `steps` or in `skipped`; equal input gives equal output.

    at: the moment, aware (UTC).
    """
    rule = next((r for r in routes.rules if r.fits(ask.feature, ask.edition, ask.tier, ask.grade, ask.outfit)), None)
    if rule is None:
        return Route("", (), ())
    known = {standing.engine: standing for standing in standings}
    able: list[tuple[int, Standing, Model]] = []
    skipped: list[Skip] = []
    for name, entries in _by_engine(rule).items():
        standing = known.get(name)
        if standing is None:
            skipped.append(Skip(name, "", "not_in_use"))
            continue
        for found in _gated(ask, standing, entries, routes, at):
            if isinstance(found, Skip):
                skipped.append(found)
            else:
                able.append((found[0], standing, found[1]))
    # A place is a place among those that can be asked: engines that are not in use do not push the last ones away.
    places = {position: float(place) for place, position in enumerate(sorted({position for position, _, _ in able}))}
    best: dict[str, Step] = {}
    shared: dict[str, list[Lag]] = {}
    for position, standing, model in able:
        step = _scored(ask, model, places[position], lags(standing, model, at, shared), standing.engine)
        if standing.engine not in best or _order(step) < _order(best[standing.engine]):
            best[standing.engine] = step
    return Route(rule.name, tuple(sorted(best.values(), key=_order)), tuple(skipped))


def _order(step: Step) -> tuple[float, str, str]:
    return -step.score, step.engine, step.model


def _by_engine(rule: Rule) -> dict[str, list[tuple[int, Entry]]]:
    """Each engine's entries with their positions in the rule."""
    entries: dict[str, list[tuple[int, Entry]]] = {}
    for position, entry in enumerate(rule.engines):
        entries.setdefault(entry.engine, []).append((position, entry))
    return entries


def _gated(
    ask: Ask, standing: Standing, entries: list[tuple[int, Entry]], routes: Routes, at: datetime
) -> Iterator[Skip | tuple[int, Model]]:
    """The models of an engine that may be asked, with their best positions in the rule; else why not."""
    name, models = standing.engine, standing.capabilities.models
    positions: dict[str, int] = {}
    for position, entry in entries:
        found = [model.id for model in models if entry.allows(model)]
        if not found:
            yield Skip(name, "", "no_such_model", entry.which)
        for model_id in found:
            positions.setdefault(model_id, position)
    allowed = [model for model in models if model.id in positions]
    if not allowed:
        return
    closed = _closed(ask, standing, allowed, at)
    if closed is not None:
        yield closed
        return
    for model in allowed:
        skip = _fault(ask, standing, model, routes, at)
        yield skip if skip is not None else (positions[model.id], model)


def _closed(ask: Ask, standing: Standing, allowed: Sequence[Model], at: datetime) -> Skip | None:
    """Why the whole engine is left out. What the order asks for is told before what may be otherwise tomorrow."""
    name, able = standing.engine, standing.capabilities
    if not any(ask.feature in model.features for model in allowed):
        return Skip(name, "", "no_feature")
    if name in ask.tried:
        return Skip(name, "", "tried")
    if standing.problem:
        return Skip(name, "", "setup", standing.problem)
    if able.region == "abroad" and ask.region == "cn" and not ask.export:
        return Skip(name, "", "needs_export_consent")
    return _unwell(name, "", standing.health, sum(standing.open.values()), at)


def _unwell(engine: str, model: str, health: Health, under_way: int, at: datetime) -> Skip | None:
    state = health.state(at)
    if state == "resting":
        return Skip(engine, model, "resting", health.why)
    if state == "probing" and under_way:
        return Skip(engine, model, "probe_under_way")
    return None


def _fault(ask: Ask, standing: Standing, model: Model, routes: Routes, at: datetime) -> Skip | None:
    """Why one model of an engine that is open is left out."""

    def skip(reason: str, detail: str = "") -> Skip:
        return Skip(standing.engine, model.id, reason, detail)

    if ask.feature not in model.features:
        return skip("no_feature")
    if model.needs_address and ask.references and not ask.addresses:
        return skip("needs_address")
    if ask.references > model.references:
        return skip("references_many", f"{ask.references} > {model.references}")
    if ask.references < model.least_references:
        return skip("references_few", f"{ask.references} < {model.least_references}")
    area = ask.size[0] * ask.size[1]
    if area > model.most_area and ask.asked & SIZES:  # a size that nobody named is made smaller instead
        return skip("size_too_large", f"{area} > {model.most_area}")
    table = standing.capabilities.parameters
    strange = [name for name in sorted(ask.asked) if name not in table or table[name].taken == "none"]
    if strange:
        return skip("parameter_not_understood", ", ".join(strange))
    if ask.mask and not model.mask:
        return skip("no_mask")
    cost = ask.cost_fen(model)  # what costs nothing is never too dear, whatever was spent before
    if cost and ask.ceiling is not None and ask.spent_fen + cost > ask.ceiling:
        return skip("over_ceiling", f"{ask.spent_fen + cost} > {ask.ceiling}")
    stop = routes.daily_stop_fen if standing.daily_stop_fen is None else standing.daily_stop_fen
    if cost and stop is not None and standing.spent_today_fen + cost > stop:
        return skip("daily_stop", f"{standing.spent_today_fen + cost} > {stop}")
    own = standing.models.get(model.id)
    return _unwell(standing.engine, model.id, own, standing.open.get(model.id, 0), at) if own else None


def _scored(ask: Ask, model: Model, place: float, lagging: list[Lag], engine: str) -> Step:
    reasons: list[str] = []
    cost, lost = ask.cost_fen(model), place
    if model.grade != ask.grade:
        lost += OTHER_GRADE
        reasons.append("other_grade")
    if ask.ceiling:
        lost += PRICE * min(cost / ask.ceiling, 1.0)
    for reason, worth in lagging:
        lost += worth
        reasons.append(reason)
    return Step(engine, model.id, cost, round(-lost, 3), tuple(reasons) or ("well",))
