"""One ffmpeg at work, as we see it: fed or read, bounded, killed when its block ends."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import IO, Self

import structlog

from tuanyuan.processes.core_dumps import NO_CORE

log = structlog.get_logger(__name__)

# Of what it says the end is kept: a hostile clip can make it say the same line for ever.
WORDS = 64 << 10
# What Linux lets anybody give a pipe: fewer changes between the two processes. F_SETPIPE_SZ of <fcntl.h>.
PIPE, F_SETPIPE_SZ = 1 << 20, 1031
TICK = 0.5


@dataclass(frozen=True)
class Program:
    """path: of ffmpeg. environment: all of the child's. memory: bytes of data, cpu: seconds (both on Linux only)."""

    path: Path
    environment: Mapping[str, str] = field(default_factory=dict)
    memory: int = 2 << 30
    cpu: int = 1800


class Running:
    """A started ffmpeg; a context manager. OSError when the program cannot be started.

    fed, read: whether it has a pipe of ours to read from, to write to. descriptors: files of ours that it inherits.
    """

    def __init__(
        self,
        program: Program,
        arguments: Sequence[str],
        *,
        fed: bool = False,
        read: bool = False,
        descriptors: tuple[int, ...] = (),
    ) -> None:
        with _deaf():
            # A list, no shell; which program it is, the operator says.
            self._process: subprocess.Popen[bytes] = subprocess.Popen(  # noqa: S603
                [str(program.path), *arguments],
                stdin=subprocess.PIPE if fed else subprocess.DEVNULL,
                stdout=subprocess.PIPE if read else subprocess.DEVNULL,
                stderr=subprocess.PIPE,
                bufsize=0,
                env=dict(program.environment),
                pass_fds=descriptors,
                # A group of its own: Ctrl-C is its parent's, and a wrapper script dies with what it started.
                process_group=None if sys.platform == "win32" else 0,
            )
        self.pid = self._process.pid
        self._due: float | None = None
        self._ended = threading.Event()
        self._words = b""
        self.late = False
        self._threads = [threading.Thread(target=work, daemon=True) for work in (self._listen, self._watch)]
        try:
            self._limit(program)
            for thread in self._threads:
                thread.start()
        except BaseException:  # no thread to be had, or interrupted: nobody else would end it
            self.__exit__(None, None, None)
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Kill it if it still runs, and leave nothing of it: no zombie, no thread, no open pipe."""
        self.kill()
        self._process.wait()
        self._ended.set()
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                with suppress(OSError):
                    pipe.close()
        for thread in self._threads:
            if thread.ident is not None:
                thread.join()
        self._pipe(self._process.stderr).close()

    @property
    def status(self) -> int | None:
        """Its exit status, negative for a signal; None while it runs."""
        return self._process.poll()

    @property
    def words(self) -> str:
        """The end of what it said so far."""
        return self._words.decode("utf-8", "replace")

    @property
    def last_line(self) -> str:
        """For the log."""
        return next((line.strip() for line in reversed(self.words.splitlines()) if line.strip()), "")[:500]

    def feed(self, data: memoryview, seconds: float) -> None:
        """Hand bytes over. BrokenPipeError: it is gone, or it was killed because it did not take them in `seconds`."""
        pipe = self._pipe(self._process.stdin)
        with self._bounded(seconds):
            while data:
                data = data[pipe.write(data) :]

    def fill(self, buffer: memoryview, seconds: float) -> int:
        """Read until `buffer` is full or nothing comes any more; how many bytes there are."""
        pipe = self._pipe(self._process.stdout)
        got = 0
        with self._bounded(seconds):
            while got < len(buffer):
                more = pipe.readinto(buffer[got:])  # type: ignore[attr-defined] # bufsize=0 makes it a FileIO
                if not more:
                    break
                got += more
        return got

    def finish(self, seconds: float) -> int:
        """Close its input and wait; its exit status, negative for a signal. Killed when it takes longer."""
        if self._process.stdin is not None:
            with suppress(OSError):
                self._process.stdin.close()
        with self._bounded(seconds):
            status = self._process.wait()
        # All that it said, for the log.
        self._threads[0].join(1.0)
        return status

    def kill(self) -> None:
        """End it at once. Never raises; a second time does nothing."""
        if self._process.poll() is not None:
            return
        with suppress(OSError):
            if sys.platform == "win32":
                self._process.kill()
            else:
                os.killpg(self.pid, signal.SIGKILL)

    @contextmanager
    def _bounded(self, seconds: float) -> Iterator[None]:
        self._due = time.monotonic() + seconds
        try:
            yield
        finally:
            self._due = None

    def _watch(self) -> None:
        while not self._ended.wait(TICK):
            due = self._due
            if due is not None and time.monotonic() > due:
                self.late = True
                log.warning("film_too_slow", pid=self.pid)
                self.kill()
                return

    def _listen(self) -> None:
        pipe = self._pipe(self._process.stderr)
        while True:
            try:
                said = pipe.read(4096)
            except (OSError, ValueError):
                return
            if not said:
                return
            self._words = (self._words + said)[-WORDS:]

    def _limit(self, program: Program) -> None:
        if sys.platform != "linux":
            return
        import fcntl
        import resource

        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                with suppress(OSError):
                    fcntl.fcntl(pipe, F_SETPIPE_SZ, PIPE)
        # The last resort where we are gone and it hangs; it ends by itself as soon as it reads from or writes to us.
        bounds = (
            (resource.RLIMIT_DATA, program.memory),
            (resource.RLIMIT_CPU, program.cpu),
            (resource.RLIMIT_CORE, NO_CORE),
        )
        for what, most in bounds:
            with suppress(OSError, ValueError):  # it has ended already, or a stricter limit of the operator's stays
                resource.prlimit(self.pid, what, (most, most))

    @staticmethod
    def _pipe(pipe: IO[bytes] | None) -> IO[bytes]:
        if pipe is None:
            raise ValueError("started without this pipe")
        return pipe


@contextmanager
def _deaf() -> Iterator[None]:
    """A child inherits blocked signals: a service manager's SIGTERM to all lets us finish what runs."""
    if sys.platform == "win32":
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT, signal.SIGTERM})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
