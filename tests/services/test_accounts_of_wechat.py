"""WeChat users, guests who become them, and two accounts that turn out to be one person's."""

from __future__ import annotations

from typing import Any

import pytest
from doubles.books import NOW, a_consent, a_file, a_job, a_photo, a_work, at_once, new_id
from doubles.people import APP, MEI, OLDER_SECRET, SECRET, Door

from tuanyuan.domain.errors import Unauthorised
from tuanyuan.domain.ports import Units, WeChatSession
from tuanyuan.services.merging import Merging
from tuanyuan.services.profile import Profile

MEI_BOUND = WeChatSession("oMei", "a2V5LXR3bw==", "uMei")


@pytest.fixture
def door(units: Units) -> Door:
    return Door(units)


def test_a_wechat_user_is_known_by_app_and_open_id(door: Door) -> None:
    first, again = door.wechat(), door.wechat()
    assert first.user.kind == "wechat"
    assert again.user.id == first.user.id
    assert door.credits(first.user.id) == 10
    assert door.wechat(WeChatSession("oOther", "aw==")).user.id != first.user.id


def test_the_union_id_says_who_it_is_across_apps(door: Door) -> None:
    first = door.wechat(WeChatSession("oHere", "aw==", "uMei"))
    there = door.wechat(WeChatSession("oThere", "aw==", "uMei"), app="wx00000000000000b2")
    assert there.user.id == first.user.id
    assert door.credits(first.user.id) == 10


def test_a_user_known_by_open_id_is_the_same_when_the_union_id_comes(door: Door) -> None:
    first = door.wechat(MEI)
    assert door.wechat(MEI_BOUND).user.id == first.user.id
    assert door.wechat(WeChatSession("oElsewhere", "aw==", "uMei")).user.id == first.user.id


def test_two_accounts_of_one_person_become_one_when_the_union_id_shows_it(door: Door) -> None:
    by_open_id = door.wechat(MEI)
    door.do(lambda unit: a_photo(unit, by_open_id.user.id))
    elsewhere = door.wechat(WeChatSession("oElsewhere", "aw==", "uMei"))
    assert elsewhere.user.id != by_open_id.user.id
    together = door.wechat(MEI_BOUND)
    assert together.user.id == elsewhere.user.id
    with door.units.read() as unit:
        assert len(unit.photos.all(together.user.id, 9)) == 1
    assert door.credits(together.user.id) == 10
    assert door.wechat(MEI).user.id == together.user.id


def test_the_session_key_is_kept_sealed_and_only_the_latest(door: Door) -> None:
    user = door.wechat(MEI).user
    door.wechat(MEI_BOUND)
    with door.units.read() as unit:
        ways = {way.subject: way.secret for way in unit.users.identities(user.id)}
    assert set(ways) == {f"app:{APP}:oMei", "union:uMei"}
    assert ways["union:uMei"] is None
    sealed = ways[f"app:{APP}:oMei"]
    assert sealed is not None
    assert b"a2V5" not in sealed
    assert door.signer.unseal(sealed, f"app:{APP}:oMei") == b"a2V5LXR3bw=="


def test_two_first_logins_at_once_are_one_user_with_ten_credits(door: Door) -> None:
    (user_id,) = {login.user.id for login in at_once(*[lambda: door.wechat(MEI_BOUND)] * 4)}
    assert door.credits(user_id) == 10


def test_a_guest_who_becomes_a_new_wechat_user_keeps_the_account(door: Door) -> None:
    guest = door.guest()
    photo = door.do(lambda unit: a_photo(unit, guest.user.id))
    login = door.wechat(guest=guest.user)
    assert (login.user.id, login.user.kind) == (guest.user.id, "wechat")
    with door.units.read() as unit:
        assert unit.photos.find(login.user.id, photo.id) == photo
    assert door.credits(login.user.id) == 10
    assert door.wechat().user.id == guest.user.id


def test_after_that_neither_the_device_nor_its_old_tokens_open_the_account(door: Door) -> None:
    guest = door.guest()
    login = door.wechat(guest=guest.user)
    assert door.refresh(guest.refresh_token) is None
    with pytest.raises(Unauthorised):
        door.who(guest.access_token)
    stranger = door.guest()
    assert stranger.user.id != login.user.id
    assert door.credits(stranger.user.id) == 0


def test_a_guest_of_someone_who_has_an_account_is_merged_into_it(door: Door) -> None:
    mei = door.wechat().user
    guest = door.guest().user

    def belongings(unit: Any) -> tuple[str, str, str, str]:
        job = a_job(unit, guest.id)
        return a_photo(unit, guest.id).id, job.id, a_work(unit, job).id, a_file(unit, guest.id).id

    photo, job, work, file = door.do(belongings)
    login = door.wechat(guest=guest)
    assert login.user.id == mei.id
    with door.units.read() as unit:
        assert unit.photos.find(mei.id, photo) is not None
        assert unit.jobs.find(job, mei.id) is not None
        assert unit.works.find(mei.id, work, NOW) is not None
        assert unit.files.find(file, mei.id) is not None
        assert unit.photos.find(guest.id, photo) is None
        ended = unit.users.find(guest.id)
        (line,) = unit.audit.of("user", guest.id)
    assert ended is not None
    assert ended.closed_at == NOW
    assert (line.action, line.actor_id, line.reason) == ("account.merged", mei.id, f"into {mei.id}")


def test_welcome_credits_are_had_once_when_accounts_merge(door: Door) -> None:
    mei = door.wechat().user
    guest = door.guest().user
    door.wechat(guest=guest)
    assert (door.credits(guest.id), door.credits(mei.id)) == (0, 10)
    with door.units.read() as unit:
        (last, first) = unit.ledger.entries(guest.id, None, 9)
    assert (first.kind, first.amount) == ("earn", 10)
    assert (last.kind, last.amount, last.cause) == ("adjust", -10, f"merge:{guest.id}")
    assert door.unexplained() == 0


@pytest.mark.parametrize(("spent", "moved"), [(0, 60), (4, 60), (10, 60), (30, 40), (70, 0)])
def test_credits_that_were_paid_for_always_move_along(door: Door, spent: int, moved: int) -> None:
    mei = door.wechat().user
    guest = door.guest().user

    def use(unit: Any) -> None:
        door.wallet.add(unit, guest.id, "purchase", 60, "order:1", "credits")
        if spent:
            a_job(unit, guest.id, cost=spent)

    door.do(use)
    door.wechat(guest=guest)
    assert (door.credits(guest.id), door.credits(mei.id)) == (0, 10 + moved)
    assert door.unexplained() == 0


def test_a_job_that_failed_before_the_merge_counts_as_not_spent(door: Door) -> None:
    mei = door.wechat().user
    guest = door.guest().user

    def fail(unit: Any) -> None:
        job = a_job(unit, guest.id, cost=8)
        unit.jobs.advance(job.id, "fail", NOW)
        door.wallet.give_back(unit, job.id)

    door.do(fail)
    door.wechat(guest=guest)
    assert door.credits(mei.id) == 10
    assert door.unexplained() == 0


@pytest.mark.parametrize(("bought", "price", "owned"), [(0, 10, 10), (60, 30, 70), (60, 70, 70)])
def test_credits_of_a_job_that_fails_after_the_merge_follow_the_job(
    door: Door, bought: int, price: int, owned: int
) -> None:
    mei = door.wechat().user
    guest = door.guest().user

    def order(unit: Any) -> str:
        if bought:
            door.wallet.add(unit, guest.id, "purchase", bought, "order:1", "credits")
        return a_job(unit, guest.id, cost=price).id

    job = door.do(order)
    door.wechat(guest=guest)

    def fail(unit: Any) -> None:
        unit.jobs.advance(job, "fail", NOW)
        door.wallet.give_back(unit, job)
        for _ in range(2):
            Merging(door.clock, new_id, door.wallet).follow(unit, job)

    door.do(fail)
    # What was paid for is whole; the guest's own welcome credits are not had again.
    assert (door.credits(guest.id), door.credits(mei.id)) == (0, owned)
    assert door.unexplained() == 0


def test_credits_of_a_job_that_nobody_merged_stay_where_they_are(door: Door) -> None:
    mei = door.wechat().user

    def fail(unit: Any) -> None:
        job = a_job(unit, mei.id, cost=4)
        unit.jobs.advance(job.id, "fail", NOW)
        door.wallet.give_back(unit, job.id)
        Merging(door.clock, new_id, door.wallet).follow(unit, job.id)

    door.do(fail)
    assert door.credits(mei.id) == 10
    with door.units.read() as unit:
        assert len(unit.ledger.entries(mei.id, None, 9)) == 3


def test_merging_twice_moves_nothing_twice(door: Door) -> None:
    mei = door.wechat().user
    guest = door.guest().user
    door.do(lambda unit: door.wallet.add(unit, guest.id, "purchase", 60, "order:1", "credits"))
    assert door.wechat(guest=guest).user.id == mei.id
    assert door.wechat(guest=guest).user.id == mei.id
    assert door.credits(mei.id) == 70


def test_a_merge_carries_answers_the_wechat_user_was_never_asked_for(door: Door) -> None:
    mei = door.wechat().user
    guest = door.guest().user

    door.do(lambda unit: a_consent(unit, guest.id, "face_edit"))
    door.do(lambda unit: a_consent(unit, guest.id, "marketing"))
    door.do(lambda unit: a_consent(unit, mei.id, "marketing", granted=False))
    door.wechat(guest=guest)
    with door.units.read() as unit:
        carried = unit.consents.standing(mei.id, "face_edit")
        marketing = unit.consents.standing(mei.id, "marketing")
        kept = unit.consents.standing(guest.id, "face_edit")
    assert carried is not None
    assert kept is not None
    assert carried.granted
    assert carried.details == (("carried_from", kept.id),)
    assert marketing is not None
    assert not marketing.granted


def test_a_wechat_user_who_logs_in_as_another_is_not_merged(door: Door) -> None:
    mei = door.wechat().user
    lan = door.wechat(WeChatSession("oLan", "aw=="), guest=mei).user
    assert lan.id != mei.id
    assert door.wechat().user.id == mei.id


def test_a_guest_that_two_wechat_users_claim_goes_to_the_first(door: Door) -> None:
    guest = door.guest().user
    first = door.wechat(MEI, guest=guest).user
    second = door.wechat(WeChatSession("oLan", "aw=="), guest=guest).user
    assert first.id == guest.id
    assert second.id != guest.id
    assert door.wechat(MEI).user.id == first.id


def close(door: Door, user_id: str) -> None:
    profile = Profile(door.clock, lambda *_: 0, str)
    door.do(lambda unit: profile.close(unit, unit.users.find(user_id)))


def test_an_adopted_guest_who_closes_and_comes_back_is_not_welcomed_again(door: Door) -> None:
    adopted = door.wechat(guest=door.guest().user).user
    assert door.credits(adopted.id) == 10
    close(door, adopted.id)
    again = door.wechat().user
    assert again.id != adopted.id
    assert door.credits(again.id) == 0
    assert door.credits(door.guest().user.id) == 0
    assert door.do(lambda unit: unit.audit.verify()) is None


def test_nor_by_another_of_the_identities_or_under_a_new_secret(door: Door) -> None:
    first = door.wechat().user
    assert door.wechat(MEI_BOUND).user.id == first.id
    close(door, first.id)
    door.secrets = (OLDER_SECRET, SECRET)
    elsewhere = door.wechat(WeChatSession("oMei-elsewhere", "a2V5LXR3bw==", "uMei"), app="wx00000000000000b2").user
    assert elsewhere.id != first.id
    assert door.credits(elsewhere.id) == 0
    assert door.credits(door.wechat(WeChatSession("oLan", "a2V5")).user.id) == 10


@pytest.mark.parametrize("stays", [False, True])
def test_a_free_day_that_a_guest_has_used_is_used_after_the_merge(door: Door, stays: bool) -> None:
    mei, guest = door.wechat().user, door.guest().user

    def use(unit: Any) -> None:
        unit.free_days.take(guest.id, NOW.date(), a_job(unit, guest.id, cost=0).id)
        if stays:
            unit.free_days.take(mei.id, NOW.date(), a_job(unit, mei.id, cost=0).id)

    door.do(use)
    assert door.wechat(guest=guest).user.id == mei.id
    assert not door.do(lambda unit: unit.free_days.take(mei.id, NOW.date(), a_job(unit, mei.id, cost=0).id))


def test_a_free_day_comes_back_to_the_one_who_stayed(door: Door) -> None:
    mei, guest = door.wechat().user, door.guest().user
    job = door.do(lambda unit: a_job(unit, guest.id, cost=0))
    door.do(lambda unit: unit.free_days.take(guest.id, NOW.date(), job.id))
    door.wechat(guest=guest)
    door.do(lambda unit: unit.free_days.give_back(job.id))
    assert door.do(lambda unit: unit.free_days.take(mei.id, NOW.date(), a_job(unit, mei.id, cost=0).id))
