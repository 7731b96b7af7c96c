"""Whatever goes wrong while a film is made: the right error, and no process, file or picture left of it."""

from __future__ import annotations

import os
import resource
import signal
import tempfile
import threading
from pathlib import Path

import numpy as np
import pytest
from structlog.testing import capture_logs

from tuanyuan import settings
from tuanyuan.domain.clip import ClipShape
from tuanyuan.domain.errors import OurFault, Rejected
from tuanyuan.processes.film import decoding, held
from tuanyuan.processes.film.ffmpeg import Ffmpeg

pytestmark = pytest.mark.usefixtures("nothing_stays")

SMALL = ClipShape(320, 180, 25, 2.0)


def moving(shape):
    """Noise that nothing can compress away."""
    rng = np.random.default_rng(7)
    for _ in range(shape.count):
        yield rng.integers(16, 236, (shape.height * 3 // 2, shape.width), np.uint8)


def script(path, text):
    """A program of that name."""
    path.write_text(f"#!/bin/sh\n{text}\n")
    path.chmod(0o755)
    return path


@pytest.mark.parametrize("error", [RuntimeError("the renderer"), KeyboardInterrupt(), GeneratorExit()])
@pytest.mark.parametrize("after", [0, 30])
def test_what_the_frames_raise_goes_through(ffmpeg, started, error, after):
    def failing():
        for number, frame in enumerate(moving(SMALL)):
            if number == after:
                raise error
            yield frame

    with pytest.raises(type(error)) as caught:
        ffmpeg.encode(failing(), SMALL)
    assert caught.value is error
    assert started[-1].status == -signal.SIGKILL


@pytest.mark.parametrize("last", [False, True], ids=["in the middle", "at the end"])
def test_a_killed_encoder_is_our_fault_and_the_log_says_how(ffmpeg, started, last):
    def killing():
        frames = list(moving(SMALL))
        for number, frame in enumerate(frames):
            if number == (len(frames) - 1 if last else 10):
                os.killpg(started[-1].pid, signal.SIGKILL)
            yield frame

    with capture_logs() as lines, pytest.raises(OurFault) as caught:
        ffmpeg.encode(killing(), SMALL)
    assert caught.value.code == "encoder_failed"
    assert [(line["event"], line["status"]) for line in lines] == [("film_encoder_failed", -signal.SIGKILL)]


def test_an_encoder_that_hangs_is_killed(ffmpeg, started, monkeypatch):
    monkeypatch.setattr("tuanyuan.processes.film.encoding.FRAME_SECONDS", 0.2)
    shape = ClipShape(1280, 720, 25, 1.0)

    def stopping():
        for number, frame in enumerate(moving(shape)):
            if number == 2:
                os.kill(started[-1].pid, signal.SIGSTOP)
            yield frame

    with capture_logs() as lines, pytest.raises(OurFault) as caught:
        ffmpeg.encode(stopping(), shape)
    assert caught.value.code == "encoder_failed"
    assert [line["event"] for line in lines] == ["film_too_slow", "film_encoder_failed"]
    assert lines[-1]["late"] is True


def test_a_full_disk_is_our_fault(ffmpeg, started):
    """The system refuses to let the file grow, as a full disk does."""

    def narrow():
        for frame in moving(ClipShape(320, 180, 25, 8.0)):
            resource.prlimit(started[-1].pid, resource.RLIMIT_FSIZE, (4096, 4096))
            yield frame

    with capture_logs() as lines, pytest.raises(OurFault) as caught:
        ffmpeg.encode(narrow(), ClipShape(320, 180, 25, 8.0))
    assert caught.value.code == "encoder_failed"
    assert lines[-1]["event"] == "film_encoder_failed"


@pytest.mark.parametrize("breaks", [False, True])
def test_without_files_in_memory_a_temporary_folder_does_and_goes(ffmpeg, monkeypatch, breaks):
    monkeypatch.delattr(held.os, "memfd_create")
    seen = []

    def looking():
        for number, frame in enumerate(moving(SMALL)):
            seen.append(len(list(Path(tempfile.gettempdir()).iterdir())))
            if breaks and number == 5:
                raise RuntimeError("the renderer")
            yield frame

    if breaks:
        with pytest.raises(RuntimeError, match="the renderer"):
            ffmpeg.encode(looking(), SMALL)
    else:
        assert b"moov" in ffmpeg.encode(looking(), SMALL)
    assert set(seen) == {1}


def test_with_files_in_memory_no_picture_touches_a_disk(ffmpeg):
    def looking():
        for frame in moving(SMALL):
            assert list(Path(tempfile.gettempdir()).iterdir()) == []
            yield frame

    whole = ffmpeg.encode(looking(), SMALL, key_frame_at=1.0)
    assert ffmpeg.cut(whole, 1.0)


def test_a_missing_program_is_named(tmp_path):
    with pytest.raises(OurFault) as caught:
        Ffmpeg(tmp_path / "ffmpeg", "libx264", 2).encode(moving(SMALL), SMALL)
    assert caught.value.code == "encoder_missing"
    assert str(tmp_path / "ffmpeg") in caught.value.problem.message_zh
    assert "TUANYUAN_FFMPEG" in caught.value.problem.advice_zh


@pytest.mark.parametrize("text", ["echo rubbish; cat /dev/zero", "exit 3", "echo Encoder aac"])
def test_a_program_that_is_no_ffmpeg_is_refused_before_any_frame(tmp_path, text):
    path = script(tmp_path / "ffmpeg", text)
    with pytest.raises(OurFault) as caught:
        Ffmpeg(path, "libx264", 2).encode(iter(lambda: pytest.fail("a frame was asked for"), None), SMALL)
    assert caught.value.code == "encoder_missing"


def test_a_file_that_cannot_be_started_is_refused(tmp_path):
    path = tmp_path / "ffmpeg"
    path.write_text("no program")
    for mode in (0o644, 0o755):
        path.chmod(mode)
        with pytest.raises(OurFault) as caught:
            Ffmpeg(path, "libx264", 2).encode(moving(SMALL), SMALL)
        assert caught.value.code == "encoder_missing"


def test_an_encoder_that_the_program_does_not_have_is_refused():
    with pytest.raises(OurFault) as caught:
        Ffmpeg(None, "libx266", 2).encode(moving(SMALL), SMALL)
    assert caught.value.code == "encoder_missing"
    assert "libx266" in caught.value.problem.message_en


def test_a_program_that_says_much_and_dies_blocks_nobody(tmp_path):
    path = script(
        tmp_path / "ffmpeg",
        'case "$*" in *encoder=*) echo "Encoder libx264 ["; exit;; esac\n'
        "yes nonsense | head -n 300000 >&2; echo at last >&2; exit 9",
    )
    with capture_logs() as lines, pytest.raises(OurFault) as caught:
        Ffmpeg(path, "libx264", 2).encode(moving(ClipShape(1280, 720, 25, 1.0)), ClipShape(1280, 720, 25, 1.0))
    assert caught.value.code == "encoder_failed"
    assert [(line["status"], line["said"]) for line in lines] == [(9, "at last")]
    assert "at last" not in str(caught.value.problem.as_dict())


def test_the_program_sees_nothing_of_our_environment(tmp_path, monkeypatch):
    monkeypatch.setenv("TUANYUAN_SECRET_KEY", "throw-away")
    path = script(tmp_path / "ffmpeg", f"env > {tmp_path}/seen")
    with pytest.raises(OurFault):
        Ffmpeg(path, "libx264", 2, settings.bare_environment()).encode(moving(SMALL), SMALL)
    seen = (tmp_path / "seen").read_text()
    assert "LC_ALL=C" in seen
    assert f"PATH={os.environ['PATH']}" in seen
    assert "throw-away" not in seen
    assert "TUANYUAN" not in seen


def test_where_no_thread_can_be_had_nothing_is_left_running(ffmpeg, monkeypatch):
    ffmpeg.version()

    def none(_):
        raise RuntimeError("can't start new thread")

    monkeypatch.setattr(threading.Thread, "start", none)
    with pytest.raises(RuntimeError, match="can't start new thread"):
        ffmpeg.encode(moving(SMALL), SMALL)
    monkeypatch.undo()


def test_its_memory_is_never_dumped_and_bounded(ffmpeg, started):
    found = {}

    def looking():
        for frame in moving(SMALL):
            pid = started[-1].pid
            found.update(
                {what: resource.prlimit(pid, what)[0] for what in (resource.RLIMIT_CORE, resource.RLIMIT_DATA)}
            )
            yield frame

    ffmpeg.encode(looking(), SMALL)
    assert found == {resource.RLIMIT_CORE: 1, resource.RLIMIT_DATA: 4 << 30}


def test_a_decoder_that_hangs_is_killed(ffmpeg, tmp_path, monkeypatch, started):
    clip = ffmpeg.encode(moving(SMALL), SMALL)
    path = script(tmp_path / "ffmpeg", "exec sleep 600")
    monkeypatch.setattr(decoding, "FRAME_SECONDS", 0.2)
    with pytest.raises(Rejected) as caught:
        Ffmpeg(path, "libx264", 1, {"PATH": "/usr/bin:/bin"}).shape(clip)
    assert caught.value.code == "clip_unreadable"
    assert started[-1].late
    assert started[-1].status == -9
