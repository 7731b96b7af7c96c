"""Refresh tokens and consents, on both databases."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from threading import Barrier
from typing import TYPE_CHECKING

from doubles.books import NOW, a_consent, a_user, at_once, new_id
from sqlalchemy import event

from tuanyuan.domain.user import RefreshToken

if TYPE_CHECKING:
    from doubles.books import RecordingUnits

LATER = NOW + timedelta(minutes=1)


def a_token(user_id: str, family: str) -> RefreshToken:
    return RefreshToken(new_id(), family, user_id, NOW, NOW + timedelta(days=30))


def test_a_token_is_used_once(units: RecordingUnits) -> None:
    with units.begin() as unit:
        token = a_token(a_user(unit).id, "f")
        unit.tokens.add(token)
        assert unit.tokens.find(token.digest) == token
        assert unit.tokens.find("unknown") is None
        assert not unit.tokens.use("unknown", LATER)
        assert unit.tokens.use(token.digest, LATER)
        assert not unit.tokens.use(token.digest, LATER)
        assert unit.tokens.find(token.digest) == replace(token, used_at=LATER)


def test_one_of_many_uses_at_once_succeeds(units: RecordingUnits) -> None:
    with units.begin() as unit:
        token = a_token(a_user(unit).id, "f")
        unit.tokens.add(token)

    def use() -> bool:
        with units.begin() as unit:
            return unit.tokens.use(token.digest, LATER)

    assert sorted(at_once(*[use] * 8)) == [False] * 7 + [True]


def test_reading_first_and_marking_then_lets_two_through(units: RecordingUnits) -> None:
    """Negative control: the same race without the condition in the UPDATE."""
    from tuanyuan.store.tables import refresh_tokens

    with units.begin() as unit:
        token = a_token(a_user(unit).id, "f")
        unit.tokens.add(token)
    both = Barrier(2)

    def use() -> bool:
        with units.read() as unit:
            unused = unit.tokens.find(token.digest).used_at is None
        both.wait(120)
        with units.begin() as unit:
            unit.session.execute(refresh_tokens.update().values(used_at=LATER))
        return unused

    assert at_once(use, use) == [True, True]


def test_a_family_ends_with_all_its_tokens(units: RecordingUnits) -> None:
    with units.begin() as unit:
        user = a_user(unit)
        tokens = [a_token(user.id, family) for family in ("mine", "mine", "other")]
        for token in tokens:
            unit.tokens.add(token)
        assert not unit.tokens.family_revoked("mine")
        assert unit.tokens.family_revoked("unknown")
        unit.tokens.revoke_family("mine", LATER)
        assert unit.tokens.family_revoked("mine")
        assert not unit.tokens.family_revoked("other")
        assert [unit.tokens.use(token.digest, LATER) for token in tokens] == [False, False, True]


def test_who_is_logged_in_is_one_question(units: RecordingUnits) -> None:
    with units.begin() as unit:
        user, other = a_user(unit), a_user(unit)
        for owner, family in ((user, "mine"), (user, "ended"), (other, "other")):
            unit.tokens.add(a_token(owner.id, family))
        unit.tokens.revoke_family("ended", LATER)
        late = a_token(user.id, "ended")
        unit.tokens.add(late)
    with units.read() as unit:
        asked: list[str] = []
        event.listen(units.database.reading, "before_cursor_execute", lambda *given: asked.append(given[2]))
        assert unit.users.logged_in(user.id, "mine") == user
        assert [statement[:6] for statement in asked if statement.startswith("SELECT")] == ["SELECT"]
        assert unit.users.logged_in(user.id, "ended") is None
        assert unit.users.logged_in(user.id, "unknown") is None
    with units.begin() as unit:
        unit.users.save(replace(user, closed_at=LATER))
        assert unit.users.logged_in(user.id, "mine") is None


def test_a_token_born_while_its_family_ends_is_dead(units: RecordingUnits) -> None:
    with units.begin() as unit:
        user = a_user(unit)
        unit.tokens.add(a_token(user.id, "f"))
        unit.tokens.revoke_family("f", LATER)
        late = a_token(user.id, "f")
        unit.tokens.add(late)
        assert unit.tokens.family_revoked("f")
        assert not unit.tokens.use(late.digest, LATER)


def test_every_login_of_a_user_ends(units: RecordingUnits) -> None:
    with units.begin() as unit:
        user, other = a_user(unit), a_user(unit)
        for owner, family in ((user, "a"), (user, "b"), (other, "c")):
            unit.tokens.add(a_token(owner.id, family))
        unit.tokens.revoke_user(user.id, LATER)
        assert [unit.tokens.family_revoked(family) for family in "abc"] == [True, True, False]


def test_the_standing_consent_is_the_last_one_written(units: RecordingUnits) -> None:
    with units.begin() as unit:
        user, other = a_user(unit), a_user(unit)
        assert unit.consents.standing(user.id, "face_edit") is None
        granted = a_consent(unit, user.id, details=(("version", "1"), ("页", "首页")), channel="h5", address="::1")
        assert unit.consents.standing(user.id, "face_edit") == granted
        refused = a_consent(unit, user.id, granted=False)  # in the same millisecond
        assert unit.consents.standing(user.id, "face_edit") == refused
        assert unit.consents.standing(user.id, "other") is None
        assert unit.consents.standing(other.id, "face_edit") is None
        assert unit.consents.all(user.id) == [refused, granted]
        assert unit.consents.find(user.id, granted.id) == granted
        assert unit.consents.find(other.id, granted.id) is None


def test_a_consent_is_taken_back_once_and_stays_in_the_book(units: RecordingUnits) -> None:
    with units.begin() as unit:
        consent = a_consent(unit, a_user(unit).id)
        assert unit.consents.withdraw(consent.id, LATER)
        assert not unit.consents.withdraw(consent.id, LATER + timedelta(hours=1))
        assert unit.consents.standing(consent.user_id, "face_edit") is None
        assert unit.consents.all(consent.user_id) == [replace(consent, withdrawn_at=LATER)]
