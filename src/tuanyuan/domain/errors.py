"""Every way the studio says no, as one small tree.

StudioError                 has a code, who can fix it, and a Problem in Chinese and English
├── Rejected                fix = "user": this input cannot be used; the advice says what to do
│   ├── PhotosRejected      one or more photos cannot be used; tells all of them at once
│   └── WrongUsage          the command or request itself is malformed
├── NotNow                  fix = "wait": nothing is wrong with the input; try again later
└── OurFault                fix = "us": set-up, a missing weight, a bug

`code` is a key of `messages.MESSAGES`; a code without a message cannot be raised.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar, Literal

from tuanyuan.domain.messages import Problem, problem
from tuanyuan.domain.photo import WARNINGS, PhotoReport

Fix = Literal["user", "wait", "us"]


class StudioError(Exception):
    """Base of all: `code` and facts for the message, nothing internal."""

    fix: ClassVar[Fix] = "us"

    def __init__(self, code: str, **facts: Any) -> None:
        self.problem: Problem = problem(code, **facts)
        super().__init__(f"{code}: {self.problem.message_en}")

    @property
    def code(self) -> str:
        """Stable, machine-readable name of the error."""
        return self.problem.code


class Rejected(StudioError):
    """The user can fix it: another photo, another choice. Final for this input."""

    fix: ClassVar[Fix] = "user"


class WrongUsage(Rejected):
    """The request is malformed; nothing was looked at. Command-line exit status 2."""


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


class OurFault(StudioError):
    """Set-up or software is at fault. Never the user's to repair."""

    fix: ClassVar[Fix] = "us"
