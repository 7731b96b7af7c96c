"""Which engines may make what, in which order, and what it may cost: data, read from `routes.toml`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from tuanyuan.domain.capabilities import Grade, Model
from tuanyuan.domain.feature import MOTION
from tuanyuan.domain.job import Tier
from tuanyuan.domain.user import Edition


@dataclass(frozen=True)
class Entry:
    """One engine of a rule. which: a grade, the id of a model, or empty: any model. Written "seedream:standard"."""

    engine: str
    which: str = ""

    def allows(self, model: Model) -> bool:
        """Whether the rule lets that model of the engine work."""
        return self.which in ("", model.id, model.grade)


@dataclass(frozen=True)
class Rule:
    """Orders, and who may make them, the preferred first. Of each condition: empty (outfit: None) fits any order."""

    name: str
    engines: tuple[Entry, ...]
    features: frozenset[str] = frozenset()
    editions: frozenset[Edition] = frozenset()
    tiers: frozenset[Tier] = frozenset()
    grades: frozenset[Grade] = frozenset()
    outfit: bool | None = None

    def fits(self, feature: str, edition: Edition, tier: Tier, grade: Grade, outfit: bool) -> bool:
        """Whether an order is of this rule."""
        return (
            (not self.features or feature in self.features)
            and (not self.editions or edition in self.editions)
            and (not self.tiers or tier in self.tiers)
            and (not self.grades or grade in self.grades)
            and self.outfit in (None, outfit)
        )


@dataclass(frozen=True)
class Ceiling:
    """What the engines may cost, in fen: all pictures of one job, calls that were made again included; one clip."""

    picture: int
    motion: int


@dataclass(frozen=True)
class Routes:
    """The rules, tried from the first; the ceilings of tiers that are not paid in credits, and what one credit pays.

    daily_stop_fen: what each engine may cost on one day where its operator has set nothing else; None: no end.
    """

    rules: tuple[Rule, ...]
    ceilings: Mapping[Tier, Ceiling]
    credit_fen: int = 0
    daily_stop_fen: int | None = None

    def ceiling(self, tier: Tier, feature: str, credits: int) -> int:
        """The most that a job may cost at its engines, in fen. credits: its price; only of the tier "credits"."""
        if tier == "credits":
            return credits * self.credit_fen
        given = self.ceilings.get(tier, Ceiling(0, 0))
        return given.motion if feature == MOTION else given.picture
