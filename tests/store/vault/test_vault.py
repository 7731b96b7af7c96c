"""The vault in a folder: whole objects or none, nothing plain on the disk, and faults in our own words."""

from __future__ import annotations

import errno
import hashlib
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from tuanyuan.domain.errors import NotNow, OurFault, WrongUsage
from tuanyuan.store.vault import EncryptedVault, objects, open_vault
from tuanyuan.store.vault import vault as module

OLD, NEW = "the old secret of thirty-two signs", "the new secret of thirty-two signs"
PLAIN = b"a face that nobody else may see " * 40_000


def files(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.is_file())


@pytest.mark.parametrize("size", [0, 1, 65535, 65536, 65537, 5_000_000, 10 * 1024 * 1024])
def test_round_trip(vault: EncryptedVault, folder: Path, size: int) -> None:
    plain, key = os.urandom(size), vault.new_key()
    assert vault.write("kept/ab/one", key, plain) == (size, hashlib.sha256(plain).hexdigest())
    assert vault.read("kept/ab/one", key) == plain
    assert files(folder) == [folder / "kept" / "ab" / "one"]


def test_nothing_plain_is_stored_and_others_cannot_look_into_the_folder(vault: EncryptedVault, folder: Path) -> None:
    vault.write("one", vault.new_key(), PLAIN)
    assert PLAIN[:32] not in (folder / "one").read_bytes()
    assert folder.stat().st_mode & 0o077 == 0


def test_an_upload_appears_only_when_it_is_closed(vault: EncryptedVault, folder: Path) -> None:
    key = vault.new_key()
    sink = vault.sink("one", key)
    for start in range(0, len(PLAIN), 100_000):
        sink.write(PLAIN[start : start + 100_000])
        assert files(folder) == []
    assert sink.close() == (len(PLAIN), hashlib.sha256(PLAIN).hexdigest())
    assert vault.read("one", key) == PLAIN


def test_an_upload_spools_sealed_bytes_only(vault: EncryptedVault) -> None:
    sink = vault.sink("one", vault.new_key())
    sink.write(PLAIN)
    sink._spool.seek(0)
    spooled = sink._spool.read()
    assert len(spooled) > 1024 * 1024
    assert PLAIN[:32] not in spooled
    sink.abort()


def test_an_aborted_upload_leaves_nothing(vault: EncryptedVault, folder: Path) -> None:
    sink = vault.sink("one", vault.new_key())
    sink.write(PLAIN)
    sink.abort()
    sink.abort()
    assert files(folder) == []


def test_erasing_is_repeatable_and_takes_interrupted_writes_along(vault: EncryptedVault, folder: Path) -> None:
    key = vault.new_key()
    vault.write("one", key, b"x")
    (folder / "one.part").write_bytes(b"what a killed process left")
    vault.write("two", key, b"y")
    vault.erase("one")
    vault.erase("one")
    assert files(folder) == [folder / "two"]
    with pytest.raises(OurFault, match="object_damaged"):
        vault.read("one", key)


def test_objects_swapped_in_the_store_are_noticed(vault: EncryptedVault, folder: Path) -> None:
    key = vault.new_key()
    vault.write("one", key, b"grandmother")
    vault.write("two", key, b"grandfather")
    (folder / "one").rename(folder / "three")
    (folder / "two").rename(folder / "one")
    with pytest.raises(OurFault, match="object_damaged"):
        vault.read("one", key)


def test_a_copy_of_the_object_is_worth_nothing_without_its_key(vault: EncryptedVault, folder: Path) -> None:
    key = vault.new_key()
    vault.write("one", key, PLAIN)
    backup = (folder / "one").read_bytes()
    vault.erase("one")
    (folder / "one").write_bytes(backup)
    assert vault.read("one", key) == PLAIN  # with the key it would open: so it is the key that matters
    for _ in range(3):
        with pytest.raises(OurFault, match="object_damaged"):
            vault.read("one", vault.new_key())


def test_rotation_needs_no_object_rewritten(vault_under: Callable[..., EncryptedVault], folder: Path) -> None:
    old = vault_under(OLD)
    key = old.new_key()
    old.write("one", key, PLAIN)
    stored = (folder / "one").read_bytes()
    again = vault_under(NEW, OLD).rewrap(key)
    assert again is not None
    assert vault_under(NEW).read("one", again) == PLAIN
    assert (folder / "one").read_bytes() == stored
    with pytest.raises(OurFault, match="object_damaged"):
        vault_under(NEW).read("one", key)


def test_a_full_disk_says_so_and_leaves_nothing(vault: EncryptedVault, folder: Path) -> None:
    # /dev/full: every write fails with ENOSPC, from the kernel.
    (folder / "one.part").symlink_to("/dev/full")
    with pytest.raises(NotNow, match="storage_full"):
        vault.write("one", vault.new_key(), PLAIN)
    assert list(folder.iterdir()) == []


@pytest.mark.parametrize(("code", "said"), [(errno.ENOSPC, "storage_full"), (errno.EIO, "storage_down")])
def test_a_temporary_file_that_cannot_grow_says_so(
    vault: EncryptedVault, folder: Path, monkeypatch: pytest.MonkeyPatch, code: int, said: str
) -> None:
    class Full(module.SpooledTemporaryFile):
        def rollover(self) -> None:
            raise OSError(code, os.strerror(code))

    monkeypatch.setattr(module, "SpooledTemporaryFile", Full)
    sink = vault.sink("one", vault.new_key())
    with pytest.raises(NotNow, match=said):
        sink.write(PLAIN)
    sink.abort()
    assert files(folder) == []


def test_a_folder_that_is_gone_is_a_store_that_does_not_answer(vault: EncryptedVault, folder: Path) -> None:
    assert vault.healthy()
    folder.rmdir()
    folder.write_bytes(b"not a folder")
    assert not vault.healthy()
    for act in (
        lambda: vault.write("one", vault.new_key(), b"x"),
        lambda: vault.read("one", vault.new_key()),
    ):
        with pytest.raises(NotNow, match="storage_down"):
            act()


def test_an_object_larger_than_anything_we_write_is_not_read(
    vault: EncryptedVault, monkeypatch: pytest.MonkeyPatch
) -> None:
    key = vault.new_key()
    vault.write("one", key, b"x" * 1000)
    monkeypatch.setattr(objects, "LARGEST", 1027)
    assert vault.read("one", key) == b"x" * 1000
    monkeypatch.setattr(objects, "LARGEST", 1026)
    with pytest.raises(OurFault, match="object_damaged"):
        vault.read("one", key)


def test_more_than_can_be_read_back_is_not_taken(vault: EncryptedVault, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "LARGEST", 1000)
    sink = vault.sink("one", vault.new_key())
    with pytest.raises(OurFault, match="object_too_large"):
        sink.write(b"x" * 1000)
    sink.abort()


@pytest.mark.parametrize("address", ["../outside", "a/../../outside"])
def test_no_address_leads_out_of_the_folder(vault: EncryptedVault, folder: Path, address: str) -> None:
    with pytest.raises(NotNow):
        vault.write(address, vault.new_key(), b"x")
    assert files(folder.parent) == []


@pytest.mark.parametrize(
    "url",
    [
        "fs://relative/folder",
        "fs:///folder?atomic=1",
        "s3://",
        "s3://bucket?regoin=cn-hangzhou",
        "s3://bucket?region=cn-hangzhou&virtual_host=yes",
        "oss://bucket",
        "/folder",
        "",
    ],
)
def test_an_address_that_is_not_understood_is_refused(url: str) -> None:
    with pytest.raises(WrongUsage, match="TUANYUAN_STORAGE_URL"):
        open_vault(url, [OLD])
