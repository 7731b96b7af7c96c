"""Orders: what is taken, what is refused and leaves nothing, what their owner may do with them."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest
from doubles.books import RecordingUnits
from doubles.studio import FACE, PRICE, Desk

from tuanyuan.domain.errors import (
    Conflict,
    CreditsShort,
    NotFound,
    NotNow,
    PhotosRejected,
    Rejected,
    TooMany,
    WrongUsage,
)
from tuanyuan.domain.job import Person
from tuanyuan.domain.messages import problem
from tuanyuan.domain.photo import PhotoReport


@pytest.fixture
def desk(units: RecordingUnits, tmp_path: Path) -> Desk:
    return Desk(units, tmp_path)


def rich(desk: Desk, amount: int = 1000) -> None:
    with desk.units.begin() as unit:
        desk.wallet.add(unit, desk.user.id, "purchase", amount, f"order:{amount}", "credits")


def test_an_order_is_paid_written_down_and_enqueued_together(desk: Desk) -> None:
    job = desk.submit()
    assert desk.job(job.id) == job
    assert (job.status, job.cost, job.priority, job.queue, job.progress) == ("pending", PRICE, 5, "engine-cloud", 0)
    assert desk.entries() == [("earn", 10), ("spend", -PRICE)]
    assert [j.id for j in desk.units.enqueued] == [job.id]
    assert desk.events(job.id) == [("pending", 0, "job_posted")]
    assert desk.unexplained() == 0


def test_the_entry_tells_the_feature(desk: Desk) -> None:
    desk.submit()
    with desk.units.read() as unit:
        assert unit.ledger.entries(desk.user.id, None, 1)[0].about == "时空拼图|Family reunion"


def test_a_feature_that_costs_nothing_writes_no_entry(desk: Desk) -> None:
    desk.shelf.price = 0
    job = desk.submit()
    assert desk.entries() == [("earn", 10)]
    assert (job.cost, len(desk.units.enqueued)) == (0, 1)
    assert desk.unexplained() == 0


# Refusals: `desk.refused` looks that there is no entry, no job, nothing enqueued.


def test_without_consent_nothing_is_taken(desk: Desk) -> None:
    request = desk.order()
    with desk.units.begin() as unit:
        (consent,) = unit.consents.all(desk.user.id)
        unit.consents.withdraw(consent.id, desk.clock())
    with desk.refused("consent_required", Conflict):
        desk.submit(request)


def test_the_wired_consent_question_is_the_one_that_counts(desk: Desk) -> None:
    def never(*_: object) -> None:
        raise Conflict("consent_required", purpose="face_edit")

    desk.jobs = replace(desk.jobs, require_consent=never)
    with desk.refused("consent_required", Conflict):
        desk.submit()


@pytest.mark.parametrize(
    ("changes", "code", "kind"),
    [
        ({"feature": "levitation"}, "feature_unknown", Rejected),
        ({"feature": "motion"}, "feature_not_ready", Rejected),  # no engine offers it
        ({"background": "/etc/passwd"}, "background_not_offered", Rejected),
        ({"background": "../studio"}, "background_not_offered", Rejected),
        ({"options": {"nonsense": 1}}, "option_invalid", WrongUsage),
        ({"tier": "basic"}, "pass_needed", Conflict),
        ({"tier": "premium"}, "pass_needed", Conflict),
        ({"tier": "free", "feature": "tryon"}, "free_not_offered", Rejected),
        ({"photos": ()}, "photos_missing", Rejected),
        ({"photos": ("0" * 32,)}, "photo_gone", NotFound),
        ({"photos": ("' OR 1=1 --",)}, "photo_gone", NotFound),
        ({"photos": tuple(f"{n:032x}" for n in range(21))}, "people_too_many", Rejected),
        ({"people": (Person("0" * 32),)}, "photo_not_chosen", Rejected),
    ],
)
def test_an_order_that_does_not_fit_is_refused(desk: Desk, changes: dict[str, Any], code: str, kind: type) -> None:
    request = desk.order(**changes) if "photos" not in changes else replace(desk.order(), **changes)
    with desk.refused(code, kind):
        desk.submit(request)


def test_an_engine_that_is_down_for_the_moment_asks_to_wait(desk: Desk) -> None:
    desk.shelf.problem = problem("weights_incomplete", files="x")
    with desk.refused("engine_not_ready", NotNow):
        desk.submit()


def test_another_users_photo_is_as_if_it_were_not_there(desk: Desk) -> None:
    with desk.units.begin() as unit:
        other = desk.someone(unit)
    with desk.refused("photo_gone", NotFound):
        desk.submit(desk.order(desk.photo(other)))


def test_a_deleted_and_an_expired_photo_are_gone(desk: Desk) -> None:
    deleted, expired = desk.photo(), desk.photo()
    with desk.units.begin() as unit:
        unit.photos.delete(desk.user.id, [deleted.id], desk.clock())
    with desk.refused("photo_gone", NotFound):
        desk.submit(desk.order(deleted))
    desk.later(hours=49)
    with desk.refused("photo_gone", NotFound):
        desk.submit(desk.order(expired))


def test_every_bad_photo_is_told_at_once(desk: Desk) -> None:
    bad = [
        desk.photo(report=PhotoReport(name, False, 100, 100, (), (problem("no_face"),)), name=name)
        for name in ("a.jpg", "b.jpg")
    ]
    with desk.refused("no_face", PhotosRejected) as refused:
        desk.submit(desk.order(bad[0], desk.photo(), bad[1]))
    assert [report.file for report in refused[0].reports] == ["a.jpg", "b.jpg"]


def test_the_same_photo_twice_is_refused(desk: Desk) -> None:
    photo = desk.photo()
    with desk.refused("photo_twice"):
        desk.submit(desk.order(photo, photo))


def test_five_people_pass_and_six_do_not(desk: Desk) -> None:
    def of(count: int) -> PhotoReport:
        return PhotoReport("g.jpg", True, 1200, 1600, (FACE,) * count, ())

    five = desk.photo(report=of(5))
    with desk.refused("people_too_many"):
        desk.submit(desk.order(five, desk.photo()))
    with desk.refused("faces_not_there"):
        desk.submit(desk.order(five, people=(Person(five.id, faces=(6,)),)))
    with desk.refused("photo_not_chosen"):
        desk.submit(desk.order(five, people=(Person(five.id), Person(five.id))))
    job = desk.submit(desk.order(five, desk.photo(), people=(Person(five.id, faces=(1, 2, 2, 5)),)))
    assert job.status == "pending"


def test_an_empty_purse_is_refused_without_a_trace(desk: Desk) -> None:
    desk.submit()
    with desk.refused("credits_short", CreditsShort):
        desk.submit()
    assert desk.balance() == 10 - PRICE


def test_nobody_fills_the_queue(desk: Desk) -> None:
    rich(desk)
    for _ in range(20):
        desk.submit()
    with desk.refused("jobs_unfinished", TooMany) as refused:
        desk.submit()
    assert refused[0].retry_after == 10


# The free picture of the day.


def test_the_free_picture_is_one_a_china_day(desk: Desk) -> None:
    desk.units.now = datetime.fromisoformat("2026-02-16T15:59:00+00:00")  # 23:59 in China
    first = desk.submit(desk.order(tier="free"))
    assert (first.cost, first.priority, desk.entries()) == (0, 10, [("earn", 10)])
    with desk.refused("free_day_used", Conflict):
        desk.submit(desk.order(tier="free"))
    desk.later(minutes=1)
    assert desk.submit(desk.order(tier="free")).status == "pending"
    with desk.units.begin() as unit:
        assert not unit.free_days.take(desk.user.id, date(2026, 2, 17), first.id)


def test_the_free_picture_is_one_candidate_with_a_watermark(desk: Desk) -> None:
    job = desk.done(desk.order(tier="free"))
    assert (job.status, len(job.candidates)) == ("completed", 1)
    assert [(c.candidates, c.watermark) for c in desk.engine.calls] == [(1, True)]
    paid = desk.done()
    assert (len(paid.candidates), desk.engine.calls[-1].watermark) == (4, False)


def test_a_cancelled_free_picture_gives_the_day_back(desk: Desk) -> None:
    job = desk.submit(desk.order(tier="free"))
    with desk.units.begin() as unit:
        desk.jobs.cancel(unit, desk.user.id, job.id)
    assert desk.submit(desk.order(tier="free")).status == "pending"


def test_a_clock_that_jumps_back_brings_no_second_free_picture(desk: Desk) -> None:
    desk.submit(desk.order(tier="free"))
    desk.later(days=1)
    desk.submit(desk.order(tier="free"))
    desk.later(days=-1)
    with desk.refused("free_day_used", Conflict):
        desk.submit(desk.order(tier="free"))


def test_the_price_in_the_ledger_is_the_jobs_cost_whatever_was_quoted(desk: Desk) -> None:
    quoted = desk.jobs.offering.feature("reunion").credits
    desk.shelf.price = quoted + 1
    job = desk.submit()
    assert job.cost == quoted + 1
    assert desk.entries()[-1] == ("spend", -job.cost)
    desk.shelf.price = 1
    desk.generation.abandoned(job.id)
    assert desk.entries()[-1] == ("refund", job.cost)


def test_the_catalogue_is_read_once_for_a_crowd(desk: Desk) -> None:
    ticks = [0.0]
    offering = replace(desk.jobs.offering, fresh=5.0, ticks=lambda: ticks[0])
    offering.now()
    offering.now()
    assert desk.shelf.reads == 1
    ticks[0] = 5.0
    offering.now()
    assert desk.shelf.reads == 2
