"""The audit log: what happened to people's pictures and consents. Appended to, never changed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

Actor = Literal["user", "staff", "system"]


@dataclass(frozen=True)
class AuditRecord:
    """One line. Holds ids and codes, never a picture, a name, a token or an address with a signature.

    digest = SHA-256 over the previous line's digest and this line's fields, hex: a changed or missing line shows.
    """

    at: datetime
    actor: Actor
    actor_id: str
    action: str
    subject: str
    subject_id: str
    reason: str = ""
    number: int = 0
    digest: str = ""
