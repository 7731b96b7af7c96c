"""The same order again: completed at once and free, as long as everything that decides the pictures is the same."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from doubles.books import RecordingUnits
from doubles.studio import PRICE, Desk

from tuanyuan.domain.job import Person


@pytest.fixture
def desk(units: RecordingUnits, tmp_path: Path) -> Desk:
    return Desk(units, tmp_path)


def rich(desk: Desk, amount: int = 1000) -> None:
    with desk.units.begin() as unit:
        desk.wallet.add(unit, desk.user.id, "purchase", amount, f"order:{amount}", "credits")


# The result cache.


def test_the_same_again_is_completed_at_once_and_free(desk: Desk) -> None:
    request = desk.order()
    first = desk.done(request)
    again = desk.submit(request)
    assert (again.status, again.cost, again.progress, again.cached_from) == ("completed", 0, 100, first.id)
    assert again.candidates == first.candidates
    assert again.id != first.id
    assert desk.job(again.id) == again
    assert desk.entries() == [("earn", 10), ("spend", -PRICE)]
    assert len(desk.units.enqueued) == len(desk.engine.calls) == 1
    assert desk.events(again.id) == [("completed", 100, "job_completed")]
    assert desk.unexplained() == 0


def test_a_cached_job_points_to_the_one_that_made_the_pictures(desk: Desk) -> None:
    request = desk.order()
    first = desk.done(request)
    desk.submit(request)
    desk.later(seconds=1)
    assert desk.submit(request).cached_from == first.id


def test_again_makes_new_pictures_and_is_paid(desk: Desk) -> None:
    rich(desk)
    request = desk.order()
    desk.done(request)
    assert desk.submit(replace(request, again=True)).status == "pending"
    assert desk.entries()[-1] == ("spend", -PRICE)


def test_the_photo_counts_by_its_bytes(desk: Desk) -> None:
    desk.done(desk.order(desk.photo(data=b"the same bytes")))
    assert desk.submit(desk.order(desk.photo(data=b"the same bytes"))).status == "completed"


@pytest.mark.parametrize(
    "changes", [{"background": None}, {"style": "warm"}, {"options": {"seed": 2}}, {"tier": "free"}, {"people": 1}]
)
def test_whatever_decides_the_picture_decides_the_cache(desk: Desk, changes: dict[str, Any]) -> None:
    rich(desk)
    photo = desk.photo()
    desk.done(desk.order(photo))
    if "people" in changes:
        changes = {"people": (Person(photo.id, scale=0.8),)}
    assert desk.submit(desk.order(photo, **changes)).status == "pending"


def test_another_version_and_another_user_make_their_own(desk: Desk) -> None:
    rich(desk)
    request = desk.order(desk.photo(data=b"bytes"))
    desk.done(request)
    with desk.units.begin() as unit:
        other = desk.someone(unit)
    assert desk.submit(desk.order(desk.photo(other, data=b"bytes")), other).status == "pending"
    desk.jobs = replace(desk.jobs, version="0.0.0")
    assert desk.submit(request).status == "pending"


def test_pictures_that_are_gone_are_made_again(desk: Desk) -> None:
    rich(desk)
    request = desk.order()
    first = desk.done(request)
    with desk.units.begin() as unit:
        unit.files.expire([first.candidates[0].file], desk.clock())
    assert desk.submit(request).status == "pending"
