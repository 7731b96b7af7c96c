"""People in the books: accounts, logins, consents."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol

from tuanyuan.domain.consent import Consent
from tuanyuan.domain.user import Identity, RefreshToken, Statistics, User


class Users(Protocol):
    """Accounts and the ways into them."""

    def add(self, user: User, identity: Identity) -> bool:
        """Write both down. False when the identity is there already (somebody was quicker); nothing is written then."""
        ...

    def find(self, user_id: str) -> User | None:
        """The account, closed or not."""
        ...

    def logged_in(self, user_id: str, family: str) -> User | None:
        """The account, unless it is closed or the login was ended. A login that nobody knows was."""
        ...

    def by_identity(self, provider: str, subject: str) -> User | None:
        """Whose way in this is."""
        ...

    def identities(self, user_id: str) -> list[Identity]:
        """All ways into an account."""
        ...

    def link(self, identity: Identity) -> bool:
        """Add a way in; the same (provider, subject) of the same user gets the new secret. False: another user's."""
        ...

    def unlink(self, user_id: str) -> None:
        """Remove every way into an account."""
        ...

    def save(self, user: User) -> None:
        """Store changed fields."""
        ...

    def lock(self, user_id: str) -> None:
        """Nobody else passes this line for the same user until the unit ends. Always the first lock taken."""
        ...

    def merge(self, from_id: str, to_id: str) -> None:
        """Give photos, files, jobs, works and used free days to another account. Ledger, consents and log stay.

        Both accounts must be locked.
        """
        ...

    def statistics(self, user_id: str) -> Statistics:
        """Counted from the rows, never kept."""
        ...


class Tokens(Protocol):
    """Refresh tokens, by digest."""

    def add(self, token: RefreshToken) -> None:
        """Write one down."""
        ...

    def find(self, digest: str) -> RefreshToken | None:
        """The token, used and revoked ones too."""
        ...

    def use(self, digest: str, at: datetime) -> bool:
        """Mark as used, if it was neither used nor revoked. Exactly one of many at once gets True."""
        ...

    def revoke_family(self, family: str, at: datetime) -> None:
        """End a login and all that descends from it."""
        ...

    def revoke_user(self, user_id: str, at: datetime) -> None:
        """End every login of a user."""
        ...

    def family_revoked(self, family: str) -> bool:
        """Whether the login was ended. An unknown family was."""
        ...


class Consents(Protocol):
    """Answers to consent questions."""

    def add(self, consent: Consent) -> None:
        """Write one down."""
        ...

    def find(self, user_id: str, consent_id: str) -> Consent | None:
        """One answer."""
        ...

    def all(self, user_id: str) -> list[Consent]:
        """Every answer, newest first."""
        ...

    def standing(self, user_id: str, purpose: str) -> Consent | None:
        """The newest answer to a purpose, granted or not, that was not withdrawn."""
        ...

    def withdraw(self, consent_id: str, at: datetime) -> bool:
        """Take back, once. False: it was taken back before."""
        ...

    def forget_addresses(self, user_id: str) -> None:
        """Empty the network addresses that a user's answers came from; the answers stay, as proof."""
        ...
