"""How engines are doing, and what is under way at them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from tuanyuan.domain.health import Health
from tuanyuan.domain.job import Attempt
from tuanyuan.domain.ports.place import Place


@dataclass(frozen=True)
class Outcomes:
    """How many attempts of an engine's model ended in one way. lately: those of them that were begun lately."""

    engine: str
    model: str
    outcome: str
    count: int
    lately: int


class Engines(Protocol):
    """Health, and sums over the attempts of all jobs."""

    def health(self) -> Mapping[str, Health]:
        """Of every engine that was ever noted, by name."""
        ...

    def hold(self, engine: str, at: datetime) -> Health:
        """The health of one engine, its row held to the unit's end: of many who would ask it, one looks at a time."""
        ...

    def note(self, health: Health, at: datetime) -> None:
        """Write the health of an engine down."""
        ...

    def under_way(self) -> Mapping[tuple[str, str], int]:
        """How many attempts wait for their answer, by (engine, model)."""
        ...

    def calls(self, engine: str, since: datetime) -> int:
        """How many attempts were begun at an engine since then."""
        ...

    def spent(self, since: datetime) -> Mapping[str, int]:
        """What attempts begun since then cost or may cost, in fen, by engine."""
        ...

    def outcomes(self, since: datetime, lately: datetime) -> Sequence[Outcomes]:
        """How attempts begun since then ended or stand, and how many of them were begun since `lately`."""
        ...

    def seconds(self, since: datetime, limit: int) -> Mapping[tuple[str, str], list[float]]:
        """Seconds of the last successful attempts begun since then, `limit` in all, by (engine, model)."""
        ...

    def lost(self, since: datetime, limit: int, after: Place | None = None) -> list[Attempt]:
        """Attempts of unknown outcome, begun since then, that nobody found out about yet; oldest first.

        after: the place in the list after which they are wanted.
        """
        ...
