"""Time, chance, limits and the outside parties of a login."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
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


class WeChat(Protocol):
    """WeChat's login service (contracts/wechat-miniprogram.md §2.1)."""

    app_id: str

    def session(self, code: str) -> WeChatSession:
        """Exchange a code.

        Unauthorised wechat_code_invalid; Forbidden wechat_user_risky; NotNow wechat_busy; OurFault wechat_setup.
        """
        ...
