"""Rotation: the keys of kept files move under a new master key, and the files stay as they are."""

from __future__ import annotations

from dataclasses import dataclass

from tuanyuan.domain.errors import OurFault
from tuanyuan.domain.kept import KeptFile
from tuanyuan.domain.ports.books import Units
from tuanyuan.domain.ports.vault import Vault

# Rows that a rotation looks at in one go.
_PAGE = 500


@dataclass(frozen=True)
class Rotation:
    """Opens units of its own."""

    units: Units
    vault: Vault

    def rotate(self, limit: int) -> int:
        """Wrap data keys anew under the newest master key, `limit` at most; how many. No object changes.

        Many at once do no harm, nor does what is kept, read or erased meanwhile.

        0: every kept file is done. Files being written meanwhile are not: keep the old secret for `WRITING_LIFE` more,
        and call again. A key that no secret opens is passed over.
        """
        rewrapped, after = 0, ""
        while rewrapped < limit:
            with self.units.read() as unit:
                files = unit.files.living(after, min(limit, _PAGE))
            if not files:
                break
            after = files[-1].id
            for file in files:
                if rewrapped < limit and (wrapped := self._rewrapped(file)):
                    with self.units.begin() as unit:
                        unit.files.rewrap(file.id, wrapped)
                    rewrapped += 1
        return rewrapped

    def unopened(self) -> int:
        """How many kept files have a key that no secret at hand opens: theirs was taken away too early."""
        count, after = 0, ""
        while True:
            with self.units.read() as unit:
                files = unit.files.living(after, _PAGE)
            if not files:
                return count
            after = files[-1].id
            count += sum(file.state == "kept" and not self._opens(file) for file in files)

    def _opens(self, file: KeptFile) -> bool:
        try:
            self.vault.rewrap(file.wrapped_key or b"")
        except OurFault:
            return False
        return True

    def _rewrapped(self, file: KeptFile) -> bytes | None:
        if file.state != "kept" or file.wrapped_key is None:
            return None
        try:
            return self.vault.rewrap(file.wrapped_key)
        except OurFault:
            return None
