"""A worker that is overtaken while it stores its pictures leaves none of them behind."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from doubles.books import RecordingUnits
from doubles.keeping import FaultyVault, objects
from doubles.studio import Desk


@pytest.fixture
def desk(units: RecordingUnits, tmp_path: Path) -> Desk:
    """Its engine can be asked again by a second worker."""
    desk = Desk(units, tmp_path)
    desk.engine.resumable = True
    vault = FaultyVault(desk.vault)
    desk.keeping = replace(desk.keeping, vault=vault)
    desk.generation = replace(desk.generation, keeping=desk.keeping)
    return desk


@pytest.mark.parametrize("begun", [1, 2, 4])
def test_an_overtaken_worker_leaves_no_object_in_the_store(desk: Desk, begun: int) -> None:
    job = desk.submit()
    vault = desk.keeping.vault
    opened = 0

    def overtaken(*_: object) -> None:
        """The other worker does it all after so many pictures were begun here."""
        nonlocal opened
        opened += 1
        if opened == begun:
            vault.after.clear()
            desk.work_in_thread(job.id)

    vault.after["sink"] = overtaken
    desk.work(job.id)
    done = desk.job(job.id)
    assert (done.status, opened) == ("completed", begun)
    with desk.units.read() as unit:
        living = {file.address for file in unit.files.living("", 100)}
        kept = [unit.files.find(candidate.file) for candidate in done.candidates]
    assert {str(path.relative_to(desk.folder / "vault")) for path in objects(desk.folder / "vault")} == living
    assert len(living) == 1 + 4  # the photo and the pictures
    numbers = [desk.keeping.read(file).split()[-1].decode() for file in kept if file]
    assert [f"p{number}" for number in numbers] == [candidate.produce_id for candidate in done.candidates]
    assert desk.unexplained() == 0
