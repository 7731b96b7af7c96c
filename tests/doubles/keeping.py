"""What tests of keeping share: a clock moved by hand, a vault with faults, and looks at rows and objects."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import uuid4

from tuanyuan.domain.errors import NotNow
from tuanyuan.domain.kept import KeptFile
from tuanyuan.domain.user import Identity, User
from tuanyuan.store.vault import EncryptedVault

OLD, NEW = "the old secret of thirty-two signs", "the new secret of thirty-two signs"
PICTURE = b"\xff\xd8\xff picture " * 9000
JOB_FILE = "f" * 32


class Crash(BaseException):
    """The process is gone: no handler runs for it."""


class Hands:
    """A clock that is moved by hand. Whole milliseconds, as the database keeps them."""

    def __init__(self) -> None:
        self.now = datetime.now(UTC).replace(microsecond=0)

    def __call__(self) -> datetime:
        return self.now

    def move(self, **by: float) -> None:
        self.now += timedelta(**by)


class FaultyVault:
    """The real vault, with something that happens before or after one of its calls."""

    def __init__(self, vault: EncryptedVault) -> None:
        self._vault = vault
        self.before: dict[str, Callable[..., None]] = {}
        self.after: dict[str, Callable[..., None]] = {}

    def __getattr__(self, name: str):
        call = getattr(self._vault, name)

        def faulty(*arguments):
            self.before.get(name, lambda *_: None)(*arguments)
            answer = call(*arguments)
            self.after.get(name, lambda *_: None)(*arguments)
            return answer

        return faulty


def crash(*_: object) -> None:
    raise Crash


def down(*_: object) -> None:
    raise NotNow("storage_down")


def new_user(units, clock: Hands) -> str:
    user = User(uuid4().hex, "guest", clock())
    with units.begin() as unit:
        unit.users.add(user, Identity("guest", user.id, user.id))
    return user.id


def row(units, file_id: str) -> KeptFile:
    with units.read() as unit:
        return unit.files.row(file_id)


def audited(units, file_id: str) -> list[tuple[str, str]]:
    with units.begin() as unit:
        return [(line.action, line.reason) for line in unit.audit.of("file", file_id)]


def objects(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.is_file())
