"""The database behind the books: its schema, and the keys in it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from tuanyuan.domain.health import Health
    from tuanyuan.domain.job import Job
    from tuanyuan.domain.kept import KeptFile
    from tuanyuan.domain.ports import Units, Vault
    from tuanyuan.settings import Settings
    from tuanyuan.store.database import Database


@contextmanager
def database(settings: Settings) -> Iterator[Database]:
    """The database of the settings; its connections are closed at the end. Nothing is opened before it is asked."""
    from tuanyuan.store.database import Database

    database_ = Database(settings.database_url)
    try:
        yield database_
    finally:
        database_.close()


def upgrade(settings: Settings) -> str:
    """Bring books and queue to the schema of this software; nothing is lost. The database's address, no password."""
    from tuanyuan.store import queue

    with database(settings) as database_:
        database_.upgrade()
        with database_.explained():
            queue.upgrade(database_)
        return database_.url.render_as_string(hide_password=True)


def rotate_keys(settings: Settings) -> tuple[int, int]:
    """Wrap every data key under the newest secret; how many were not, and how many no secret opens.

    Safe beside a running studio.

    OurFault setting_missing, secret_too_short, database_outdated.
    """
    from tuanyuan.domain.errors import OurFault
    from tuanyuan.services.rotation import Rotation
    from tuanyuan.store.units import SqlUnits
    from tuanyuan.store.vault import open_vault
    from tuanyuan.wiring.secrets import find_secrets
    from tuanyuan.wiring.studio import now

    with database(settings) as database_:
        with database_.explained(), database_.reading.connect():
            pass
        if not database_.ready():
            raise OurFault("database_outdated")
        secrets = find_secrets(settings, database_.sqlite, lambda: in_use(database_))
        units = SqlUnits(database_, _refuse, now)
        rotation = Rotation(units, open_vault(settings.storage_url, secrets))
        rotated = 0
        while done := rotation.rotate(_AT_ONCE):
            rotated += done
        return rotated, rotation.unopened()


def give_up_pictures(settings: Settings) -> int:
    """Erase every kept picture whose key no secret opens; how many. They could not be seen any more before.

    OurFault setting_missing, secret_too_short, secret_lost. NotNow storage_down, and what is left stays.
    """
    from tuanyuan.services.keeping import Keeping
    from tuanyuan.store.units import SqlUnits
    from tuanyuan.store.vault import open_vault
    from tuanyuan.wiring.secrets import find_secrets
    from tuanyuan.wiring.studio import new_id, now

    with database(settings) as database_:
        secrets = find_secrets(settings, database_.sqlite, lambda: in_use(database_))
        vault = open_vault(settings.storage_url, secrets)
        keeping = Keeping(SqlUnits(database_, _refuse, now), vault, now, new_id, b"")
        given_up, after = 0, ""
        while True:
            with keeping.units.read() as unit:
                living = unit.files.living(after, _PAGE)
            if not living:
                return given_up
            after = living[-1].id
            given_up += sum(keeping.erase(file, "secret lost") for file in living if not _opens(vault, file))


def check_secrets(settings: Settings, units: Units, vault: Vault) -> None:
    """OurFault secret_lost: there are kept pictures, and of the first of them none opens with the secrets at hand."""
    from tuanyuan.domain.errors import OurFault
    from tuanyuan.wiring.secrets import FILE

    with units.read() as unit:
        living = unit.files.living("", _LOOKED_AT)
    if living and not any(_opens(vault, file) for file in living):
        given = settings.secret_key is not None
        raise OurFault("secret_lost", file="TUANYUAN_SECRET_KEY" if given else str(settings.data_dir / FILE))


def _opens(vault: Vault, file: KeptFile) -> bool:
    from tuanyuan.domain.errors import OurFault

    try:
        vault.rewrap(file.wrapped_key or b"")
    except OurFault:
        return False
    return True


def in_use(database_: Database) -> bool:
    """Whether something rests on the studio's secret: a kept picture, or a job that was ever ordered."""
    from tuanyuan.store.units import SqlUnits

    with SqlUnits(database_, _refuse).read() as unit:
        return bool(unit.files.living("", 1) or unit.jobs.last_event())


def engine_health(settings: Settings) -> Mapping[str, Health] | None:
    """How engines have been doing; None: there are no books yet, or they cannot be read. Makes nothing."""
    from tuanyuan.domain.errors import StudioError
    from tuanyuan.store.units import SqlUnits

    with database(settings) as database_:
        file = database_.url.database
        if database_.sqlite and not (file and Path(file).is_file()):
            return None
        try:
            if not database_.ready():
                return None
            with SqlUnits(database_, _refuse).read() as unit:
                return unit.engines.health()
        except StudioError:
            return None


def _refuse(session: Session, job: Job) -> None:
    raise NotImplementedError(f"job {job.id}: no order is taken here")


# Pictures looked at in one go, and those that must tell whether the secret is the right one.
_PAGE, _LOOKED_AT = 500, 20
# Keys that are wrapped anew before it is looked whether any is left.
_AT_ONCE = 100_000
