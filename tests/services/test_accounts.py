"""Logging in as a guest, and tokens that end."""

from __future__ import annotations

import hashlib
from contextlib import contextmanager
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import pytest
from doubles.books import NOW, at_once
from doubles.people import DEVICE, OLDER_SECRET, SECRET, Door

from tuanyuan.domain.errors import TooMany, Unauthorised, WrongUsage
from tuanyuan.domain.ports import Units, WeChatSession
from tuanyuan.services.accounts import Login

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
