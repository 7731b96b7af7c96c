"""Answers to consent questions."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from typing import Any

from sqlalchemy import Row, select, update
from sqlalchemy.orm import Session

from tuanyuan.domain.consent import Consent
from tuanyuan.store.books.statements import changed
from tuanyuan.store.tables import consents


class ConsentBook:
    """Implements `Consents`. "Newest" is the order of writing, whatever the clock said."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def add(self, consent: Consent) -> None:
        """Write one down."""
        self._session.execute(consents.insert().values(asdict(consent)))

    def find(self, user_id: str, consent_id: str) -> Consent | None:
        """One answer."""
        query = select(consents).where(consents.c.id == consent_id, consents.c.user_id == user_id)
        row = self._session.execute(query).one_or_none()
        return None if row is None else _consent(row)

    def all(self, user_id: str) -> list[Consent]:
        """Every answer, newest first."""
        query = select(consents).where(consents.c.user_id == user_id).order_by(consents.c.number.desc())
        return [_consent(row) for row in self._session.execute(query)]

    def standing(self, user_id: str, purpose: str) -> Consent | None:
        """The newest answer to a purpose, granted or not, that was not withdrawn."""
        query = select(consents).where(consents.c.user_id == user_id, consents.c.purpose == purpose)
        query = query.where(consents.c.withdrawn_at.is_(None)).order_by(consents.c.number.desc()).limit(1)
        row = self._session.execute(query).one_or_none()
        return None if row is None else _consent(row)

    def withdraw(self, consent_id: str, at: datetime) -> bool:
        """Take back, once. False: it was taken back before."""
        statement = update(consents).where(consents.c.id == consent_id, consents.c.withdrawn_at.is_(None))
        return changed(self._session, statement.values(withdrawn_at=at)) == 1

    def forget_addresses(self, user_id: str) -> None:
        """Empty the network addresses that a user's answers came from; the answers stay."""
        self._session.execute(update(consents).where(consents.c.user_id == user_id).values(address=""))


def _consent(row: Row[Any]) -> Consent:
    values = {name: value for name, value in row._mapping.items() if name != "number"}
    return Consent(**{**values, "details": tuple((name, value) for name, value in row.details)})
