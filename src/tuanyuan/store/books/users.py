"""Accounts and the ways into them."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from sqlalchemy import Row, and_, delete, exists, func, select, update
from sqlalchemy.orm import Session

from tuanyuan.domain.user import Identity, Statistics, User, UserSettings
from tuanyuan.store.books.statements import changed, insert, insert_new
from tuanyuan.store.tables import entries, files, free_days, identities, jobs, photos, users, works
from tuanyuan.store.tables import refresh_tokens as tokens


class UserBook:
    """Implements `Users`."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def add(self, user: User, identity: Identity) -> bool:
        """Both or neither."""
        self._session.execute(users.insert().values(id=user.id, kind=user.kind, **_fields(user)))
        if insert_new(self._session, identities, asdict(identity), ("provider", "subject")):
            return True
        # Not by a savepoint: on a full disk SQLite drops it with the whole transaction, and hides the reason.
        self._session.execute(delete(users).where(users.c.id == user.id))
        return False

    def find(self, user_id: str) -> User | None:
        """The account, closed or not."""
        return self._one(users.c.id == user_id)

    def logged_in(self, user_id: str, family: str) -> User | None:
        """Account and login in one statement: this is asked at every request."""
        login = tokens.c.family == family
        issued, ended = exists().where(login), exists().where(login, tokens.c.revoked_at.is_not(None))
        return self._one(and_(users.c.id == user_id, users.c.closed_at.is_(None), issued, ~ended))

    def by_identity(self, provider: str, subject: str) -> User | None:
        """Whose way in this is."""
        way = select(identities.c.user_id).where(identities.c.provider == provider, identities.c.subject == subject)
        return self._one(users.c.id == way.scalar_subquery())

    def identities(self, user_id: str) -> list[Identity]:
        """All ways into an account."""
        query = select(identities).where(identities.c.user_id == user_id)
        rows = self._session.execute(query.order_by(identities.c.provider, identities.c.subject))
        return [Identity(**row._mapping) for row in rows]

    def link(self, identity: Identity) -> bool:
        """Add a way in, or change its secret; never moves it from one user to another."""
        statement = insert(self._session, identities).values(asdict(identity))
        statement = statement.on_conflict_do_update(
            index_elements=["provider", "subject"],
            set_={"secret": statement.excluded.secret},
            where=identities.c.user_id == statement.excluded.user_id,
        )
        return changed(self._session, statement) == 1

    def unlink(self, user_id: str) -> None:
        """Remove every way into an account."""
        self._session.execute(delete(identities).where(identities.c.user_id == user_id))

    def save(self, user: User) -> None:
        """Store changed fields; `kind` too, for a guest who logs in with WeChat."""
        self._session.execute(update(users).where(users.c.id == user.id).values(kind=user.kind, **_fields(user)))

    def lock(self, user_id: str) -> None:
        """A row lock on PostgreSQL, weak enough for others' rows that point to the user. SQLite has one writer."""
        query = select(users.c.id).where(users.c.id == user_id)
        self._session.execute(query.with_for_update(key_share=True))

    def merge(self, from_id: str, to_id: str) -> None:
        """Give photos, files, jobs, works and used free days to another account. Ledger, consents and log stay."""
        # In the order in which others lock rows: what points to files, then files.
        for table in (jobs, photos, works, files):
            self._session.execute(update(table).where(table.c.user_id == from_id).values(user_id=to_id))
        # Where both have used a day, each keeps its own: a job that fails gives back the day it took.
        used = select(free_days.c.day).where(free_days.c.user_id == to_id)
        theirs = update(free_days).where(free_days.c.user_id == from_id, free_days.c.day.not_in(used))
        self._session.execute(theirs.values(user_id=to_id))

    def statistics(self, user_id: str) -> Statistics:
        """Photos and jobs ever sent, works not deleted, credits spent and not given back."""
        spent = func.coalesce(-func.sum(entries.c.amount), 0)
        wanted = (
            _count(photos, user_id),
            _count(jobs, user_id),
            _count(jobs, user_id, jobs.c.status == "completed"),
            _count(works, user_id, works.c.deleted_at.is_(None)),
            select(spent)
            .where(entries.c.user_id == user_id, entries.c.kind.in_(("spend", "refund")))
            .scalar_subquery(),
        )
        return Statistics(*map(int, self._session.execute(select(*wanted)).one()))

    def _one(self, condition: Any) -> User | None:
        row = self._session.execute(select(users).where(condition)).one_or_none()
        return None if row is None else _user(row)


def _count(table: Any, user_id: str, *conditions: Any) -> Any:
    return (
        select(func.count()).select_from(table).where(and_(table.c.user_id == user_id, *conditions)).scalar_subquery()
    )


def _fields(user: User) -> dict[str, Any]:
    return {
        "name": user.name,
        "edition": user.edition,
        "settings": asdict(user.settings),
        "created_at": user.created_at,
        "closed_at": user.closed_at,
    }


def _user(row: Row[Any]) -> User:
    return User(**{**row._mapping, "settings": UserSettings(**row.settings)})
