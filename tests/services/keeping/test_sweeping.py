"""What is due is erased, provably, once, whatever breaks off."""

from __future__ import annotations

import shutil
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta

import pytest
from doubles.keeping import (
    PICTURE,
    Crash,
    audited,
    crash,
    down,
    objects,
    row,
)

from tuanyuan.domain.audit import AuditRecord
from tuanyuan.domain.errors import NotFound, NotNow, OurFault
from tuanyuan.domain.kept import RESULT_LIFE


def test_the_sweep_erases_what_is_due_and_nothing_else(units, keeping, kept, clock, folder) -> None:
    short, long = kept(life=timedelta(hours=2)), kept(life=timedelta(hours=3))
    clock.move(hours=2, seconds=-1)
    assert keeping.sweep(10) == 0
    clock.move(seconds=1)
    assert keeping.sweep(10) == 1
    assert keeping.sweep(10) == 0
    gone = row(units, short.id)
    assert (gone.state, gone.wrapped_key, gone.erased_at) == ("erased", None, clock())
    assert audited(units, short.id) == [("file_erased", "expired")]
    assert keeping.read(long) == PICTURE
    assert audited(units, long.id) == []
    assert objects(folder) == [folder / long.address]
    with units.read() as unit:
        assert unit.audit.verify() is None


def test_a_backup_of_the_object_is_unreadable_once_its_key_is_destroyed(
    units, keeping, vault, kept, clock, folder, tmp_path
) -> None:
    file = kept(life=timedelta(hours=1))
    shutil.copytree(folder, tmp_path / "backup")
    clock.move(hours=1)
    keeping.sweep(10)
    shutil.copytree(tmp_path / "backup", folder, dirs_exist_ok=True)
    with pytest.raises(NotFound):
        keeping.read(row(units, file.id))
    with pytest.raises(OurFault, match="object_damaged"):
        vault.read(file.address, vault.new_key())
    # With the key of before it would open: it is the key that was destroyed, and no row holds it any more.
    assert vault.read(file.address, file.wrapped_key) == PICTURE
    with units.read() as unit:
        assert unit.files.living("", 100) == []


def test_what_was_never_finished_is_swept_after_an_hour(units, keeping, clock, user, folder) -> None:
    writing = keeping.open(user, "photo", "image/jpeg", clock() + RESULT_LIFE)
    writing.write(PICTURE)
    writing.store()
    clock.move(minutes=59)
    assert keeping.sweep(10) == 0
    clock.move(minutes=1)
    assert keeping.sweep(10) == 1
    assert objects(folder) == []
    assert audited(units, writing.file_id) == [("file_erased", "unfinished")]


@pytest.mark.parametrize("when", ["before", "after"])
def test_a_sweep_that_is_killed_leaves_the_file_due_and_the_next_one_finishes(
    units, keeping, vault, kept, clock, folder, when
) -> None:
    file = kept(life=timedelta(hours=1))
    clock.move(hours=1)
    getattr(vault, when)["erase"] = crash
    with pytest.raises(Crash):
        keeping.sweep(10)
    assert len(objects(folder)) == (when == "before")
    assert row(units, file.id).state == "kept"
    assert audited(units, file.id) == []
    getattr(vault, when).clear()
    assert keeping.sweep(10) == 1
    assert objects(folder) == []
    assert row(units, file.id).wrapped_key is None
    assert audited(units, file.id) == [("file_erased", "expired")]


def test_a_sweep_killed_before_its_commit_has_written_nothing_down(units, keeping, kept, clock) -> None:
    file = kept(life=timedelta(hours=1))
    clock.move(hours=1)

    class Dying:
        read = units.read

        @contextmanager
        def begin(self):
            with units.begin() as unit:
                yield unit
                raise Crash

    with pytest.raises(Crash):
        replace(keeping, units=Dying()).sweep(10)
    assert row(units, file.id).state == "kept"
    assert audited(units, file.id) == []
    assert keeping.sweep(10) == 1
    assert audited(units, file.id) == [("file_erased", "expired")]


def test_while_the_store_is_down_everything_stays_due(units, keeping, vault, kept, clock, folder) -> None:
    files = [kept(life=timedelta(hours=1)) for _ in range(5)]
    clock.move(hours=1)
    tried: list[str] = []
    vault.before["erase"] = lambda address: (tried.append(address), down())
    with pytest.raises(NotNow, match="storage_down"):
        keeping.sweep(10)
    assert len(tried) == 3  # no endless waiting for a store that is down
    assert {row(units, file.id).state for file in files} == {"kept"}
    del vault.before["erase"]
    assert keeping.sweep(10) == 5
    assert objects(folder) == []


def test_one_object_that_cannot_be_erased_holds_up_no_other(units, keeping, vault, kept, clock) -> None:
    stuck, *others = [kept(life=timedelta(hours=1, seconds=number)) for number in range(4)]
    clock.move(hours=2)
    vault.before["erase"] = lambda address: down() if address == stuck.address else None
    assert keeping.sweep(10) == 3
    assert row(units, stuck.id).state == "kept"
    assert {row(units, file.id).state for file in others} == {"erased"}


def sweeps_at_once(sweep: Callable[[], int]) -> int:
    together = threading.Barrier(3)

    def one(_: int) -> int:
        together.wait()
        return sweep()

    with ThreadPoolExecutor(3) as threads:
        return sum(threads.map(one, range(3)))


def test_sweeps_at_once_erase_each_file_once(units, keeping, vault, kept, clock) -> None:
    files = [kept(b"x", life=timedelta(hours=1)) for _ in range(8)]
    clock.move(hours=1)
    seen = threading.Barrier(3)  # nobody erases before everybody has seen the same files
    first = threading.local()

    def wait_once(*_: object) -> None:
        if not hasattr(first, "passed"):
            first.passed = True
            seen.wait()

    vault.before["erase"] = wait_once
    assert sweeps_at_once(lambda: keeping.sweep(10)) == 8
    assert [audited(units, file.id) for file in files] == [[("file_erased", "expired")]] * 8


def test_the_race_is_real_a_sweep_that_does_not_ask_erases_thrice(units, kept, clock) -> None:
    file = kept(b"x", life=timedelta(hours=1))
    clock.move(hours=1)
    seen = threading.Barrier(3)

    def naive() -> int:
        with units.read() as unit:
            due = unit.files.due(clock(), 10)
        seen.wait()
        for found in due:
            with units.begin() as unit:
                unit.files.erased(found.id, clock())
                unit.audit.add(AuditRecord(clock(), "system", "keeping", "file_erased", "file", found.id, "expired"))
        return len(due)

    assert sweeps_at_once(naive) == 3
    assert len(audited(units, file.id)) == 3
