"""Encrypted objects, in a folder or a bucket."""

from __future__ import annotations

from collections.abc import Sequence

from tuanyuan.store.vault.keys import MasterKeys, derive_key
from tuanyuan.store.vault.objects import Objects
from tuanyuan.store.vault.vault import EncryptedVault, SealedSink

__all__ = ["EncryptedVault", "MasterKeys", "Objects", "SealedSink", "derive_key", "open_vault"]


def open_vault(url: str, secrets: Sequence[str]) -> EncryptedVault:
    """The vault at a storage address under the studio's secrets, newest first. WrongUsage setting_invalid."""
    return EncryptedVault(Objects(url), MasterKeys(secrets))
