"""What happened, and what was answered, in the books."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol

from tuanyuan.domain.audit import AuditRecord


class Audit(Protocol):
    """The audit log."""

    def add(self, record: AuditRecord) -> None:
        """Append; number and digest are set here."""
        ...

    def of(self, subject: str, subject_id: str) -> list[AuditRecord]:
        """All lines about one thing, in order."""
        ...

    def verify(self) -> int | None:
        """Number of the first line that does not follow from the one before; None: all do."""
        ...


class IdempotencyKeys(Protocol):
    """Answers to requests that must act once."""

    def claim(self, user_id: str, key: str, fingerprint: str, at: datetime) -> tuple[int, bytes] | None:
        """None: the key is new, and now ours. Else the answer that was given: HTTP status and body.

        Conflict idempotency_key_reused: the key was used with another fingerprint. Two at once: the second waits for
        the first's unit to end, and then gets its answer.
        """
        ...

    def answer(self, user_id: str, key: str, status: int, body: bytes) -> None:
        """Keep the answer for repeats."""
        ...

    def forget(self, before: datetime) -> int:
        """Drop keys claimed before; how many."""
        ...

    def forget_user(self, user_id: str) -> int:
        """Drop all keys of a user with their answers; how many."""
        ...
