"""Consents: each asked by itself, standing only for the words that were read, and taken back with all effects."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any

import pytest
from doubles.books import NOW, a_job, a_photo, a_user, an_entry, new_id
from doubles.people import HandClock

from tuanyuan.domain.consent import FACE_EDIT, Consent, ConsentText
from tuanyuan.domain.errors import Conflict, NotFound, Rejected
from tuanyuan.domain.ports import Units
from tuanyuan.services.consents import Consents
from tuanyuan.store.consent_texts import read_texts

OPTIONAL = [
    "store_history",
    "print_share_to_supplier",
    "publish_gallery",
    "export_abroad",
    "improve_model",
    "notify",
    "marketing",
]


@dataclass
class Desk:
    """One user, asked and answering; each call in a unit of its own."""

    units: Units
    user_id: str
    texts: tuple[ConsentText, ...] = field(default_factory=read_texts)
    clock: HandClock = field(default_factory=HandClock)
    cancelled: list[str] = field(default_factory=list)

    @property
    def consents(self) -> Consents:
        return Consents(self.texts, self.clock, new_id, self._cancel_all)

    def _cancel_all(self, unit: Any, user_id: str) -> int:
        assert unit.users.find(user_id) is not None
        self.cancelled.append(user_id)
        return 1

    def answer(self, granted: bool, purpose: str = FACE_EDIT, **more: Any) -> Consent:
        with self.units.begin() as unit:
            return self.consents.answer(unit, self.user_id, purpose, granted, **more)

    def withdraw(self, consent_id: str, user_id: str | None = None) -> Consent:
        with self.units.begin() as unit:
            return self.consents.withdraw(unit, user_id or self.user_id, consent_id)

    def allowed(self, purpose: str = FACE_EDIT) -> bool:
        try:
            with self.units.read() as unit:
                self.consents.require(unit, self.user_id, purpose)
        except Conflict as refused:
            return (refused.code, refused.status) != ("consent_required", 409)
        return True

    def overview(self) -> dict[str, Any]:
        with self.units.read() as unit:
            return self.consents.overview(unit, self.user_id)

    def log(self, consent_id: str) -> list[tuple[str, str]]:
        with self.units.read() as unit:
            return [(line.action, line.reason) for line in unit.audit.of("consent", consent_id)]

    def publish(self, version: str) -> str:
        """New words for faces; their version."""
        (old,) = (text for text in self.texts if text.purpose == FACE_EDIT)
        self.texts = (*self.texts, replace(old, version=version, text_zh="新的说明", digest="f" * 64))
        return version


@pytest.fixture
def desk(units: Units) -> Desk:
    with units.begin() as unit:
        return Desk(units, a_user(unit).id)


def test_each_purpose_is_asked_by_itself_and_none_is_granted_beforehand(desk: Desk) -> None:
    asked = desk.overview()
    assert [question["purpose"] for question in asked["required"]] == [FACE_EDIT]
    assert [question["purpose"] for question in asked["optional"]] == OPTIONAL
    for question in asked["required"] + asked["optional"]:
        assert question["granted"] is False
        assert question["id"] is None
        text = desk.consents.current(question["purpose"])
        assert (question["text"], question["text_en"], question["version"]) == (
            text.text_zh,
            text.text_en,
            text.version,
        )


def test_no_face_is_processed_before_a_grant(desk: Desk) -> None:
    assert not desk.allowed()
    desk.answer(granted=False)
    assert not desk.allowed()
    consent = desk.answer(granted=True)
    assert desk.allowed()
    (question,) = desk.overview()["required"]
    assert (question["granted"], question["id"]) == (True, consent.id)


def test_a_grant_is_for_its_purpose_and_its_user_alone(desk: Desk) -> None:
    desk.answer(granted=True)
    assert not any(desk.allowed(purpose) for purpose in OPTIONAL)
    with desk.units.begin() as unit:
        other = a_user(unit)
    assert not replace(desk, user_id=other.id).allowed()


def test_refusing_everything_optional_leaves_faces_usable(desk: Desk) -> None:
    desk.answer(granted=True)
    for purpose in OPTIONAL:
        desk.answer(granted=False, purpose=purpose)
    assert desk.allowed()
    assert desk.cancelled == []


def test_what_was_agreed_to_is_written_down_with_words_time_and_way(desk: Desk) -> None:
    details = {"age_band": "18+", "subject_relation": "self"}
    consent = desk.answer(granted=True, channel="h5/1.0", address="203.0.113.7", details=details)
    text = desk.consents.current(FACE_EDIT)
    with desk.units.read() as unit:
        assert unit.consents.find(desk.user_id, consent.id) == Consent(
            id=consent.id,
            user_id=desk.user_id,
            purpose=FACE_EDIT,
            version=text.version,
            digest=text.digest,
            granted=True,
            created_at=NOW,
            channel="h5/1.0",
            address="203.0.113.7",
            details=(("age_band", "18+"), ("subject_relation", "self")),
        )
    assert desk.log(consent.id) == [("consent.granted", f"face_edit@{text.version}")]


def test_new_words_are_asked_again(desk: Desk) -> None:
    desk.answer(granted=True)
    version = desk.publish("2027-01-01")
    assert not desk.allowed()
    (question,) = desk.overview()["required"]
    assert (question["version"], question["text"], question["granted"]) == (version, "新的说明", False)
    desk.answer(granted=True)
    assert desk.allowed()


def test_an_answer_to_words_that_changed_meanwhile_is_not_taken(desk: Desk) -> None:
    seen = desk.consents.current(FACE_EDIT).version
    desk.publish("2027-01-01")
    with pytest.raises(Conflict) as refused:
        desk.answer(granted=True, version=seen)
    assert refused.value.code == "consent_text_outdated"
    assert not desk.allowed()
    with desk.units.read() as unit:
        assert unit.consents.all(desk.user_id) == []


def test_an_older_version_published_later_in_the_file_is_not_in_force(desk: Desk) -> None:
    now = desk.consents.current(FACE_EDIT).version
    desk.publish("2020-01-01")
    assert desk.consents.current(FACE_EDIT).version == now


def photos_and_job(desk: Desk) -> None:
    with desk.units.begin() as unit:
        an_entry(unit, desk.user_id)
        a_photo(unit, desk.user_id)
        a_photo(unit, desk.user_id)
        a_job(unit, desk.user_id)


@pytest.mark.parametrize("by", ["withdrawal", "refusal"])
def test_taking_back_stops_jobs_and_ends_photos_at_once(desk: Desk, by: str) -> None:
    consent = desk.answer(granted=True)
    photos_and_job(desk)
    with desk.units.read() as unit:
        files = [photo.file for photo in unit.photos.all(desk.user_id, 9)]
    desk.clock.forward(60)
    desk.withdraw(consent.id) if by == "withdrawal" else desk.answer(granted=False)
    assert not desk.allowed()
    assert desk.cancelled == [desk.user_id]
    ended = NOW + timedelta(seconds=60)
    with desk.units.read() as unit:
        assert unit.photos.all(desk.user_id, 9) == []
        rows = [unit.files.row(file) for file in files]
        assert {row.expires_at for row in rows if row} == {ended}
        kept = unit.consents.find(desk.user_id, consent.id)
        lines = [unit.audit.of("file", file)[-1] for file in files]
    assert kept is not None
    assert (kept.granted, kept.withdrawn_at) == (True, ended)
    assert [(line.action, line.reason, line.actor_id) for line in lines] == [
        ("photo.ended", "consent withdrawn", desk.user_id)
    ] * 2
    assert desk.log(consent.id)[-1][0] == "consent.withdrawn"


def test_another_purpose_taken_back_touches_neither_photos_nor_jobs(desk: Desk) -> None:
    desk.answer(granted=True)
    photos_and_job(desk)
    marketing = desk.answer(granted=True, purpose="marketing")
    desk.withdraw(marketing.id)
    assert not desk.allowed("marketing")
    assert desk.allowed()
    assert desk.cancelled == []
    with desk.units.read() as unit:
        assert len(unit.photos.all(desk.user_id, 9)) == 2


def test_an_older_grant_does_not_stand_again_when_a_newer_one_is_taken_back(desk: Desk) -> None:
    first, second = desk.answer(granted=True), desk.answer(granted=True)
    desk.withdraw(second.id)
    assert not desk.allowed()
    with desk.units.read() as unit:
        old = unit.consents.find(desk.user_id, first.id)
    assert old is not None
    assert old.withdrawn_at == NOW


def test_a_refusal_that_is_taken_back_revives_nothing(desk: Desk) -> None:
    desk.answer(granted=True)
    refusal = desk.answer(granted=False)
    assert desk.withdraw(refusal.id).withdrawn_at is None
    assert not desk.allowed()


def test_taking_back_twice_acts_once(desk: Desk) -> None:
    consent = desk.answer(granted=True)
    first = desk.withdraw(consent.id)
    desk.clock.forward(60)
    assert desk.withdraw(consent.id) == first
    assert desk.cancelled == [desk.user_id]
    assert [action for action, _ in desk.log(consent.id)] == ["consent.granted", "consent.withdrawn"]


def test_anothers_consent_is_not_there(desk: Desk) -> None:
    consent = desk.answer(granted=True)
    with desk.units.begin() as unit:
        other = a_user(unit)
    for consent_id, user_id in [(consent.id, other.id), (new_id(), desk.user_id), ("' OR 1=1 --", desk.user_id)]:
        with pytest.raises(NotFound) as refused:
            desk.withdraw(consent_id, user_id)
        assert refused.value.code == "not_found"
    assert desk.allowed()


def test_a_purpose_that_is_not_asked_cannot_be_answered(desk: Desk) -> None:
    for purpose in ("", "everything", "x" * 10_000):
        with pytest.raises(Rejected) as refused:
            desk.answer(granted=True, purpose=purpose)
        assert refused.value.code == "consent_purpose_unknown"


def test_details_out_of_bounds_record_nothing(desk: Desk) -> None:
    for details in [{str(n): "x" for n in range(13)}, {"a": "x" * 201}, {"x" * 201: "a"}, {"a": "\0"}]:
        with pytest.raises(Rejected) as refused:
            desk.answer(granted=True, details=details)
        assert refused.value.code == "consent_details_invalid"
        assert not desk.allowed()


def test_without_anybody_to_cancel_jobs_nothing_is_taken_back_by_halves(desk: Desk) -> None:
    consent = desk.answer(granted=True)
    lone = Consents(desk.texts, desk.clock, new_id)
    with pytest.raises(NotImplementedError), desk.units.begin() as unit:
        lone.withdraw(unit, desk.user_id, consent.id)
    assert desk.allowed()
