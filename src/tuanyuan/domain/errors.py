"""Every way the studio says no, as one small tree.

StudioError                 has a code, who can fix it, an HTTP status, and a Problem in Chinese and English
├── Rejected                fix = "user" (422): this input cannot be used; the advice says what to do
│   ├── PhotosRejected      one or more photos cannot be used; tells all of them at once
│   ├── WrongUsage          (400) the command or request itself is malformed
│   ├── NotFound            (404) no such thing, or another user's: the two cannot be told apart
│   ├── Conflict            (409) the thing is not in the state for it: cancelled, picked, consent missing
│   ├── CreditsShort        (402) the balance does not cover the price
│   ├── Unauthorised        (401) no token, or one that does not hold (any more)
│   ├── Forbidden           (403) known, but not allowed
│   └── TooLarge            (413) more bytes than are taken
├── NotNow                  fix = "wait" (503): nothing is wrong with the input; try again later
│   └── TooMany             (429) too often from this user or address; `retry_after` in seconds
└── OurFault                fix = "us" (500): set-up, a missing weight, a bug

`code` is a key of `messages.MESSAGES`; a code without a message cannot be raised.
"""

from __future__ import annotations

import copyreg
from collections.abc import Callable, Sequence
from typing import Any, ClassVar, Literal, Self

from tuanyuan.domain.messages import Problem, problem
from tuanyuan.domain.photo import WARNINGS, PhotoReport

Fix = Literal["user", "wait", "us"]


class StudioError(Exception):
    """Base of all: `code` and facts for the message, nothing internal."""

    fix: ClassVar[Fix] = "us"
    status: ClassVar[int] = 500

    def __init__(self, code: str, **facts: Any) -> None:
        self.problem: Problem = problem(code, **facts)
        super().__init__(f"{code}: {self.problem.message_en}")

    @classmethod
    def telling(cls, told: Problem) -> Self:
        """An error of this class that says what another one said, e.g. an engine's own class of it."""
        error = cls.__new__(cls, f"{told.code}: {told.message_en}")
        error.problem = told
        return error

    def __reduce__(self) -> tuple[Callable[..., Any], tuple[Any, ...], dict[str, Any]]:
        """Travels intact between processes. Only classes are named in the pickle, never a function."""
        # What pickle itself uses for an object; typeshed does not list it.
        # Typeshed leaves it out.
        return copyreg.__newobj__, (type(self), *self.args), self.__dict__  # type: ignore[attr-defined]

    @property
    def code(self) -> str:
        """Stable, machine-readable name of the error."""
        return self.problem.code


class Rejected(StudioError):
    """The user can fix it: another photo, another choice. Final for this input."""

    fix: ClassVar[Fix] = "user"
    status: ClassVar[int] = 422


class WrongUsage(Rejected):
    """The request is malformed; nothing was looked at. Command-line exit status 2."""

    status: ClassVar[int] = 400


class NotFound(Rejected):
    """There is no such thing for this user."""

    status: ClassVar[int] = 404


class Conflict(Rejected):
    """The thing is there, and not in the state for this."""

    status: ClassVar[int] = 409


class CreditsShort(Rejected):
    """The balance does not cover the price. Nothing was taken."""

    status: ClassVar[int] = 402


class Unauthorised(Rejected):
    """Nobody is logged in, or the token does not hold."""

    status: ClassVar[int] = 401


class Forbidden(Rejected):
    """Known, and not allowed."""

    status: ClassVar[int] = 403


class TooLarge(Rejected):
    """More bytes than are taken."""

    status: ClassVar[int] = 413


class PhotosRejected(Rejected):
    """Photos that cannot be used, each with its own reasons. The first reason gives the code."""

    def __init__(self, reports: Sequence[PhotoReport]) -> None:
        self.reports = tuple(r for r in reports if not r.ok)
        first = next(p for p in self.reports[0].problems if p.code not in WARNINGS)
        Exception.__init__(self, f"{first.code}: {self.reports[0].file}")
        self.problem = first


class NotNow(StudioError):
    """Nothing is wrong with the input; the same request may succeed later."""

    fix: ClassVar[Fix] = "wait"
    status: ClassVar[int] = 503

    retry_after: int | None = None


class TooMany(NotNow):
    """Too often. `retry_after`: seconds until it is allowed again."""

    status: ClassVar[int] = 429

    def __init__(self, code: str, retry_after: int, **facts: Any) -> None:
        super().__init__(code, seconds=retry_after, **facts)
        self.retry_after = retry_after


class OurFault(StudioError):
    """Set-up or software is at fault. Never the user's to repair."""

    fix: ClassVar[Fix] = "us"
    status: ClassVar[int] = 500
