"""Works: finished pictures that a user has picked."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

LONGEST_TITLE, LONGEST_TAG, MOST_TAGS = 60, 20, 12


@dataclass(frozen=True)
class Work:
    """One picture in a user's gallery.

    files: kind → id of the kept file: "picture", and of a moving picture the kinds of `domain.clip.KINDS`.
    share: the unguessable name under which anybody may see it while `public`; None: never shared.
    """

    id: str
    user_id: str
    job_id: str
    feature: str
    title: str
    files: dict[str, str]
    created_at: datetime
    expires_at: datetime
    tags: tuple[str, ...] = ()
    favourite: bool = False
    public: bool = False
    share: str | None = None
    width: int = 0
    height: int = 0
