"""Frames become an MP4 file that every player takes, and whatever fails on the way leaves nothing behind."""

from __future__ import annotations

import json
import os
import signal
import subprocess
from pathlib import Path

import numpy as np
import pytest

from tuanyuan.domain.clip import ClipShape
from tuanyuan.processes.film.ffmpeg import Ffmpeg

pytestmark = pytest.mark.usefixtures("nothing_stays")

SMALL = ClipShape(320, 180, 25, 2.0)
# What is said of every film: High, 8 bits 4:2:0, limited range, BT.709 three times.
PROFILE = {
    "codec_name": "h264",
    "profile": "High",
    "pix_fmt": "yuv420p",
    "color_range": "tv",
    "color_space": "bt709",
    "color_transfer": "bt709",
    "color_primaries": "bt709",
}


def moving(shape):
    """Grey blocks that move to the left, two pixels a frame, under a still colour."""
    rng = np.random.default_rng(7)
    wide = rng.integers(16, 236, (shape.height // 10, shape.width // 5 + shape.count), np.uint8).repeat(10, 0)
    wide = wide.repeat(10, 1)
    for number in range(shape.count):
        frame = np.full((shape.height * 3 // 2, shape.width), 100, np.uint8)
        frame[: shape.height] = wide[:, 2 * number : 2 * number + shape.width]
        yield frame


def probe(film, tmp_path):
    """What ffprobe, counting every frame, says of the only stream."""
    path = tmp_path / "probed.mp4"
    path.write_bytes(film)
    said = subprocess.run(
        ["ffprobe", "-v", "error", "-count_frames", "-show_streams", "-show_frames", "-of", "json", str(path)],
        capture_output=True,
        check=True,
    )
    told = json.loads(said.stdout)
    (stream,) = told["streams"]
    return stream, told["frames"]


def pixels(film, shape):
    """All frames, by Debian's decoder."""
    out = subprocess.run(
        ["ffmpeg", "-v", "error", "-i", "pipe:0", "-f", "rawvideo", "-pix_fmt", "yuv420p", "pipe:1"],
        input=film,
        capture_output=True,
        check=True,
    ).stdout
    return np.frombuffer(out, np.uint8).reshape(-1, shape.height * 3 // 2, shape.width)


def psnr(ours, theirs):
    return 10 * np.log10(255**2 / np.mean((ours.astype(float) - theirs) ** 2))


@pytest.mark.parametrize("rate", [10, 25, 30])
@pytest.mark.parametrize("encoder", ["libx264", "libopenh264"])
def test_a_film_is_what_every_player_takes(rate, encoder, tmp_path):
    shape = ClipShape(320, 180, rate, 2.0)
    film = Ffmpeg(None, encoder, 2).encode(moving(shape), shape)
    stream, frames = probe(film, tmp_path)
    assert {name: stream.get(name) for name in PROFILE} == PROFILE
    assert (stream["width"], stream["height"]) == (320, 180)
    assert stream["avg_frame_rate"] == stream["r_frame_rate"] == f"{rate}/1"
    assert len(frames) == int(stream["nb_read_frames"]) == 2 * rate
    assert (float(stream["duration"]), float(stream["start_time"])) == (2.0, 0.0)
    assert psnr(pixels(film, shape), np.stack(list(moving(shape)))) > 33


def test_the_index_comes_before_the_pictures_and_tells_the_colours(ffmpeg):
    film = ffmpeg.encode(moving(SMALL), SMALL)
    assert 0 < film.index(b"ftyp") < film.index(b"moov") < film.index(b"mdat")
    # nclx with primaries, transfer, matrix 1 (BT.709), not full range (ISO/IEC 14496-12, 12.1.5).
    assert film[film.index(b"colr") :][:15] == b"colrnclx" + bytes([0, 1, 0, 1, 0, 1, 0])


def test_portrait_has_its_own_shape(ffmpeg, tmp_path):
    shape = ClipShape(90, 160, 25, 0.4)
    stream, frames = probe(ffmpeg.encode(moving(shape), shape), tmp_path)
    assert (stream["width"], stream["height"], len(frames)) == (90, 160, 10)


@pytest.mark.parametrize("encoder", ["libx264", "libopenh264"])
@pytest.mark.parametrize("seconds", [0.4, 1.0, 1.48])
def test_the_beginning_has_exactly_the_frames_before_the_key_frame(encoder, seconds, tmp_path):
    ffmpeg, count = Ffmpeg(None, encoder, 2), round(seconds * 25)
    whole = ffmpeg.encode(moving(SMALL), SMALL, key_frame_at=seconds)
    _, frames = probe(whole, tmp_path)
    assert [number for number, frame in enumerate(frames) if frame["key_frame"]] == [0, count]
    beginning = ffmpeg.cut(whole, seconds)
    stream, frames = probe(beginning, tmp_path)
    assert {name: stream.get(name) for name in PROFILE} == PROFILE
    assert (len(frames), float(stream["start_time"])) == (count, 0.0)
    assert float(stream["duration"]) == pytest.approx(seconds, abs=1e-4)
    assert np.array_equal(pixels(beginning, SMALL), pixels(whole, SMALL)[:count])
    assert beginning.index(b"moov") < beginning.index(b"mdat")


def test_b_frames_were_among_them(ffmpeg, tmp_path):
    _, frames = probe(ffmpeg.encode(moving(SMALL), SMALL, key_frame_at=1.0), tmp_path)
    assert "B" in {frame["pict_type"] for frame in frames}


def test_a_film_is_not_cut_between_key_frames(ffmpeg):
    whole = ffmpeg.encode(moving(SMALL), SMALL, key_frame_at=1.0)
    with pytest.raises(ValueError, match=r"no key frame at 0\.8 s"):
        ffmpeg.cut(whole, 0.8)
    assert ffmpeg.cut(whole, 2.0) == whole


@pytest.mark.parametrize(
    "frame",
    [
        np.zeros((180, 320), np.uint8),
        np.zeros((270, 320), np.uint16),
        np.zeros((270, 640), np.uint8)[:, ::2],
        np.zeros((270, 320), np.uint8).T,
    ],
    ids=["only Y", "16 bits", "gaps", "turned"],
)
def test_a_frame_of_another_shape_is_refused(ffmpeg, frame):
    with pytest.raises(ValueError, match="a frame of"):
        ffmpeg.encode([frame], SMALL)


def test_no_frames_are_no_film(ffmpeg):
    with pytest.raises(ValueError, match="no frames"):
        ffmpeg.encode([], SMALL)


def test_ctrl_c_and_sigterm_are_its_parents(ffmpeg, started):
    """A terminal sends the one to our whole group, a service manager the other to all of us; what runs is finished."""

    def disturbed():
        for number, frame in enumerate(moving(SMALL)):
            if number == 10:
                assert os.getpgid(started[-1].pid) != os.getpgid(0)
                os.kill(started[-1].pid, signal.SIGINT)
                os.kill(started[-1].pid, signal.SIGTERM)
            yield frame

    film = ffmpeg.encode(disturbed(), SMALL)
    assert len(pixels(film, SMALL)) == SMALL.count


def test_the_doctor_learns_program_and_encoder():
    said = Ffmpeg(None, "libopenh264", 1).version()
    assert said.endswith(" (libopenh264)")
    assert Path(said.rpartition(" ")[0]).is_file()
