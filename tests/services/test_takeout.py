"""Everything that is kept about a user can be taken along: whole, and nobody else's."""

from __future__ import annotations

import json

import pytest
from doubles.books import (
    NOW,
    a_job,
    a_photo,
    a_user,
    a_work,
    an_entry,
)
from doubles.counter import Counter, belongings
from doubles.people import Door

from tuanyuan.domain.ports import Units
from tuanyuan.services import takeout


@pytest.fixture
def counter(units: Units) -> Counter:
    with units.begin() as unit:
        return Counter(units, a_user(unit))


def test_the_export_holds_everything_that_closing_deletes(counter: Counter) -> None:
    ids = belongings(counter)
    taken = counter.export()
    text = json.dumps(taken, ensure_ascii=False)
    for name, id_ in ids.items():
        assert id_ in text or name == "photo_file", name
    assert taken["profile"]["id"] == counter.user.id
    assert [entry["amount"] for entry in taken["ledger"]] == [-1, 10]
    assert taken["works"][0]["files"] == {"picture": f"/files/{ids['work_file']}?signature=s"}
    assert taken["photos"][0]["url"] == f"/files/{ids['photo_file']}?signature=s"
    assert taken["jobs"][0]["candidates"][0]["url"] == f"/files/{ids['loose']}?signature=s"
    with counter.units.read() as unit:
        assert [line.action for line in unit.audit.of("user", counter.user.id)] == ["account.exported"]


def test_the_export_holds_nobody_elses_things_and_no_key(counter: Counter, units: Units) -> None:
    other = Counter(units, Door(units).guest().user)
    theirs = belongings(other)
    belongings(counter)
    text = json.dumps(counter.export(), ensure_ascii=False)
    assert not any(id_ in text for id_ in [other.user.id, *theirs.values()])
    assert "wrapped_key" not in text
    assert f"device-{counter.user.id}" not in text


def test_an_export_goes_on_without_photos_that_were_erased(counter: Counter) -> None:
    ids = belongings(counter)
    with counter.units.begin() as unit:
        kept = a_photo(unit, counter.user.id, name="爷爷.jpg")
        lost = a_photo(unit, counter.user.id, name="奶奶.jpg")
        unit.files.erased(ids["photo_file"], NOW)
        unit.files.erased(lost.file, NOW)
    taken = counter.export()
    assert [(photo["id"], photo["name"]) for photo in taken["photos"]] == [(kept.id, "爷爷.jpg")]
    assert "奶奶" not in json.dumps(taken, ensure_ascii=False)


def test_a_long_history_is_exported_whole(counter: Counter, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(takeout, "PAGE", 2)
    with counter.units.begin() as unit:
        for _ in range(5):
            an_entry(unit, counter.user.id)
            a_photo(unit, counter.user.id)
            # All in one instant: the end of a page is no gap.
            a_work(unit, a_job(unit, counter.user.id, cost=0))
    taken = counter.export()
    assert [entry["number"] for entry in taken["ledger"]] == [5, 4, 3, 2, 1]
    assert len({job["id"] for job in taken["jobs"]}) == len(taken["jobs"]) == 5
    assert len({work["id"] for work in taken["works"]}) == len(taken["works"]) == 5
    assert len({photo["id"] for photo in taken["photos"]}) == len(taken["photos"]) == 5
