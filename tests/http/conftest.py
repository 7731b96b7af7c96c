"""The API of a studio, on SQLite, and where it matters on PostgreSQL too."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import structlog

from tuanyuan.store.database import Database

if TYPE_CHECKING:
    from doubles.books import EmptySqlite
    from doubles.door import Door


@pytest.fixture(autouse=True)
def quiet() -> Iterator[list[dict[str, object]]]:
    """What is logged, instead of the console, whatever level another test may have set."""
    structlog.reset_defaults()
    with structlog.testing.capture_logs() as lines:
        yield lines


@pytest.fixture
def door(tmp_path: Path, empty_sqlite: EmptySqlite, scenes: Path) -> Iterator[Door]:
    from doubles.door import open_door

    database = empty_sqlite.database(tmp_path)
    database.close()
    with open_door(tmp_path, str(database.url), scenes) as door:
        yield door


@pytest.fixture
def each_door(tmp_path: Path, database: Database, scenes: Path) -> Iterator[Door]:
    """On SQLite, and on PostgreSQL."""
    from doubles.door import open_door

    with open_door(tmp_path, database.url.render_as_string(hide_password=False), scenes) as door:
        yield door
