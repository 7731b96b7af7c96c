"""One child as its parent sees it: started, called, killed."""

from __future__ import annotations

import multiprocessing
import pickle
import signal
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from multiprocessing import resource_tracker
from typing import Any

import structlog

from tuanyuan.domain.errors import NotNow, OurFault, StudioError
from tuanyuan.processes import child
from tuanyuan.processes.exchange import Call, receive

log = structlog.get_logger(__name__)

Report = Callable[..., None]


@dataclass(frozen=True)
class Recipe:
    """What a process is made of. start: `module:function`, called in it with start_args; what it returns is called.

    Its `rest`, where it has one, is called after each answer, when nobody waits for it any more.
    start_seconds: how long that may take. memory: bytes of data that it may map, where the system limits that.
    """

    start: str
    start_args: tuple[Any, ...]
    start_seconds: float
    memory: int


class Process:
    """A spawned process. One call at a time; `kill` may come from any thread, at any time."""

    def __init__(self, recipe: Recipe) -> None:
        """Begin to start; the first call waits until it has."""
        spawn = multiprocessing.get_context("spawn")
        calls, self._calls = spawn.Pipe(duplex=False)
        self._answers, answers = spawn.Pipe(duplex=False)
        self._start_seconds = recipe.start_seconds
        self._ready = False
        self._lock = threading.Lock()
        self._killed: str | None = None
        self._process = spawn.Process(
            target=child.main,
            args=(calls, answers, recipe.start, recipe.start_args, recipe.memory),
            name="tuanyuan-pixels",
            daemon=True,
        )
        with _deaf():
            self._process.start()
        # Only the child holds these ends now: its death is an end of file here.
        calls.close()
        answers.close()
        self.pid = self._process.pid or 0

    @property
    def alive(self) -> bool:
        """Whether it can be called."""
        try:
            return self._killed is None and self._process.is_alive()
        except ValueError:  # closed in another thread between the two
            return False

    def call(self, method: str, args: tuple[Any, ...], report: Report | None, seconds: float) -> Any:
        """Call a method and wait. NotNow pixel_work_killed: it took too long or too much, or the process died.

        Errors of ours come as they were raised; foreign ones as OurFault unexpected, their traceback in the log only.
        What `report` raises ends the work: the process is killed.
        """
        try:
            if not self._ready:
                self._wait_until_ready()
            with self._limited(seconds):
                self._calls.send(Call(method, args, seconds, report is not None))
                return self._answer(method, report)
        except (EOFError, OSError):
            self._mourn(method)
        # Outside the handler: an error that remembers the other one would keep the photos alive.
        raise NotNow("pixel_work_killed")

    def _wait_until_ready(self) -> None:
        try:
            with self._limited(self._start_seconds):
                self._answer("start", None)
        except StudioError:
            self.kill("could not start")
            raise
        self._ready = True

    def kill(self, reason: str) -> None:
        """End it at once, whatever it does. Never raises; a second time does nothing."""
        with self._lock:
            if self._killed is not None:
                return
            self._killed = reason
        with suppress(OSError):
            self._process.kill()

    def close(self) -> None:
        """Kill it and leave nothing of it: no zombie, no open pipe. Not while a call is under way."""
        self.kill("closed")
        self._process.join()
        self._calls.close()
        self._answers.close()
        self._process.close()

    def _answer(self, method: str, report: Report | None) -> Any:
        while True:
            try:
                kind, content = receive(self._answers)
            except pickle.UnpicklingError as error:
                self.kill(f"strange answer: {error}")
                raise EOFError from None
            if kind == "progress":
                self._report(report, content)
            elif kind == "error":
                raise content
            elif kind == "failed":
                log.error("pixel_work_failed", method=method, pid=self.pid, error=content[0], traceback=content[1])
                raise OurFault("unexpected", detail=content[0])
            elif kind == "memory":
                self.kill("memory")
                raise EOFError
            else:
                return content

    def _report(self, report: Report | None, step: Sequence[Any]) -> None:
        try:
            if report is not None:
                report(*step)
        except BaseException:
            self.kill("abandoned")  # or its later answers would be taken for the next call's
            raise

    @contextmanager
    def _limited(self, seconds: float) -> Iterator[None]:
        """The process is killed when the block takes longer."""
        done = False

        def expire() -> None:
            with self._lock:
                late = not done
            if late:
                self.kill("time")

        timer = threading.Timer(seconds, expire)
        timer.daemon = True
        timer.start()
        try:
            yield
        finally:
            with self._lock:
                done = True
            timer.cancel()

    def _mourn(self, method: str) -> None:
        """Say in the log why it ended."""
        self._process.join(1.0)
        reason = self._killed or _ending(self._process.exitcode)
        self.kill(reason)
        log.warning("pixel_work_killed", method=method, pid=self.pid, reason=reason)


def _ending(code: int | None) -> str:
    if code is None or code >= 0:
        return f"exit {code}"
    with suppress(ValueError):
        return signal.Signals(-code).name
    return f"signal {-code}"


@contextmanager
def _deaf() -> Iterator[None]:
    """A child inherits blocked signals: Ctrl-C and SIGTERM cannot hit it before it leaves them to its parent."""
    if sys.platform == "win32":
        yield
        return
    resource_tracker.ensure_running()  # its own start would let the signals through again
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT, signal.SIGTERM})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
