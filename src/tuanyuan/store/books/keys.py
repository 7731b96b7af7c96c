"""Answers to requests that must act once."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from tuanyuan.domain.errors import Conflict, NotNow
from tuanyuan.store.books.statements import changed, insert_new
from tuanyuan.store.tables import idempotency_keys as keys


class KeyBook:
    """Implements `IdempotencyKeys`."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def claim(self, user_id: str, key: str, fingerprint: str, at: datetime) -> tuple[int, bytes] | None:
        """None: ours now. Else the first one's answer, after waiting for it.

        Conflict idempotency_key_reused. NotNow request_unfinished: its owner committed the claim without an answer;
        acting again might act twice.
        """
        row = {"user_id": user_id, "key": key, "fingerprint": fingerprint, "claimed_at": at}
        query = select(keys).where(keys.c.user_id == user_id, keys.c.key == key)
        while not insert_new(self._session, keys, row, ("user_id", "key")):
            kept = self._session.execute(query).one_or_none()
            if kept is None:  # forgotten in the meantime
                continue
            if kept.fingerprint != fingerprint:
                raise Conflict("idempotency_key_reused")
            if kept.status is None:
                raise NotNow("request_unfinished")
            return kept.status, kept.body
        return None

    def answer(self, user_id: str, key: str, status: int, body: bytes) -> None:
        """Keep the answer for repeats."""
        statement = update(keys).where(keys.c.user_id == user_id, keys.c.key == key)
        self._session.execute(statement.values(status=status, body=body))

    def forget(self, before: datetime) -> int:
        """Drop keys claimed before; how many."""
        return changed(self._session, delete(keys).where(keys.c.claimed_at < before))

    def forget_user(self, user_id: str) -> int:
        """Drop all keys of a user with their answers; how many."""
        return changed(self._session, delete(keys).where(keys.c.user_id == user_id))
