"""What can be ordered: features, offers, backgrounds, engines. Prices are whole credits and whole fen."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Protocol

from tuanyuan.domain.capabilities import Capabilities, Region
from tuanyuan.domain.feature import FEATURES, Taking
from tuanyuan.domain.messages import Problem
from tuanyuan.domain.scene import Scene


@dataclass(frozen=True)
class Feature:
    """One thing a user can order. `ready`: an engine in use makes it; `credits` is its price.

    makers: ids of the engines in use that make it. makeable: ids of all engines that would, had they their keys.
    styles: what its `style` may be; none: there is no list of them. here_zh, here_en: what of it this computer can do
    by itself, and what needs another engine; empty: all of it.
    """

    id: str
    name_zh: str
    name_en: str
    about_zh: str
    about_en: str
    credits: int
    here_zh: str = ""
    here_en: str = ""
    ready: bool = False
    makers: tuple[str, ...] = ()
    makeable: tuple[str, ...] = ()
    styles: tuple[str, ...] = ()

    @property
    def photos(self) -> Taking | None:
        """Which photos it takes; None: it takes none of them."""
        return FEATURES.get(self.id)

    def made_by(self, makers: Mapping[str, frozenset[str]]) -> Feature:
        """The same feature made by whom of `makers` (id → features) has it; ready when there is one."""
        found = tuple(name for name, features in makers.items() if self.id in features)
        return replace(self, makers=found, ready=bool(found))


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
    """Who makes the pictures. `problem` says why it is not ready and what to do; None: ready.

    max_people: most pictures in. max_candidates: most pictures that one call brings. provider: who gets the photos;
    empty: nobody. in_use: the studio asks it. missing: the settings without which it is off, for operators alone.
    """

    id: str
    name_zh: str
    name_en: str
    features: tuple[str, ...]
    max_people: int
    max_candidates: int
    problem: Problem | None = None
    region: Region = "here"
    provider: str = ""
    in_use: bool = True
    missing: tuple[str, ...] = ()


@dataclass(frozen=True)
class Catalogue:
    """Everything that can be ordered, in the order in which it is shown."""

    features: tuple[Feature, ...]
    backgrounds: tuple[Scene, ...]
    engines: tuple[Engine, ...]
    offers: tuple[Offer, ...]


def makes(capabilities: Capabilities, addresses: bool) -> frozenset[str]:
    """Features that an engine makes here. addresses: whether the world can read a file of ours."""
    able = [m for m in capabilities.models if addresses or not m.needs_address]
    return frozenset(feature for model in able for feature in model.features)


class CatalogueSource(Protocol):
    """Where the catalogue is kept."""

    def catalogue(self) -> Catalogue:
        """The catalogue as written down: nothing is ready, and there is no engine."""
        ...

    def backgrounds(self) -> tuple[Scene, ...]:
        """The backgrounds alone."""
        ...
