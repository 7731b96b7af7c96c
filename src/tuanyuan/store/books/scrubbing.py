"""What tells of people goes with the picture it tells of: names, where faces are, how alike they are."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Text, cast, func, literal, or_, select, update
from sqlalchemy.orm import Session

from tuanyuan.domain.photo import PhotoReport
from tuanyuan.store.columns import Instant
from tuanyuan.store.tables import attempts, files, jobs, photos, works

# A photo's row without name, digest and faces.
FACELESS: dict[str, Any] = {"name": "", "digest": "", "report": asdict(PhotoReport("", False, 0, 0, (), ()))}
# Nothing that a person wrote stays of a work that was taken away.
UNTITLED: dict[str, Any] = {"title": "", "tags": [], "share": None, "public": False}


def scrub_file(session: Session, file_id: str, at: datetime) -> None:
    """Take out whatever was known of one picture. A photo is shown no more; a candidate stays, without its people.

    Rows are locked in the order of `Users.merge`: jobs, photos, works; files come after.
    """
    owner = session.execute(select(files.c.user_id).where(files.c.id == file_id)).scalar_one_or_none()
    if owner is None:
        return
    told = cast(jobs.c.candidates, Text).contains(file_id)
    _scrub_jobs(session, owner, told, {file_id})
    _scrub_attempts(session, owner, cast(attempts.c.result, Text).contains(file_id))
    gone = func.coalesce(photos.c.deleted_at, literal(at, Instant))
    session.execute(update(photos).where(photos.c.file == file_id).values(**FACELESS, deleted_at=gone))
    shown = cast(works.c.files, Text).contains(file_id)
    ended = or_(works.c.expires_at <= at, works.c.deleted_at.is_not(None))
    session.execute(update(works).where(works.c.user_id == owner, shown, ended).values(**UNTITLED))


def scrub_user(session: Session, user_id: str) -> None:
    """Take the people out of all jobs of a user, and what was wished of them out of the orders."""
    _scrub_jobs(session, user_id, jobs.c.user_id == user_id, None)
    _scrub_attempts(session, user_id, attempts.c.result.is_not(None))


def _scrub_jobs(session: Session, user_id: str, which: ColumnElement[bool], pictures: set[str] | None) -> None:
    """pictures: ids of files; None: all, and the orders too."""
    query = select(jobs.c.id, jobs.c.candidates, jobs.c.request).where(jobs.c.user_id == user_id, which)
    for row in session.execute(query.order_by(jobs.c.id).with_for_update()).all():
        kept = [
            {**candidate, "people": []} if pictures is None or candidate["file"] in pictures else candidate
            for candidate in row.candidates
        ]
        values: dict[str, Any] = {"candidates": kept}
        if pictures is None:
            values["request"] = {**row.request, "people": [], "options": {}, "style": None}
        session.execute(update(jobs).where(jobs.c.id == row.id).values(values))


def _scrub_attempts(session: Session, user_id: str, which: ColumnElement[bool]) -> None:
    theirs = select(jobs.c.id).where(jobs.c.user_id == user_id)
    session.execute(update(attempts).where(attempts.c.job_id.in_(theirs), which).values(result=None))
