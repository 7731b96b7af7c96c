"""The gallery: its owner changes, shares and deletes; a stranger sees what is shared, and only as long as it is."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from doubles.books import RecordingUnits, a_job
from doubles.studio import Desk

from tuanyuan.domain.errors import NotFound, Rejected
from tuanyuan.domain.work import Work


@pytest.fixture
def desk(units: RecordingUnits, tmp_path: Path) -> Desk:
    return Desk(units, tmp_path)


def a_work(desk: Desk) -> Work:
    job = desk.done()
    with desk.units.begin() as unit:
        picked = desk.jobs.pick(unit, desk.user.id, job.id, job.candidates[0].id)
        return desk.works.find(unit, desk.user.id, str(picked.work_id))


def change(desk: Desk, work: Work, **changes: Any) -> Work:
    with desk.units.begin() as unit:
        return desk.works.change(unit, desk.user.id, work.id, **changes)


def test_title_tags_and_favourite_are_changed_one_by_one(desk: Desk) -> None:
    work = a_work(desk)
    change(desk, work, title="  过年 2026 👪 ")
    change(desk, work, tags=["家", "春节", "家"])
    changed = change(desk, work, favourite=True)
    assert (changed.title, changed.tags, changed.favourite) == ("过年 2026 👪", ("家", "春节"), True)
    with desk.units.read() as unit:
        assert desk.works.find(unit, desk.user.id, work.id) == changed
        assert desk.works.all(unit, desk.user.id, favourite=True, tag="家", feature="reunion") == [changed]
        assert desk.works.all(unit, desk.user.id, tag="别的") == []


@pytest.mark.parametrize(
    "title", ["", "   ", "x" * 61, "a\nb", "a\x00b", "gpj.\u202efdp", "\ud800", "\ufeff", "a\u2028b"]
)
def test_a_title_that_is_none_is_refused_and_nothing_changes(desk: Desk, title: str) -> None:
    work = a_work(desk)
    with desk.refused("title_invalid", Rejected):
        change(desk, work, title=title, favourite=True)
    assert change(desk, work) == work


@pytest.mark.parametrize("tags", [[""], ["x" * 21], ["a\tb"], [f"t{n}" for n in range(13)]])
def test_tags_have_bounds(desk: Desk, tags: list[str]) -> None:
    work = a_work(desk)
    with desk.refused("tags_invalid", Rejected):
        change(desk, work, tags=tags)


def test_a_composed_and_a_decomposed_letter_are_the_same_title(desk: Desk) -> None:
    assert change(desk, a_work(desk), title="Cafe\u0301").title == "Caf\u00e9"


def test_sharing_opens_it_to_whoever_has_the_name_until_it_is_taken_back(desk: Desk) -> None:
    work = a_work(desk)
    with desk.units.begin() as unit:
        shared = desk.works.share(unit, desk.user.id, work.id)
        assert desk.works.share(unit, desk.user.id, work.id).share == shared.share
        assert desk.works.shared(unit, str(shared.share)).id == work.id
        desk.works.unshare(unit, desk.user.id, work.id)
        again = desk.works.share(unit, desk.user.id, work.id)
        assert len(str(again.share)) == 24
        assert again.share != shared.share
        with pytest.raises(NotFound):
            desk.works.shared(unit, str(shared.share))
    with desk.units.read() as unit:
        assert [r.action for r in unit.audit.of("work", work.id)] == ["work_shared", "work_unshared", "work_shared"]


@pytest.mark.parametrize("share", ["", "x", "' OR ''='"])
def test_a_guessed_share_name_opens_nothing(desk: Desk, share: str) -> None:
    a_work(desk)
    with pytest.raises(NotFound), desk.units.read() as unit:
        desk.works.shared(unit, share)


def test_an_expired_work_is_gone_for_everybody(desk: Desk) -> None:
    work = a_work(desk)
    with desk.units.begin() as unit:
        shared = desk.works.share(unit, desk.user.id, work.id)
    desk.later(days=30, seconds=1)
    with desk.units.read() as unit:
        assert desk.works.all(unit, desk.user.id) == []
        for act in (
            lambda: desk.works.find(unit, desk.user.id, work.id),
            lambda: desk.works.shared(unit, str(shared.share)),
        ):
            with pytest.raises(NotFound):
                act()


def test_deleting_takes_the_picture_along_and_is_written_down(desk: Desk) -> None:
    work = a_work(desk)
    with desk.units.begin() as unit:
        shared = desk.works.share(unit, desk.user.id, work.id)
        desk.works.delete(unit, desk.user.id, work.id)
        with pytest.raises(NotFound):
            desk.works.shared(unit, str(shared.share))
    with pytest.raises(NotFound), desk.units.begin() as unit:
        desk.works.delete(unit, desk.user.id, work.id)
    desk.keeping.sweep(100)
    assert work.files["picture"] not in desk.files()
    with desk.units.read() as unit:
        row = unit.files.row(work.files["picture"])
        assert (row and row.state, row and row.wrapped_key) == ("erased", None)
        assert [r.action for r in unit.audit.of("work", work.id)][-1] == "work_deleted"


def test_a_deleted_picture_is_not_picked_again(desk: Desk) -> None:
    """Not even through an order that was answered from the result cache before."""
    request = desk.order()
    first = desk.done(request)
    again = desk.submit(request)
    with desk.units.begin() as unit:
        picked = desk.jobs.pick(unit, desk.user.id, first.id, first.candidates[0].id)
        desk.works.delete(unit, desk.user.id, str(picked.work_id))
    with desk.refused("not_found", NotFound), desk.units.begin() as unit:
        desk.jobs.pick(unit, desk.user.id, again.id, again.candidates[0].id)


def test_anothers_work_is_not_there(desk: Desk) -> None:
    work = a_work(desk)
    with desk.units.begin() as unit:
        other = desk.someone(unit)
        a_job(unit, other.id, cost=1)
    for name in ("find", "change", "share", "unshare", "delete"):
        with desk.refused("not_found", NotFound), desk.units.begin() as unit:
            getattr(desk.works, name)(unit, other.id, work.id)
    assert change(desk, work) == work
