"""Whose heart beats, as one observer has seen it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from time import monotonic

from tuanyuan.store.heartbeats import LEFT, Pulse


@dataclass
class Watch:
    """Remembers when each count last changed, by the observer's own clock.

    gap: an observer that did not look for so many seconds (paused, or the database was away) begins anew: its own
    absence is nobody's silence.
    """

    gap: float
    clock: Callable[[], float] = monotonic
    _seen: dict[str, tuple[str, int, float]] = field(default_factory=dict)
    _looked: float = field(default=float("-inf"))

    def look(self, pulses: Iterable[Pulse]) -> None:
        """Take in what all rows show now; rows that are gone are forgotten."""
        now = self.clock()
        before = self._seen if now - self._looked <= self.gap else {}
        self._seen = {pulse.name: self._since(before.get(pulse.name), pulse, now) for pulse in pulses}
        self._looked = now

    def still(self, name: str) -> float:
        """Seconds since its count changed: 0 for one just seen first, infinite for one who has left in order."""
        _, count, since = self._seen[name]
        return float("inf") if count == LEFT else self._looked - since

    @staticmethod
    def _since(before: tuple[str, int, float] | None, pulse: Pulse, now: float) -> tuple[str, int, float]:
        if before is not None and before[:2] == (pulse.holder, pulse.count):
            return before
        return (pulse.holder, pulse.count, now)
