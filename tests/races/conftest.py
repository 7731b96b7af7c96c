"""The studio of the races, and the naive way beside it."""

from __future__ import annotations

from pathlib import Path

import pytest
from doubles.books import RecordingUnits
from doubles.naive import Naive
from doubles.studio import Desk


@pytest.fixture
def desk(units: RecordingUnits, tmp_path: Path) -> Desk:
    return Desk(units, tmp_path)


@pytest.fixture
def naive(desk: Desk) -> Naive:
    return Naive(desk)
