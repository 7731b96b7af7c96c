"""What is kept of people's pictures: each file under a data key of its own, each with an expiry from birth."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from tuanyuan.domain.photo import PhotoReport

FileKind = Literal["photo", "reference", "candidate"]

# Spec 7.2: originals 24 h after use, 48 h after upload at most; results 30 days.
PHOTO_LIFE = timedelta(hours=48)
PHOTO_LIFE_AFTER_USE = timedelta(hours=24)
RESULT_LIFE = timedelta(days=30)
URL_LIFE = timedelta(minutes=15)
# Instead of the digest of a finished file that was erased: also a digest tells who had which picture.
ERASED = "erased"


@dataclass(frozen=True)
class KeptFile:
    """One encrypted object.

    address: where the object store keeps it. wrapped_key: its data key, wrapped by a master key; None once erased,
    and then nobody can read a copy or a backup of the object any more.

    state: "writing" until all bytes are stored, "kept", "erased". digest: SHA-256 of the plain bytes, hex; empty
    until then, `ERASED` once erased.
    """

    id: str
    user_id: str
    kind: FileKind
    address: str
    wrapped_key: bytes | None
    media_type: str
    size: int
    digest: str
    created_at: datetime
    expires_at: datetime
    state: Literal["writing", "kept", "erased"] = "writing"
    erased_at: datetime | None = None


@dataclass(frozen=True)
class KeptPhoto:
    """A photo that a user has sent, with what was found in it."""

    id: str
    user_id: str
    file: str
    name: str
    digest: str
    report: PhotoReport
    created_at: datetime
    expires_at: datetime
    used_at: datetime | None = None
    deleted_at: datetime | None = None


def media_type_of(data: bytes) -> str:
    """What a finished file is, from its first bytes."""
    if data.startswith(b"\x89PNG"):
        return "image/png"
    if data[8:12] == b"WEBP":
        return "image/webp"
    if data[4:8] == b"ftyp":
        return "video/quicktime" if data[8:12] == b"qt  " else "video/mp4"
    return "image/jpeg"
