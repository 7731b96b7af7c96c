"""Consent to a purpose (contracts/privacy-law.md §4.2): what was asked, in which words, when, and when taken back."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

FACE_EDIT = "face_edit"
EXPORT_ABROAD = "export_abroad"


@dataclass(frozen=True)
class ConsentText:
    """The words of one version, never changed once published. `digest`: SHA-256 of both languages, hex."""

    purpose: str
    version: str
    text_zh: str
    text_en: str
    required: bool
    digest: str


@dataclass(frozen=True)
class Consent:
    """One answer of one user. `granted` False: asked and refused. Rows are added and withdrawn, never deleted."""

    id: str
    user_id: str
    purpose: str
    version: str
    digest: str
    granted: bool
    created_at: datetime
    channel: str = ""
    address: str = ""
    withdrawn_at: datetime | None = None
    details: tuple[tuple[str, str], ...] = ()
