"""Keeping over real books and a real vault."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

import pytest
from doubles.keeping import (
    OLD,
    PICTURE,
    FaultyVault,
    Hands,
    new_user,
)

from tuanyuan.domain.kept import RESULT_LIFE, KeptFile
from tuanyuan.services.keeping import Keeping
from tuanyuan.store.vault import open_vault


@pytest.fixture
def clock() -> Hands:
    return Hands()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "objects"


@pytest.fixture
def vault(folder: Path) -> FaultyVault:
    return FaultyVault(open_vault(f"fs://{folder}", [OLD]))


@pytest.fixture
def keeping(units, vault: FaultyVault, clock: Hands) -> Keeping:
    return Keeping(units, vault, clock, lambda: uuid4().hex, b"k" * 32)


@pytest.fixture
def user(units, clock: Hands) -> str:
    return new_user(units, clock)


@pytest.fixture
def kept(keeping: Keeping, user: str, clock: Hands) -> Callable[..., KeptFile]:
    def keep(data: bytes = PICTURE, life: timedelta = RESULT_LIFE, file_id: str | None = None) -> KeptFile:
        return keeping.keep(user, "candidate", "image/jpeg", data, clock() + life, file_id)

    return keep
