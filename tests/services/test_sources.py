"""What a job is made from besides photos: a finished picture of one's own, a mask of the clothes."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from doubles.books import RecordingUnits
from doubles.cloud import Cloud, cloudy, far
from doubles.studio import Desk, answers

from tuanyuan.domain.capabilities import Model
from tuanyuan.domain.errors import NotFound, PhotosRejected
from tuanyuan.domain.job import JobRequest
from tuanyuan.domain.messages import problem
from tuanyuan.domain.photo import PhotoReport

NO_FACE = PhotoReport("mask.png", False, 1200, 1600, (), (problem("no_face"),))
BROKEN = PhotoReport("mask.png", False, 0, 0, (), (problem("file_damaged", file="mask.png"),))


@pytest.fixture
def desk(units: RecordingUnits, tmp_path: Path) -> Desk:
    models = (Model("sky", frozenset({"reunion", "card"}), references=5, outputs=4, mask=True),)
    return Desk(units, tmp_path, Cloud(capabilities=cloudy(models=models)))


def picked(desk: Desk) -> str:
    """The id of a work."""
    job = desk.done()
    with desk.units.begin() as unit:
        found = desk.jobs.pick(unit, desk.user.id, job.id, job.candidates[0].id)
    assert found.work_id is not None
    return found.work_id


def card(work: str, **changes: object) -> JobRequest:
    return replace(JobRequest("card", (), work=work), **changes)


def test_a_card_is_made_from_a_finished_picture_and_costs_nothing(desk: Desk) -> None:
    work, before = picked(desk), desk.balance()
    job = desk.done(card(work))
    assert job.status == "completed"
    assert (job.cost, desk.balance(), desk.unexplained()) == (0, before, 0)
    assert desk.engine.calls[-1].photos == ((work, b"\xff\xd8 picture 1"),)


def test_the_same_card_again_is_the_one_there_is(desk: Desk) -> None:
    work = picked(desk)
    first = desk.done(card(work, options={"words": "阖家团圆"}))
    assert desk.submit(card(work, options={"words": "阖家团圆"})).cached_from == first.id
    assert desk.submit(card(work, options={"words": "万事如意"})).cached_from is None


def test_somebody_elses_picture_is_not_there(desk: Desk) -> None:
    work = picked(desk)
    with desk.units.begin() as unit:
        stranger = desk.someone(unit)
    with pytest.raises(NotFound) as caught:
        desk.submit(card(work), stranger)
    assert caught.value.code == "photo_gone"


def test_a_picture_that_was_deleted_meanwhile_ends_the_job(desk: Desk) -> None:
    work = picked(desk)
    job = desk.submit(card(work))
    with desk.units.begin() as unit:
        unit.works.delete(desk.user.id, [work], desk.clock())
    desk.work(job.id)
    assert (desk.job(job.id).error or {})["code"] == "photo_gone"
    assert len(desk.engine.calls) == 1


def test_a_family_portrait_is_made_of_photos_alone(desk: Desk) -> None:
    work = picked(desk)
    with desk.refused("work_not_taken"):
        desk.submit(JobRequest("reunion", (), work=work))


def test_a_mask_goes_along_last_and_ends_with_the_photo(desk: Desk) -> None:
    photo, mask = desk.photo(data=b"her"), desk.photo(data=b"mask", report=NO_FACE)
    desk.done(desk.order(photo, mask=mask.id))
    assert desk.engine.calls[0].photos == ((photo.id, b"her"), (mask.id, b"mask"))
    with desk.units.read() as unit:
        ends = [unit.photos.find(desk.user.id, one.id) for one in (photo, mask)]
    assert [(one.expires_at - desk.clock()).total_seconds() for one in ends if one] == [24 * 3600] * 2


def test_another_mask_is_another_picture(desk: Desk) -> None:
    desk.earn(6)
    photo = desk.photo(data=b"her")
    masks = [desk.photo(data=data, report=NO_FACE) for data in (b"one", b"other")]
    first = desk.done(desk.order(photo, mask=masks[0].id))
    assert desk.submit(desk.order(photo, mask=masks[1].id)).cached_from is None
    assert desk.submit(desk.order(photo, mask=masks[0].id)).cached_from == first.id


@pytest.mark.parametrize("report", [BROKEN, None])
def test_a_mask_that_is_no_picture_or_not_there_is_refused(desk: Desk, report: PhotoReport | None) -> None:
    photo = desk.photo()
    mask = desk.photo(report=report).id if report else "0" * 32
    kind = PhotosRejected if report else NotFound
    with desk.refused("file_damaged" if report else "photo_gone", kind):
        desk.submit(desk.order(photo, mask=mask))
    assert desk.engine.calls == []


def test_the_photo_itself_is_no_mask(desk: Desk) -> None:
    photo = desk.photo()
    with desk.refused("photo_twice"):
        desk.submit(desk.order(photo, mask=photo.id))


def test_an_engine_that_takes_no_mask_is_not_asked(units: RecordingUnits, tmp_path: Path) -> None:
    blind, seeing = far("blind"), far("seeing", answers(4), model={"mask": True})
    desk = Desk(units, tmp_path, blind, {"seeing": seeing})
    photo, mask = desk.photo(data=b"her"), desk.photo(data=b"mask", report=NO_FACE)
    desk.done(desk.order(photo, mask=mask.id))
    assert blind.calls == []
    shown = [(reference.role, reference.data) for reference in seeing.calls[0].references]
    assert shown == [("person", b"prepared her"), ("mask", b"prepared mask")]
    # Nobody is looked for in a mask.
    assert desk.pixels.wishes[0].photos == (photo.id,)
