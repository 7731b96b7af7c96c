"""Killed in the middle of a film, we take ffmpeg along."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from doubles.watching import exists, until

from tuanyuan.domain.clip import ClipShape
from tuanyuan.processes.film.ffmpeg import Ffmpeg

only_linux = pytest.mark.skipif(sys.platform != "linux", reason="/proc is Linux's")

PARENT = """
import sys, time
from pathlib import Path

import numpy as np

from tuanyuan.domain.clip import ClipShape
from tuanyuan.processes.film import decoding, running
from tuanyuan.processes.film.ffmpeg import Ffmpeg

SHAPE = ClipShape(320, 180, 25, 50.0)
ffmpeg = Ffmpeg(None, "libx264", 2)
every = []
begin = running.Running.__init__

def noted(self, *given, **named):
    begin(self, *given, **named)
    every.append(self.pid)

running.Running.__init__ = noted

def wait():
    print(every[-1], flush=True)
    time.sleep(600)

def endless():
    for number in range(1000):
        yield np.full((270, 320), number % 200, np.uint8)
        if number == 100:
            wait()

def encode(_):
    ffmpeg.encode(endless(), SHAPE)

def decode(clip):
    with ffmpeg.frames(clip, SHAPE) as frames:
        next(frames)
        wait()

def watch(clip):
    # The first pass of the stabiliser: nothing of it reaches our caller.
    fill = running.Running.fill

    def filled(self, buffer, seconds):
        if len(buffer) == 256 and len(every) > 2:
            wait()
        return fill(self, buffer, seconds)

    running.Running.fill = filled
    with ffmpeg.frames(clip, SHAPE, stabilise=True):
        pass

globals()[sys.argv[1]](Path(sys.argv[2]).read_bytes())
"""


@pytest.fixture(scope="module")
def clip(tmp_path_factory):
    """Fifty seconds of noise: more than any pipe holds."""
    import numpy as np

    shape = ClipShape(320, 180, 25, 50.0)
    rng = np.random.default_rng(3)
    noise = [rng.integers(16, 236, (270, 320), np.uint8) for _ in range(25)]
    path = tmp_path_factory.mktemp("clip") / "clip.mp4"
    path.write_bytes(Ffmpeg(None, "libx264", 2).encode((noise[number % 25] for number in range(shape.count)), shape))
    return path


@only_linux
@pytest.mark.parametrize("work", ["encode", "decode", "watch"])
def test_ffmpeg_ends_with_us(clip, tmp_path, work):
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    program = subprocess.Popen(
        [sys.executable, "-c", PARENT, work, str(clip)],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path), "TMPDIR": str(scratch)},
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        pid = int(program.stdout.readline())
        assert exists(pid)
        assert b"ffmpeg" in Path(f"/proc/{pid}/cmdline").read_bytes()
    finally:
        program.kill()
        program.communicate()
    until(lambda: not exists(pid), seconds=30)
    assert list(scratch.iterdir()) == []
