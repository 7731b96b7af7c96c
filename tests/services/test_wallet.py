"""Credits are given once, taken once, given back exactly once."""

from __future__ import annotations

from pathlib import Path

import pytest
from doubles.books import NOW, RecordingUnits, a_user
from doubles.studio import Desk

from tuanyuan.domain.errors import CreditsShort, WrongUsage
from tuanyuan.domain.wallet import Balance, Entry
from tuanyuan.services.wallet import describe


@pytest.fixture
def desk(units: RecordingUnits, tmp_path: Path) -> Desk:
    return Desk(units, tmp_path)


def test_a_registration_brings_ten_credits_once(desk: Desk) -> None:
    with desk.units.begin() as unit:
        desk.wallet.welcome(unit, desk.user.id, f"user:{desk.user.id}")
    assert desk.entries() == [("earn", 10)]
    assert desk.balance() == 10


def test_the_same_cause_never_welcomes_a_second_account(desk: Desk) -> None:
    with desk.units.begin() as unit:
        other = a_user(unit)
        desk.wallet.welcome(unit, other.id, f"user:{desk.user.id}")
    assert desk.entries(other) == []


def test_spending_takes_the_price_once_for_a_job(desk: Desk) -> None:
    with desk.units.begin() as unit:
        job = _a_job(desk, unit, 6)
        first = desk.wallet.spend(unit, desk.user.id, job, 6, "时空拼图|Family reunion")
        assert desk.wallet.spend(unit, desk.user.id, job, 6, "时空拼图|Family reunion") == first
    assert (first.amount, first.balance, first.cause) == (-6, 4, f"job:{job}")
    assert desk.entries() == [("earn", 10), ("spend", -6)]


def test_more_than_there_is_cannot_be_spent(desk: Desk) -> None:
    with desk.refused("credits_short", CreditsShort), desk.units.begin() as unit:
        desk.wallet.spend(unit, desk.user.id, "j" * 32, 11, "x")
    assert desk.balance() == 10


@pytest.mark.parametrize("amount", [0, -1, 1_000_001, 10**18])
def test_a_price_that_is_none_is_refused(desk: Desk, amount: int) -> None:
    with desk.refused("amount_invalid", WrongUsage), desk.units.begin() as unit:
        desk.wallet.spend(unit, desk.user.id, "j" * 32, amount, "x")


def test_a_return_is_exactly_what_was_taken_once(desk: Desk) -> None:
    with desk.units.begin() as unit:
        job = _a_job(desk, unit, 7)
        desk.wallet.spend(unit, desk.user.id, job, 7, "x")
        assert desk.wallet.give_back(unit, job) is True
    with desk.units.begin() as unit:
        assert desk.wallet.give_back(unit, job) is False
    assert desk.entries() == [("earn", 10), ("spend", -7), ("refund", 7)]


def test_a_job_that_took_nothing_gives_nothing_back(desk: Desk) -> None:
    with desk.units.begin() as unit:
        assert desk.wallet.give_back(unit, "f" * 32) is False
    assert desk.entries() == [("earn", 10)]


def test_totals_stay_consistent_over_a_refund(desk: Desk) -> None:
    """new-api #4211: a refund restored the balance and not what was shown as used."""
    with desk.units.begin() as unit:
        for _ in range(3):
            job = _a_job(desk, unit, 6)
            desk.wallet.spend(unit, desk.user.id, job, 6, "x")
            desk.wallet.give_back(unit, job)
        assert desk.wallet.balance(unit, desk.user.id) == Balance(balance=10, earned=10, spent=0)


def test_entries_come_newest_first_in_pages(desk: Desk) -> None:
    with desk.units.begin() as unit:
        desk.wallet.add(unit, desk.user.id, "purchase", 60, "order:1", "60")
        desk.wallet.add(unit, desk.user.id, "purchase", 60, "order:2", "60")
        first = desk.wallet.entries(unit, desk.user.id, limit=2)
        rest = desk.wallet.entries(unit, desk.user.id, before=first[-1].number)
    assert [e.number for e in first] == [3, 2]
    assert [(e.number, e.kind) for e in rest] == [(1, "earn")]


@pytest.mark.parametrize(
    ("kind", "amount", "zh", "en"),
    [
        ("earn", 10, "赠送 10 积分：欢迎礼", "10 credits given: welcome"),
        ("spend", -6, "制作“欢迎礼”，用了 6 积分", "6 credits for “welcome”"),
        ("refund", 6, "“欢迎礼”没有完成，退回 6 积分", "“welcome” was not made: 6 credits given back"),
        ("purchase", 60, "充值 60 积分：欢迎礼", "60 credits bought: welcome"),
        ("reversal", -60, "充值撤销，扣回 60 积分：欢迎礼", "A purchase was taken back: 60 credits less: welcome"),
        ("adjust", -3, "人工调整 -3 积分：欢迎礼", "Adjusted by -3 credits: welcome"),
    ],
)
def test_an_entry_reads_as_a_sentence(kind: str, amount: int, zh: str, en: str) -> None:
    entry = Entry("e", "u", 1, kind, amount, 10, "c", "欢迎礼|welcome", NOW)  # type: ignore[arg-type]  # a word of `Kind`
    assert (describe(entry), describe(entry, "en")) == (zh, en)


def test_an_entry_about_one_name_uses_it_in_both_languages() -> None:
    entry = Entry("e", "u", 1, "purchase", 60, 60, "c", "#1024", NOW)
    assert describe(entry, "en") == "60 credits bought: #1024"


def _a_job(desk: Desk, unit: object, cost: int) -> str:
    from doubles.books import a_job

    return a_job(unit, desk.user.id, paid=False, cost=cost).id  # type: ignore[arg-type]  # a real unit
