"""The child's side: start once, then answer one call after the other until the parent is gone."""

from __future__ import annotations

import contextlib
import importlib
import os
import signal
import sys
import threading
import traceback
from multiprocessing.connection import Connection
from queue import SimpleQueue
from typing import Any

from tuanyuan.domain.errors import StudioError
from tuanyuan.processes.core_dumps import forbid_core_dumps
from tuanyuan.processes.exchange import Answer, Call, send

# The parent kills at the limit; should it be unable to, the system does so this much later.
GRACE = 5.0
# Requests are answered first, pictures are made with what is left of the processor.
NICENESS = 5


def main(calls: Connection, answers: Connection, start: str, start_args: tuple[Any, ...], memory: int) -> None:
    """Entry of the process. Ends when the pipe of calls is closed: a dead parent leaves no child behind."""
    _settle(memory)
    inbox: SimpleQueue[Call] = SimpleQueue()
    threading.Thread(target=_listen, args=(calls, inbox), daemon=True).start()
    try:
        module, _, function = start.partition(":")
        worker = getattr(importlib.import_module(module), function)(*start_args)
    except Exception as error:
        send(answers, _told(error))
        return
    send(answers, ("ready", None))
    rest = getattr(worker, "rest", None)
    while _answered(worker, inbox.get(), answers):
        if rest is not None:
            rest()


def _settle(memory: int) -> None:
    """Leave Ctrl-C and a service manager's SIGTERM to the parent, and take no more than `memory` bytes of data."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    if sys.platform == "win32":
        return
    import resource

    os.nice(NICENESS)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT, signal.SIGTERM})
    forbid_core_dumps()
    with contextlib.suppress(ValueError, OSError):  # a stricter limit of the operator's stays
        resource.setrlimit(resource.RLIMIT_DATA, (memory, memory))


def _listen(calls: Connection, inbox: SimpleQueue[Call]) -> None:
    """In a thread of its own: whatever the work is doing, the end of the parent is the end of the child."""
    while True:
        try:
            inbox.put(calls.recv())
        except (EOFError, OSError):
            os._exit(0)


def _answered(worker: Any, call: Call, answers: Connection) -> bool:
    """Whether the child may go on."""

    def progress(*step: Any) -> None:
        send(answers, ("progress", step))

    _last_resort(call.seconds + GRACE)
    try:
        told = {"progress": progress} if call.tells else {}
        answer: Answer = ("done", getattr(worker, call.method)(*call.args, **told))
    except Exception as error:
        answer = _told(error)
    _last_resort(0)
    try:
        send(answers, answer)
    except MemoryError:
        answer = ("memory", None)
        send(answers, answer)
    except Exception as error:  # a result that cannot be pickled
        send(answers, _told(error))
    return answer[0] != "memory"


def _told(error: Exception) -> Answer:
    if isinstance(error, StudioError):
        return "error", error
    if isinstance(error, MemoryError):
        return "memory", None
    return "failed", (type(error).__name__, "".join(traceback.format_exception(error)))


def _last_resort(seconds: float) -> None:
    """SIGALRM is left as it is: the system ends the process, even one stuck in foreign code. 0: no alarm."""
    if sys.platform != "win32":
        signal.setitimer(signal.ITIMER_REAL, seconds)
