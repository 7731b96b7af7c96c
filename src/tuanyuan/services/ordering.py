"""Whether an order may be taken: consent, people, bounds. Nothing is written here."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

from tuanyuan.domain.consent import FACE_EDIT
from tuanyuan.domain.errors import Conflict, Rejected, TooMany
from tuanyuan.domain.feature import FEATURES, roles
from tuanyuan.domain.job import JobRequest, Tier
from tuanyuan.domain.kept import KeptPhoto
from tuanyuan.domain.photo import MOST_PEOPLE
from tuanyuan.domain.ports import Unit

MOST_UNFINISHED_FREE, MOST_UNFINISHED_PAID = 5, 20
# China has one time and no summer time.
CHINA = timezone(timedelta(hours=8))


def china_day(at: datetime) -> str:
    """The date in China, as 2026-02-16."""
    return at.astimezone(CHINA).date().isoformat()


def require_standing(unit: Unit, user_id: str, purpose: str = FACE_EDIT) -> None:
    """Conflict consent_required unless the newest answer that was not withdrawn is yes."""
    answer = unit.consents.standing(user_id, purpose)
    if answer is None or not answer.granted:
        raise Conflict("consent_required", purpose=purpose)


def check_people(request: JobRequest, photos: list[KeptPhoto]) -> None:
    """Rejected people_too_many, photo_not_chosen, faces_not_there: hints fit the photos, and five people at most."""
    hints = {person.photo: person for person in request.people}
    if len(hints) < len(request.people) or not set(hints) <= set(request.pictures):
        raise Rejected("photo_not_chosen")
    count = 0
    for photo, role in zip(photos, roles(request.feature, len(photos)), strict=True):
        if role not in ("person", "picture"):
            continue
        there = len(photo.report.faces)
        chosen = set(hints[photo.id].faces) if photo.id in hints else set()
        for number in chosen:
            if not 1 <= number <= there:
                raise Rejected("faces_not_there", file=photo.name, count=there, wanted=number)
        count += len(chosen) or there
    taking = FEATURES.get(request.feature)
    most = MOST_PEOPLE if taking is None else taking.people
    if most is not None and count > most:
        raise Rejected("people_too_many", count=count, limit=most)


def check_bounds(unit: Unit, user_id: str, tier: Tier, seconds: float) -> None:
    """TooMany jobs_unfinished: a user may not fill the queue. `seconds`: what one job takes about."""
    limit = MOST_UNFINISHED_FREE if tier == "free" else MOST_UNFINISHED_PAID
    if unit.jobs.unfinished(user_id) >= limit:
        raise TooMany("jobs_unfinished", max(1, round(seconds)), limit=limit)
