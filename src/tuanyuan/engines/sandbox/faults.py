"""What a fake does wrong, and when: a plan for its next calls, or chances from a seed."""

from __future__ import annotations

import random
import threading
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, get_args

Fault = Literal[
    "slow",  # takes `Faults.slowness` times as long
    "late",  # accepted, and never ready within anybody's deadline
    "refuse_input",  # the content of photos or words is refused
    "refuse_output",  # what came out is refused
    "throttle",  # too many calls; tells when to come again where the contract has a way to
    "fail",  # a known failure of the provider, nothing was taken
    "fail_later",  # accepted, then the task fails (a provider without tasks: as "fail")
    "out_of_credit",  # our account has no money, quota or right
    "malformed",  # the answer is not what the contract says: no JSON
    "cut",  # accepted and billed, and the connection dies before the answer
    "vanish",  # accepted, and the task is not known any more (a provider without tasks: as "cut")
    "partial",  # fewer pictures than asked for (one asked: none, in the way the contract has for that)
    "twice",  # the same picture twice (one asked: the answer to the next call is this one's picture again)
    "broken",  # a picture that cannot be opened
    "wrong_size",  # a picture far smaller than asked for
    "expired",  # the picture's address does not hold any more (a provider without addresses: as "broken")
]
FAULTS: tuple[Fault, ...] = get_args(Fault)
# Seconds: beyond anybody's deadline.
LATE = 3600.0


class Faults:
    """Which fault the next piece of work has. Safe to share between threads.

    plan: for the next calls that create work, in order; None: a call without fault. chances: for each call after
    the plan, by fault, 0..1 in all; drawn from `seed`. slowness: factor of the time that "slow" takes.
    """

    def __init__(
        self,
        plan: Iterable[Fault | None] = (),
        chances: Mapping[Fault, float] | None = None,
        seed: int = 0,
        slowness: float = 10.0,
    ) -> None:
        self._plan = list(plan)
        self._chances = dict(chances or {})
        self._random = random.Random(seed)  # noqa: S311  # a plan to replay, no secret
        self._lock = threading.Lock()
        self.slowness = slowness

    def then(self, *plan: Fault | None) -> None:
        """Add to the plan."""
        with self._lock:
            self._plan.extend(plan)

    def next(self) -> Fault | None:
        """The fault of the call that is being answered. Ask once for each call that creates work."""
        with self._lock:
            if self._plan:
                return self._plan.pop(0)
            drawn = self._random.random()
            for fault, chance in self._chances.items():
                drawn -= chance
                if drawn < 0:
                    return fault
            return None

    def seconds(self, fault: Fault | None, usual: float) -> float:
        """How long work takes that usually takes `usual` seconds."""
        if fault == "late":
            return LATE
        return usual * self.slowness if fault == "slow" else usual


@dataclass
class Accepted:
    """One piece of work that the provider took. pictures: how many it bills, known once they were made."""

    id: str
    model: str
    request: Mapping[str, Any]
    at: float
    fault: Fault | None = None
    pictures: int = 0
    made: list[bytes] = field(default_factory=list)
