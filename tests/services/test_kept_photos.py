"""An upload is bounded, sealed, checked by content and by consent; what is no photo leaves nothing behind."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from doubles.books import NOW, a_user, new_id
from doubles.photos import grainy, jpeg, save, zip_file

from tuanyuan.domain.consent import FACE_EDIT, ConsentText
from tuanyuan.domain.errors import Conflict, NotFound, NotNow, Rejected, TooLarge
from tuanyuan.domain.kept import KeptPhoto
from tuanyuan.domain.photo import FaceReport, PhotoReport, examine
from tuanyuan.domain.user import User
from tuanyuan.imaging.decode import UPLOAD, decode
from tuanyuan.services import photos as module
from tuanyuan.services.consents import Consents
from tuanyuan.services.keeping import Keeping
from tuanyuan.services.photos import Photos, clean_name, media_type
from tuanyuan.store.vault import open_vault

TEXT = ConsentText(FACE_EDIT, "1", "同意处理人脸", "I agree", True, "d" * 64)
FACE = FaceReport((10.0, 10.0, 200.0, 200.0), 0.9, 150.0, 0.0, 0.0, 0.0)


class Eyes:
    """The real decoder; the faces are given. `before` may do something first."""

    def __init__(self) -> None:
        self.faces: tuple[FaceReport, ...] = (FACE,)
        self.seen: list[bytes] = []
        self.before: Callable[[], None] = lambda: None

    def examine(self, data: bytes, name: str) -> PhotoReport:
        self.seen.append(data)
        self.before()
        picture = decode(data, name=name)
        return examine(name, picture.source_width, picture.source_height, self.faces)


@pytest.fixture
def eyes() -> Eyes:
    return Eyes()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "objects"


@pytest.fixture
def keeping(units, folder: Path) -> Keeping:
    return Keeping(units, open_vault(f"fs://{folder}", ["s" * 32]), lambda: units.now, new_id, b"k" * 32)


@pytest.fixture
def photos(units, keeping: Keeping, eyes: Eyes) -> Photos:
    consents = Consents([TEXT], lambda: units.now, new_id, lambda *_: 0)
    return Photos(units, keeping, eyes, consents, lambda: units.now, new_id)


@pytest.fixture
def user(units, photos: Photos) -> User:
    with units.begin() as unit:
        user = a_user(unit)
        photos.consents.answer(unit, user.id, FACE_EDIT, True)
    return user


@pytest.fixture
def send(photos: Photos, user: User) -> Callable[..., KeptPhoto]:
    def sent(data: bytes, name: str = "奶奶.jpg", pieces: int = 100_000) -> KeptPhoto:
        receiving = photos.receive(user, name)
        for start in range(0, len(data), pieces):
            receiving.write(data[start : start + pieces])
        return receiving.finish()

    return sent


def nothing_left(units, folder: Path, user: User) -> bool:
    with units.read() as unit:
        return (
            not [path for path in folder.rglob("*") if path.is_file()]
            and unit.files.living("", 100) == []
            and unit.photos.all(user.id, 100) == []
        )


def test_a_photo_is_kept_for_48_hours_with_what_was_found_in_it(units, photos, keeping, send, user, folder) -> None:
    data = jpeg(grainy(1600, 1200))
    photo = send(data)
    assert photo == KeptPhoto(
        id=photo.id,
        user_id=user.id,
        file=photo.file,
        name="奶奶.jpg",
        digest=hashlib.sha256(data).hexdigest(),
        report=PhotoReport("奶奶.jpg", True, 1600, 1200, (FACE,), ()),
        created_at=NOW,
        expires_at=NOW + timedelta(hours=48),
    )
    with units.begin() as unit:
        assert photos.find(unit, user.id, photo.id) == photo
        file = unit.files.find(photo.file, user.id)
        lines = [(line.actor, line.actor_id, line.action) for line in unit.audit.of("photo", photo.id)]
    assert lines == [("user", user.id, "photo_kept")]
    assert (file.kind, file.media_type, file.size) == ("photo", "image/jpeg", len(data))
    assert file.expires_at == NOW + timedelta(hours=48)
    assert keeping.read(file) == data
    (stored,) = [path for path in folder.rglob("*") if path.is_file()]
    assert data[1000:1100] not in stored.read_bytes()
    assert "奶奶" not in str(stored)


def test_after_48_hours_nothing_is_left_though_it_was_never_used(units, photos, keeping, send, user, folder) -> None:
    photo = send(jpeg())
    units.now = NOW + timedelta(hours=48)
    with units.read() as unit, pytest.raises(NotFound):
        photos.find(unit, user.id, photo.id)
    assert keeping.sweep(10) == 1
    assert nothing_left(units, folder, user)


def test_a_photo_whose_face_will_not_do_is_kept_and_says_why(send, eyes) -> None:
    eyes.faces = ()
    photo = send(jpeg(grainy(1600, 1200)))
    assert not photo.report.ok
    assert [found.code for found in photo.report.problems] == ["no_face"]


def test_without_consent_nothing_is_written_down_and_nothing_looked_at(units, photos, eyes, folder) -> None:
    with units.begin() as unit:
        stranger = a_user(unit)
    with pytest.raises(Conflict, match="consent_required"):
        photos.receive(stranger, "a.jpg")
    assert nothing_left(units, folder, stranger)
    assert eyes.seen == []


def test_consent_taken_back_during_the_upload_stops_it_before_the_face(units, photos, user, eyes, folder) -> None:
    receiving = photos.receive(user, "a.jpg")
    receiving.write(jpeg())
    with units.begin() as unit:
        photos.consents.answer(unit, user.id, FACE_EDIT, False)
    with pytest.raises(Conflict, match="consent_required"):
        receiving.finish()
    assert eyes.seen == []
    assert nothing_left(units, folder, user)


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "file_empty"),
        (b"GIF89a<script>alert(1)</script>", "file_suspicious"),
        (b"<?xml version='1.0'?><svg/>", "file_not_a_photo"),
        (zip_file(), "file_not_a_photo"),
        (jpeg()[:200], "file_damaged"),
        (jpeg() + zip_file(), "file_suspicious"),
    ],
)
def test_what_is_no_photo_is_refused_and_erased_at_once(units, send, user, folder, data, code) -> None:
    with pytest.raises(Rejected, match=code):
        send(data, "photo.jpg")
    assert nothing_left(units, folder, user)


def test_what_cannot_be_looked_at_now_leaves_nothing(units, send, user, eyes, folder) -> None:
    def killed() -> None:
        raise NotNow("pixel_work_killed")

    eyes.before = killed
    with pytest.raises(NotNow, match="pixel_work_killed"):
        send(jpeg())
    assert nothing_left(units, folder, user)


def test_a_bug_while_looking_leaves_nothing_either(units, send, user, eyes, folder) -> None:
    def bug() -> None:
        raise ZeroDivisionError

    eyes.before = bug
    with pytest.raises(ZeroDivisionError):
        send(jpeg())
    assert nothing_left(units, folder, user)


def test_ten_megabytes_are_taken_and_one_byte_more_is_not(units, send, user, eyes, folder) -> None:
    assert module.MOST_BYTES == UPLOAD.bytes == 10 * 1024 * 1024
    with pytest.raises(Rejected, match="file_not_a_photo"):
        send(b"x" * module.MOST_BYTES, pieces=1 << 20)
    assert [len(data) for data in eyes.seen] == [module.MOST_BYTES]
    with pytest.raises(TooLarge, match="file_too_large"):
        send(b"x" * (module.MOST_BYTES + 1), pieces=1 << 20)
    assert len(eyes.seen) == 1
    assert nothing_left(units, folder, user)


def test_an_upload_that_breaks_off_leaves_nothing(units, photos, user, folder) -> None:
    receiving = photos.receive(user, "a.jpg")
    receiving.write(b"\xff\xd8\xff" + b"x" * 2_000_000)
    receiving.abort()
    assert nothing_left(units, folder, user)


def test_the_same_photo_twice_is_two_photos_with_keys_of_their_own(units, photos, keeping, send, user) -> None:
    first, second = send(jpeg()), send(jpeg())
    assert first.digest == second.digest
    assert len({first.id, second.id, first.file, second.file}) == 4
    with units.begin() as unit:
        assert {photo.id for photo in photos.all(unit, user.id)} == {first.id, second.id}
        photos.delete(unit, user.id, first.id)
    assert keeping.sweep(10) == 1
    with units.read() as unit:
        assert keeping.read(unit.files.find(second.file)) == jpeg()


def test_a_deleted_photo_is_gone_at_once_and_its_bytes_with_the_next_sweep(
    units, photos, keeping, send, user, folder
) -> None:
    photo = send(jpeg())
    with units.begin() as unit:
        photos.delete(unit, user.id, photo.id)
    with units.begin() as unit:
        for act in (photos.find, photos.delete):
            with pytest.raises(NotFound):
                act(unit, user.id, photo.id)
    assert keeping.sweep(10) == 1
    assert nothing_left(units, folder, user)
    with units.begin() as unit:
        assert [line.action for line in unit.audit.of("photo", photo.id)] == ["photo_kept", "photo_deleted"]
        assert [line.action for line in unit.audit.of("file", photo.file)] == ["file_erased"]


def test_another_users_photo_is_not_there(units, photos, send, user) -> None:
    photo = send(jpeg())
    with units.begin() as unit:
        other = a_user(unit)
        for act in (photos.find, photos.delete):
            with pytest.raises(NotFound):
                act(unit, other.id, photo.id)
        assert photos.all(unit, other.id) == []
        assert photos.find(unit, user.id, photo.id) == photo
        assert unit.files.row(photo.file).expires_at == NOW + timedelta(hours=48)


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("全家福.jpg", "全家福.jpg"),
        ("/etc/passwd", "passwd"),
        ("..\\..\\C:\\me.png", "me.png"),
        ("a\x00b\r\nc\u202egpj.exe", "abcgpj.exe"),
        ("", "photo"),
        ("..", "photo"),
        ("\u200b\u202e", "photo"),
        ("e\u0301.jpg", "é.jpg"),
        ("长" * 300 + ".jpeg", "长" * 75 + ".jpeg"),
        ("x." + "y" * 300, "x." + "y" * 78),
        ("'; DROP TABLE photos; --.jpg", "'; DROP TABLE photos; --.jpg"),
    ],
)
def test_a_name_is_cleaned_before_it_is_kept_or_shown(send, name, shown) -> None:
    assert send(jpeg(), name).name == clean_name(name) == shown
    assert len(shown) <= 80


@pytest.mark.parametrize(
    ("data", "found"),
    [
        (jpeg(), "image/jpeg"),
        (save(grainy(20, 20), "PNG"), "image/png"),
        (save(grainy(20, 20), "WEBP"), "image/webp"),
        (save(grainy(20, 20), "GIF"), "image/gif"),
        (b"<html>", "application/octet-stream"),
        (b"", "application/octet-stream"),
    ],
)
def test_the_type_is_told_by_the_content(data, found) -> None:
    assert media_type(data) == found
