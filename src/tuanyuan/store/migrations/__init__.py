"""The schema's history. `upgrade` runs it from code; there is no alembic.ini.

A new revision: a module in `versions/` with the next number, which never imports `tables` (that shows the schema of
today) and never changes once it was released.
"""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection


def upgrade(connection: Connection, to: str = "head") -> None:
    """Bring the schema to a revision in the connection's transaction, which the caller has begun and commits."""
    config = _config()
    config.attributes["connection"] = connection
    command.upgrade(config, to)


def revision(connection: Connection) -> str | None:
    """The revision of the schema; None for an empty database."""
    return MigrationContext.configure(connection).get_current_revision()


def newest() -> str | None:
    """The newest revision of this software."""
    return ScriptDirectory.from_config(_config()).get_current_head()


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    return config
