"""Lists that are read page by page lose nothing and repeat nothing, also when much was made in one instant."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from doubles.books import NOW, RecordingUnits, a_job, a_photo, a_user, a_work

from tuanyuan.domain.ports import Place, Unit

MILLISECOND = timedelta(milliseconds=1)


def _jobs(unit: Unit, user: str, before: Place | None) -> list[Any]:
    return list(unit.jobs.all(user, before, 2))


def _works(unit: Unit, user: str, before: Place | None) -> list[Any]:
    return list(unit.works.all(user, NOW, before, 2))


def _photos(unit: Unit, user: str, before: Place | None) -> list[Any]:
    return list(unit.photos.all(user, 2, before))


@pytest.mark.parametrize("listed", [_jobs, _works, _photos])
def test_the_end_of_a_page_is_no_gap(units: RecordingUnits, listed: Callable[..., list[Any]]) -> None:
    with units.begin() as unit:
        user, other = a_user(unit).id, a_user(unit).id
        for at in (NOW, NOW, NOW, NOW, NOW, NOW + MILLISECOND, NOW - MILLISECOND):
            for owner in (user, other):
                a_photo(unit, owner, created_at=at)
                a_work(unit, a_job(unit, owner, cost=0, created_at=at), created_at=at)
        pages: list[list[Any]] = []
        place: Place | None = None
        while page := listed(unit, user, place):
            pages.append(page)
            place = (page[-1].created_at, page[-1].id)
    assert [len(page) for page in pages] == [2, 2, 2, 1]
    seen = [thing for page in pages for thing in page]
    assert len({thing.id for thing in seen}) == 7
    assert [thing.created_at - NOW for thing in seen] == [MILLISECOND, *[timedelta()] * 5, -MILLISECOND]
    assert {thing.user_id for thing in seen} == {user}


@pytest.mark.parametrize("listed", [_jobs, _works, _photos])
def test_what_is_made_meanwhile_moves_no_page(units: RecordingUnits, listed: Callable[..., list[Any]]) -> None:
    with units.begin() as unit:
        user = a_user(unit).id

        def make(seconds: int) -> None:
            at = NOW + timedelta(seconds=seconds)
            a_photo(unit, user, created_at=at)
            a_work(unit, a_job(unit, user, cost=0, created_at=at), created_at=at)

        for seconds in range(4):
            make(seconds)
        first = listed(unit, user, None)
        make(9)
        second = listed(unit, user, (first[-1].created_at, first[-1].id))
    assert [(thing.created_at - NOW).seconds for thing in first + second] == [3, 2, 1, 0]
