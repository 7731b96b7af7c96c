"""What all tests may ask for."""

from __future__ import annotations

import os
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import structlog
from doubles.examples import choose

from tuanyuan.store.weights import read_lock

if TYPE_CHECKING:
    from doubles.books import EmptyPostgresql, EmptySqlite, RecordingUnits
    from doubles.portraits import Album

    from tuanyuan.imaging.faces import FaceFinder
    from tuanyuan.imaging.identity import Identity
    from tuanyuan.imaging.judge import Judge
    from tuanyuan.imaging.matting import PersonCutter
    from tuanyuan.store.database import Database

ROOT = Path(__file__).parents[1]

choose()


@pytest.fixture(autouse=True)
def plain_logs() -> None:
    """Logging as nobody has set it up: what a command does in one test's process is not the next test's."""
    structlog.reset_defaults()


@pytest.fixture
def port() -> Iterator[int]:
    """A port that is this test's own. Needs `@pytest.mark.allow_hosts(["127.0.0.1"])`."""
    from doubles.ports import own_port

    with own_port() as port:
        yield port


@pytest.fixture(scope="session")
def models_dir() -> Path:
    """The installed model weights; a test that needs them fails without them, with the way to get them."""
    folder = Path(os.environ.get("TUANYUAN_MODELS_DIR", ROOT / "data" / "models")).resolve()
    missing = [weight.file for weight in read_lock() if not (folder / weight.file).is_file()]
    if missing:
        pytest.fail(f"{', '.join(missing)} missing in {folder}: run `make setup`", pytrace=False)
    return folder


@pytest.fixture(scope="session")
def samples() -> Path:
    """The sample portraits, samples/SOURCES.md."""
    return ROOT / "samples"


@pytest.fixture(scope="session")
def executor() -> Iterator[ThreadPoolExecutor]:
    """Two threads for what the studio does side by side."""
    with ThreadPoolExecutor(2) as threads:
        yield threads


@pytest.fixture(scope="session")
def finder(models_dir: Path) -> FaceFinder:
    from tuanyuan.imaging.faces import FaceFinder

    return FaceFinder(models_dir)


@pytest.fixture(scope="session")
def identity(models_dir: Path) -> Identity:
    from tuanyuan.imaging.identity import Identity

    return Identity(models_dir)


@pytest.fixture(scope="session")
def cutter(models_dir: Path) -> PersonCutter:
    from tuanyuan.imaging.matting import PersonCutter

    return PersonCutter(models_dir)


@pytest.fixture(scope="session")
def judge(finder: FaceFinder, identity: Identity) -> Judge:
    from tuanyuan.imaging.judge import Judge

    return Judge(finder, identity)


@pytest.fixture(scope="session")
def portrait(samples: Path, finder: FaceFinder) -> Album:
    """`portrait("man_glasses")`: a sample, opened, with its faces."""
    from doubles.portraits import Album

    return Album(samples, finder)


@pytest.fixture(scope="session")
def scenes() -> Path:
    """The backgrounds that come with the studio."""
    return ROOT / "scenes"


@pytest.fixture(scope="session")
def empty_sqlite(tmp_path_factory: pytest.TempPathFactory) -> EmptySqlite:
    from doubles.books import EmptySqlite

    return EmptySqlite(tmp_path_factory.mktemp("sqlite"))


@pytest.fixture(scope="session")
def empty_postgresql() -> Iterator[EmptyPostgresql]:
    from doubles.books import EmptyPostgresql
    from doubles.machines import postgresql_url

    server = EmptyPostgresql(postgresql_url())
    yield server
    server.drop()


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    """An upgraded, empty database of each kind, closed afterwards."""
    if request.param == "sqlite":
        database = request.getfixturevalue("empty_sqlite").database(tmp_path)
    else:
        database = request.getfixturevalue("empty_postgresql").database()
    yield database
    database.close()


@pytest.fixture
def units(database: Database) -> RecordingUnits:
    """Units over `database`; `units.enqueued` lists what was to be enqueued."""
    from doubles.books import RecordingUnits

    return RecordingUnits(database)
