"""Kept files and photos, on both databases."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from doubles.books import NOW, a_file, a_photo, a_user, new_id
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from tuanyuan.domain.kept import ERASED
from tuanyuan.domain.messages import problem
from tuanyuan.domain.photo import FaceReport, PhotoReport
from tuanyuan.store.tables import files, photos

if TYPE_CHECKING:
    from doubles.books import RecordingUnits

HOUR = timedelta(hours=1)


def test_only_a_kept_file_is_found(units: RecordingUnits) -> None:
    with units.begin() as unit:
        user, other = a_user(unit), a_user(unit)
        file = a_file(unit, user.id, state="writing", size=0, digest="")
        assert unit.files.find(file.id) is None
        assert unit.files.row(file.id) == file
        assert unit.files.finish(file.id, 7, "e" * 64)
        assert not unit.files.finish(file.id, 8, "f" * 64)
        kept = replace(file, state="kept", size=7, digest="e" * 64)
        assert unit.files.find(file.id) == unit.files.find(file.id, user.id) == kept
        assert unit.files.find(file.id, other.id) is None
        assert unit.files.erased(file.id, NOW)
        assert unit.files.find(file.id) is None
        assert unit.files.row(new_id()) is None


def test_finishing_sets_the_real_end_and_type_for_the_writer_of_the_address(units: RecordingUnits) -> None:
    with units.begin() as unit:
        file = a_file(unit, a_user(unit).id, state="writing", address="first")
        assert not unit.files.finish(file.id, 7, "e" * 64, address="second")
        assert unit.files.row(file.id) == file
        assert unit.files.finish(file.id, 7, "e" * 64, NOW + 99 * HOUR, "image/png", "first")
        found = unit.files.find(file.id)
        assert found is not None
        assert (found.expires_at, found.media_type) == (NOW + 99 * HOUR, "image/png")


def test_only_what_was_never_finished_is_taken_up_again(units: RecordingUnits) -> None:
    with units.begin() as unit:
        user = a_user(unit)
        file = a_file(unit, user.id, state="writing", digest="")
        assert unit.files.reopen(file.id, "new", b"key 2", NOW + HOUR)
        unit.files.erased(file.id, NOW)
        assert unit.files.reopen(file.id, "newer", b"key 3", NOW + HOUR)
        found = unit.files.row(file.id)
        assert found == replace(
            file, state="writing", address="newer", wrapped_key=b"key 3", expires_at=NOW + HOUR, erased_at=None
        )
        kept = a_file(unit, user.id)
        assert not unit.files.reopen(kept.id, "x", b"k", NOW)
        unit.files.erased(kept.id, NOW)
        assert not unit.files.reopen(kept.id, "x", b"k", NOW)
        gone = unit.files.row(kept.id)
        assert gone is not None
        assert gone.wrapped_key is None


def test_an_end_only_comes_nearer(units: RecordingUnits) -> None:
    with units.begin() as unit:
        user, other = a_user(unit), a_user(unit)
        near = a_file(unit, user.id, expires_at=NOW + HOUR)
        far = a_file(unit, user.id, expires_at=NOW + 9 * HOUR)
        theirs = a_file(unit, other.id, expires_at=NOW + 9 * HOUR)
        unit.files.expire([near.id, far.id], NOW + 5 * HOUR)
        unit.files.expire([], NOW)
        ends = {file.id: file.expires_at for file in unit.files.living("", 10)}
        assert ends == {near.id: NOW + HOUR, far.id: NOW + 5 * HOUR, theirs.id: NOW + 9 * HOUR}
        assert unit.files.expire_all(user.id, NOW + 2 * HOUR) == 1
        assert [file.id for file in unit.files.due(NOW + 2 * HOUR, 10)] == [near.id, far.id]


def test_the_end_of_one_kind_leaves_the_others(units: RecordingUnits) -> None:
    with units.begin() as unit:
        user, other = a_user(unit).id, a_user(unit).id
        photo, lent = a_file(unit, user), a_file(unit, user, kind="reference")
        writing, theirs = a_file(unit, user, kind="reference", state="writing"), a_file(unit, other, kind="reference")
        assert unit.files.expire_all(user, NOW, "reference") == 2
        ends = {file.id: file.expires_at for file in unit.files.living("", 10)}
        assert ends == {lent.id: NOW, writing.id: NOW, photo.id: photo.expires_at, theirs.id: theirs.expires_at}


def test_due_are_those_whose_end_has_come_oldest_first(units: RecordingUnits) -> None:
    with units.begin() as unit:
        user = a_user(unit).id
        third = a_file(unit, user, expires_at=NOW)
        first = a_file(unit, user, expires_at=NOW - 2 * HOUR, state="writing")
        second = a_file(unit, user, expires_at=NOW - HOUR)
        a_file(unit, user, expires_at=NOW + timedelta(milliseconds=1))
        erased = a_file(unit, user, expires_at=NOW - 3 * HOUR)
        unit.files.erased(erased.id, NOW)
        assert [file.id for file in unit.files.due(NOW, 10)] == [first.id, second.id, third.id]
        assert [file.id for file in unit.files.due(NOW, 1)] == [first.id]


def test_erasing_destroys_the_key_for_good(units: RecordingUnits) -> None:
    with units.begin() as unit:
        file = a_file(unit, a_user(unit).id)
        unit.files.rewrap(file.id, b"other master")
        assert unit.files.row(file.id) == replace(file, wrapped_key=b"other master")
        assert unit.files.erased(file.id, NOW)
        assert not unit.files.erased(file.id, NOW + HOUR)
        unit.files.rewrap(file.id, b"from a backup")
        gone = replace(file, state="erased", wrapped_key=None, erased_at=NOW, digest=ERASED)
        assert unit.files.row(file.id) == gone
        assert unit.files.living("", 10) == []


def test_a_kept_file_has_a_key_and_an_erased_one_has_none(units: RecordingUnits) -> None:
    with units.begin() as unit:
        user = a_user(unit).id
    with pytest.raises(IntegrityError), units.begin() as unit:
        a_file(unit, user, wrapped_key=None)
    with pytest.raises(IntegrityError), units.begin() as unit:
        a_file(unit, user, state="erased")


def test_living_files_are_walked_by_id(units: RecordingUnits) -> None:
    with units.begin() as unit:
        user = a_user(unit).id
        ids = sorted(a_file(unit, user).id for _ in range(5))
        first = [file.id for file in unit.files.living("", 3)]
        assert first == ids[:3]
        assert [file.id for file in unit.files.living(first[-1], 3)] == ids[3:]


def test_a_photo_comes_back_with_its_report(units: RecordingUnits) -> None:
    face = FaceReport((1.25, 2.5, 300.125, 301.0), 0.98765, 131.5, -3.25, 4.0, 0.5)
    problems = (problem("photo_small", short_side=600), problem("no_face"))
    report = PhotoReport("妈妈.jpg", False, 600, 800, (face,), problems)
    with units.begin() as unit:
        photo = a_photo(unit, a_user(unit).id, report=report, name="妈妈.jpg")
        assert unit.photos.find(photo.user_id, photo.id) == photo


def test_of_an_erased_photo_nothing_is_left_that_tells_of_people(units: RecordingUnits) -> None:
    face = FaceReport((1.0, 2.0, 300.0, 301.0), 0.9, 131.5, 0.0, 0.0, 0.0)
    report = PhotoReport("妈妈.jpg", False, 600, 800, (face,), (problem("no_face"),))
    with units.begin() as unit:
        user = a_user(unit).id
        photo, other = (a_photo(unit, user, report=report, name="妈妈.jpg") for _ in range(2))
        assert unit.files.erased(photo.file, NOW)
        # Also while its own end is to come, it is shown no more.
        assert unit.photos.find(user, photo.id) is None
        assert unit.photos.all(user, 10) == [other]
        assert not unit.files.erased(photo.file, NOW + HOUR)
    with units.database.reading.connect() as connection:
        left = connection.execute(select(photos).where(photos.c.id == photo.id)).one()
        file = connection.execute(select(files).where(files.c.id == photo.file)).one()
    assert (left.name, left.digest, left.deleted_at) == ("", "", NOW)
    assert left.report == {"file": "", "ok": False, "width": 0, "height": 0, "faces": [], "problems": []}
    assert (file.digest, file.wrapped_key) == (ERASED, None)
    with units.read() as unit:
        assert unit.users.statistics(user).photos == 2


def test_what_was_deleted_keeps_the_time_of_it_when_it_is_erased(units: RecordingUnits) -> None:
    with units.begin() as unit:
        photo = a_photo(unit, a_user(unit).id)
        unit.photos.delete(photo.user_id, [photo.id], NOW)
        unit.files.erased(photo.file, NOW + HOUR)
    with units.database.reading.connect() as connection:
        left = connection.execute(select(photos.c.deleted_at, photos.c.name)).one()
    assert tuple(left) == (NOW, "")


def test_a_photo_is_its_owners_until_it_ends(units: RecordingUnits) -> None:
    with units.begin() as unit:
        user, other = a_user(unit), a_user(unit)
        old = a_photo(unit, user.id, created_at=NOW - HOUR, expires_at=NOW + HOUR)
        new = a_photo(unit, user.id)
        assert unit.photos.find(other.id, old.id) is None
        assert unit.photos.all(user.id, 10) == [new, old]
        assert unit.photos.all(user.id, 1) == [new]
        assert unit.photos.all(other.id, 10) == []
    units.now = NOW + HOUR
    with units.read() as unit:
        assert unit.photos.find(user.id, old.id) is None
        assert unit.photos.all(user.id, 10) == [new]


def test_use_brings_the_end_of_photo_and_file_forward(units: RecordingUnits) -> None:
    with units.begin() as unit:
        user = a_user(unit).id
        photo, untouched = a_photo(unit, user), a_photo(unit, user)
        unit.photos.used([photo.id], NOW + HOUR, NOW + 24 * HOUR)
        unit.photos.used([photo.id], NOW + 2 * HOUR, NOW + 30 * HOUR)
        unit.photos.used([], NOW, NOW)
        expected = replace(photo, used_at=NOW + 2 * HOUR, expires_at=NOW + 24 * HOUR)
        assert unit.photos.find(user, photo.id) == expected
        assert unit.photos.find(user, untouched.id) == untouched
        file = unit.files.row(photo.file)
        assert file is not None
        assert file.expires_at == NOW + 24 * HOUR


def test_deleted_photos_are_gone_and_their_files_are_due(units: RecordingUnits) -> None:
    with units.begin() as unit:
        user, other = a_user(unit).id, a_user(unit).id
        sent = [a_photo(unit, user) for _ in range(3)]
        theirs = a_photo(unit, other)
        assert unit.photos.delete(user, [sent[0].id, theirs.id], NOW) == [sent[0].file]
        assert unit.photos.delete(user, [sent[0].id], NOW) == []
        assert unit.photos.find(user, sent[0].id) is None
        assert unit.photos.find(other, theirs.id) == theirs
        assert unit.photos.delete(user, None, NOW) == sorted(photo.file for photo in sent[1:])
        assert unit.photos.all(user, 10) == []
        assert {file.id for file in unit.files.due(NOW, 10)} == {photo.file for photo in sent}
