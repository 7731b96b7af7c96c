"""The gallery: pictures that their owner has picked. Every method acts in the caller's unit."""

from __future__ import annotations

import secrets
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, replace

from tuanyuan.domain.audit import AuditRecord
from tuanyuan.domain.errors import NotFound, Rejected
from tuanyuan.domain.ports import Clock, NewId, Place, Unit
from tuanyuan.domain.work import LONGEST_TAG, LONGEST_TITLE, MOST_TAGS, Work

SHARE_BYTES = 18


@dataclass(frozen=True)
class Works:
    """What the owner does with finished pictures, and what a stranger with a share name sees."""

    clock: Clock
    new_id: NewId

    def all(
        self,
        unit: Unit,
        user_id: str,
        before: Place | None = None,
        limit: int = 50,
        *,
        favourite: bool | None = None,
        tag: str | None = None,
        feature: str | None = None,
    ) -> list[Work]:
        """Newest first, after the place `before` in the list; only those wanted."""
        wanted = {"favourite": favourite, "tag": tag, "feature": feature}
        given = {name: value for name, value in wanted.items() if value is not None}
        return unit.works.all(user_id, self.clock(), before, limit, **given)

    def find(self, unit: Unit, user_id: str, work_id: str) -> Work:
        """One work. NotFound not_found: another's, deleted or expired."""
        work = unit.works.find(user_id, work_id, self.clock())
        if work is None:
            raise NotFound("not_found")
        return work

    def change(
        self,
        unit: Unit,
        user_id: str,
        work_id: str,
        title: str | None = None,
        tags: Sequence[str] | None = None,
        favourite: bool | None = None,
    ) -> Work:
        """Set what is given. Rejected title_invalid, tags_invalid, and nothing changes."""
        unit.users.lock(user_id)
        work = self.find(unit, user_id, work_id)
        changed = replace(
            work,
            title=work.title if title is None else _title(title),
            tags=work.tags if tags is None else _tags(tags),
            favourite=work.favourite if favourite is None else favourite,
        )
        unit.works.save(changed)
        return changed

    def share(self, unit: Unit, user_id: str, work_id: str) -> Work:
        """Let anybody see it who has the share name. Shared already: the same name."""
        unit.users.lock(user_id)
        work = self.find(unit, user_id, work_id)
        if work.public and work.share:
            return work
        # A new name each time: an address that was taken back never opens again.
        shared = replace(work, public=True, share=secrets.token_urlsafe(SHARE_BYTES))
        unit.works.save(shared)
        self._note(unit, shared, "work_shared")
        return shared

    def unshare(self, unit: Unit, user_id: str, work_id: str) -> Work:
        """Nobody sees it any more under the name it had, also not when it is shared again."""
        unit.users.lock(user_id)
        work = self.find(unit, user_id, work_id)
        if not work.public and work.share is None:
            return work
        hidden = replace(work, public=False, share=None)
        unit.works.save(hidden)
        self._note(unit, hidden, "work_unshared")
        return hidden

    def shared(self, unit: Unit, share: str) -> Work:
        """The public work of a share name. NotFound not_found."""
        work = unit.works.shared(share, self.clock()) if share else None
        if work is None:
            raise NotFound("not_found")
        return work

    def delete(self, unit: Unit, user_id: str, work_id: str) -> None:
        """Take it away with all its files; the sweep erases them. NotFound not_found."""
        unit.users.lock(user_id)
        work = self.find(unit, user_id, work_id)
        unit.works.delete(user_id, [work.id], self.clock())
        self._note(unit, work, "work_deleted")

    def _note(self, unit: Unit, work: Work, action: str) -> None:
        unit.audit.add(AuditRecord(self.clock(), "user", work.user_id, action, "work", work.id))


def _title(given: str) -> str:
    title = _clean(given)
    if title is None or not 1 <= len(title) <= LONGEST_TITLE:
        raise Rejected("title_invalid", longest=LONGEST_TITLE)
    return title


def _tags(given: Sequence[str]) -> tuple[str, ...]:
    cleaned = [_clean(tag) for tag in given]
    tags = [tag for tag in cleaned if tag is not None and 1 <= len(tag) <= LONGEST_TAG]
    distinct = tuple(dict.fromkeys(tags))
    if len(tags) < len(given) or len(distinct) > MOST_TAGS:
        raise Rejected("tags_invalid", most=MOST_TAGS, longest=LONGEST_TAG)
    return distinct


def _clean(text: str) -> str | None:
    """NFC, without spaces at the ends; None where there are control, direction or broken characters in it."""
    normal = unicodedata.normalize("NFC", text).strip()
    if any(unicodedata.category(letter) in ("Cc", "Cs", "Co", "Cn") or letter in _DIRECTIONS for letter in normal):
        return None
    return normal


# Marks that make a text read otherwise than it is written.
_DIRECTIONS = frozenset("\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\ufeff\u2028\u2029")
