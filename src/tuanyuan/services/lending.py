"""Copies of photos that an engine can read at an address for some minutes, and not longer (spec 7.2)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import timedelta

from tuanyuan.domain.engine import Reference
from tuanyuan.domain.ports import Clock, NewId, Unit
from tuanyuan.services.keeping import Keeping
from tuanyuan.services.ordering import require_standing


@dataclass(frozen=True)
class Lending:
    """base: what stands before an address of ours where the world reaches us, e.g. https://studio.example.cn."""

    keeping: Keeping
    clock: Clock
    new_id: NewId
    base: str

    @contextmanager
    def lend(self, user_id: str, references: Sequence[Reference], life: timedelta) -> Iterator[tuple[Reference, ...]]:
        """The same references, each with its address. The copies end with the block, after `life` at the latest.

        They end at once when the user takes the consent for faces back. Conflict consent_required: that was before.
        """
        kept: list[str] = []
        try:
            yield tuple([self._lend(user_id, reference, life, kept) for reference in references])
        finally:
            if kept:
                with self.keeping.units.begin() as unit:
                    unit.files.expire(kept, self.clock())

    def _lend(self, user_id: str, reference: Reference, life: timedelta, kept: list[str]) -> Reference:
        writing = self.keeping.open(user_id, "reference", reference.media_type, self.clock() + life, self.new_id())
        kept.append(writing.file_id)
        writing.write(reference.data)
        writing.close(lambda unit: _still_agreed(unit, user_id))
        return replace(reference, address=self.base + self.keeping.address(writing.file_id, life))


def _still_agreed(unit: Unit, user_id: str) -> None:
    """Takes the user's lock, as taking back does: a copy is either there and ends with the photos, or never lent.

    The operator's own account was never asked anything, and lends what the operator has at hand.
    """
    unit.users.lock(user_id)
    if unit.consents.all(user_id):
        require_standing(unit, user_id)
