"""What may be ordered now, by whom it would be made, and whether an order fits it."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

from tuanyuan.domain.catalogue import Catalogue, Feature, makes
from tuanyuan.domain.engine import Engine
from tuanyuan.domain.errors import Conflict, Rejected, WrongUsage
from tuanyuan.domain.feature import FEATURES
from tuanyuan.domain.job import FREE_FEATURES, JobRequest, Tier
from tuanyuan.domain.order import MOST_CANDIDATES
from tuanyuan.services.catalogue import Catalogues

ENGINE_QUEUE = "engine-"
FRESH_SECONDS = 5.0


@dataclass(frozen=True)
class Terms:
    """What a tier gives: how many pictures, with a watermark or not, at which price in credits."""

    candidates: int
    watermark: bool
    price: int


@dataclass(frozen=True)
class Offering:
    """The catalogue and its engines. What was read of the files is used for `fresh` seconds: orders come in crowds."""

    catalogue: Catalogues
    engines: Mapping[str, Engine]
    fresh: float = FRESH_SECONDS
    ticks: Callable[[], float] = time.monotonic
    _seen: list[tuple[float, Catalogue]] = field(default_factory=list, init=False, repr=False, compare=False)
    _broken: dict[str, tuple[float, str | None]] = field(default_factory=dict, init=False, repr=False, compare=False)

    def now(self) -> Catalogue:
        """The catalogue of this moment."""
        at = self.ticks()
        for seen_at, catalogue in self._seen[-1:]:
            if at - seen_at < self.fresh:
                return catalogue
        catalogue = self._offered(self.catalogue.show())
        self._seen[:] = [(at, catalogue)]
        return catalogue

    def _offered(self, catalogue: Catalogue) -> Catalogue:
        """A feature can be ordered when an engine in use makes it."""
        addresses = self.catalogue.addresses
        made = {name: makes(engine.capabilities, addresses) for name, engine in self.engines.items()}
        return replace(catalogue, features=tuple(feature.made_by(made) for feature in catalogue.features))

    def broken(self, engine: str) -> str | None:
        """What keeps an engine of ours from working, as a message code; None: nothing that is known without asking."""
        at = self.ticks()
        seen = self._broken.get(engine)
        if seen is None or at - seen[0] >= self.fresh:
            found = self.catalogue.broken(engine)
            seen = self._broken[engine] = at, found.code if found else None
        return seen[1]

    def feature(self, feature_id: str) -> Feature:
        """The feature, if it can be ordered. Rejected feature_unknown, feature_not_ready."""
        found = next((f for f in self.now().features if f.id == feature_id), None)
        if found is None:
            raise Rejected("feature_unknown", given=feature_id)
        if not found.ready:
            raise Rejected("feature_not_ready", feature=found.id)
        return found

    def named(self, feature_id: str) -> Feature | None:
        """The feature in any state."""
        return next((f for f in self.now().features if f.id == feature_id), None)

    def background(self, feature: Feature, given: str | None) -> None:
        """Rejected background_not_offered: only what the catalogue shows may be named, never a path.

        A feature that takes places of one kind takes no other.
        """
        kind = feature.photos.place if feature.photos else None
        known = [scene.id for scene in self.now().backgrounds if kind in (None, scene.kind)]
        if given is not None and given not in known:
            raise Rejected("background_not_offered", given=given, known=", ".join(known))

    @staticmethod
    def style(feature: Feature, given: str | None) -> None:
        """WrongUsage option_invalid: a style that the feature does not have. Without a list of them any will do."""
        if given is not None and feature.styles and given not in feature.styles:
            raise WrongUsage("option_invalid", field="style", allowed="、".join(feature.styles))


def terms(feature: Feature, tier: Tier) -> Terms:
    """What the tier gives and costs. Rejected free_not_offered; Conflict pass_needed for what is bought as a pass."""
    if tier == "free":
        if feature.id not in FREE_FEATURES:
            raise Rejected("free_not_offered", feature=feature.id)
        return Terms(candidates=1, watermark=True, price=0)
    if tier == "credits":
        return Terms(most_candidates(feature.id), watermark=False, price=feature.credits)
    raise Conflict("pass_needed")


def most_candidates(feature: str) -> int:
    """How many results a job of the feature has."""
    return FEATURES[feature].candidates if feature in FEATURES else MOST_CANDIDATES


def terms_of(request: JobRequest) -> Terms:
    """How many pictures, and whether with a watermark, once a job was accepted; its price stands in the job."""
    free = request.tier == "free"
    return Terms(1 if free else most_candidates(request.feature), watermark=free, price=0)


def queue_of(engine: Engine) -> str:
    """Where the jobs of an engine wait."""
    return f"{ENGINE_QUEUE}{engine.name}"


def engine_of(engines: Mapping[str, Engine], queue: str) -> Engine | None:
    """The engine of a queue; None when there is none of that name any more."""
    return engines.get(queue.removeprefix(ENGINE_QUEUE))
