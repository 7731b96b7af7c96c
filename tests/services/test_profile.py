"""Profile: names and settings within bounds, numbers, ending everything."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from doubles.books import (
    NOW,
    a_job,
    a_photo,
    a_user,
    a_work,
    an_entry,
    at_once,
)
from doubles.counter import Counter, belongings
from doubles.people import Door

from tuanyuan.domain.errors import Rejected, Unauthorised
from tuanyuan.domain.ports import Units
from tuanyuan.domain.user import UserSettings


@pytest.fixture
def counter(units: Units) -> Counter:
    with units.begin() as unit:
        return Counter(units, a_user(unit))


def test_a_name_is_kept_composed_and_trimmed(counter: Counter) -> None:
    for given, kept in [
        ("小明", "小明"),
        ("  Mum & Dad  ", "Mum & Dad"),
        ("e\u0301cole", "école"),
        ("字" * 40, "字" * 40),
        ("👨‍👩‍👧", "👨‍👩‍👧"),
        ("'; DROP TABLE users; --", "'; DROP TABLE users; --"),
        ("<script>", "<script>"),
        ("", ""),
    ]:
        assert counter.change(name=given).name == kept
        assert counter.stored().name == kept


def test_a_name_too_long_or_with_hidden_signs_changes_nothing(counter: Counter) -> None:
    for name in [
        "字" * 41,
        "x" * 1_000_000,
        "a\0b",
        "a\nb",
        "a\u202eb",
        "a\u200bb",
        "\ufeffa",
        "a\ud800b",
        "\u200d",
        "a\u2028b",
        "a\x7fb",
    ]:
        counter.change(name="小明")
        with pytest.raises(Rejected) as refused:
            counter.change(name=name, settings={"language": "en"})
        assert refused.value.code == "name_invalid"
        assert (counter.stored().name, counter.stored().settings.language) == ("小明", "zh")


def test_settings_that_are_not_named_stay(counter: Counter) -> None:
    counter.change(settings={"language": "en", "autosave": True})
    counter.change(settings={"large_type": True}, name="小明")
    expected = UserSettings(language="en", notifications=True, autosave=True, quality="standard", large_type=True)
    assert counter.stored().settings == expected
    assert counter.change() == counter.stored()


def test_a_setting_out_of_its_choices_changes_nothing(counter: Counter) -> None:
    for settings in [
        {"language": "fr"},
        {"language": None},
        {"notifications": 1},
        {"notifications": "true"},
        {"quality": True},
        {"edition": "business"},
        {"__class__": "x"},
        {"language": "en", "autosave": 0},
        {"language": ["zh"]},
    ]:
        with pytest.raises(Rejected) as refused:
            counter.change(settings=settings)
        assert refused.value.code == "preference_invalid"
        assert counter.stored() == counter.user


def test_two_changes_at_once_are_both_kept(counter: Counter) -> None:
    at_once(lambda: counter.change(settings={"language": "en"}), lambda: counter.change(settings={"autosave": True}))
    assert counter.stored().settings == UserSettings(language="en", autosave=True)


def test_a_change_reads_under_the_lock(counter: Counter) -> None:
    """Read first and lock then, two changes at once would lose one of them, now and then."""
    order: list[str] = []

    class Users:
        def __init__(self, users: Any) -> None:
            self._users = users

        def __getattr__(self, name: str) -> Any:
            order.append(name)
            return getattr(self._users, name)

    with counter.units.begin() as unit:
        unit.users = Users(unit.users)
        counter.profile.change(unit, counter.user, name="小明")
    assert order == ["lock", "find", "save"]


def test_numbers_are_those_of_the_user_alone(counter: Counter) -> None:
    with counter.units.begin() as unit:
        other = a_user(unit)
        for user in (counter.user, other, other):
            an_entry(unit, user.id)
            a_photo(unit, user.id)
            a_work(unit, a_job(unit, user.id, cost=3))
    with counter.units.read() as unit:
        numbers = counter.profile.statistics(unit, counter.user.id)
    assert (numbers.photos, numbers.jobs, numbers.works, numbers.credits_spent) == (1, 1, 1, 3)


def test_closing_ends_every_picture_at_once(counter: Counter) -> None:
    ids = belongings(counter)
    counter.clock.forward(60)
    counter.close()
    ended = NOW + timedelta(seconds=60)
    with counter.units.read() as unit:
        rows = [unit.files.row(ids[name]) for name in ("photo_file", "loose", "work_file")]
        assert [row.expires_at for row in rows if row] == [ended] * 3
        assert unit.photos.find(counter.user.id, ids["photo"]) is None
        assert unit.works.find(counter.user.id, ids["work"], ended) is None
    assert counter.cancelled == [counter.user.id]


def test_closing_lets_nobody_in_any_more_and_keeps_the_proof(units: Units) -> None:
    door = Door(units)
    login = door.guest()
    counter = Counter(units, login.user)
    ids = belongings(counter)
    counter.change(name="小明", settings={"language": "en"})
    counter.close()
    with pytest.raises(Unauthorised):
        door.who(login.access_token)
    assert door.refresh(login.refresh_token) is None
    stored = counter.stored()
    assert (stored.name, stored.settings, stored.closed_at) == ("", UserSettings(), NOW)
    with units.read() as unit:
        assert unit.tokens.family_revoked(door.accounts.family(login.access_token))
        assert unit.users.identities(login.user.id) == []
        assert [entry.amount for entry in unit.ledger.entries(login.user.id, None, 9)] == [-1, 10, 10]
        consent = unit.consents.find(login.user.id, ids["consent"])
        assert consent is not None
        assert (consent.granted, consent.withdrawn_at) == (True, NOW)
        assert unit.audit.of("user", login.user.id)[-1].action == "account.closed"
        assert unit.audit.verify() is None
    again = door.guest()
    assert again.user.id != login.user.id
    assert door.credits(again.user.id) == 0


def test_closing_touches_nobody_else(counter: Counter) -> None:
    with counter.units.begin() as unit:
        other = a_user(unit)
        photo = a_photo(unit, other.id)
    counter.close()
    with counter.units.read() as unit:
        assert unit.photos.find(other.id, photo.id) == photo
        assert unit.users.find(other.id) == other
        assert len(unit.users.identities(other.id)) == 1


def test_closing_twice_acts_once(counter: Counter) -> None:
    counter.close()
    counter.clock.forward(60)
    counter.close()
    assert counter.stored().closed_at == NOW
    assert counter.cancelled == [counter.user.id]


def test_a_closed_account_changes_and_exports_nothing(counter: Counter) -> None:
    counter.close()
    for act in (lambda: counter.change(name="小明"), counter.export):
        with pytest.raises(Unauthorised):
            act()
    assert counter.stored().name == ""
