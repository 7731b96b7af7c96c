"""Consents: each purpose asked by itself, answered in recorded words, taken back as easily as given."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from tuanyuan.domain.audit import AuditRecord
from tuanyuan.domain.consent import FACE_EDIT, Consent, ConsentText
from tuanyuan.domain.errors import Conflict, NotFound, Rejected
from tuanyuan.domain.ports import Clock, NewId, Unit

MOST_DETAILS, LONGEST_DETAIL = 12, 200


def _not_wired(unit: Unit, user_id: str) -> int:
    raise NotImplementedError("Consents.cancel_all: without it a withdrawal would leave jobs running")


@dataclass(frozen=True)
class Consents:
    """texts: every version of every purpose. cancel_all: cancels a user's pending jobs, credits back."""

    texts: Sequence[ConsentText]
    clock: Clock
    new_id: NewId
    cancel_all: Callable[[Unit, str], int] = _not_wired

    def current(self, purpose: str) -> ConsentText:
        """The words in force. Rejected: consent_purpose_unknown."""
        versions = [text for text in self.texts if text.purpose == purpose]
        if not versions:
            raise Rejected("consent_purpose_unknown", purpose=purpose[:40])
        return max(versions, key=lambda text: text.version)

    def overview(self, unit: Unit, user_id: str) -> dict[str, list[dict[str, Any]]]:
        """`{required: […], optional: […]}`, each `{purpose, text, text_en, version, granted, id}`.

        granted: to the words in force. id: of the answer that stands, None where there is none.
        """
        asked: dict[str, list[dict[str, Any]]] = {"required": [], "optional": []}
        for purpose in dict.fromkeys(text.purpose for text in self.texts):
            text = self.current(purpose)
            answer = unit.consents.standing(user_id, purpose)
            asked["required" if text.required else "optional"].append(
                {
                    "purpose": purpose,
                    "text": text.text_zh,
                    "text_en": text.text_en,
                    "version": text.version,
                    "granted": _covers(answer, text),
                    "id": answer.id if answer else None,
                }
            )
        return asked

    def answer(
        self,
        unit: Unit,
        user_id: str,
        purpose: str,
        granted: bool,
        *,
        version: str | None = None,
        channel: str = "",
        address: str = "",
        details: Mapping[str, str] | None = None,
    ) -> Consent:
        """Record an answer to the words in force. A refusal takes back what was granted before, with all its effects.

        version: of the words that the user saw, where the client tells. Rejected: consent_purpose_unknown,
        consent_details_invalid. Conflict: consent_text_outdated.
        """
        text = self.current(purpose)
        if version is not None and version != text.version:
            raise Conflict("consent_text_outdated", version=text.version)
        facts = _details(details or {})
        unit.users.lock(user_id)
        if not granted:
            self._take_back(unit, user_id, purpose)
        consent = Consent(
            id=self.new_id(),
            user_id=user_id,
            purpose=purpose,
            version=text.version,
            digest=text.digest,
            granted=granted,
            created_at=self.clock(),
            channel=channel[:40],
            address=address[:64],
            details=facts,
        )
        unit.consents.add(consent)
        self._note(unit, "consent.granted" if granted else "consent.refused", consent)
        return consent

    def withdraw(self, unit: Unit, user_id: str, consent_id: str) -> Consent:
        """Take a consent back: every grant of its purpose ends; the rows stay.

        For `face_edit` pending jobs are cancelled with their credits back, and all photos end now, with the copies
        that are lent to engines. A second time changes nothing. NotFound: not_found.
        """
        unit.users.lock(user_id)
        consent = unit.consents.find(user_id, consent_id)
        if consent is None:
            raise NotFound("not_found")
        if consent.granted and consent.withdrawn_at is None:
            self._take_back(unit, user_id, consent.purpose)
        return unit.consents.find(user_id, consent_id) or consent

    def require(self, unit: Unit, user_id: str, purpose: str) -> None:
        """Pass only when the newest answer is a grant of the words in force. Conflict: consent_required."""
        if not _covers(unit.consents.standing(user_id, purpose), self.current(purpose)):
            raise Conflict("consent_required", purpose=purpose)

    def _take_back(self, unit: Unit, user_id: str, purpose: str) -> None:
        """End every grant of the purpose, so that none of the older ones stands again."""
        now = self.clock()
        grants = [
            consent
            for consent in unit.consents.all(user_id)
            if consent.purpose == purpose and consent.granted and consent.withdrawn_at is None
        ]
        for consent in grants:
            if unit.consents.withdraw(consent.id, now):
                self._note(unit, "consent.withdrawn", consent)
        if grants and purpose == FACE_EDIT:
            self.cancel_all(unit, user_id)
            files = unit.photos.delete(user_id, None, now)
            # Nor may an engine read on: copies that are lent end with the photos, and none is lent any more.
            unit.files.expire_all(user_id, now, "reference")
            for file_id in files:
                unit.audit.add(AuditRecord(now, "user", user_id, "photo.ended", "file", file_id, "consent withdrawn"))

    def _note(self, unit: Unit, action: str, consent: Consent) -> None:
        reason = f"{consent.purpose}@{consent.version}"
        unit.audit.add(AuditRecord(self.clock(), "user", consent.user_id, action, "consent", consent.id, reason))


def _covers(answer: Consent | None, text: ConsentText) -> bool:
    return answer is not None and answer.granted and answer.withdrawn_at is None and answer.digest == text.digest


def _details(details: Mapping[str, str]) -> tuple[tuple[str, str], ...]:
    facts = tuple((str(name), str(value)) for name, value in details.items())
    if len(facts) > MOST_DETAILS or any(len(part) > LONGEST_DETAIL or "\0" in part for fact in facts for part in fact):
        raise Rejected("consent_details_invalid")
    return facts
