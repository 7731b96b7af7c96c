"""Worker processes as tests see them, and fresh databases for them."""

from __future__ import annotations

import atexit
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from types import TracebackType
from typing import Any, Self
from uuid import uuid4

import sqlalchemy as sa

from doubles.machines import postgresql_url

QUICK = {"poll": 0.05, "beat": 0.2, "dead_after": 1.5, "drain": 5.0}


class Nursery:
    """Where worker processes come from; one for each process that wants some."""

    def __init__(self) -> None:
        command = [sys.executable, str(Path(__file__).with_name("nursery.py"))]
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        atexit.register(self.close)

    def ask(self, *request: Any) -> Any:
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(json.dumps(request) + "\n")
        self.process.stdin.flush()
        return json.loads(self.process.stdout.readline())

    def close(self) -> None:
        self.process.communicate()


@cache
def nursery() -> Nursery:
    return Nursery()


class Child:
    """One process of the nursery; killed at the end of the block."""

    def __init__(self, program: str, arguments: list[str], errors: Path) -> None:
        self._pid: int = nursery().ask(program, arguments, str(errors))
        self.status: int | None = None

    def poll(self) -> int | None:
        """Its exit status, None while it runs; -9: killed."""
        if self.status is None:
            self.status = nursery().ask("ended", self._pid)
        return self.status

    def signal(self, number: int) -> None:
        if self.poll() is None:
            os.kill(self._pid, number)

    def kill(self) -> None:
        self.signal(signal.SIGKILL)
        self.ended()

    def ended(self, seconds: float = 120) -> int:
        """Wait until it has ended; its exit status."""
        until(lambda: self.poll() is not None, seconds)
        assert self.status is not None
        return self.status

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.kill()


class Carrier(Child):
    """One worker process."""

    def __init__(self, url: str, folder: Path, **options: Any) -> None:
        folder.mkdir(exist_ok=True)
        self._ready = folder / f"ready-{uuid4().hex}"
        options = {"pace": QUICK, "ready": str(self._ready), **options}
        super().__init__("carrier", [url, str(folder), json.dumps(options)], folder / "errors")

    def ready(self) -> Self:
        """Wait until it takes jobs."""
        until(lambda: self._ready.exists() or self.poll() is not None, seconds=120)
        assert self.status is None
        return self

    def pause(self) -> None:
        self.signal(signal.SIGSTOP)

    def go_on(self) -> None:
        self.signal(signal.SIGCONT)

    def leave(self, seconds: float = 120) -> int:
        """Ask it to go; its exit status."""
        self.signal(signal.SIGTERM)
        return self.ended(seconds)


@contextmanager
def fresh_database(kind: str, folder: Path) -> Iterator[str]:
    """The address of an empty database, dropped at the end."""
    if kind == "sqlite":
        yield f"sqlite:///{folder / 'studio.db'}"
        return
    server = sa.make_url(postgresql_url()).set(drivername="postgresql+psycopg", database="postgres")
    name = f"durable_{uuid4().hex[:12]}"
    engine = sa.create_engine(server, isolation_level="AUTOCOMMIT", poolclass=sa.NullPool)
    with engine.connect() as connection:
        connection.execute(sa.text(f"CREATE DATABASE {name}"))
    try:
        yield server.set(database=name).render_as_string(hide_password=False)
    finally:
        with engine.connect() as connection:
            connection.execute(sa.text(f"DROP DATABASE {name} WITH (FORCE)"))
        engine.dispose()


def until(true: Callable[[], Any], seconds: float = 120.0) -> Any:
    """Look until it is true, and fail when it never becomes so."""
    end = time.monotonic() + seconds
    while not (answer := true()):
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.02)
    return answer
