"""What can be ordered: features, offers, backgrounds, engines. Prices are whole credits and whole fen."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Protocol

from tuanyuan.domain.messages import Problem
from tuanyuan.domain.scene import Scene


@dataclass(frozen=True)
class Feature:
    """One thing a user can order. `ready` is whether this version can make it; `credits` is its price."""

    id: str
    name_zh: str
    name_en: str
    about_zh: str
    about_en: str
    credits: int
    ready: bool = False


@dataclass(frozen=True)
class Offer:
    """One thing a user can pay for, in fen. `credits` are added to the wallet; `ready`: it can be bought."""

    id: str
    name_zh: str
    name_en: str
    price_fen: int
    gives_zh: str
    gives_en: str
    credits: int = 0
    ready: bool = False


@dataclass(frozen=True)
class Engine:
    """Who makes the pictures. `problem` says why it is not ready and what to do; None: ready."""

    id: str
    name_zh: str
    name_en: str
    features: tuple[str, ...]
    max_people: int
    max_candidates: int
    problem: Problem | None = None

    def with_problem(self, problem: Problem | None) -> Engine:
        """The same engine with its state of this moment."""
        return replace(self, problem=problem)


@dataclass(frozen=True)
class Catalogue:
    """Everything that can be ordered, in the order in which it is shown."""

    features: tuple[Feature, ...]
    backgrounds: tuple[Scene, ...]
    engines: tuple[Engine, ...]
    offers: tuple[Offer, ...]


class CatalogueSource(Protocol):
    """Where the catalogue is kept."""

    def catalogue(self) -> Catalogue:
        """The catalogue as written down; engines without their state."""
        ...

    def backgrounds(self) -> tuple[Scene, ...]:
        """The backgrounds alone."""
        ...
