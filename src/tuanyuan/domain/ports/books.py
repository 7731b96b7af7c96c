"""The books: everything that is written down in the database, one unit of work at a time.

`Units.begin()` opens a transaction for reading and writing, commits when the block ends, rolls back when it raises.
Doors and workflow steps open it; services take a `Unit` and never commit. Times are aware, UTC.
Every `find` takes the user where a user asks: another's thing is None, as if it were not there.
"""

from __future__ import annotations

from contextlib import AbstractContextManager
from typing import Protocol

from tuanyuan.domain.ports.engines import Engines
from tuanyuan.domain.ports.jobs import Jobs
from tuanyuan.domain.ports.kept import Files, Photos, Works
from tuanyuan.domain.ports.log import Audit, IdempotencyKeys
from tuanyuan.domain.ports.money import FreeDays, Ledger
from tuanyuan.domain.ports.people import Consents, Tokens, Users


class Unit(Protocol):
    """One transaction: all books in it. Read-only names, so that each may be a class of the store's own."""

    @property
    def users(self) -> Users:
        """Accounts."""
        ...

    @property
    def tokens(self) -> Tokens:
        """Refresh tokens."""
        ...

    @property
    def consents(self) -> Consents:
        """Answers to consent questions."""
        ...

    @property
    def files(self) -> Files:
        """Kept files."""
        ...

    @property
    def photos(self) -> Photos:
        """Photos."""
        ...

    @property
    def ledger(self) -> Ledger:
        """Credits."""
        ...

    @property
    def free_days(self) -> FreeDays:
        """The free picture a day."""
        ...

    @property
    def jobs(self) -> Jobs:
        """Jobs."""
        ...

    @property
    def engines(self) -> Engines:
        """How engines are doing."""
        ...

    @property
    def works(self) -> Works:
        """Works."""
        ...

    @property
    def audit(self) -> Audit:
        """The audit log."""
        ...

    @property
    def keys(self) -> IdempotencyKeys:
        """Idempotency keys."""
        ...


class Units(Protocol):
    """Where units come from."""

    def begin(self) -> AbstractContextManager[Unit]:
        """Read and write; commits at the end of the block, rolls back when it raises.

        NotNow database_down when the database does not answer.
        """
        ...

    def read(self) -> AbstractContextManager[Unit]:
        """Read only; never waits for writers."""
        ...
