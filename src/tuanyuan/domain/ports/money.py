"""Credits in the books."""

from __future__ import annotations

from datetime import date
from typing import Protocol

from tuanyuan.domain.wallet import Balance, Entry, EntryKind


class Ledger(Protocol):
    """Credit entries. Only ever appended to."""

    def last(self, user_id: str) -> Entry | None:
        """The user's newest entry. Call `Users.lock` before, when one is to follow."""
        ...

    def find(self, cause: str, kind: EntryKind) -> Entry | None:
        """The one entry of a cause and kind."""
        ...

    def append(self, entry: Entry) -> bool:
        """Add. False when (cause, kind) is there already; nothing is written then."""
        ...

    def entries(self, user_id: str, before: int | None, limit: int) -> list[Entry]:
        """Newest first, with numbers below `before`."""
        ...

    def balance(self, user_id: str) -> Balance:
        """Summed from the entries."""
        ...

    def unexplained(self) -> int:
        """How many users and jobs do not add up.

        Chains with a gap in the numbers, a wrong running balance or one below zero; jobs whose entries do not fit
        their state (a finished one not paid, a failed one not given back, …).
        """
        ...


class FreeDays(Protocol):
    """The free picture a day."""

    def take(self, user_id: str, day: date, job_id: str) -> bool:
        """Use up the day. False: it was used."""
        ...

    def give_back(self, job_id: str) -> None:
        """The job came to nothing: the day is free again."""
        ...
