"""Time, chance, limits and the outside parties of a login."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

# Aware, UTC.
Clock = Callable[[], datetime]
# 32 hex digits that nobody can guess.
NewId = Callable[[], str]


class Limiter(Protocol):
    """Counts what one user or address does."""

    def hit(self, name: str, key: str, limit: str) -> int | None:
        """Count one more; None when it is within the limit, else seconds until it is allowed again.

        limit: as `10/minute` or `100/day`. A limiter that cannot count lets pass.
        """
        ...


@dataclass(frozen=True)
class WeChatSession:
    """What a login code was exchanged for. session_key never leaves the server."""

    openid: str
    session_key: str
    unionid: str | None = None


@dataclass(frozen=True)
class Claims:
    """What an access token says: whose it is, and of which login."""

    user_id: str
    family: str


class Signer(Protocol):
    """Everything that rests on the studio's secrets: the newest makes, older ones are still understood."""

    def token(self, claims: Claims, at: datetime, life: timedelta) -> str:
        """An access token that holds from `at` for `life`."""
        ...

    def read(self, token: str, at: datetime) -> Claims:
        """What a token says. Unauthorised: login_required (not one of ours), login_expired."""
        ...

    def fingerprints(self, text: str) -> tuple[str, ...]:
        """A keyed hash of `text` for each secret, newest first, 64 hex digits: what is kept instead of the text."""
        ...

    def seal(self, data: bytes, about: str) -> bytes:
        """Encrypt; readable only with the same `about`."""
        ...

    def unseal(self, sealed: bytes, about: str) -> bytes:
        """What was sealed. OurFault object_damaged when it was changed, or its secret is gone."""
        ...


class WeChat(Protocol):
    """WeChat's login service (contracts/wechat-miniprogram.md §2.1)."""

    app_id: str

    def session(self, code: str) -> WeChatSession:
        """Exchange a code.

        Unauthorised wechat_code_invalid; Forbidden wechat_user_risky; NotNow wechat_busy; OurFault wechat_setup.
        """
        ...
