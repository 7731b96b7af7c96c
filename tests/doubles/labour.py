"""Work that goes wrong in every way, for processes that are to survive it."""

from __future__ import annotations

import ctypes
import mmap
import os
import signal
import time
from pathlib import Path

import numpy as np

from tuanyuan.domain.errors import Conflict, NotFound, PhotosRejected, Rejected, TooMany
from tuanyuan.domain.messages import problem
from tuanyuan.domain.photo import FaceReport, PhotoReport

MEGABYTE = 1 << 20


def start(*args):
    return Labour(*args)


def start_refused():
    raise NotFound("not_found")


def start_slowly():
    time.sleep(60)


def start_once(note):
    """Refuses the first time."""
    path = Path(note)
    if not path.exists():
        path.write_text("tried")
        raise ImportError("a secret path")
    return Labour()


class Labour:
    def __init__(self, *given):
        self._given = given
        self._calls = 0
        self._rests = 0

    def pid(self):
        return os.getpid()

    def given(self):
        return self._given

    def count(self):
        self._calls += 1
        return self._calls

    def rest(self):
        self._rests += 1

    def rests(self):
        return self._rests

    def echo(self, *values):
        return values

    def size(self, data):
        return len(data)

    def sleep(self, seconds):
        time.sleep(seconds)
        return os.getpid()

    def wait_for(self, path):
        while not Path(path).exists():
            time.sleep(0.01)
        return os.getpid()

    def say_and_wait(self, said, path):
        Path(said).write_text(str(os.getpid()))
        return self.wait_for(path)

    def spin(self):
        """Never lets go of the interpreter for long."""
        while True:
            pass

    def stuck_in_foreign_code(self):
        """Holds the interpreter lock for ever: no Python code runs in this process any more."""
        libc = ctypes.PyDLL(None)
        libc.sleep(600)

    def take(self, megabytes):
        return len(bytearray(megabytes * MEGABYTE))

    def take_pixels(self, megabytes):
        return int(np.ones(megabytes * MEGABYTE, np.uint8).sum())

    def take_slowly(self, megabytes):
        """A runaway in small steps."""
        return len([bytearray(MEGABYTE) for _ in range(megabytes)])

    def map(self, megabytes):
        with mmap.mmap(-1, megabytes * MEGABYTE, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS) as mapped:
            return len(mapped)

    def crash(self, *_):
        ctypes.string_at(0)

    def leave(self):
        os._exit(7)

    def die(self, *_):
        os.kill(os.getpid(), signal.SIGKILL)

    def core_limit(self):
        import resource

        return resource.getrlimit(resource.RLIMIT_CORE)

    def ignored(self):
        return [signal.getsignal(s) == signal.SIG_IGN for s in (signal.SIGINT, signal.SIGTERM)]

    def blocked(self):
        return [int(s) for s in signal.pthread_sigmask(signal.SIG_BLOCK, ())]

    def steps(self, count, progress):
        for step in range(count):
            progress(step / count, f"第 {step} 步", f"step {step}")
        return count

    def steps_then_wait(self, path, progress):
        progress(0.5, "一半", "half")
        return self.wait_for(path)

    def refuse(self, kind):
        reports = [
            PhotoReport("a.jpg", True, 10, 10, (), ()),
            PhotoReport(
                "b.jpg", False, 9, 8, (FaceReport((1.0, 2.0, 3.0, 4.0), 0.5, 9, 1, 2, 3),), (problem("no_face"),)
            ),
        ]
        raise {
            "photos": PhotosRejected(reports),
            "plain": Rejected("file_missing", file="奶奶.jpg"),
            "conflict": Conflict("job_finished", status="failed"),
            "too_many": TooMany("busy", 17),
        }[kind]

    def fail(self, *_):
        secret = "/home/somebody/奶奶.jpg"
        raise ValueError(secret)

    def no_pickle(self):
        return lambda: None

    def a_function(self):
        return os.system

    def an_array(self):
        return np.float32(1)
