"""Logging in: guests, WeChat users, tokens that end, and two accounts that become one."""

from __future__ import annotations

import hashlib
from contextlib import contextmanager
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import pytest
from doubles.books import NOW, a_consent, a_file, a_job, a_photo, a_work, at_once, new_id
from doubles.people import APP, DEVICE, MEI, OLDER_SECRET, SECRET, Door

from tuanyuan.domain.errors import TooMany, Unauthorised, WrongUsage
from tuanyuan.domain.ports import Units, WeChatSession
from tuanyuan.services.accounts import Login
from tuanyuan.services.merging import Merging
from tuanyuan.services.profile import Profile

MEI_BOUND = WeChatSession("oMei", "a2V5LXR3bw==", "uMei")


@pytest.fixture
def door(units: Units) -> Door:
    return Door(units)


# --- guests ---------------------------------------------------------------------------------------------------------


def test_a_guest_gets_ten_credits_and_tokens_that_hold(door: Door) -> None:
    login = door.guest()
    assert login.user.kind == "guest"
    assert login.expires_in == 900
    assert door.who(login.access_token) == login.user
    assert door.credits(login.user.id) == 10


def test_the_same_device_comes_back_to_its_account_without_more_credits(door: Door) -> None:
    first, again = door.guest(), door.guest()
    assert again.user.id == first.user.id
    assert door.credits(first.user.id) == 10
    assert door.guest("another-device-000000").user.id != first.user.id


def test_the_device_id_itself_is_written_nowhere(door: Door) -> None:
    login = door.guest()
    with door.units.read() as unit:
        (way,) = unit.users.identities(login.user.id)
        (entry,) = unit.ledger.entries(login.user.id, None, 9)
    assert way.subject == door.signer.fingerprints(DEVICE)[0]
    assert entry.cause == f"device:{way.subject}"
    assert way.subject != hashlib.sha256(DEVICE.encode()).hexdigest()


def test_a_device_id_out_of_bounds_is_refused_and_makes_nothing(door: Door) -> None:
    for device in ["", "short", "x" * 15, "x" * 129, "device with spaces 01", "设备" * 10, "x" * 20 + "\0"]:
        with pytest.raises(WrongUsage) as refused:
            door.guest(device)
        assert refused.value.code == "device_invalid"
        assert door.limiter.hits == []


def test_new_accounts_are_bounded_by_address_and_known_devices_are_not(door: Door) -> None:
    known = door.guest()
    door.limiter.wait = 3600
    with pytest.raises(TooMany) as refused:
        door.guest("another-device-000000")
    assert (refused.value.code, refused.value.retry_after) == ("too_many_accounts", 3600)
    assert door.guest().user.id == known.user.id
    assert door.limiter.hits == [("registration", "203.0.113.7", "10/day")] * 2
    door.limiter.wait = None
    # Nothing was left of the refused one: it registers as new.
    assert door.credits(door.guest("another-device-000000").user.id) == 10


@pytest.mark.parametrize(
    ("address", "counted"),
    [
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("::ffff:203.0.113.7", "203.0.113.7"),
        ("203.0.113.9", "203.0.113.9"),
        ("unix", "unix"),
    ],
)
def test_an_ipv6_customer_counts_as_one_address(door: Door, address: str, counted: str) -> None:
    door.guest(address=address)
    assert door.limiter.hits[0][1] == counted


def test_a_device_is_known_after_the_secret_was_changed_twice(door: Door) -> None:
    first = door.guest()
    door.secrets = (OLDER_SECRET, SECRET)
    assert door.guest().user.id == first.user.id
    door.secrets = (OLDER_SECRET,)
    assert door.guest().user.id == first.user.id
    assert door.credits(first.user.id) == 10


def test_a_device_whose_account_was_closed_starts_anew_without_a_second_welcome(door: Door) -> None:
    first = door.guest()
    door.do(lambda unit: unit.users.unlink(first.user.id))
    again = door.guest()
    assert again.user.id != first.user.id
    assert door.credits(again.user.id) == 0


def test_a_changed_secret_does_not_welcome_a_device_again(door: Door) -> None:
    first = door.guest()
    door.do(lambda unit: unit.users.unlink(first.user.id))
    door.secrets = (OLDER_SECRET, SECRET)
    again = door.guest()
    assert again.user.id != first.user.id
    assert door.credits(again.user.id) == 0


def test_a_device_that_registers_twice_at_once_is_one_guest_with_ten_credits(door: Door) -> None:
    (user_id,) = {login.user.id for login in at_once(*[door.guest] * 4)}
    assert door.credits(user_id) == 10


# --- tokens ---------------------------------------------------------------------------------------------------------


def test_an_access_token_ends_after_fifteen_minutes(door: Door) -> None:
    login = door.guest()
    door.clock.forward(899)
    assert door.who(login.access_token).id == login.user.id
    door.clock.forward(1)
    with pytest.raises(Unauthorised) as refused:
        door.who(login.access_token)
    assert refused.value.code == "login_expired"


def test_a_clock_moved_back_locks_nobody_out(door: Door) -> None:
    login = door.guest()
    door.clock.forward(-3600)
    assert door.who(login.access_token).id == login.user.id
    assert door.refresh(login.refresh_token) is not None


def test_a_refresh_token_is_kept_only_as_its_hash_and_lives_thirty_days(door: Door) -> None:
    login = door.guest()
    assert len(login.refresh_token) == 43
    with door.units.read() as unit:
        assert unit.tokens.find(login.refresh_token) is None
        token = unit.tokens.find(hashlib.sha256(login.refresh_token.encode()).hexdigest())
    assert token is not None
    assert (token.expires_at - token.issued_at).days == 30
    assert login.refresh_token not in repr(login)
    assert login.access_token not in repr(login)
    door.clock.forward(30 * 86400)
    assert door.refresh(login.refresh_token) is None


def test_each_refresh_gives_the_next_tokens_of_the_same_login(door: Door) -> None:
    login = door.guest()
    second = door.refresh(login.refresh_token)
    assert second is not None
    assert second.refresh_token != login.refresh_token
    assert door.accounts.family(second.access_token) == door.accounts.family(login.access_token)
    assert door.refresh(second.refresh_token) is not None


def test_a_refresh_token_used_again_later_ends_the_login_for_thief_and_owner(door: Door) -> None:
    stolen = door.guest()
    owner = door.refresh(stolen.refresh_token)
    assert owner is not None
    door.clock.forward(10)
    assert door.refresh(stolen.refresh_token) is None
    assert door.refresh(owner.refresh_token) is None
    for token in (stolen.access_token, owner.access_token):
        with pytest.raises(Unauthorised) as refused:
            door.who(token)
        assert refused.value.code == "login_expired"


def test_a_refresh_repeated_within_ten_seconds_is_refused_and_ends_nothing(door: Door) -> None:
    login = door.guest()
    second = door.refresh(login.refresh_token)
    assert second is not None
    door.clock.forward(9.9)
    assert door.refresh(login.refresh_token) is None
    assert door.who(second.access_token).id == login.user.id
    assert door.refresh(second.refresh_token) is not None


def test_another_login_of_the_same_user_lives_on(door: Door) -> None:
    one, other = door.guest(), door.guest()
    assert door.refresh(one.refresh_token) is not None
    door.clock.forward(60)
    assert door.refresh(one.refresh_token) is None
    assert door.who(other.access_token).id == other.user.id
    assert door.refresh(other.refresh_token) is not None


def test_a_made_up_refresh_token_is_refused(door: Door) -> None:
    for token in ["", "x", "x" * 43, "x" * 100_000, "令牌" * 20, "' OR 1=1 --", "\0", "\ud800"]:
        login = door.guest()
        assert door.refresh(token) is None
        assert door.who(login.access_token).id == login.user.id


def race(door: Door, token: str) -> list[Login]:
    return [login for login in at_once(*[lambda: door.refresh(token)] * 4) if login]


def test_of_four_refreshes_at_once_exactly_one_wins(door: Door) -> None:
    login = door.guest()
    (winner,) = race(door, login.refresh_token)
    assert door.who(winner.access_token).id == login.user.id
    # The three others came within ten seconds. The next one does not, and ends the login.
    door.clock.forward(11)
    assert door.refresh(login.refresh_token) is None
    assert door.refresh(winner.refresh_token) is None


class Forgetful:
    """Books that do not look whether a token was used: what the race must be able to see."""

    def __init__(self, units: Units) -> None:
        self._units = units

    @contextmanager
    def begin(self) -> Any:
        with self._units.begin() as unit:
            tokens = SimpleNamespace(find=unit.tokens.find, add=unit.tokens.add, use=lambda *_: True)
            yield SimpleNamespace(tokens=tokens, users=unit.users)


def test_the_race_sees_books_that_forget_uses(door: Door) -> None:
    login = door.guest()
    assert len(race(replace(door, units=Forgetful(door.units)), login.refresh_token)) == 4


def test_logging_out_ends_this_login_alone(door: Door) -> None:
    one, other = door.guest(), door.guest()
    door.do(lambda unit: door.accounts.logout(unit, door.accounts.family(one.access_token)))
    with pytest.raises(Unauthorised):
        door.who(one.access_token)
    assert door.refresh(one.refresh_token) is None
    assert door.who(other.access_token).id == other.user.id


def test_a_closed_account_lets_no_token_in(door: Door) -> None:
    login = door.guest()
    door.do(lambda unit: unit.users.save(replace(login.user, closed_at=NOW)))
    with pytest.raises(Unauthorised):
        door.who(login.access_token)
    assert door.refresh(login.refresh_token) is None


# --- WeChat ---------------------------------------------------------------------------------------------------------


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


# --- welcomed once, a free day once ---------------------------------------------------------------------------------


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
