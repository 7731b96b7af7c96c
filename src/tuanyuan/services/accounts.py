"""Accounts: who somebody is, by which login, and for how long.

An access token is short and signed. A refresh token is 32 random bytes of which only the SHA-256 is kept; each use
replaces it by the next of its family. A token that comes a second time was copied: the whole family ends, for the thief
and for the owner. Only within `RETRY` of the first use it is taken for a repeat of a request whose answer was lost: it
is refused all the same, and the family lives on.
"""

from __future__ import annotations

import hashlib
import re
import secrets
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from ipaddress import IPv6Address, ip_address, ip_network

from tuanyuan.domain.audit import AuditRecord
from tuanyuan.domain.errors import TooMany, Unauthorised, WrongUsage
from tuanyuan.domain.ports import Claims, Clock, Limiter, NewId, Signer, Unit, WeChatSession
from tuanyuan.domain.user import Identity, Kind, RefreshToken, User
from tuanyuan.services.merging import Merging
from tuanyuan.services.wallet import Wallet

ACCESS_LIFE = timedelta(minutes=15)
REFRESH_LIFE = timedelta(days=30)
RETRY = timedelta(seconds=10)
NEW_ACCOUNTS_PER_ADDRESS = "10/day"

_DEVICE = re.compile(r"[\x21-\x7e]{16,128}")
_LONGEST_TOKEN = 256


@dataclass(frozen=True)
class Login:
    """What a client gets. expires_in: seconds until the access token ends."""

    access_token: str = field(repr=False)
    refresh_token: str = field(repr=False)
    expires_in: int
    user: User


@dataclass(frozen=True)
class Accounts:
    """Ways in. Every method acts in the caller's unit and commits nothing."""

    clock: Clock
    new_id: NewId
    wallet: Wallet
    signer: Signer
    limiter: Limiter

    def guest(self, unit: Unit, device: str, address: str) -> Login:
        """Log a device in, as the same guest each time. A new one gets the welcome credits, once a device.

        device: 16 to 128 visible ASCII characters that the client made at random; only a keyed hash is kept.
        WrongUsage: device_invalid. TooMany: too_many_accounts, for new accounts only.
        """
        if not _DEVICE.fullmatch(device):
            raise WrongUsage("device_invalid")
        subjects = self.signer.fingerprints(device)
        user = self._known(unit, "guest", subjects)
        if user is None:
            wait = self.limiter.hit("registration", _network(address), NEW_ACCOUNTS_PER_ADDRESS)
            if wait is not None:
                raise TooMany("too_many_accounts", wait)
            causes = tuple(f"device:{subject}" for subject in subjects)
            user = self._register(unit, "guest", Identity("guest", subjects[0], ""), causes)
        elif len(subjects) > 1:
            # The secret was changed: from now on the device is known by the newest one.
            unit.users.link(Identity("guest", subjects[0], user.id))
        return self._login(unit, user, self.new_id())

    def wechat(self, unit: Unit, session: WeChatSession, app_id: str, guest: User | None = None) -> Login:
        """Log a WeChat user in; a guest who does so keeps everything.

        The union id says who it is, where there is one, else (app id, open id). A WeChat user seen for the first time
        takes over the guest's account; one who has an account gets the guest's things merged into it. The guest's
        tokens end, and the device alone opens the account no more.
        """
        own = f"app:{app_id}:{session.openid}"
        subjects = (f"union:{session.unionid}", own) if session.unionid else (own,)
        sealed = self.signer.seal(session.session_key.encode(), own)
        ways = [Identity("wechat", subject, "", sealed if subject == own else None) for subject in subjects]
        new = [subject for subject in subjects if unit.users.by_identity("wechat", subject) is None]
        user = self._known(unit, "wechat", subjects) or self._adopt(unit, guest, ways[0])
        if user is None:
            causes = tuple(cause for subject in subjects for cause in self._causes(subject))
            user = self._register(unit, "wechat", ways[0], causes)
        merging = Merging(self.clock, self.new_id, self.wallet)
        before = unit.users.by_identity("wechat", own)
        if before is not None and before.id != user.id:
            # Known by the open id alone until now; the union id says that it is the same person.
            merging.merge(unit, before.id, user.id)
        if guest is not None and guest.kind == "guest" and guest.id != user.id:
            merging.merge(unit, guest.id, user.id, only="guest")
        for way in ways:
            unit.users.link(replace(way, user_id=user.id))
        for subject in new:
            self._note_welcome(unit, user.id, self._causes(subject))
        return self._login(unit, user, self.new_id())

    def refresh(self, unit: Unit, refresh_token: str) -> Login | None:
        """The next tokens of a login, once for each refresh token; None: refused.

        After None the caller commits, and only then says Unauthorised: the family may have been ended in this unit.
        """
        now = self.clock()
        digest = _digest(refresh_token)
        token = unit.tokens.find(digest) if len(refresh_token) <= _LONGEST_TOKEN else None
        if token is None or token.revoked_at is not None:
            return None
        if token.used_at is None and token.expires_at <= now:
            return None
        if not unit.tokens.use(digest, now):
            self._used_again(unit, unit.tokens.find(digest) or token, now)
            return None
        user = unit.users.find(token.user_id)
        if user is None or user.closed_at is not None:
            return None
        return self._login(unit, user, token.family)

    def who(self, unit: Unit, access_token: str) -> User:
        """Whose token this is. Unauthorised: login_required, login_expired (also ended, closed)."""
        return self.holder(unit, self.signer.read(access_token, self.clock()))

    def holder(self, unit: Unit, claims: Claims) -> User:
        """Whose claims these are, once their token was read. Unauthorised: login_expired (ended, closed)."""
        user = unit.users.logged_in(claims.user_id, claims.family)
        if user is None:
            raise Unauthorised("login_expired")
        return user

    def family(self, access_token: str) -> str:
        """The login that an access token belongs to, for `logout`. Unauthorised as `who`."""
        return self.signer.read(access_token, self.clock()).family

    def logout(self, unit: Unit, family: str) -> None:
        """End one login: its refresh tokens and its access tokens."""
        unit.tokens.revoke_family(family, self.clock())

    def _known(self, unit: Unit, provider: str, subjects: tuple[str, ...]) -> User | None:
        for subject in subjects:
            user = unit.users.by_identity(provider, subject)
            if user is not None and user.closed_at is None:
                return user
        return None

    def _register(self, unit: Unit, kind: Kind, way: Identity, causes: tuple[str, ...]) -> User:
        """A new account, or that of whoever was quicker with the same identity: it is the same somebody.

        Welcomed once for whoever stands behind `causes`, also after closing an account and opening the next.
        """
        user = User(self.new_id(), kind, self.clock())
        if not unit.users.add(user, replace(way, user_id=user.id)):
            quicker = unit.users.by_identity(way.provider, way.subject)
            if quicker is None:
                raise Unauthorised("login_expired")
            return quicker
        if not self._welcomed(unit, causes):
            self.wallet.welcome(unit, user.id, causes[0])
        return user

    def _causes(self, subject: str) -> tuple[str, ...]:
        """What a welcome of this WeChat identity is known by."""
        return tuple(f"wechat:{mark}" for mark in self.signer.fingerprints(subject))

    def _welcomed(self, unit: Unit, causes: tuple[str, ...]) -> bool:
        return any(unit.ledger.find(cause, "earn") or unit.audit.of("welcome", cause) for cause in causes)

    def _note_welcome(self, unit: Unit, user_id: str, causes: tuple[str, ...]) -> None:
        """Whoever came to an account in another way than by registering has had its welcome, also for the next one."""
        if not self._welcomed(unit, causes):
            unit.audit.add(AuditRecord(self.clock(), "user", user_id, "welcome.noted", "welcome", causes[0]))

    def _adopt(self, unit: Unit, guest: User | None, way: Identity) -> User | None:
        """Make the guest's account the WeChat user's, if nobody has the identity."""
        if guest is None or guest.kind != "guest":
            return None
        unit.users.lock(guest.id)
        now = self.clock()
        user = unit.users.find(guest.id)
        if user is None or user.kind != "guest" or user.closed_at is not None:
            return None
        if not unit.users.link(replace(way, user_id=user.id)):
            return None
        # The device alone must not open a WeChat user's account, nor a token that was given before.
        unit.users.unlink(user.id)
        unit.users.link(replace(way, user_id=user.id))
        unit.tokens.revoke_user(user.id, now)
        user = replace(user, kind="wechat")
        unit.users.save(user)
        return user

    def _used_again(self, unit: Unit, token: RefreshToken, now: datetime) -> None:
        # Clocks of two machines may differ a little, so the repeat may seem earlier than the first use.
        if token.used_at is not None and abs(now - token.used_at) >= RETRY:
            unit.tokens.revoke_family(token.family, now)

    def _login(self, unit: Unit, user: User, family: str) -> Login:
        now = self.clock()
        refresh_token = secrets.token_urlsafe(32)
        unit.tokens.add(RefreshToken(_digest(refresh_token), family, user.id, now, now + REFRESH_LIFE))
        access_token = self.signer.token(Claims(user.id, family), now, ACCESS_LIFE)
        return Login(access_token, refresh_token, int(ACCESS_LIFE.total_seconds()), user)


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode("utf-8", "backslashreplace")).hexdigest()


def _network(address: str) -> str:
    """What counts as one address: an IPv6 customer holds a whole /64."""
    try:
        parsed = ip_address(address)
    except ValueError:
        return address
    if isinstance(parsed, IPv6Address):
        return str(parsed.ipv4_mapped or ip_network((int(parsed) >> 64 << 64, 64)))
    return str(parsed)
