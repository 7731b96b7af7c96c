"""Credits: two at once, on both databases. Each race has a control: the naive way to do it, seen to fail.

The controls hold their breath between reading and writing until all have read, so they fail each time.
"""

from __future__ import annotations

import json
from typing import Any

from doubles.books import a_job, at_once
from doubles.naive import Naive, errors
from doubles.studio import PRICE, Desk

from tuanyuan.domain.engine import InputRefused
from tuanyuan.domain.errors import Conflict, CreditsShort
from tuanyuan.domain.job import Job
from tuanyuan.services.generation import as_error

ROUNDS = 4
FAILED = as_error(InputRefused("no_face"))


# Two tabs, one credit (headshots-starter, sub2api #4740).


def test_two_tabs_one_credit(desk: Desk) -> None:
    requests = [desk.order() for _ in range(4)]
    answers = at_once(*[lambda r=r: desk.submit(r) for r in requests])
    assert errors(answers) == ["credits_short"] * 3
    assert [type(a) for a in answers if isinstance(a, CreditsShort)] == [CreditsShort] * 3
    assert desk.entries() == [("earn", 10), ("spend", -PRICE)]
    assert sum(isinstance(a, Job) for a in answers) == 1
    assert (desk.balance(), desk.unexplained()) == (10 - PRICE, 0)


def test_two_tabs_one_credit_control(naive: Naive) -> None:
    pay = (lambda seen: seen[0] >= PRICE, f"credits = credits - {PRICE}")
    assert naive.race(pay, pay) == 2
    assert naive.left[0] == 10 - 2 * PRICE < 0


# The same refund from many sides (new-api #2025).


def test_refund_attempted_twice_at_once(desk: Desk) -> None:
    for _ in range(ROUNDS):
        job = desk.submit()
        desk.generation.claim(job.id, "w")
        answers = at_once(
            lambda j=job.id: desk.generation.fail(j, FAILED),
            lambda j=job.id: desk.generation.fail(j, FAILED),
            lambda j=job.id: desk.generation.abandoned(j),
            lambda j=job.id: _give_back(desk, j),
        )
        assert errors(answers) == []
        assert desk.entries()[-2:] == [("spend", -PRICE), ("refund", PRICE)]
        assert (desk.balance(), desk.unexplained()) == (10, 0)


def test_refund_attempted_twice_control(naive: Naive) -> None:
    refund = (lambda seen: seen[1] != "refunded", "state = 'refunded', credits = credits + 6")
    assert naive.race(refund, refund) == 2
    assert naive.left[0] == 22


# One key, several requests.


def test_double_submit_with_one_key_is_one_job(desk: Desk) -> None:
    request = desk.order()
    answers = at_once(*[lambda: _keyed(desk, request)] * 4)
    assert errors(answers) == []
    assert len(set(answers)) == 1
    assert desk.entries() == [("earn", 10), ("spend", -PRICE)]
    with desk.units.read() as unit:
        assert [j.id for j in desk.jobs.all(unit, desk.user.id)] == [json.loads(answers[0])["id"]]


def test_double_submit_control(desk: Desk) -> None:
    """Without the key both orders are taken, as long as there are credits."""
    with desk.units.begin() as unit:
        desk.wallet.add(unit, desk.user.id, "purchase", 60, "order:1", "60")
    request = desk.order()
    assert len({job.id for job in at_once(*[lambda: desk.submit(request)] * 2)}) == 2


# A price that changes while orders come in.


def test_price_changes_between_quote_and_hold(desk: Desk) -> None:
    with desk.units.begin() as unit:
        desk.wallet.add(unit, desk.user.id, "purchase", 1000, "order:1", "1000")
    requests = [desk.order() for _ in range(4)]

    def change() -> None:
        for price in (9, 3, 8, 5):
            desk.shelf.price = price

    answers = at_once(*[lambda r=r: desk.submit(r) for r in requests], change)
    assert errors(answers) == []
    with desk.units.read() as unit:
        taken = {e.cause: -e.amount for e in unit.ledger.entries(desk.user.id, None, 100) if e.kind == "spend"}
    assert taken == {f"job:{job.id}": job.cost for job in answers[:4]}
    assert desk.unexplained() == 0


def test_price_changes_between_quote_and_hold_control(desk: Desk) -> None:
    """Reading the price once to note it and once to take it: the books do not add up."""
    with desk.units.begin() as unit:
        job = a_job(unit, desk.user.id, paid=False, cost=desk.jobs.offering.feature("reunion").credits)
        desk.shelf.price += 1
        desk.wallet.spend(unit, desk.user.id, job.id, desk.jobs.offering.feature("reunion").credits, "x")
    assert desk.unexplained() == 1


# Adjusting and spending.


def test_admin_adjustment_concurrent_with_spend(desk: Desk) -> None:
    request = desk.order()

    def adjust() -> None:
        with desk.units.begin() as unit:
            desk.wallet.add(unit, desk.user.id, "adjust", -PRICE, "adjust:1", "test")

    answers = at_once(adjust, lambda: desk.submit(request))
    assert errors(answers) == ["credits_short"]
    assert (desk.balance(), desk.unexplained()) == (10 - PRICE, 0)


def test_admin_adjustment_concurrent_with_spend_control(naive: Naive) -> None:
    pay = (lambda seen: seen[0] >= PRICE, f"credits = credits - {PRICE}, state = 'paid'")
    adjust = (lambda seen: seen[0] >= PRICE, f"credits = credits - {PRICE}")
    assert naive.race(pay, adjust) == 2
    assert naive.left == (10 - 2 * PRICE, "paid")
    assert naive.left[0] < 0


def test_one_free_picture_for_many_taps(desk: Desk) -> None:
    requests = [desk.order(tier="free") for _ in range(4)]
    answers = at_once(*[lambda r=r: desk.submit(r) for r in requests])
    assert errors(answers) == ["free_day_used"] * 3
    assert all(isinstance(a, Conflict) for a in answers if isinstance(a, Exception))


def test_one_free_picture_for_many_taps_control(naive: Naive) -> None:
    """A date in the user's row, looked at and then set: as many free pictures as taps."""
    free = (lambda seen: seen[1] != "2026-02-16", "state = '2026-02-16', credits = credits + 1")
    assert naive.race(free, free, free) == 3
    assert naive.left == (10 + 3, "2026-02-16")


def _give_back(desk: Desk, job_id: str) -> bool:
    """A second way to the refund, as a careless sweep would take it once the job has failed."""
    with desk.units.begin() as unit:
        job = unit.jobs.find(job_id)
        return job is not None and job.status == "failed" and desk.wallet.give_back(unit, job_id)


def _keyed(desk: Desk, request: Any) -> bytes:
    with desk.units.begin() as unit:
        known = unit.keys.claim(desk.user.id, "a-key-of-a-client", "same", desk.clock())
        if known is not None:
            return known[1]
        body = json.dumps({"id": desk.jobs.submit(unit, desk.user, request).id}).encode()
        unit.keys.answer(desk.user.id, "a-key-of-a-client", 202, body)
        return body
