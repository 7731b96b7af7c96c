"""What a job is made from: the photos that its user has sent, a finished picture of theirs, a mask."""

from __future__ import annotations

from datetime import datetime

from tuanyuan.domain.errors import NotFound, PhotosRejected, Rejected
from tuanyuan.domain.feature import FEATURES, roles, usable
from tuanyuan.domain.job import JobRequest
from tuanyuan.domain.kept import KeptPhoto
from tuanyuan.domain.photo import MOST_PEOPLE, PhotoReport
from tuanyuan.domain.ports import Unit

MOST_PHOTOS = 20


def chosen_photos(unit: Unit, user_id: str, request: JobRequest, at: datetime) -> list[KeptPhoto]:
    """What an order is made from, in the order of `request.pictures`, all of it usable.

    NotFound photo_gone: not this user's, deleted or expired. PhotosRejected: all that is wrong with all of them.
    Rejected photos_missing, photo_twice, people_too_many, photos_count, work_not_taken.
    """
    pictures = request.pictures
    if not pictures:
        raise Rejected("photos_missing")
    if len(set(pictures)) < len(pictures) or request.mask in pictures:
        raise Rejected("photo_twice")
    if len(pictures) > MOST_PHOTOS:
        raise Rejected("people_too_many", count=len(pictures), limit=MOST_PEOPLE)
    photos = [photo for photo in (found(unit, user_id, request, one, at) for one in pictures) if photo is not None]
    if len(photos) < len(pictures):
        raise NotFound("photo_gone")
    taking = FEATURES.get(request.feature)
    if taking and not taking.least <= len(photos) <= taking.most:
        raise Rejected("photos_count", least=taking.least, most=taking.most)
    if request.work is not None and taking and taking.first != "picture":
        raise Rejected("work_not_taken", feature=request.feature)
    shown = zip(photos, roles(request.feature, len(photos)), strict=True)
    unusable = [photo.report for photo, role in shown if not usable(photo.report, role)]
    if unusable:
        raise PhotosRejected(unusable)
    return photos


def mask_of(unit: Unit, user_id: str, request: JobRequest) -> KeptPhoto | None:
    """The mask of an order; None: it has none. NotFound photo_gone. PhotosRejected: it is no picture."""
    if request.mask is None:
        return None
    mask = unit.photos.find(user_id, request.mask)
    if mask is None:
        raise NotFound("photo_gone")
    if not usable(mask.report, "mask"):
        raise PhotosRejected([mask.report])
    return mask


def found(unit: Unit, user_id: str, request: JobRequest, picture: str, at: datetime) -> KeptPhoto | None:
    """One of `request.pictures`: a photo, or the work as if it had been sent; None: it is not there (any more)."""
    if picture != request.work:
        return unit.photos.find(user_id, picture)
    work = unit.works.find(user_id, picture, at)
    file = unit.files.find(work.files["picture"], user_id) if work else None
    if work is None or file is None:
        return None
    report = PhotoReport(work.title, True, work.width, work.height, (), ())
    return KeptPhoto(work.id, user_id, file.id, work.title, file.digest, report, work.created_at, work.expires_at)
