"""What the owner of a job may do with it: call it off, look, pick, rate; and nobody else."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from doubles.books import NOW, RecordingUnits
from doubles.studio import PRICE, Desk

from tuanyuan.domain.errors import (
    Conflict,
    NotFound,
)


@pytest.fixture
def desk(units: RecordingUnits, tmp_path: Path) -> Desk:
    return Desk(units, tmp_path)


def rich(desk: Desk, amount: int = 1000) -> None:
    with desk.units.begin() as unit:
        desk.wallet.add(unit, desk.user.id, "purchase", amount, f"order:{amount}", "credits")


# Cancelling.


def test_a_pending_job_is_called_off_and_given_back(desk: Desk) -> None:
    job = desk.submit()
    with desk.units.begin() as unit:
        cancelled = desk.jobs.cancel(unit, desk.user.id, job.id)
    assert (cancelled.status, desk.job(job.id).finished_at) == ("cancelled", NOW)
    assert desk.entries() == [("earn", 10), ("spend", -PRICE), ("refund", PRICE)]
    assert desk.events(job.id)[-1] == ("cancelled", 0, "job_cancelled")
    assert desk.unexplained() == 0


def test_a_claim_after_the_cancel_finds_nothing_to_do(desk: Desk) -> None:
    job = desk.submit()
    with desk.units.begin() as unit:
        desk.jobs.cancel(unit, desk.user.id, job.id)
    desk.work(job.id)
    assert (desk.job(job.id).status, desk.engine.calls) == ("cancelled", [])


@pytest.mark.parametrize("state", ["processing", "completed", "failed", "cancelled"])
def test_nothing_but_a_pending_job_can_be_called_off(desk: Desk, state: str) -> None:
    job = desk.submit()
    if state == "processing":
        desk.generation.claim(job.id, "w")
    elif state == "completed":
        desk.work(job.id)
    elif state == "failed":
        desk.generation.abandoned(job.id)
    else:
        with desk.units.begin() as unit:
            desk.jobs.cancel(unit, desk.user.id, job.id)
    with desk.refused("job_not_pending", Conflict), desk.units.begin() as unit:
        desk.jobs.cancel(unit, desk.user.id, job.id)
    assert desk.job(job.id).status == state


def test_cancel_all_leaves_what_has_begun(desk: Desk) -> None:
    rich(desk)
    jobs = [desk.submit() for _ in range(3)]
    desk.generation.claim(jobs[1].id, "w")
    with desk.units.begin() as unit:
        assert desk.jobs.cancel_all(unit, desk.user.id) == 2
    with desk.units.begin() as unit:
        assert desk.jobs.cancel_all(unit, desk.user.id) == 0
    assert [desk.job(j.id).status for j in jobs] == ["cancelled", "processing", "cancelled"]
    assert desk.unexplained() == 0


# What is whose.


def test_anothers_job_is_not_there(desk: Desk) -> None:
    job = desk.done()
    with desk.units.begin() as unit:
        other = desk.someone(unit)
    for act in (
        lambda unit: desk.jobs.find(unit, other.id, job.id),
        lambda unit: desk.jobs.cancel(unit, other.id, job.id),
        lambda unit: desk.jobs.pick(unit, other.id, job.id, job.candidates[0].id),
        lambda unit: desk.jobs.rate(unit, other.id, job.id, 1),
    ):
        with desk.refused("not_found", NotFound), desk.units.begin() as unit:
            act(unit)
    with desk.units.read() as unit:
        assert desk.jobs.all(unit, other.id) == []
        assert [j.id for j in desk.jobs.all(unit, desk.user.id, status="completed")] == [job.id]


# Picking and rating.


def test_a_pick_becomes_a_work(desk: Desk) -> None:
    job = desk.done()
    chosen = job.candidates[2]
    with desk.units.begin() as unit:
        picked = desk.jobs.pick(unit, desk.user.id, job.id, chosen.id)
        work = desk.works.find(unit, desk.user.id, str(picked.work_id))
    assert (picked.picked, work.job_id, work.files) == (chosen.id, job.id, {"picture": chosen.file})
    assert (work.title, work.expires_at) == ("时空拼图 2026-02-16", NOW + timedelta(days=30))
    assert (work.width, work.height, work.public, work.share) == (1920, 1440, False, None)


def test_the_same_pick_again_is_the_same_answer_and_another_is_refused(desk: Desk) -> None:
    job = desk.done()
    one, two = job.candidates[:2]
    with desk.units.begin() as unit:
        first = desk.jobs.pick(unit, desk.user.id, job.id, one.id)
    with desk.units.begin() as unit:
        assert desk.jobs.pick(unit, desk.user.id, job.id, one.id) == first
    with desk.refused("already_picked", Conflict), desk.units.begin() as unit:
        desk.jobs.pick(unit, desk.user.id, job.id, two.id)
    with desk.units.read() as unit:
        assert len(desk.works.all(unit, desk.user.id)) == 1


def test_only_a_picture_of_a_completed_job_can_be_picked(desk: Desk) -> None:
    job = desk.submit()
    with desk.refused("job_not_completed", Conflict), desk.units.begin() as unit:
        desk.jobs.pick(unit, desk.user.id, job.id, "x")
    desk.work(job.id)
    with desk.refused("not_found", NotFound), desk.units.begin() as unit:
        desk.jobs.pick(unit, desk.user.id, job.id, "x")
    desk.later(days=31)
    with desk.refused("not_found", NotFound), desk.units.begin() as unit:
        desk.jobs.pick(unit, desk.user.id, job.id, desk.job(job.id).candidates[0].id)


def test_a_picture_of_two_jobs_is_one_work(desk: Desk) -> None:
    """Deleting one of two works of the same file would take the picture from the other."""
    request = desk.order()
    first = desk.done(request)
    again = desk.submit(request)
    with desk.units.begin() as unit:
        one = desk.jobs.pick(unit, desk.user.id, first.id, first.candidates[0].id)
        two = desk.jobs.pick(unit, desk.user.id, again.id, again.candidates[0].id)
        assert one.work_id == two.work_id
        assert len(desk.works.all(unit, desk.user.id)) == 1


def test_a_rating_can_be_changed_and_does_not_touch_the_pick(desk: Desk) -> None:
    job = desk.done()
    with desk.units.begin() as unit:
        desk.jobs.pick(unit, desk.user.id, job.id, job.candidates[0].id)
        desk.jobs.rate(unit, desk.user.id, job.id, 2)
        desk.jobs.rate(unit, desk.user.id, job.id, 5)
    assert (desk.job(job.id).rating, desk.job(job.id).picked) == (5, job.candidates[0].id)


@pytest.mark.parametrize("given", [0, 6, -1, True, 4.5, "5"])
def test_a_rating_is_one_to_five(desk: Desk, given: Any) -> None:
    job = desk.done()
    with desk.refused("rating_invalid"), desk.units.begin() as unit:
        desk.jobs.rate(unit, desk.user.id, job.id, given)


def test_a_job_without_pictures_cannot_be_rated(desk: Desk) -> None:
    job = desk.submit()
    with desk.refused("job_not_completed", Conflict), desk.units.begin() as unit:
        desk.jobs.rate(unit, desk.user.id, job.id, 5)


# The outlook.


def test_the_outlook_counts_waves_of_what_the_engine_expects(desk: Desk) -> None:
    rich(desk)
    jobs = []
    for _ in range(5):
        jobs.append(desk.submit())
        desk.later(seconds=1)
    with desk.units.read() as unit:
        outlooks = [desk.jobs.outlook(unit, job) for job in jobs]
    # two at once, ten seconds each
    assert [(o.queue_position, o.eta_seconds) for o in outlooks] == [(1, 10), (2, 10), (3, 20), (4, 20), (5, 30)]


def test_the_outlook_learns_and_counts_down(desk: Desk) -> None:
    rich(desk)
    first = desk.submit()
    desk.generation.claim(first.id, "w")
    desk.later(seconds=4)
    with desk.units.read() as unit:
        assert desk.jobs.outlook(unit, desk.job(first.id)).eta_seconds == 6
    desk.later(seconds=26)
    with desk.units.read() as unit:
        assert desk.jobs.outlook(unit, desk.job(first.id)).eta_seconds == 1
    desk.generation.record(first.id, desk.generation.make(first.id, desk.generation.prepare(first.id)))
    with desk.units.read() as unit:
        done = desk.jobs.outlook(unit, desk.job(first.id))
        assert (done.queue_position, done.eta_seconds) == (0, 0)
    second = desk.submit()
    with desk.units.read() as unit:
        assert desk.jobs.outlook(unit, second).eta_seconds == 30


def test_paid_orders_go_before_free_ones(desk: Desk) -> None:
    free = desk.submit(desk.order(tier="free"))
    desk.later(seconds=1)
    paid = desk.submit()
    with desk.units.read() as unit:
        assert desk.jobs.outlook(unit, paid).queue_position == 1
        assert desk.jobs.outlook(unit, free).queue_position == 2
