"""A job whose payer became part of another account: what it gives back goes where the job is."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from doubles.books import RecordingUnits, new_id
from doubles.studio import PRICE, Desk

from tuanyuan.domain.consent import FACE_EDIT, ConsentText
from tuanyuan.domain.engine import InputRefused
from tuanyuan.domain.user import User
from tuanyuan.services.consents import Consents
from tuanyuan.services.generation import as_error
from tuanyuan.services.merging import Merging


@pytest.fixture
def desk(units: RecordingUnits, tmp_path: Path) -> Desk:
    return Desk(units, tmp_path)


@pytest.fixture
def staying(desk: Desk) -> User:
    """The account that `desk.user` becomes part of."""
    with desk.units.begin() as unit:
        return desk.someone(unit)


def merge(desk: Desk, staying: User) -> None:
    with desk.units.begin() as unit:
        assert Merging(desk.clock, new_id, desk.wallet).merge(unit, desk.user.id, staying.id)


def _cancel(desk: Desk, job_id: str, staying: User) -> None:
    with desk.units.begin() as unit:
        desk.jobs.cancel(unit, staying.id, job_id)


def _cancel_all(desk: Desk, job_id: str, staying: User) -> None:
    del job_id
    with desk.units.begin() as unit:
        assert desk.jobs.cancel_all(unit, staying.id) == 1


def _take_consent_back(desk: Desk, job_id: str, staying: User) -> None:
    """As the door does it; the one who stays takes back what both had agreed to."""
    del job_id
    text = ConsentText(FACE_EDIT, "1", "同意处理人脸", "I agree", True, "d" * 64)
    consents = Consents([text], desk.clock, new_id, desk.jobs.cancel_all)
    with desk.units.begin() as unit:
        standing = unit.consents.standing(staying.id, FACE_EDIT)
        assert standing is not None
        consents.withdraw(unit, staying.id, standing.id)


def _fail(desk: Desk, job_id: str, staying: User) -> None:
    del staying
    assert desk.generation.claim(job_id, "w")
    desk.generation.fail(job_id, as_error(InputRefused("no_face")))


def _abandon(desk: Desk, job_id: str, staying: User) -> None:
    del staying
    assert desk.generation.abandoned(job_id)


@pytest.mark.parametrize("end", [_cancel, _cancel_all, _take_consent_back, _fail, _abandon])
def test_what_comes_back_after_a_merge_comes_to_the_one_who_stayed(
    desk: Desk, staying: User, end: Callable[[Desk, str, User], None]
) -> None:
    job = desk.submit()
    merge(desk, staying)
    assert (desk.balance(), desk.balance(staying)) == (0, 20 - PRICE)
    end(desk, job.id, staying)
    assert desk.job(job.id).status in ("cancelled", "failed")
    assert desk.job(job.id).user_id == staying.id
    assert desk.entries()[-2:] == [("refund", PRICE), ("adjust", -PRICE)]
    assert desk.entries(staying)[-1] == ("adjust", PRICE)
    assert (desk.balance(), desk.balance(staying)) == (0, 20)
    assert desk.unexplained() == 0


def test_a_job_ordered_after_the_merge_gives_back_to_its_payer_alone(desk: Desk, staying: User) -> None:
    merge(desk, staying)
    job = desk.submit(desk.order(desk.photo(staying)), staying)
    _cancel(desk, job.id, staying)
    assert desk.entries(staying)[-2:] == [("spend", -PRICE), ("refund", PRICE)]
    assert (desk.balance(), desk.balance(staying), desk.unexplained()) == (0, 20, 0)
