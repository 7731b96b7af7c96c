"""The studio's secrets: given, or with SQLite made once and kept beside it."""

from __future__ import annotations

import os
import secrets
import tempfile
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from tuanyuan.domain.errors import OurFault

if TYPE_CHECKING:
    from tuanyuan.settings import Settings

LEAST = 32
FILE = "secret.key"


def find_secrets(settings: Settings, sqlite: bool, used: Callable[[], bool] = lambda: False) -> list[str]:
    """Newest first. OurFault setting_missing (PostgreSQL without one), secret_too_short.

    used: whether something rests on a secret already; a new one is never made then. OurFault secret_lost.
    """
    if settings.secret_key is not None:
        given = [part.strip() for part in settings.secret_key.get_secret_value().split(",") if part.strip()]
    elif sqlite:
        given = [_kept(settings.data_dir / FILE, used)]
    else:
        # A secret made on each of several machines would open nothing that another has sealed.
        raise OurFault("setting_missing", name="TUANYUAN_SECRET_KEY")
    if not given or any(len(secret) < LEAST for secret in given):
        raise OurFault("secret_too_short")
    return given


def _kept(file: Path, used: Callable[[], bool]) -> str:
    """The secret in the file, readable by its owner only; made first where there is none. Two at once make one."""
    if not file.exists():
        if used():
            raise OurFault("secret_lost", file=str(file))
        descriptor, name = tempfile.mkstemp(prefix=f".{FILE}.", dir=file.parent)  # 0600, and nobody else's
        draft = Path(name)
        with os.fdopen(descriptor, "w", encoding="ascii") as opened:
            opened.write(secrets.token_hex(32) + "\n")
            opened.flush()
            os.fsync(opened.fileno())
        with suppress(FileExistsError):
            os.link(draft, file)
        draft.unlink()
    return file.read_text("ascii").strip()
