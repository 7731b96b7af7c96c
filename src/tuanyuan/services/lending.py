"""Copies of photos that an engine can read at an address for some minutes, and not longer (spec 7.2)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import timedelta

from tuanyuan.domain.engine import Reference
from tuanyuan.domain.ports import Clock, NewId
from tuanyuan.services.keeping import Keeping


@dataclass(frozen=True)
class Lending:
    """base: what stands before an address of ours where the world reaches us, e.g. https://studio.example.cn."""

    keeping: Keeping
    clock: Clock
    new_id: NewId
    base: str

    @contextmanager
    def lend(self, user_id: str, references: Sequence[Reference], life: timedelta) -> Iterator[tuple[Reference, ...]]:
        """The same references, each with its address. The copies end with the block, after `life` at the latest."""
        kept: list[str] = []
        try:
            yield tuple([self._lend(user_id, reference, life, kept) for reference in references])
        finally:
            if kept:
                with self.keeping.units.begin() as unit:
                    unit.files.expire(kept, self.clock())

    def _lend(self, user_id: str, reference: Reference, life: timedelta, kept: list[str]) -> Reference:
        file = self.keeping.keep(
            user_id, "reference", reference.media_type, reference.data, self.clock() + life, self.new_id()
        )
        kept.append(file.id)
        return replace(reference, address=self.base + self.keeping.address(file.id, life))
