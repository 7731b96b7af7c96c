"""Credit entries. Nothing here changes or removes one, and a trigger in the database refuses it too."""

from __future__ import annotations

from dataclasses import asdict

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from tuanyuan.domain.wallet import Balance, Entry, EntryKind
from tuanyuan.store.books.reckoning import UNEXPLAINED
from tuanyuan.store.books.statements import insert_new
from tuanyuan.store.tables import entries


class LedgerBook:
    """Implements `Ledger`."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def last(self, user_id: str) -> Entry | None:
        """The user's newest entry. Call `Users.lock` before, when one is to follow."""
        found = self.entries(user_id, None, 1)
        return found[0] if found else None

    def find(self, cause: str, kind: EntryKind) -> Entry | None:
        """The one entry of a cause and kind."""
        query = select(entries).where(entries.c.cause == cause, entries.c.kind == kind)
        row = self._session.execute(query).one_or_none()
        return None if row is None else Entry(**row._mapping)

    def append(self, entry: Entry) -> bool:
        """Add. False when (cause, kind) is there already. A number that is taken is an IntegrityError: no lock."""
        return insert_new(self._session, entries, asdict(entry), ("cause", "kind"))

    def entries(self, user_id: str, before: int | None, limit: int) -> list[Entry]:
        """Newest first, with numbers below `before`."""
        query = select(entries).where(entries.c.user_id == user_id)
        if before is not None:
            query = query.where(entries.c.number < before)
        rows = self._session.execute(query.order_by(entries.c.number.desc()).limit(limit))
        return [Entry(**row._mapping) for row in rows]

    def balance(self, user_id: str) -> Balance:
        """Summed from the entries. Spent: without what was given back. Earned: everything else."""
        sums = select(entries.c.kind, func.sum(entries.c.amount)).where(entries.c.user_id == user_id)
        by_kind = {kind: int(total) for kind, total in self._session.execute(sums.group_by(entries.c.kind))}
        spent = -by_kind.pop("spend", 0) - by_kind.pop("refund", 0)
        earned = sum(by_kind.values())
        return Balance(balance=earned - spent, earned=earned, spent=spent)

    def unexplained(self) -> int:
        """How many users and jobs do not add up. One statement, so that it sees one moment."""
        return int(self._session.execute(UNEXPLAINED).scalar_one())
