"""The free picture a day."""

from __future__ import annotations

from datetime import date

from sqlalchemy import delete
from sqlalchemy.orm import Session

from tuanyuan.store.books.statements import insert_new
from tuanyuan.store.tables import free_days


class FreeDayBook:
    """Implements `FreeDays`."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def take(self, user_id: str, day: date, job_id: str) -> bool:
        """Use up the day. False: it was used."""
        row = {"user_id": user_id, "day": day, "job_id": job_id}
        return insert_new(self._session, free_days, row, ("user_id", "day"))

    def give_back(self, job_id: str) -> None:
        """The job came to nothing: the day is free again."""
        self._session.execute(delete(free_days).where(free_days.c.job_id == job_id))
