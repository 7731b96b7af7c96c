"""Files are written down first, and kept whole or not at all."""

from __future__ import annotations

from datetime import timedelta

import pytest
from doubles.keeping import (
    PICTURE,
    audited,
    down,
    objects,
    row,
)

from tuanyuan.domain.errors import NotNow, OurFault
from tuanyuan.domain.kept import RESULT_LIFE


def test_a_kept_file_reads_back_and_has_its_end_from_the_start(units, keeping, kept, clock, user, folder) -> None:
    file = kept()
    assert keeping.read(file) == PICTURE
    assert row(units, file.id) == file
    assert (file.user_id, file.kind, file.media_type, file.state) == (user, "candidate", "image/jpeg", "kept")
    assert (file.size, file.expires_at) == (len(PICTURE), clock() + timedelta(days=30))
    assert PICTURE[:20] not in objects(folder)[0].read_bytes()


def test_the_row_is_there_before_the_first_byte_with_an_early_end(units, keeping, clock, user, folder) -> None:
    writing = keeping.open(user, "photo", "image/jpeg", clock() + RESULT_LIFE)
    begun = row(units, writing.file_id)
    assert (begun.state, begun.expires_at) == ("writing", clock() + timedelta(hours=1))
    assert objects(folder) == []
    with units.read() as unit:
        assert unit.files.find(writing.file_id) is None
    writing.write(PICTURE)
    writing.close()
    with units.read() as unit:
        assert unit.files.find(writing.file_id).expires_at == clock() + RESULT_LIFE


def test_what_was_aborted_leaves_no_byte_no_key_and_a_line_in_the_log(units, keeping, clock, user, folder) -> None:
    writing = keeping.open(user, "photo", "image/jpeg", clock() + RESULT_LIFE)
    writing.write(PICTURE)
    writing.abort("cut off")
    writing.abort("again")
    assert objects(folder) == []
    assert (row(units, writing.file_id).state, row(units, writing.file_id).wrapped_key) == ("erased", None)
    assert audited(units, writing.file_id) == [("file_erased", "cut off")]


def test_an_abort_after_a_lost_answer_of_the_commit_erases_nothing(units, keeping, clock, user) -> None:
    writing = keeping.open(user, "photo", "image/jpeg", clock() + RESULT_LIFE)
    writing.write(PICTURE)
    writing.store()
    with units.begin() as unit:
        file = writing.finish(unit)
    writing.abort()  # whoever called was told that the commit failed
    assert row(units, file.id) == file
    assert keeping.read(file) == PICTURE


def test_a_full_store_leaves_nothing(units, keeping, clock, user, folder) -> None:
    writing = keeping.open(user, "photo", "image/jpeg", clock() + RESULT_LIFE)
    part = folder / f"{row(units, writing.file_id).address}.part"
    part.parent.mkdir(parents=True)
    part.symlink_to("/dev/full")
    writing.write(PICTURE)
    with pytest.raises(NotNow, match="storage_full"):
        writing.close()
    assert not part.is_symlink()
    assert row(units, writing.file_id).state == "erased"


def test_what_cannot_be_erased_at_once_is_due_and_the_next_sweep_finishes(units, keeping, vault, clock, user) -> None:
    writing = keeping.open(user, "photo", "image/jpeg", clock() + RESULT_LIFE)
    writing.write(PICTURE)
    vault.before["erase"] = down
    writing.abort()
    assert (row(units, writing.file_id).state, row(units, writing.file_id).expires_at) == ("writing", clock())
    del vault.before["erase"]
    assert keeping.sweep(10) == 1
    assert row(units, writing.file_id).state == "erased"


def test_one_who_comes_too_late_is_refused_before_the_sweep_could_take_it(units, keeping, clock, user, folder) -> None:
    in_time = keeping.open(user, "photo", "image/jpeg", clock() + RESULT_LIFE)
    late = keeping.open(user, "photo", "image/jpeg", clock() + RESULT_LIFE)
    clock.move(minutes=50)
    in_time.close()
    clock.move(seconds=1)
    with pytest.raises(NotNow):
        late.close()
    assert row(units, in_time.file_id).state == "kept"
    assert row(units, late.file_id).state == "erased"
    assert len(objects(folder)) == 1


def test_an_older_object_put_back_in_place_is_noticed(keeping, vault, kept) -> None:
    file = kept()
    vault.write(file.address, file.wrapped_key, b"another picture under the same key")
    with pytest.raises(OurFault, match="object_damaged"):
        keeping.read(file)
