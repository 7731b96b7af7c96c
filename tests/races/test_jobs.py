"""Jobs: two at once, on both databases. Each race has a control: the naive way to do it, seen to fail.

The controls hold their breath between reading and writing until all have read, so they fail each time.
"""

from __future__ import annotations

import threading
import time
from dataclasses import replace
from datetime import timedelta

from doubles.books import at_once, new_id
from doubles.naive import Naive, errors
from doubles.studio import PRICE, Cloud, Desk

from tuanyuan.domain.engine import EngineRequest, EngineResult, InputRefused
from tuanyuan.domain.job import Job
from tuanyuan.services.generation import as_error
from tuanyuan.services.stages import candidate_file

ROUNDS = 4
FAILED = as_error(InputRefused("no_face"))


# Cancel against claim.


def test_cancel_races_with_claim(desk: Desk) -> None:
    for _ in range(ROUNDS):
        job = desk.submit()
        cancelled, claimed = at_once(lambda j=job.id: _cancel(desk, j), lambda j=job.id: desk.generation.claim(j, "w"))
        assert isinstance(cancelled, Job) != claimed
        if claimed:
            assert errors([cancelled]) == ["job_not_pending"]
            desk.generation.fail(job.id, FAILED)
        assert (desk.balance(), desk.unexplained()) == (10, 0)
        assert desk.job(job.id).status == ("failed" if claimed else "cancelled")


def test_cancel_races_with_claim_control(naive: Naive) -> None:
    pending = lambda seen: seen[1] == "pending"  # noqa: E731  # a word for two calls
    assert naive.race((pending, "state = 'cancelled', credits = credits + 6"), (pending, "state = 'processing'")) == 2


# A reaper that gives up against a worker that completes.


def test_fail_races_with_record(desk: Desk) -> None:
    for _ in range(ROUNDS):
        job = desk.submit(desk.order(again=True))
        desk.generation.claim(job.id, "w")
        made = desk.generation.make(job.id, desk.generation.prepare(job.id))
        before = desk.balance()
        answers = at_once(
            lambda j=job.id, m=made: desk.generation.record(j, m),
            lambda j=job.id: desk.generation.abandoned(j),
        )
        assert errors(answers) == []
        done = desk.job(job.id)
        assert (done.status == "failed") == answers[1]
        assert desk.balance() - before == (PRICE if done.status == "failed" else 0)
        assert desk.unexplained() == 0
        with desk.units.begin() as unit:
            desk.wallet.add(unit, desk.user.id, "purchase", PRICE, f"order:{new_id()}", "credits")


def test_fail_races_with_record_control(naive: Naive) -> None:
    going = lambda seen: seen[1] in ("pending", "processing")  # noqa: E731  # a word for two calls
    assert naive.race((going, "state = 'completed'"), (going, "state = 'failed', credits = credits + 6")) == 2


def test_an_answer_races_with_giving_up(desk: Desk) -> None:
    """The job is given up exactly when its pictures are to be kept: none of them stays."""
    job = desk.submit()
    desk.generation.claim(job.id, "w")
    prepared = desk.generation.prepare(job.id)
    made, ended = at_once(lambda: desk.generation.make(job.id, prepared), lambda: desk.generation.abandoned(job.id))
    assert ended is True
    assert isinstance(made, dict) or errors([made]) == ["job_finished"]
    desk.keeping.sweep(100)
    assert desk.files() == []
    assert (desk.balance(), desk.unexplained()) == (10, 0)


def test_an_answer_races_with_giving_up_control(desk: Desk) -> None:
    """A worker that looks first and keeps its pictures afterwards: they lie there for a job that has failed."""
    job = desk.submit()
    desk.generation.claim(job.id, "w")
    looked, ended = threading.Event(), threading.Event()

    def keep() -> None:
        assert desk.job(job.id).status == "processing"
        looked.set()
        ended.wait(120)
        end = desk.clock() + timedelta(days=30)
        desk.keeping.keep(desk.user.id, "candidate", "image/jpeg", b"a picture", end, candidate_file(job.id, 1))

    def give_up() -> None:
        looked.wait(120)
        assert desk.generation.abandoned(job.id)
        ended.set()

    assert at_once(keep, give_up) == [None, None]
    desk.keeping.sweep(100)
    assert desk.job(job.id).status == "failed"
    assert desk.files() == [candidate_file(job.id, 1)]


# Picking.


def test_two_picks_at_once_are_one_work(desk: Desk) -> None:
    job = desk.done()
    answers = at_once(*[lambda c=c: _pick(desk, job.id, c.id) for c in job.candidates])
    assert errors(answers) == ["already_picked"] * 3
    (picked,) = [a for a in answers if isinstance(a, Job)]
    with desk.units.read() as unit:
        (work,) = desk.works.all(unit, desk.user.id)
    assert (work.id, desk.job(job.id).picked) == (picked.work_id, picked.picked)


def test_the_same_pick_twice_at_once_is_one_answer(desk: Desk) -> None:
    job = desk.done()
    one, two = at_once(*[lambda: _pick(desk, job.id, job.candidates[0].id)] * 2)
    assert one == two
    assert one.picked == job.candidates[0].id


def test_two_picks_at_once_control(naive: Naive) -> None:
    pick = (lambda seen: seen[1] == "pending", "state = 'picked', credits = credits + 1")
    assert naive.race(pick, pick) == 2


# Two workers with one job.


def test_two_workers_make_one_result(desk: Desk) -> None:
    """A worker was thought dead, and both run the whole way."""
    desk.engine.resumable = True
    together = threading.Barrier(2, timeout=120)

    def both(engine: Cloud, request: EngineRequest) -> EngineResult:
        together.wait()
        return engine.pictures(request.candidates)

    desk.engine.script = [both, both]
    # The one that was overtaken while it stored looks again a moment later.
    desk.generation = replace(desk.generation, sleep=lambda seconds: time.sleep(seconds / 5))
    job = desk.submit()
    answers = at_once(*[lambda: desk.work(job.id)] * 2)
    assert errors(answers) == []
    done = desk.job(job.id)
    assert (done.status, len(desk.files())) == ("completed", 4)
    assert {c.file for c in done.candidates} == set(desk.files())
    assert [e[2] for e in desk.events(job.id)].count("job_completed") == 1
    assert (desk.balance(), desk.unexplained()) == (10 - PRICE, 0)
    with desk.units.read() as unit:
        kept = [unit.files.find(c.file, desk.user.id) for c in done.candidates]
    numbers = [desk.keeping.read(f).split()[-1] for f in kept if f]
    assert [f"p{n.decode()}" for n in numbers] == [c.produce_id for c in done.candidates]


def test_two_workers_make_one_result_control(desk: Desk) -> None:
    """Names by chance, and nobody asks what another has kept: the pictures are there twice."""
    job = desk.submit()
    together = threading.Barrier(2, timeout=120)

    def make() -> list[str]:
        with desk.units.read() as unit:
            assert unit.jobs.attempts(job.id) == []
        together.wait()
        pictures = desk.engine.pictures(4).pictures
        end = desk.clock() + timedelta(days=30)
        kept = [desk.keeping.keep(desk.user.id, "candidate", "image/jpeg", p.data, end) for p in pictures]
        return [file.id for file in kept]

    one, two = at_once(make, make)
    assert sorted(one + two) == sorted(desk.files())
    assert len(desk.files()) == 8


def _cancel(desk: Desk, job_id: str) -> Job:
    with desk.units.begin() as unit:
        return desk.jobs.cancel(unit, desk.user.id, job_id)


def _pick(desk: Desk, job_id: str, candidate: str) -> Job:
    with desk.units.begin() as unit:
        return desk.jobs.pick(unit, desk.user.id, job_id, candidate)
