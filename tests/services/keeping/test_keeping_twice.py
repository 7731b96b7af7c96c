"""The same file kept twice, at once or after a crash, is one file."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from doubles.keeping import (
    JOB_FILE,
    PICTURE,
    crash,
    new_user,
    objects,
    row,
)

from tuanyuan.domain.errors import NotFound, NotNow, OurFault
from tuanyuan.domain.kept import RESULT_LIFE, KeptFile


def test_a_file_that_is_kept_is_returned_and_not_written_again(keeping, vault, kept, folder) -> None:
    first = kept(file_id=JOB_FILE)
    vault.before["sink"] = crash
    assert kept(b"something else", file_id=JOB_FILE) == first
    assert keeping.read(first) == PICTURE
    assert len(objects(folder)) == 1


@pytest.mark.parametrize("swept", [False, True])
def test_after_a_crash_the_file_is_made_again_and_the_first_try_is_gone(
    units, keeping, kept, clock, user, folder, swept
) -> None:
    writing = keeping.open(user, "candidate", "image/jpeg", clock() + RESULT_LIFE, JOB_FILE)
    writing.write(PICTURE)
    writing.store()  # and here the process dies
    assert len(objects(folder)) == 1
    first = row(units, JOB_FILE)
    if swept:
        clock.move(hours=2)
        assert keeping.sweep(10) == 1
    file = kept(b"made again", file_id=JOB_FILE)
    assert keeping.read(file) == b"made again"
    assert row(units, JOB_FILE) == file
    assert file.address != first.address
    assert objects(folder) == [folder / file.address]


def test_a_slower_writer_never_spoils_what_a_quicker_one_finished(units, keeping, kept, clock, user, folder) -> None:
    slow = keeping.open(user, "candidate", "image/jpeg", clock() + RESULT_LIFE, JOB_FILE)
    slow.write(b"slow")
    quick = kept(b"quick", file_id=JOB_FILE)
    with pytest.raises(NotNow):
        slow.close()
    assert row(units, JOB_FILE) == quick
    assert keeping.read(quick) == b"quick"
    assert objects(folder) == [folder / quick.address]


def test_a_try_that_was_taken_over_does_not_finish_for_its_successor(units, keeping, clock, user, folder) -> None:
    slow = keeping.open(user, "candidate", "image/jpeg", clock() + RESULT_LIFE, JOB_FILE)
    slow.write(b"slow")
    successor = keeping.open(user, "candidate", "image/jpeg", clock() + RESULT_LIFE, JOB_FILE)
    with pytest.raises(NotNow):
        slow.close()
    assert row(units, JOB_FILE).state == "writing"
    successor.write(b"successor")
    file = successor.close()
    assert keeping.read(row(units, JOB_FILE)) == b"successor"
    assert objects(folder) == [folder / file.address]


def test_the_race_is_real_tries_that_share_an_address_spoil_each_other(keeping, vault, kept) -> None:
    quick = kept(b"quick", file_id=JOB_FILE)
    vault.write(quick.address, vault.new_key(), b"slow")
    with pytest.raises(OurFault, match="object_damaged"):
        keeping.read(quick)


def test_many_at_once_keep_it_once(units, keeping, kept, folder) -> None:
    together = threading.Barrier(4)

    def keep(number: int) -> KeptFile | None:
        together.wait()
        try:
            return kept(f"picture {number}".encode(), file_id=JOB_FILE)
        except NotNow:
            return None

    with ThreadPoolExecutor(4) as threads:
        answers = [file for file in threads.map(keep, range(4)) if file]
    file = kept(b"a later try", file_id=JOB_FILE)
    assert all(answer == file for answer in answers)
    assert keeping.read(file) == keeping.read(row(units, JOB_FILE))
    assert objects(folder) == [folder / file.address]


def test_an_erased_file_does_not_come_back(units, keeping, kept, clock, folder) -> None:
    kept(life=timedelta(hours=2), file_id=JOB_FILE)
    clock.move(hours=2)
    assert keeping.sweep(10) == 1
    with pytest.raises(NotFound):
        kept(file_id=JOB_FILE)
    assert objects(folder) == []
    assert row(units, JOB_FILE).state == "erased"


def test_another_users_unfinished_file_is_not_taken_over(units, keeping, clock, user) -> None:
    writing = keeping.open(user, "candidate", "image/jpeg", clock() + RESULT_LIFE, JOB_FILE)
    other = new_user(units, clock)
    with pytest.raises(NotFound):
        keeping.keep(other, "candidate", "image/jpeg", b"x", clock() + RESULT_LIFE, JOB_FILE)
    writing.write(PICTURE)
    assert keeping.read(writing.close()) == PICTURE


def test_another_users_file_is_not_found_and_not_touched(units, keeping, kept, clock) -> None:
    mine = kept(file_id=JOB_FILE)
    other = new_user(units, clock)
    with pytest.raises(NotFound):
        keeping.keep(other, "candidate", "image/jpeg", b"x", clock() + RESULT_LIFE, JOB_FILE)
    assert row(units, JOB_FILE) == mine
    assert keeping.read(mine) == PICTURE
