"""Master keys change while files stay as they are."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from doubles.keeping import (
    NEW,
    OLD,
    PICTURE,
    FaultyVault,
    objects,
    row,
)

from tuanyuan.domain.errors import OurFault
from tuanyuan.domain.kept import RESULT_LIFE
from tuanyuan.store.vault import open_vault


def test_after_a_rotation_the_old_secret_can_go(units, keeping, kept, folder) -> None:
    files = [kept(b"%d" % number) for number in range(5)]
    stored = [path.read_bytes() for path in objects(folder)]
    both = replace(keeping, vault=open_vault(f"fs://{folder}", [NEW, OLD]))
    assert both.rotate(3) == 3
    assert both.rotate(3) == 2
    assert both.rotate(3) == 0
    new = replace(keeping, vault=open_vault(f"fs://{folder}", [NEW]))
    assert [new.read(row(units, file.id)) for file in files] == [b"0", b"1", b"2", b"3", b"4"]
    with pytest.raises(OurFault, match="object_damaged"):
        new.read(files[0])
    assert [path.read_bytes() for path in objects(folder)] == stored


def test_a_rotation_gives_no_erased_file_its_key_back(units, keeping, kept, clock, folder) -> None:
    file = kept(life=timedelta(hours=1))
    clock.move(hours=1)
    rotating = FaultyVault(open_vault(f"fs://{folder}", [NEW, OLD]))
    rotating.before["rewrap"] = lambda *_: keeping.sweep(10)  # erased between the look and the change
    replace(keeping, vault=rotating).rotate(10)
    assert (row(units, file.id).state, row(units, file.id).wrapped_key) == ("erased", None)


def test_a_rotation_passes_over_files_being_written_and_keys_that_nobody_opens(
    units, keeping, kept, clock, user, folder
) -> None:
    writing = keeping.open(user, "photo", "image/jpeg", clock() + RESULT_LIFE)
    lost, good = kept(), kept()
    with units.begin() as unit:
        unit.files.rewrap(lost.id, open_vault(f"fs://{folder}", ["a secret that was lost, 32 signs"]).new_key())
    both = replace(keeping, vault=open_vault(f"fs://{folder}", [NEW, OLD]))
    assert both.rotate(10) == 1
    writing.write(PICTURE)
    assert both.read(writing.close()) == PICTURE
    assert both.read(row(units, good.id)) == PICTURE
    assert both.rotate(10) == 1  # what was being written
