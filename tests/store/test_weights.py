"""The models folder: a weight is absent or exactly the locked bytes, whatever fails."""

from __future__ import annotations

import errno
import os
import re
import shutil
import threading
import zipfile
from pathlib import Path

import pytest
from doubles.weights import CONTENT, FACES, LOCK, make_wheel, make_wheels, weight

from tuanyuan.domain.errors import NotNow, OurFault, Rejected, StudioError
from tuanyuan.domain.weights import Weight
from tuanyuan.store.weights import WeightFolder, read_lock

FACE_MEMBERS = {row.path: row for row in LOCK if row.wheel == FACES}
PERMISSIVE = {"Apache-2.0", "MIT", "BSD-3-Clause", "BSL-1.0", "CC0-1.0"}


@pytest.fixture
def store(tmp_path: Path) -> WeightFolder:
    (tmp_path / "models").mkdir()
    return WeightFolder(tmp_path / "models")


def adopt(store: WeightFolder, archive: Path, members: dict[str, Weight] = FACE_MEMBERS) -> None:
    with store.stage(0) as stage:
        store.adopt(archive, members, stage)


def left(store: WeightFolder) -> list[str]:
    return sorted(path.name for path in store.folder.iterdir())


def refused(store: WeightFolder, archive: Path) -> StudioError:
    with pytest.raises(StudioError) as caught:
        adopt(store, archive)
    assert left(store) == []
    return caught.value


def test_the_files_of_a_wheel_are_taken_out_byte_for_byte(store: WeightFolder, tmp_path: Path) -> None:
    adopt(store, make_wheels(tmp_path)[FACES])
    assert left(store) == ["eyes.bin", "hair.bin"]
    assert (store.folder / "eyes.bin").read_bytes() == CONTENT["eyes.bin"]
    assert [store.state(row) for row in LOCK] == ["intact", "intact", "missing"]


def test_one_wrong_hash_keeps_the_whole_wheel_out(store: WeightFolder, tmp_path: Path) -> None:
    altered = CONTENT["hair.bin"][:-1] + b"?"
    wheel = make_wheel(tmp_path, FACES, {"nets/eyes.bin": CONTENT["eyes.bin"], "nets/hair.bin": altered})
    error = refused(store, wheel)
    assert (error.code, error.fix) == ("weights_wrong_hash", "us")
    assert "hair.bin" in error.problem.message_zh
    assert wheel.name in error.problem.message_en


@pytest.mark.parametrize("extra", [b"", b"more"])
def test_a_file_of_another_size_is_a_wrong_hash(store: WeightFolder, tmp_path: Path, extra: bytes) -> None:
    other = CONTENT["eyes.bin"][: None if extra else -4] + extra
    members = {"nets/eyes.bin": other, "nets/hair.bin": CONTENT["hair.bin"]}
    assert refused(store, make_wheel(tmp_path, FACES, members)).code == "weights_wrong_hash"


def test_a_file_missing_in_the_wheel_is_named(store: WeightFolder, tmp_path: Path) -> None:
    error = refused(store, make_wheel(tmp_path, FACES, {"nets/eyes.bin": CONTENT["eyes.bin"]}))
    assert error.code == "weights_archive_lacks_file"
    assert "hair.bin" in error.problem.message_zh


@pytest.mark.parametrize("keep", [0, 10, 200])
def test_a_cut_wheel_is_damaged(store: WeightFolder, tmp_path: Path, keep: int) -> None:
    wheel = make_wheels(tmp_path)[FACES]
    wheel.write_bytes(wheel.read_bytes()[:keep])
    assert refused(store, wheel).code == "weights_archive_damaged"


def test_a_flipped_byte_in_the_compressed_data_is_damage_or_a_wrong_hash(store: WeightFolder, tmp_path: Path) -> None:
    wheel = make_wheels(tmp_path)[FACES]
    data = bytearray(wheel.read_bytes())
    data[60] ^= 0xFF
    wheel.write_bytes(data)
    assert refused(store, wheel).code in {"weights_archive_damaged", "weights_wrong_hash"}


def test_a_missing_archive_is_the_users_to_find(store: WeightFolder, tmp_path: Path) -> None:
    error = refused(store, tmp_path / "nowhere.zip")
    assert (error.code, error.fix) == ("file_missing", "user")


def test_a_swollen_file_stops_at_its_locked_size(
    store: WeightFolder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    written = 0
    fsync = os.fsync

    def measure(descriptor: int) -> None:
        nonlocal written
        written = max(written, os.fstat(descriptor).st_size)
        fsync(descriptor)

    monkeypatch.setattr(os, "fsync", measure)
    members = {"nets/eyes.bin": bytes(50_000_000), "nets/hair.bin": CONTENT["hair.bin"]}
    assert refused(store, make_wheel(tmp_path, FACES, members)).code == "weights_wrong_hash"
    assert written <= len(CONTENT["eyes.bin"])


def test_a_full_disk_while_writing_leaves_nothing(
    store: WeightFolder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "fsync", full)
    error = refused(store, make_wheels(tmp_path)[FACES])
    assert isinstance(error, NotNow)
    assert error.code == "weights_disk_full"


def test_too_little_space_is_said_before_anything_is_fetched(
    store: WeightFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda _: shutil._ntuple_diskusage(10**9, 10**9 - 5, 5))
    with pytest.raises(NotNow) as caught, store.stage(130_000_000):
        pytest.fail("the stage was opened")
    assert caught.value.code == "weights_disk_full"
    assert "130 MB" in caught.value.problem.advice_zh
    assert left(store) == []


@pytest.mark.parametrize("change", [b"", b"damaged"])
def test_a_changed_file_is_damaged_and_is_replaced(store: WeightFolder, tmp_path: Path, change: bytes) -> None:
    wheel = make_wheels(tmp_path)[FACES]
    adopt(store, wheel)
    (store.folder / "eyes.bin").write_bytes(change)
    assert store.state(LOCK[0]) == "damaged"
    adopt(store, wheel)
    assert store.state(LOCK[0]) == "intact"


def test_same_size_and_other_bytes_is_damaged(store: WeightFolder) -> None:
    (store.folder / "eyes.bin").write_bytes(bytes(len(CONTENT["eyes.bin"])))
    assert store.state(LOCK[0]) == "damaged"


def test_a_folder_that_cannot_be_made_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    store = WeightFolder(tmp_path / "file" / "models")
    with pytest.raises(Rejected) as caught, store.exclusive(lambda: None):
        pytest.fail("a folder inside a file")
    assert caught.value.code == "weights_folder_unwritable"
    assert "TUANYUAN_MODELS_DIR" in caught.value.problem.advice_zh


def test_folders_made_for_nothing_are_removed_again(tmp_path: Path) -> None:
    store = WeightFolder(tmp_path / "data" / "models")
    with pytest.raises(KeyboardInterrupt), store.exclusive(lambda: None), store.stage(0):
        raise KeyboardInterrupt
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_was_there_stays(store: WeightFolder) -> None:
    with store.exclusive(lambda: None):
        pass
    assert store.folder.is_dir()


def test_what_a_killed_set_up_left_is_cleared(store: WeightFolder) -> None:
    stale = store.folder / ".installing-abc"
    stale.mkdir()
    (stale / "half.bin").write_bytes(b"half")
    with store.exclusive(lambda: None):
        assert not stale.exists()


def test_a_second_set_up_waits_for_the_first(tmp_path: Path) -> None:
    first, second = WeightFolder(tmp_path), WeightFolder(tmp_path)
    waiting = threading.Event()
    order: list[str] = []

    def later() -> None:
        with second.exclusive(waiting.set):
            order.append("second")

    with first.exclusive(lambda: pytest.fail("nobody else is there")):
        thread = threading.Thread(target=later)
        thread.start()
        assert waiting.wait(120)
        order.append("first")
    thread.join(120)
    assert order == ["first", "second"]


def test_a_set_up_that_waits_too_long_says_so(tmp_path: Path) -> None:
    with WeightFolder(tmp_path).exclusive(lambda: None):
        impatient = WeightFolder(tmp_path, wait_seconds=0.05)
        with pytest.raises(NotNow) as caught, impatient.exclusive(lambda: None):
            pytest.fail("both are in")
    assert caught.value.code == "weights_busy"


def test_equal_weights_make_equal_bundles(store: WeightFolder, tmp_path: Path) -> None:
    for row in LOCK:
        (store.folder / row.file).write_bytes(CONTENT[row.file])
    store.pack(tmp_path / "one.zip", LOCK)
    for row in LOCK:
        os.utime(store.folder / row.file, (1, 1))
    store.pack(tmp_path / "two.zip", LOCK)
    assert (tmp_path / "one.zip").read_bytes() == (tmp_path / "two.zip").read_bytes()
    with zipfile.ZipFile(tmp_path / "one.zip") as bundle:
        assert bundle.namelist() == ["LICENCES.txt", "eyes.bin", "hair.bin", "name.bin"]
        assert b"eyes.bin\tCC0-1.0\tNobody" in bundle.read("LICENCES.txt")


@pytest.mark.parametrize("place", ["no/bundle.zip", "taken"])
def test_a_bundle_that_cannot_be_written_leaves_nothing(store: WeightFolder, tmp_path: Path, place: str) -> None:
    adopt(store, make_wheels(tmp_path / "wheels")[FACES])
    (tmp_path / "taken").mkdir()
    with pytest.raises(Rejected) as caught:
        store.pack(tmp_path / place, LOCK[:2])
    assert caught.value.code == "bundle_unwritable"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["models", "taken", "wheels"]


@pytest.mark.parametrize("file", ["", ".lock", "../evil", "a/b", "a\\b"])
def test_a_weight_can_only_be_a_file_of_the_folder(file: str) -> None:
    with pytest.raises(ValueError, match="plain file name"):
        weight(file, FACES, b"")


def test_the_lock_names_pinned_permissive_files_once() -> None:
    lock = read_lock()
    assert len({row.file for row in lock}) == len(lock) > 0
    for row in lock:
        assert re.fullmatch(r"[0-9a-f]{64}", row.sha256)
        assert row.licence in PERMISSIVE
        assert row.author
        assert row.used_for
        assert re.fullmatch(r"\d+(\.\d+)+", row.wheel.version)
        assert row.wheel.bytes > 0


def test_the_lock_never_names_weights_with_a_non_commercial_history() -> None:
    paths = " ".join(row.path for row in read_lock())
    assert "68" not in paths  # dlib's 68-point predictor: trained on non-commercial data


def test_a_wrong_key_in_a_lock_is_an_error(tmp_path: Path) -> None:
    path = tmp_path / "lock.toml"
    path.write_text('[[wheel]]\npackage = "x"\nfile = []\n', "utf-8")
    with pytest.raises(TypeError):
        read_lock(path)


def test_errors_of_the_archive_are_ours(store: WeightFolder, tmp_path: Path) -> None:
    assert isinstance(refused(store, make_wheel(tmp_path, FACES, {})), OurFault)
