"""The worker's steps: what each does once, and what may have changed since the order."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from doubles.books import NOW, RecordingUnits
from doubles.studio import PRICE, Crash, Desk, settled, withdraw

from tuanyuan.domain.errors import Conflict, OurFault
from tuanyuan.domain.job import MOST_CLAIMS
from tuanyuan.services.generation import as_error

STAGES = [
    ("pending", 0, "job_posted"),
    ("processing", 10, "job_claimed"),
    ("processing", 30, "job_prepared"),
    ("processing", 50, "job_making"),
    ("processing", 65, "job_making"),
    ("processing", 80, "job_finishing"),
    ("completed", 100, "job_completed"),
]


@pytest.fixture
def desk(units: RecordingUnits, tmp_path: Path) -> Desk:
    return Desk(units, tmp_path)


def test_a_job_goes_through_every_stage_once(desk: Desk) -> None:
    photo = desk.photo(data=b"grandma")
    job = desk.done(desk.order(photo))
    assert desk.events(job.id) == STAGES
    assert (job.status, job.engine, job.claims, job.started_at, job.finished_at) == ("completed", "cloud", 1, NOW, NOW)
    assert [c.rank for c in job.candidates] == [1, 2, 3, 4]
    assert [c.produce_id for c in job.candidates] == ["p1", "p2", "p3", "p4"]
    assert sorted(desk.files()) == sorted(c.file for c in job.candidates)
    assert desk.engine.calls[0].photos == ((photo.id, b"grandma"),)
    assert desk.outcomes(job.id) == ["succeeded"]
    assert desk.entries() == [("earn", 10), ("spend", -PRICE)]
    assert desk.unexplained() == 0


def test_the_pictures_are_kept_as_the_engine_made_them(desk: Desk) -> None:
    job = desk.done()
    with desk.units.read() as unit:
        files = [unit.files.find(c.file, desk.user.id) for c in job.candidates]
    assert [desk.keeping.read(f) for f in files if f] == [b"\xff\xd8 picture %d" % n for n in (1, 2, 3, 4)]
    assert {f.media_type for f in files if f} == {"image/jpeg"}


def test_photos_are_on_their_way_out_once_used(desk: Desk) -> None:
    photo = desk.photo()
    desk.done(desk.order(photo))
    with desk.units.read() as unit:
        used = unit.photos.find(desk.user.id, photo.id)
    assert used is not None
    assert (used.used_at, (used.expires_at - NOW).total_seconds()) == (NOW, 24 * 3600)


def test_a_job_that_is_not_there_or_ended_is_not_claimed(desk: Desk) -> None:
    assert desk.generation.claim("0" * 32, "w") is False
    job = desk.done()
    assert desk.generation.claim(job.id, "w") is False
    assert desk.job(job.id) == job


def test_a_job_that_kills_its_workers_is_given_up(desk: Desk) -> None:
    job = desk.submit()
    for _ in range(MOST_CLAIMS):
        assert desk.generation.claim(job.id, "w") is True
    assert desk.generation.claim(job.id, "w") is False
    settled(desk, job.id)
    assert (desk.job(job.id).error or {})["code"] == "job_gave_up"


def test_a_job_that_kills_its_worker_while_it_is_made_is_given_up_too(desk: Desk) -> None:
    """The claim is not repeated when only `make` runs again."""
    desk.engine.resumable = True
    job = desk.submit()
    desk.generation.claim(job.id, "w")
    prepared = desk.generation.prepare(job.id)
    for _ in range(MOST_CLAIMS):
        desk.crash_at = "make:submitting"
        with pytest.raises(Crash):
            desk.generation.make(job.id, prepared)
    with pytest.raises(OurFault, match="job_gave_up"):
        desk.generation.make(job.id, prepared)
    assert desk.outcomes(job.id) == ["lost"] * MOST_CLAIMS
    assert desk.engine.calls == []


# What may have changed since the order.


def test_consent_taken_back_while_waiting_ends_the_job_before_the_engine_sees_a_face(desk: Desk) -> None:
    job = desk.submit()
    withdraw(desk)
    desk.work(job.id)
    settled(desk, job.id)
    assert desk.engine.calls == []
    assert (desk.job(job.id).error or {})["code"] == "consent_required"


def test_photos_gone_while_waiting_end_the_job(desk: Desk) -> None:
    job = desk.submit()
    with desk.units.begin() as unit:
        unit.photos.delete(desk.user.id, None, desk.clock())
    desk.work(job.id)
    settled(desk, job.id)
    assert ((desk.job(job.id).error or {})["code"], desk.engine.calls) == ("photo_gone", [])


def test_consent_taken_back_while_it_is_made_shows_nothing(desk: Desk) -> None:
    job = desk.submit()
    desk.generation.claim(job.id, "w")
    made = desk.generation.make(job.id, desk.generation.prepare(job.id))
    withdraw(desk)
    with pytest.raises(Conflict) as refused:
        desk.generation.record(job.id, made)
    desk.generation.fail(job.id, as_error(refused.value))
    desk.keeping.sweep(100)
    settled(desk, job.id)


def test_an_account_closed_meanwhile_ends_the_job(desk: Desk) -> None:
    job = desk.submit()
    with desk.units.begin() as unit:
        unit.users.save(replace(desk.user, closed_at=desk.clock()))
    desk.work(job.id)
    assert (desk.job(job.id).status, desk.engine.calls) == ("failed", [])
