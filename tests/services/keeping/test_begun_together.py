"""The pictures of one job are written down in one unit: all of them, or none."""

from __future__ import annotations

import pytest
from doubles.keeping import JOB_FILE, PICTURE, new_user, objects, row

from tuanyuan.domain.errors import NotFound
from tuanyuan.domain.kept import RESULT_LIFE

THREE = [("a" * 32, "image/jpeg"), (JOB_FILE, "image/png"), ("c" * 32, "image/jpeg")]


def test_many_files_cost_one_unit(units, keeping, user, clock, monkeypatch) -> None:
    begun, begin = [], units.begin
    monkeypatch.setattr(units, "begin", lambda: begun.append(1) or begin())
    writings = keeping.open_all(user, "candidate", clock() + RESULT_LIFE, THREE)
    assert len(begun) == 1
    rows = [row(units, file_id) for file_id, _ in THREE]
    assert [(r.id, r.media_type, r.state) for r in rows] == [(*wanted, "writing") for wanted in THREE]
    for writing in writings:
        writing.write(PICTURE)
    assert [keeping.read(writing.close()) for writing in writings] == [PICTURE] * 3


@pytest.mark.parametrize("whose", ["finished before", "another's"])
def test_one_that_cannot_be_begun_leaves_none_of_the_others(units, keeping, kept, user, clock, folder, whose) -> None:
    if whose == "finished before":
        there = kept(file_id=JOB_FILE)
    else:
        other = new_user(units, clock)
        there = keeping.keep(other, "candidate", "image/jpeg", PICTURE, clock() + RESULT_LIFE, JOB_FILE)
    with pytest.raises(NotFound):
        keeping.open_all(user, "candidate", clock() + RESULT_LIFE, THREE)
    assert [row(units, THREE[n][0]).state for n in (0, 2)] == ["erased", "erased"]
    assert row(units, JOB_FILE) == there
    assert objects(folder) == [folder / there.address]


def test_what_an_earlier_run_began_is_begun_anew_with_the_rest(units, keeping, user, clock, folder) -> None:
    earlier = keeping.open(user, "candidate", "image/png", clock() + RESULT_LIFE, JOB_FILE)
    earlier.write(b"half")
    earlier.store()  # and here the process dies
    first = row(units, JOB_FILE)
    clock.move(seconds=1)
    files = []
    for writing in keeping.open_all(user, "candidate", clock() + RESULT_LIFE, THREE):
        writing.write(PICTURE)
        files.append(writing.close())
    again = row(units, JOB_FILE)
    assert again.address != first.address
    assert again.created_at == first.created_at
    assert objects(folder) == sorted(folder / file.address for file in files)
