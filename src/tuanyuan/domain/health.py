"""How an engine has been doing: what is remembered of its calls, and when it is left alone for a while.

Nothing here reads a clock: every transition is told the moment, in UTC, and answers with a new Health. Refused inputs
and outputs are the picture's fault, and never told to it.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Literal

State = Literal["well", "resting", "probing"]

# Calls remembered: enough for a 95th percentile to be more than the slowest call, few enough to turn round in an hour.
REMEMBERED = 50
# The circuit opens after so many failures in a row: one job alone, with its first try and three more, never opens it …
MOST_FAILURES = 5
# … or when, of at least so many remembered calls, fewer than half went well.
LEAST_CALLS, LEAST_SHARE = 10, 0.5
# Seconds of the first rest: longer than the waits between the tries of one job (5 + 10 + 15). Each next one is
# twice as long, up to a quarter of an hour: so long at most goes by before it is noticed that an engine is back.
FIRST_REST, MOST_REST = 30.0, 900.0
# Seconds after a throttled call for which the engine named no time of its own.
COOLING = 5.0
# Seconds without money: someone has to pay a bill. Seconds with a wrong key: someone has to change a setting.
NO_CREDIT_REST, SET_UP_REST = 3600.0, 600.0
# What `why` says, codes of `domain.messages`; but "engine_failing", of `domain.route_words`.
FAILING, THROTTLED, OUT_OF_CREDIT, SET_UP = (
    "engine_failing",
    "engine_throttled",
    "engine_out_of_credit",
    "engine_setup",
)


@dataclass(frozen=True)
class Health:
    """One engine, or one model of it. recent: (went well, seconds) of its last calls, the oldest first, 50 at most.

    failures: how many in a row. rests_until: no call before. rest_seconds: length of the rest of an open circuit;
    0: the circuit is closed, and after `rests_until` (it was only throttled) everything is as before. why: the code
    of the reason of the last rest. seen_at: when a call was last heard of; what is remembered counts less with age.
    """

    engine: str
    recent: tuple[tuple[bool, float], ...] = ()
    failures: int = 0
    rests_until: datetime | None = None
    rest_seconds: float = 0.0
    why: str = ""
    seen_at: datetime | None = None

    @property
    def success_rate(self) -> float | None:
        """Share of the remembered calls that went well, 0..1; None without experience."""
        return sum([well for well, _ in self.recent]) / len(self.recent) if self.recent else None

    @property
    def p95(self) -> float | None:
        """Seconds that 95 % of the remembered good calls stayed within (nearest rank); None without a good one.

        Failures do not count: they are often quick, and `success_rate` speaks of them.
        """
        good = sorted([seconds for well, seconds in self.recent if well])
        return good[math.ceil(0.95 * len(good)) - 1] if good else None

    def state(self, at: datetime) -> State:
        """resting: no calls. probing: one call at a time, to see whether it is back. well: as many as it takes."""
        if self.rests_until is not None and at < self.rests_until:
            return "resting"
        return "probing" if self.rest_seconds else "well"

    def succeeded(self, seconds: float, at: datetime) -> Health:
        """A call went well, in `seconds`. While probing it closes the circuit, and what was before is forgotten.

        While resting it is the answer to an older call: it is remembered, the rest goes on.
        """
        if self.state(at) == "probing":
            return Health(self.engine, recent=((True, seconds),), seen_at=at)
        noted = replace(self._noted(True, seconds, at), failures=0)
        return noted if self.state(at) == "resting" else replace(noted, rests_until=None, why="")

    def failed(self, seconds: float, at: datetime) -> Health:
        """A call is known to have failed. It may open the circuit; while probing it doubles the rest.

        While resting it is the answer to an older call: calls that were under way together cost one rest together.
        """
        noted = replace(self._noted(False, seconds, at), failures=self.failures + 1)
        if self.rest_seconds:
            doubled = min(2 * self.rest_seconds, MOST_REST)
            return noted._resting(doubled, FAILING, at) if self.state(at) == "probing" else noted
        often = len(noted.recent) >= LEAST_CALLS and (noted.success_rate or 0.0) < LEAST_SHARE
        return noted._resting(FIRST_REST, FAILING, at) if often or noted.failures >= MOST_FAILURES else noted

    def lost(self, seconds: float, at: datetime) -> Health:
        """The answer was lost, or the deadline passed: nobody knows, and it counts as a failure."""
        return self.failed(seconds, at)

    def throttled(self, retry_after: float | None, at: datetime) -> Health:
        """Too many calls. It cools for `retry_after` seconds (5 where not told, 15 minutes at most); no failure."""
        wait = min(retry_after if retry_after and retry_after > 0 else COOLING, MOST_REST)
        until = at + timedelta(seconds=wait)
        if self.rests_until is not None and until <= self.rests_until:
            return self
        return replace(self, rests_until=until, why=self.why if self.rest_seconds else THROTTLED)

    def out_of_credit(self, at: datetime) -> Health:
        """No money or quota is left there: it rests for an hour, then it is probed."""
        return self._resting(NO_CREDIT_REST, OUT_OF_CREDIT, at)

    def set_up_wrong(self, at: datetime) -> Health:
        """Our key or account does not hold: it rests for ten minutes, then it is probed."""
        return self._resting(SET_UP_REST, SET_UP, at)

    def as_dict(self) -> dict[str, Any]:
        """JSON; moments in ISO 8601."""
        return {
            "engine": self.engine,
            "recent": [[well, seconds] for well, seconds in self.recent],
            "failures": self.failures,
            "rests_until": self.rests_until and self.rests_until.isoformat(),
            "rest_seconds": self.rest_seconds,
            "why": self.why,
            "seen_at": self.seen_at and self.seen_at.isoformat(),
        }

    @classmethod
    def from_dict(cls, kept: Mapping[str, Any]) -> Health:
        """What `as_dict` gave; what an older version did not write is as at the beginning."""
        return cls(
            engine=kept["engine"],
            recent=tuple((bool(well), float(seconds)) for well, seconds in kept.get("recent", ()))[-REMEMBERED:],
            failures=int(kept.get("failures", 0)),
            rests_until=_moment(kept.get("rests_until")),
            rest_seconds=float(kept.get("rest_seconds", 0.0)),
            why=kept.get("why", ""),
            seen_at=_moment(kept.get("seen_at")),
        )

    def _noted(self, well: bool, seconds: float, at: datetime) -> Health:
        return replace(self, recent=(*self.recent, (well, seconds))[-REMEMBERED:], seen_at=at)

    def _resting(self, seconds: float, why: str, at: datetime) -> Health:
        """The circuit open for `seconds`; a rest that ends later goes on."""
        until = at + timedelta(seconds=seconds)
        if self.rest_seconds and self.rests_until is not None and until < self.rests_until:
            return self
        if self.rests_until is not None:
            until = max(until, self.rests_until)  # throttled for longer than that
        return replace(self, rests_until=until, rest_seconds=seconds, why=why)


def _moment(written: str | None) -> datetime | None:
    return datetime.fromisoformat(written) if written else None
