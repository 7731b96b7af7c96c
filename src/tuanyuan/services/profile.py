"""Profile: what a user may change, count, take along and end."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from tuanyuan.domain.audit import AuditRecord
from tuanyuan.domain.errors import Rejected, Unauthorised
from tuanyuan.domain.ports import Clock, Unit
from tuanyuan.domain.user import LONGEST_NAME, Statistics, User, UserSettings
from tuanyuan.services.takeout import takeout

_CHOICES: dict[str, tuple[Any, ...]] = {
    "language": ("zh", "en"),
    "notifications": (True, False),
    "autosave": (True, False),
    "quality": ("standard", "high"),
    "large_type": (True, False),
}
# Joiners hold an emoji family together; every other invisible sign can only mislead.
_JOINERS = "\u200c\u200d"
_UNSEEN = ("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp")


@dataclass(frozen=True)
class Profile:
    """cancel_all: cancels a user's pending jobs, credits back. address: a temporary address of a kept file."""

    clock: Clock
    cancel_all: Callable[[Unit, str], int]
    address: Callable[[str], str]

    def change(
        self, unit: Unit, user: User, name: str | None = None, settings: Mapping[str, Any] | None = None
    ) -> User:
        """Change name and settings; None leaves them. Settings that are not named stay.

        Rejected: name_invalid, preference_invalid; then nothing is changed.
        """
        unit.users.lock(user.id)
        fresh = _open(unit, user)
        changed = replace(
            fresh,
            name=fresh.name if name is None else _name(name),
            settings=_settings(fresh.settings, settings or {}),
        )
        unit.users.save(changed)
        return changed

    def statistics(self, unit: Unit, user_id: str) -> Statistics:
        """Numbers of the user's own use."""
        return unit.users.statistics(user_id)

    def export(self, unit: Unit, user: User) -> dict[str, Any]:
        """Everything that is kept about a user, as JSON values; pictures by temporary address. Noted in the log."""
        unit.audit.add(AuditRecord(self.clock(), "user", user.id, "account.exported", "user", user.id))
        return takeout(unit, _open(unit, user), self.clock(), self.address)

    def close(self, unit: Unit, user: User) -> None:
        """End an account for good.

        Pending jobs are cancelled with their credits back, every picture ends now, consents are taken back, all
        logins and ways in removed, the name emptied, and so is all that tells of people or repeats an answer. Ledger,
        consent rows and log stay, under the bare id.

        A second time changes nothing.
        """
        unit.users.lock(user.id)
        now = self.clock()
        fresh = unit.users.find(user.id)
        if fresh is None or fresh.closed_at is not None:
            return
        self.cancel_all(unit, user.id)
        for consent in unit.consents.all(user.id):
            if consent.granted and consent.withdrawn_at is None:
                unit.consents.withdraw(consent.id, now)
        unit.photos.delete(user.id, None, now)
        unit.works.delete(user.id, None, now)
        # Candidates that were never picked belong to no work.
        unit.files.expire_all(user.id, now)
        unit.jobs.forget_people(user.id)
        unit.consents.forget_addresses(user.id)
        unit.keys.forget_user(user.id)
        unit.tokens.revoke_user(user.id, now)
        unit.users.unlink(user.id)
        unit.users.save(replace(fresh, name="", settings=UserSettings(), closed_at=now))
        unit.audit.add(AuditRecord(now, "user", user.id, "account.closed", "user", user.id))


def _open(unit: Unit, user: User) -> User:
    fresh = unit.users.find(user.id)
    if fresh is None or fresh.closed_at is not None:
        raise Unauthorised("login_expired")
    return fresh


def _name(text: str) -> str:
    """Composed (NFC) and trimmed, at most `LONGEST_NAME` characters, none of them invisible. Rejected: name_invalid."""
    if len(text) > 4 * LONGEST_NAME:
        raise Rejected("name_invalid", longest=LONGEST_NAME)
    name = unicodedata.normalize("NFC", text).strip()
    hidden = any(unicodedata.category(sign) in _UNSEEN and sign not in _JOINERS for sign in name)
    if hidden or len(name) > LONGEST_NAME or (name and not name.strip(_JOINERS)):
        raise Rejected("name_invalid", longest=LONGEST_NAME)
    return name


def _settings(old: UserSettings, wanted: Mapping[str, Any]) -> UserSettings:
    for name, value in wanted.items():
        choices = _CHOICES.get(name, ())
        if not any(value is choice or (isinstance(value, str) and value == choice) for choice in choices):
            raise Rejected("preference_invalid", name=name[:40])
    return replace(old, **wanted)
