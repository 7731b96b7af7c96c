"""People and what they do, drawn from the seed: orders of every kind, cancellations, consents taken back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from random import Random
from typing import Any

from tuanyuan.domain.job import JobRequest, Tier

# How often each feature is ordered against the others.
FEATURES = {"reunion": 30, "makeover": 20, "tryon": 14, "fashion": 10, "avatar": 10, "product": 10, "restore": 6}
CREDITS = (0, 60, 600, 6000)
CANCELS, WITHDRAWS, SWAYS, REPEATS = 0.06, 0.004, 0.02, 0.08
_OPTIONS: Mapping[str, tuple[Any, ...]] = {
    "size": ("1024x1024", "1600x1200", "1920x1440", "2048x1536"),
    "resolution": ("1080p", "2k", "4k"),
    "seed": (7, 1001, 2**30),
    "beauty_level": (0, 3, 5),
    "fidelity": (0.2, 0.9),
    "cloth_style": ("tang", "hanfu"),
    "fit": ("slim",),
    "light_unify": ("off",),
    "person_adapt": (False,),
}


@dataclass
class Person:
    """One user. shelf: ids of photos by what they show. granted: purposes agreed to, as they were told to us."""

    id: str
    edition: str
    high: bool
    earned: int
    shelf: dict[str, list[str]] = field(default_factory=dict)
    granted: dict[str, bool] = field(default_factory=dict)
    last: JobRequest | None = None


@dataclass
class Placed:
    """An order that was taken. cost: credits, as we were told then."""

    job: str
    person: Person
    request: JobRequest
    cost: int
    at: float
    cached: bool


class Crowd:
    """Draws who comes, when, and what for."""

    def __init__(self, random: Random, people: int) -> None:
        self.random = random
        self._people = people

    def someone(self, user_id: str) -> Person:
        """A new user."""
        draw = self.random
        return Person(
            user_id,
            "business" if draw.random() < 0.25 else "personal",
            draw.random() < 0.2,
            draw.choice(CREDITS) + draw.randrange(20),
            granted={"face_edit": True, "export_abroad": draw.random() < 0.5},
        )

    def gap(self, usual: float) -> float:
        """Seconds to the next order: as a rule about `usual`, and now and then many at once."""
        return self.random.expovariate(5.0 if self.random.random() < 0.2 else 0.8 / usual)

    def order(self, person: Person) -> JobRequest:
        """What somebody wants; the same as the last time, now and then."""
        draw = self.random
        if person.last is not None and draw.random() < REPEATS:
            return person.last
        feature = draw.choices(list(FEATURES), list(FEATURES.values()))[0]
        request = JobRequest(
            feature,
            tuple(self._photos(feature, person)),
            background=draw.choice([None, "new-year-wall"]) if feature in ("reunion", "makeover") else None,
            options=self._options(),
            tier=self._tier(),
            again=draw.random() < 0.1,
        )
        person.last = request
        return request

    def _photos(self, feature: str, person: Person) -> list[str]:
        draw, people, goods = self.random, person.shelf["person"], person.shelf["goods"]
        if feature == "reunion":
            return draw.sample(people, draw.randint(1, 5))
        if feature == "tryon":
            return [draw.choice(people), draw.choice(goods)]
        if feature == "fashion":
            return [draw.choice(goods), *draw.sample(people, draw.randint(0, 1))]
        if feature == "avatar":
            return draw.sample(people, draw.randint(1, 4))
        return [draw.choice(goods if feature == "product" else people)]

    def _options(self) -> dict[str, Any]:
        draw = self.random
        if draw.random() < 0.6:
            return {}
        names = draw.sample(list(_OPTIONS), draw.randint(1, 2))
        if "size" in names and "resolution" in names:
            names.remove("size")
        return {name: draw.choice(_OPTIONS[name]) for name in names}

    def _tier(self) -> Tier:
        tiers: tuple[Tier, ...] = ("credits", "free", "basic", "premium")
        return self.random.choices(tiers, [86, 10, 2, 2])[0]
