"""Several ways to have one thing done, one after the other: who did it, and why the earlier ones did not."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from tuanyuan.domain.engine import BadRequest, EngineSetup, OutputRefused, Unknown
from tuanyuan.domain.errors import NotNow, Rejected, WrongUsage
from tuanyuan.domain.messages import Problem, problem

T = TypeVar("T")
Done = TypeVar("Done")

# After these the next way is tried. Anything else is a bug, and nobody's picture.
_KNOWN = (Rejected, NotNow, EngineSetup, BadRequest)
# A lost answer may have been billed; so was a picture that came and cannot be used.
_PAID, _PAID_CODES = (Unknown, OutputRefused), ("picture_broken", "picture_gone")


@dataclass(frozen=True)
class Way(Generic[T]):
    """One way to have it done. cost_fen: of one call, paid for a lost answer as well.

    faces: it makes faces better and leaves the rest: it is only asked where a face needs it, and only its faces are
    taken over.
    """

    name: str
    by: T
    cost_fen: int = 0
    faces: bool = False


@dataclass(frozen=True)
class Passed:
    """A way that did not do it. code: stable; problem: in words."""

    way: str
    code: str
    problem: Problem

    def as_dict(self) -> dict[str, Any]:
        """For JSON."""
        return {"by": self.way, **self.problem.as_dict()}


@dataclass(frozen=True)
class Report:
    """Who did it, who did not and why, and what it cost us."""

    by: str
    passed: tuple[Passed, ...] = ()
    cost_fen: int = 0

    def as_dict(self) -> dict[str, Any]:
        """For JSON."""
        return {"by": self.by, "not_by": [p.as_dict() for p in self.passed], "cost_fen": self.cost_fen}


class PassedOver(Exception):
    """Raised by an attempt that does not ask its way at all. code: of a message without facts."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def first_of(ways: Sequence[Way[T]], attempt: Callable[[Way[T]], Done]) -> tuple[Done, Report]:
    """What the first way that can gives. Raises what the last one raised where none can."""
    passed: list[Passed] = []
    cost_fen, last = 0, None
    for way in ways:
        try:
            done = attempt(way)
        except PassedOver as over:
            passed.append(Passed(way.name, over.code, problem(over.code)))
        except _KNOWN as error:
            passed.append(Passed(way.name, error.code, error.problem))
            if isinstance(error, _PAID) or error.code in _PAID_CODES:
                cost_fen += way.cost_fen
            last = error
        else:
            return done, Report(way.name, tuple(passed), cost_fen + way.cost_fen)
    raise last or OutputRefused("nothing_made")


def chosen(ways: Sequence[Way[T]], by: str | None) -> Sequence[Way[T]]:
    """All ways in their order, or the one of that name. WrongUsage engine_unknown."""
    if by is None:
        return ways
    found = [way for way in ways if way.name == by]
    if not found:
        raise WrongUsage("engine_unknown", given=by, known="、".join(way.name for way in ways))
    return found
