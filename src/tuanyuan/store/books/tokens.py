"""Refresh tokens, by digest."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime

from sqlalchemy import exists, func, select, update
from sqlalchemy.orm import Session

from tuanyuan.domain.user import RefreshToken
from tuanyuan.store.books.statements import changed
from tuanyuan.store.tables import refresh_tokens as tokens


class TokenBook:
    """Implements `Tokens`."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def add(self, token: RefreshToken) -> None:
        """Write one down."""
        self._session.execute(tokens.insert().values(asdict(token)))

    def find(self, digest: str) -> RefreshToken | None:
        """The token, used and revoked ones too."""
        row = self._session.execute(select(tokens).where(tokens.c.digest == digest)).one_or_none()
        return None if row is None else RefreshToken(**row._mapping)

    def use(self, digest: str, at: datetime) -> bool:
        """Once; and not at all when anything of its family was revoked."""
        relative = tokens.alias()
        ended = exists().where(relative.c.family == tokens.c.family, relative.c.revoked_at.is_not(None))
        statement = update(tokens).where(tokens.c.digest == digest, tokens.c.used_at.is_(None), ~ended)
        return changed(self._session, statement.values(used_at=at)) == 1

    def revoke_family(self, family: str, at: datetime) -> None:
        """End a login and all that descends from it."""
        self._revoke(tokens.c.family == family, at)

    def revoke_user(self, user_id: str, at: datetime) -> None:
        """End every login of a user."""
        self._revoke(tokens.c.user_id == user_id, at)

    def family_revoked(self, family: str) -> bool:
        """Whether the login was ended. An unknown family was."""
        query = select(func.count(), func.count(tokens.c.revoked_at)).where(tokens.c.family == family)
        issued, revoked = self._session.execute(query).one()
        return issued == 0 or revoked > 0

    def _revoke(self, condition: object, at: datetime) -> None:
        # A condition of this table.
        statement = update(tokens).where(condition, tokens.c.revoked_at.is_(None))  # type: ignore[arg-type]
        self._session.execute(statement.values(revoked_at=at))
