"""Data keys are wrapped; master keys change; a secret that is taken away opens nothing any more."""

from __future__ import annotations

import pytest

from tuanyuan.domain.errors import OurFault, WrongUsage
from tuanyuan.store.vault.keys import MasterKeys, derive_key

OLD, NEW = "the old secret of thirty-two signs", "the new secret of thirty-two signs"


def test_derived_keys_differ_by_purpose_and_by_secret() -> None:
    keys = {derive_key(secret, purpose) for secret in (OLD, NEW) for purpose in ("addresses", "tokens")}
    assert len(keys) == 4
    assert {len(key) for key in keys} == {32}


def test_keys_of_earlier_versions_still_open() -> None:
    # Fixed for ever: anything else would make every kept file unreadable.
    master = "78f7e7ad0123dbd01f8d02d537f886716c40008e2a5fa0005a695b034660ba00"
    wrapped = (
        "01631b1252b62c9433000102030405060708090a0b716e61758bc4a74ec6f8a9a3d408cb7a"
        "59789706917e9bfdf4de77c6b3d65fde531e9d840ca155303bcd5ca868a4a3ba"
    )
    assert derive_key("x" * 32, "master key").hex() == master
    assert MasterKeys(["x" * 32]).unwrap(bytes.fromhex(wrapped)) == bytes(range(32))


def test_a_fresh_key_each_time_and_never_in_the_open() -> None:
    keys = MasterKeys([OLD])
    first, second = keys.new(), keys.new()
    assert keys.unwrap(first) != keys.unwrap(second)
    assert keys.unwrap(first) not in first
    assert len(keys.unwrap(first)) == 32


def test_rotation_keeps_the_key_and_then_the_old_secret_can_go() -> None:
    before = MasterKeys([OLD])
    wrapped = before.new()
    during = MasterKeys([NEW, OLD])
    assert during.unwrap(wrapped) == before.unwrap(wrapped)
    again = during.rewrap(wrapped)
    assert again is not None
    assert during.rewrap(again) is None
    after = MasterKeys([NEW])
    assert after.unwrap(again) == before.unwrap(wrapped)
    with pytest.raises(OurFault, match="object_damaged"):
        after.unwrap(wrapped)
    with pytest.raises(OurFault, match="object_damaged"):
        before.unwrap(again)


@pytest.mark.parametrize("at", [0, 1, 8, 9, 20, 21, 40, -1])
def test_one_changed_bit_of_a_wrapped_key_is_noticed(at: int) -> None:
    keys = MasterKeys([NEW, OLD])
    wrapped = bytearray(keys.new())
    wrapped[at] ^= 1
    with pytest.raises(OurFault, match="object_damaged"):
        keys.unwrap(bytes(wrapped))


@pytest.mark.parametrize("wrapped", [b"", b"\x01", b"\x01" * 9, b"\x01" * 30])
def test_what_is_no_wrapped_key_is_refused(wrapped: bytes) -> None:
    with pytest.raises(OurFault, match="object_damaged"):
        MasterKeys([OLD]).unwrap(wrapped)


@pytest.mark.parametrize("secrets", [[], [""], [OLD, ""]])
def test_without_a_secret_there_is_no_vault(secrets: list[str]) -> None:
    with pytest.raises(WrongUsage, match="setting_invalid"):
        MasterKeys(secrets)
