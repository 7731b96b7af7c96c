"""A desk with engines of the test's own."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from doubles.books import EmptySqlite, RecordingUnits
from doubles.cloud import Cloud
from doubles.studio import Desk


@pytest.fixture
def make(empty_sqlite: EmptySqlite, tmp_path: Path) -> Iterator[Any]:
    """`make(*engines)`: a desk whose router has these, and credits for more than one job."""
    database = empty_sqlite.database(tmp_path)

    def desk(*engines: Cloud) -> Desk:
        units = RecordingUnits(database)
        opened = Desk(units, tmp_path, engine=engines[0], others={e.name: e for e in engines[1:]})
        opened.earn(60)
        return opened

    yield desk
    database.close()
