"""People who log in: a clock that is set by hand, a limiter that is told what to say, and the door between."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from doubles.books import NOW, new_id
from tuanyuan.domain.ports import Units, WeChatSession
from tuanyuan.domain.user import User
from tuanyuan.services.accounts import Accounts, Login
from tuanyuan.services.wallet import Wallet
from tuanyuan.store.signing import SecretSigner

SECRET = b"the newest secret of these tests, 32+"
OLDER_SECRET = b"an older secret of these tests, 32++"
DEVICE = "device-0123456789abcdef"
APP = "wx00000000000000a1"
MEI = WeChatSession("oMei", "a2V5LW9uZQ==")


@dataclass
class HandClock:
    """Stands still until it is moved."""

    now: datetime = NOW

    def __call__(self) -> datetime:
        return self.now

    def forward(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)


@dataclass
class Allowing:
    """A limiter that counts, and refuses when told to."""

    wait: int | None = None
    hits: list[tuple[str, str, str]] = field(default_factory=list)

    def hit(self, name: str, key: str, limit: str) -> int | None:
        self.hits.append((name, key, limit))
        return self.wait


@dataclass
class Door:
    """Does what the HTTP door does: one unit for each call, committed before it refuses."""

    units: Units
    clock: HandClock = field(default_factory=HandClock)
    limiter: Allowing = field(default_factory=Allowing)
    secrets: tuple[bytes, ...] = (SECRET,)

    @property
    def signer(self) -> SecretSigner:
        return SecretSigner(self.secrets)

    @property
    def wallet(self) -> Wallet:
        return Wallet(self.clock, new_id)

    @property
    def accounts(self) -> Accounts:
        return Accounts(self.clock, new_id, self.wallet, self.signer, self.limiter)

    def guest(self, device: str = DEVICE, address: str = "203.0.113.7") -> Login:
        with self.units.begin() as unit:
            return self.accounts.guest(unit, device, address)

    def wechat(self, session: WeChatSession = MEI, guest: User | None = None, app: str = APP) -> Login:
        with self.units.begin() as unit:
            return self.accounts.wechat(unit, session, app, guest)

    def refresh(self, token: str) -> Login | None:
        with self.units.begin() as unit:
            return self.accounts.refresh(unit, token)

    def who(self, token: str) -> User:
        with self.units.read() as unit:
            return self.accounts.who(unit, token)

    def credits(self, user_id: str) -> int:
        with self.units.read() as unit:
            return unit.ledger.balance(user_id).balance

    def unexplained(self) -> int:
        with self.units.read() as unit:
            return unit.ledger.unexplained()

    def do(self, what: Callable[[Any], Any]) -> Any:
        """Something in a unit of its own."""
        with self.units.begin() as unit:
            return what(unit)
