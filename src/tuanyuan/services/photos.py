"""Photos that users send: bounded, sealed as they come in, checked by their content, and told at once what is wrong."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from tuanyuan.domain.audit import AuditRecord
from tuanyuan.domain.consent import FACE_EDIT
from tuanyuan.domain.errors import Conflict, NotFound, StudioError, TooLarge, Unauthorised
from tuanyuan.domain.kept import PHOTO_LIFE, KeptPhoto
from tuanyuan.domain.photo import PhotoReport
from tuanyuan.domain.ports import Place, Unit, Units
from tuanyuan.domain.ports.pixels import PixelWork
from tuanyuan.domain.ports.world import Clock, NewId
from tuanyuan.domain.user import User
from tuanyuan.services.keeping import Keeping, Writing

if TYPE_CHECKING:
    from tuanyuan.services.consents import Consents

# The decoder has the same bound; it is too heavy to be loaded for a number.
MOST_BYTES = 10 * 1024 * 1024
# Of one user at the same time: else a few strangers fill the disk.
MOST_PHOTOS = 200
LONGEST_NAME, _LONGEST_ENDING = 80, 10
_MEGABYTE = 1024 * 1024
_UNKNOWN_TYPE = "application/octet-stream"


@dataclass(frozen=True)
class Photos:
    """A user's photos. No face is looked at without consent, before the upload, after it, and as it is kept."""

    units: Units
    keeping: Keeping
    pixels: PixelWork
    consents: Consents
    clock: Clock
    new_id: NewId

    def receive(self, user: User, name: str) -> Receiving:
        """Begin an upload. Conflict consent_required, photos_too_many: nothing is written down then."""
        with self.units.read() as unit:
            self.consents.require(unit, user.id, FACE_EDIT)
            if len(unit.photos.all(user.id, MOST_PHOTOS)) >= MOST_PHOTOS:
                raise Conflict("photos_too_many", limit=MOST_PHOTOS)
        writing = self.keeping.open(user.id, "photo", _UNKNOWN_TYPE, self.clock() + PHOTO_LIFE)
        return Receiving(self, user, clean_name(name), writing)

    def admit(self, unit: Unit, user_id: str) -> None:
        """Whether a photo may be kept now. While it was looked at, the account or the consent may have ended.

        Takes the user's lock, as ending does: a photo is either kept before and ends with the rest, or never kept.
        Unauthorised login_expired; Conflict consent_required.
        """
        unit.users.lock(user_id)
        user = unit.users.find(user_id)
        if user is None or user.closed_at is not None:
            raise Unauthorised("login_expired")
        self.consents.require(unit, user_id, FACE_EDIT)

    def find(self, unit: Unit, user_id: str, photo_id: str) -> KeptPhoto:
        """A living photo. NotFound: gone, or another user's."""
        photo = unit.photos.find(user_id, photo_id)
        if photo is None:
            raise NotFound("not_found")
        return photo

    def all(self, unit: Unit, user_id: str, limit: int = 100, before: Place | None = None) -> list[KeptPhoto]:
        """A user's living photos, newest first, after the place `before` in the list."""
        return unit.photos.all(user_id, limit, before)

    def delete(self, unit: Unit, user_id: str, photo_id: str) -> None:
        """Take the photo away at once; its bytes go with the next sweep. NotFound as in `find`."""
        now = self.clock()
        if not unit.photos.delete(user_id, [photo_id], now):
            raise NotFound("not_found")
        unit.audit.add(AuditRecord(now, "user", user_id, "photo_deleted", "photo", photo_id))


class Receiving:
    """One upload. End it by `finish` or `abort`."""

    def __init__(self, photos: Photos, user: User, name: str, writing: Writing) -> None:
        self._photos = photos
        self._user = user
        self._name = name
        self._writing = writing
        self._size = 0
        self._began = photos.clock()

    def write(self, chunk: bytes) -> None:
        """Take the next bytes. TooLarge file_too_large, NotNow storage_full, storage_down: nothing is left then."""
        self._size += len(chunk)
        if self._size > MOST_BYTES:
            self.abort("too large")
            limit = MOST_BYTES // _MEGABYTE
            raise TooLarge("file_too_large", file=self._name, megabytes=f"{limit}+", limit=limit)
        self._writing.write(chunk)

    def finish(self) -> KeptPhoto:
        """Check the photo and keep it, whether its faces will do or not: the report says why.

        Rejected: it is no photo, or cannot be read; NotNow: try again. Nothing is left then.
        """
        try:
            stored = self._writing.store()
            with self._photos.units.read() as unit:
                self._photos.consents.require(unit, self._user.id, FACE_EDIT)
            data = self._photos.keeping.read(stored)
            report = self._photos.pixels.examine(data, self._name)
            return self._keep(report, media_type(data))
        except StudioError as error:
            self.abort(error.code)
            raise
        except BaseException:
            self.abort("failed")
            raise

    def abort(self, reason: str = "aborted") -> None:
        """Leave nothing behind. Never raises."""
        self._writing.abort(reason)

    def _keep(self, report: PhotoReport, found: str) -> KeptPhoto:
        photos, user_id = self._photos, self._user.id
        with photos.units.begin() as unit:
            photos.admit(unit, user_id)
            file = self._writing.finish(unit, found)
            photo = KeptPhoto(
                id=photos.new_id(),
                user_id=user_id,
                file=file.id,
                name=self._name,
                digest=file.digest,
                report=report,
                created_at=self._began,
                expires_at=file.expires_at,
            )
            unit.photos.add(photo)
            unit.audit.add(AuditRecord(photos.clock(), "user", user_id, "photo_kept", "photo", photo.id))
        return photo


def clean_name(name: str) -> str:
    """A file's name as it may be shown: no folders, no invisible or direction-changing signs, 80 characters at most."""
    last = PurePosixPath(name.replace("\\", "/")).name
    shown = "".join(sign for sign in unicodedata.normalize("NFC", last) if unicodedata.category(sign)[0] != "C").strip()
    if len(shown) > LONGEST_NAME:
        ending = PurePosixPath(shown).suffix
        ending = ending if len(ending) <= _LONGEST_ENDING else ""
        shown = shown[: LONGEST_NAME - len(ending)] + ending
    return shown if shown.strip(".") else "photo"


def media_type(data: bytes) -> str:
    """By the first bytes, as the decoder tells formats apart; never by what the sender says."""
    if data.startswith(b"\xff\xd8\xff"):
        return "image/jpeg"
    if data.startswith(b"\x89PNG\r\n\x1a\n"):
        return "image/png"
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return "image/webp"
    if data[4:8] == b"ftyp":
        return "image/heic"
    if data.startswith((b"GIF87a", b"GIF89a")):
        return "image/gif"
    return _UNKNOWN_TYPE
