"""Clips from outside: measured upright, brought to shape and colours; and what is meant to harm is turned away."""

from __future__ import annotations

import struct
import subprocess

import numpy as np
import pytest

from tuanyuan.domain.clip import ClipShape
from tuanyuan.domain.errors import Rejected
from tuanyuan.processes.film import binary

pytestmark = pytest.mark.usefixtures("nothing_stays")

SHAPE = ClipShape(320, 180, 25, 1.0)
PROGRAM = str(binary.found(None))


def made(tmp_path, *arguments, size="320x180", rate="25", seconds="1", source="testsrc2"):
    """A clip by the program itself, its index last."""
    path = tmp_path / "made.mp4"
    given = ["-f", "lavfi", "-i", f"{source}=s={size}:r={rate}:d={seconds}", *arguments, str(path)]
    subprocess.run([PROGRAM, "-v", "error", "-y", *given], check=True, capture_output=True)
    return path.read_bytes()


def coloured(tmp_path, size, yuv, *arguments):
    """A second of one colour, given by its Y, U, V, coded almost without loss."""
    path = tmp_path / "made.mp4"
    width, height = (int(side) for side in size.split("x"))
    frame = bytes([yuv[0]]) * (width * height) + b"".join(bytes([part]) * (width * height // 4) for part in yuv[1:])
    given = ["-f", "rawvideo", "-pix_fmt", "yuv420p", "-s", size, "-r", "25", *arguments[:-1], "-i", "pipe:0"]
    ending = ["-c:v", arguments[-1], "-crf", "1", *arguments[:-1], str(path)]
    subprocess.run([PROGRAM, "-v", "error", "-y", *given, *ending], input=frame * 25, check=True, capture_output=True)
    return path.read_bytes()


def within(data, path, change):
    """An MP4 file with the body of one box changed, and the sizes of all round it."""
    at, found = 0, b""
    while at < len(data):
        size, kind = struct.unpack_from(">I4s", data, at)
        body = data[at + 8 : at + size]
        if kind == path[0]:
            # The entries of these two come after a few bytes of their own.
            skip = {b"dref": 8, b"stsd": 8}.get(kind, 0) if len(path) > 1 else 0
            body = body[:skip] + within(body[skip:], path[1:], change) if len(path) > 1 else change(body)
        found += struct.pack(">I4s", len(body) + 8, kind) + body
        at += size
    return found


TABLE = [b"moov", b"trak", b"mdia", b"minf", b"stbl"]
REFERENCE = [b"moov", b"trak", b"mdia", b"minf", b"dinf", b"dref"]


def read(ffmpeg, clip, shape, **how):
    with ffmpeg.frames(clip, shape, **how) as frames:
        return list(frames)


def code(work):
    with pytest.raises(Rejected) as caught:
        work()
    return caught.value.code


@pytest.mark.parametrize(
    ("arguments", "size", "expected"),
    [
        ([], "320x180", ClipShape(320, 180, 25, 1.0)),
        (["-r", "30000/1001"], "320x180", ClipShape(320, 180, 30, pytest.approx(1.0, abs=0.04))),
        (["-pix_fmt", "yuv444p"], "321x181", ClipShape(320, 180, 25, 1.0)),
        (["-c:v", "libx265", "-x265-params", "log-level=0"], "320x180", ClipShape(320, 180, 25, 1.0)),
        (["-movflags", "+faststart"], "180x320", ClipShape(180, 320, 25, 1.0)),
    ],
    ids=["plain", "ntsc", "odd", "hevc", "portrait"],
)
def test_a_clip_is_measured(ffmpeg, tmp_path, arguments, size, expected):
    assert ffmpeg.shape(made(tmp_path, *arguments, size=size)) == expected


@pytest.mark.parametrize(("degrees", "expected"), [(90, (180, 320)), (180, (320, 180)), (270, (180, 320))])
def test_a_clip_that_lies_on_its_side_is_upright(ffmpeg, tmp_path, degrees, expected):
    (tmp_path / "lying.mp4").write_bytes(made(tmp_path))
    turned = ["-display_rotation", str(degrees), "-i", str(tmp_path / "lying.mp4"), "-c", "copy"]
    subprocess.run([PROGRAM, "-v", "error", "-y", *turned, str(tmp_path / "turned.mp4")], check=True)
    clip = (tmp_path / "turned.mp4").read_bytes()
    shape = ffmpeg.shape(clip)
    assert (shape.width, shape.height) == expected
    upright = read(ffmpeg, clip, shape)[0][: shape.height]
    lying = read(ffmpeg, made(tmp_path), SHAPE)[0][:180]
    assert np.abs(np.rot90(lying, degrees // 90).astype(int) - upright).mean() < 1


def test_frames_come_in_the_shape_that_is_asked_for(ffmpeg, tmp_path):
    clip = made(tmp_path, rate="24")
    for shape in (SHAPE, ClipShape(640, 360, 30, 1.0), ClipShape(160, 90, 10, 0.5)):
        frames = read(ffmpeg, clip, shape)
        assert len(frames) == shape.count
        assert {(frame.shape, frame.dtype.name) for frame in frames} == {
            ((shape.height * 3 // 2, shape.width), "uint8")
        }
        assert all(frame.flags.c_contiguous and frame.flags.owndata for frame in frames)


def test_a_clip_that_is_too_short_stays_at_its_last_frame(ffmpeg, tmp_path):
    frames = read(ffmpeg, made(tmp_path), ClipShape(320, 180, 25, 1.6))
    assert len(frames) == 40
    assert all(np.array_equal(frame, frames[24]) for frame in frames[25:])
    assert not np.array_equal(frames[23], frames[24])


# Pure red in the numbers of ITU-R BT.601 and BT.709, limited range.
RED_601, RED_709 = (81, 90, 240), (63, 102, 240)


@pytest.mark.parametrize(
    ("size", "given", "tags"),
    [
        ("320x180", RED_601, ["libx264"]),
        ("1280x720", RED_709, ["libx264"]),
        ("1280x720", RED_709, ["libx265"]),
        ("720x1280", RED_709, ["libx264"]),
        ("320x180", RED_709, ["-colorspace", "bt709", "libx264"]),
        ("1280x720", RED_601, ["-colorspace", "smpte170m", "libx264"]),
        ("1280x720", (54, 99, 255), ["-colorspace", "bt709", "-color_range", "pc", "libx264"]),
    ],
    ids=["small untagged", "large untagged", "large hevc", "tall untagged", "small 709", "large 601", "full range"],
)
def test_colours_become_bt709_of_limited_range(ffmpeg, tmp_path, size, given, tags):
    clip = coloured(tmp_path, size, given, *tags)
    frame = read(ffmpeg, clip, ClipShape(320, 180, 25, 0.2))[2]
    planes = frame[:180], frame[180:225], frame[225:]
    assert [round(float(plane.mean())) for plane in planes] == pytest.approx(RED_709, abs=2)


def test_sound_and_other_tracks_are_left_alone(ffmpeg, tmp_path):
    plain = made(tmp_path)
    (tmp_path / "plain.mp4").write_bytes(plain)
    path = tmp_path / "both.mp4"
    sound = ["-f", "lavfi", "-i", "sine=d=1", "-i", str(tmp_path / "plain.mp4"), "-map", "0:a", "-map", "1:v"]
    subprocess.run([PROGRAM, "-v", "error", *sound, "-c:v", "copy", str(path)], check=True, capture_output=True)
    assert ffmpeg.shape(path.read_bytes()) == SHAPE
    both = read(ffmpeg, path.read_bytes(), SHAPE)
    assert np.array_equal(np.stack(both), np.stack(read(ffmpeg, plain, SHAPE)))


def test_left_early_the_process_ends(ffmpeg, tmp_path, started):
    with ffmpeg.frames(made(tmp_path, seconds="20"), ClipShape(320, 180, 25, 20.0)) as frames:
        next(frames)
        assert started[-1].status is None
    assert started[-1].status is not None


def test_what_the_block_raises_ends_the_process(ffmpeg, tmp_path, started):
    error = RuntimeError("the renderer")
    with pytest.raises(RuntimeError) as caught, ffmpeg.frames(made(tmp_path, seconds="20"), SHAPE):
        raise error
    assert caught.value is error
    assert started[-1].status is not None


def long(clip):
    return within(clip, [*TABLE, b"stts"], lambda body: body[:12] + struct.pack(">I", 36000 * 12800 // 25))


def described(width, height):
    def change(body):
        return body[:24] + struct.pack(">HH", width, height) + body[28:]

    return lambda clip: within(clip, [*TABLE, b"stsd", b"avc1"], change)


def elsewhere(path):
    entry = f"file://{path}".encode() + b"\0"
    box = struct.pack(">I4sI", len(entry) + 12, b"url ", 0) + entry
    return lambda clip: within(clip, REFERENCE, lambda body: body[:8] + box)


def test_the_change_of_a_box_alone_harms_nothing(ffmpeg, tmp_path):
    """What the hostile clips below are made with does not break them by itself."""
    clip = made(tmp_path)
    assert within(clip, [*TABLE, b"stsd", b"avc1"], lambda body: body) == clip
    assert ffmpeg.shape(described(320, 180)(clip)) == SHAPE


HOSTILE = {
    "nothing": lambda _: b"",
    "a text": lambda _: b"this is no film\n" * 1000,
    "a playlist": lambda _: b"#EXTM3U\n#EXTINF:1,\nhttp://127.0.0.1/a.ts\n",
    "a concat script": lambda _: b"ffconcat version 1.0\nfile /etc/passwd\n",
    "half a file": lambda clip: clip[: len(clip) // 2],
    "without its last byte": lambda clip: clip[:-1],
    "no index": lambda clip: clip[: clip.index(b"moov") - 4],
    "no pictures": lambda clip: clip.replace(b"vide", b"soun"),
    "another codec": lambda clip: clip.replace(b"avc1", b"mp4v"),
    "a box longer than the file": lambda clip: clip.replace(b"\0\0\0\x08free", b"\x7f\0\0\x08free"),
    "a million empty boxes": lambda clip: clip + struct.pack(">I4s", 8, b"free") * 1_000_000,
    "larger than it says": described(160, 90),
    "smaller than it says": described(640, 360),
    "no size": described(0, 0),
    "no frames": lambda clip: within(clip, [*TABLE, b"stts"], lambda body: body[:4] + bytes(4)),
    "a table of four billion": lambda clip: within(clip, [*TABLE, b"stts"], lambda body: body[:4] + b"\xff" * 4),
    "rubbish for frames": lambda clip: clip[:2000] + bytes(range(256)) * 8 + clip[2000 + 256 * 8 :],
}


@pytest.mark.parametrize("kind", HOSTILE)
def test_what_is_no_clip_is_turned_away(ffmpeg, tmp_path, kind):
    clip = HOSTILE[kind](made(tmp_path))
    assert code(lambda: read(ffmpeg, clip, SHAPE)) == "clip_unreadable"
    if kind != "rubbish for frames":  # its first frame may be whole
        assert code(lambda: ffmpeg.shape(clip)) == "clip_unreadable"


def test_frames_in_another_file_are_never_fetched(ffmpeg, tmp_path, started):
    hostile = elsewhere(tmp_path / "made.mp4")(made(tmp_path))
    assert code(lambda: ffmpeg.shape(hostile)) == "clip_unreadable"
    assert started == []


@pytest.mark.parametrize(
    ("kind", "found"),
    [("ten hours", "36000 s"), ("wide", "65000×16"), ("tall", "640×5000"), ("fast", "120 fps"), ("heavy", "41 MB")],
)
def test_what_is_too_large_is_turned_away_before_anything_is_started(ffmpeg, tmp_path, started, kind, found):
    clip = made(tmp_path, rate="120" if kind == "fast" else "25")
    clip = {
        "ten hours": lambda: long(clip),
        "wide": lambda: described(65000, 16)(clip),
        "tall": lambda: described(640, 5000)(clip),
        "fast": lambda: clip,
        "heavy": lambda: (
            clip + struct.pack(">I4s", 41_000_000 - len(clip), b"free") + bytes(41_000_000 - len(clip) - 8)
        ),
    }[kind]()
    with pytest.raises(Rejected) as caught:
        ffmpeg.shape(clip)
    assert caught.value.code == "clip_too_large"
    assert found in caught.value.problem.message_zh
    assert "40 MB" in caught.value.problem.advice_en
    assert started == []


def test_a_picture_wider_than_it_says_never_gets_far(ffmpeg, tmp_path):
    clip = described(320, 180)(made(tmp_path, size="16000x16"))
    assert code(lambda: ffmpeg.shape(clip)) == "clip_unreadable"


def test_a_clip_that_breaks_in_the_middle_says_so_there(ffmpeg, tmp_path):
    clip = bytearray(made(tmp_path, "-g", "5", "-bf", "0", seconds="4"))
    begin = clip.index(b"mdat") + len(clip) // 2
    clip[begin : begin + len(clip) // 4] = bytes(len(clip) // 4)
    with ffmpeg.frames(bytes(clip), ClipShape(320, 180, 25, 4.0)) as frames:
        next(frames)
        assert code(lambda: list(frames)) == "clip_unreadable"
