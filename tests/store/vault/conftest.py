"""Vaults in a folder of their own."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tuanyuan.store.vault import EncryptedVault, open_vault

SECRET = "first secret of the studio, 32 characters"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "objects"


@pytest.fixture
def vault_under(folder: Path) -> Callable[..., EncryptedVault]:
    """`vault_under("new", "old")`: the same folder under other secrets."""

    def opened(*secrets: str) -> EncryptedVault:
        return open_vault(f"fs://{folder}", secrets)

    return opened


@pytest.fixture
def vault(vault_under: Callable[..., EncryptedVault]) -> EncryptedVault:
    return vault_under(SECRET)
