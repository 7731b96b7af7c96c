"""The audit log: a chain of digests, so that a changed, missing or cut-off line shows."""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace
from typing import Any

from sqlalchemy import Row, select, update
from sqlalchemy.orm import Session

from tuanyuan.domain.audit import AuditRecord
from tuanyuan.store.books.statements import insert_new
from tuanyuan.store.columns import milliseconds
from tuanyuan.store.tables import audit_head as head
from tuanyuan.store.tables import audit_log as log

_FETCHED_AT_ONCE = 1000


class AuditBook:
    """Implements `Audit`.

    Lines are held until the unit ends and written then: appends of all units go through one locked row, and a lock
    taken last cannot be part of a deadlock and is held for the shortest time.
    """

    def __init__(self, session: Session) -> None:
        self._session = session
        self._waiting: list[AuditRecord] = []

    def add(self, record: AuditRecord) -> None:
        """Append; number and digest are set when the unit ends."""
        self._waiting.append(record)

    def of(self, subject: str, subject_id: str) -> list[AuditRecord]:
        """All lines about one thing, in order, this unit's too."""
        self.write()
        query = select(log).where(log.c.subject == subject, log.c.subject_id == subject_id).order_by(log.c.number)
        return [AuditRecord(**row._mapping) for row in self._session.execute(query)]

    def verify(self) -> int | None:
        """Number of the first line that does not follow from the one before; None: all do. Reads line by line."""
        end = self._session.execute(select(head.c.number, head.c.digest)).one_or_none()
        number, digest = 0, ""
        while lines := self._after(number):
            for line in lines:
                if line.number != number + 1 or line.digest != _digest(digest, line):
                    return number + 1
                number, digest = line.number, line.digest
        known = (0, "") if end is None else (end.number, end.digest)
        return None if (number, digest) == known else number + 1

    def _after(self, number: int) -> list[AuditRecord]:
        """The next lines. Page by page, and not by a cursor: that would need a transaction, and reading has none."""
        query = select(log).where(log.c.number > number).order_by(log.c.number).limit(_FETCHED_AT_ONCE)
        return [AuditRecord(**row._mapping) for row in self._session.execute(query)]

    def write(self) -> None:
        """Write the lines that wait. Called when the unit ends."""
        if not self._waiting:
            return
        end = self._lock()
        number, digest = end.number, end.digest
        for record in self._waiting:
            number += 1
            line = replace(record, number=number, digest="")
            digest = _digest(digest, line)
            self._session.execute(log.insert().values(_columns(replace(line, digest=digest))))
        self._session.execute(update(head).values(number=number, digest=digest))
        self._waiting.clear()

    def _lock(self) -> Row[Any]:
        query = select(head).with_for_update()
        row = self._session.execute(query).one_or_none()
        if row is None:
            insert_new(self._session, head, {"id": 1, "number": 0, "digest": ""}, ("id",))
            row = self._session.execute(query).one()
        return row


def _columns(record: AuditRecord) -> dict[str, Any]:
    return {column.name: getattr(record, column.name) for column in log.columns}


def _digest(before: str, line: AuditRecord) -> str:
    """SHA-256 over the digest before and every field, as one JSON array: no two lines look alike."""
    facts = [line.number, milliseconds(line.at), line.actor, line.actor_id, line.action]
    words = json.dumps([before, *facts, line.subject, line.subject_id, line.reason], separators=(",", ":"))
    return hashlib.sha256(words.encode()).hexdigest()
