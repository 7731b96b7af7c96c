"""People who use the studio: who they are, and how they are known."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

Kind = Literal["guest", "wechat"]
Edition = Literal["personal", "business"]
Language = Literal["zh", "en"]
Quality = Literal["standard", "high"]

LONGEST_NAME = 40


@dataclass(frozen=True)
class UserSettings:
    """What a user may set for themselves. `quality` is asked of engines by default."""

    language: Language = "zh"
    notifications: bool = True
    autosave: bool = False
    quality: Quality = "standard"
    large_type: bool = False


@dataclass(frozen=True)
class User:
    """One account. `id`: 32 hex digits, not guessable. `closed_at`: deleted by the user; nothing is let in any more."""

    id: str
    kind: Kind
    created_at: datetime
    name: str = ""
    edition: Edition = "personal"
    settings: UserSettings = field(default_factory=UserSettings)
    closed_at: datetime | None = None


@dataclass(frozen=True)
class Identity:
    """A way in. `provider` is "wechat" or "guest"; `subject` is unique within it.

    subject: for WeChat the union id as `union:…`, else `app:<appid>:<openid>`; for a guest a hash of the device id.
    secret: the WeChat session key, sealed; never shown.
    """

    provider: Literal["wechat", "guest"]
    subject: str
    user_id: str
    secret: bytes | None = None


@dataclass(frozen=True)
class RefreshToken:
    """One rotation step of a login. Only the SHA-256 of the token is kept.

    family: all tokens that descend from one login. A token that is used a second time proves theft: the whole family
    is revoked.
    """

    digest: str
    family: str
    user_id: str
    issued_at: datetime
    expires_at: datetime
    used_at: datetime | None = None
    revoked_at: datetime | None = None


@dataclass(frozen=True)
class Statistics:
    """Numbers that a user sees of their own use."""

    photos: int
    jobs: int
    completed: int
    works: int
    credits_spent: int
