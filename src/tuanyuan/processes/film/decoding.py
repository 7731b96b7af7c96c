"""Clips from outside: what they measure, and their frames. Everything in them may be meant to harm."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager

import numpy as np
import structlog

from tuanyuan.domain.clip import ClipShape
from tuanyuan.domain.errors import OurFault, Rejected
from tuanyuan.domain.ports.film import Frame
from tuanyuan.processes.film.boxes import Header, Unreadable, header
from tuanyuan.processes.film.held import Held, held
from tuanyuan.processes.film.running import Program, Running
from tuanyuan.processes.film.steadying import Steadying, of_the_camera

log = structlog.get_logger(__name__)

MOST_BYTES, MOST_SIDE, MOST_SECONDS, MOST_FPS = 40_000_000, 4096, 60, 60
# Seconds of waiting for the next frame.
FRAME_SECONDS = 30.0
_LIMITS = ("-max_pixels", str(MOST_SIDE * MOST_SIDE), "-max_alloc", str(256 << 20))
# Without tags: standard definition is BT.601, anything larger BT.709, as players take it.
_HIGH_DEFINITION = 720
_SPACE = re.compile(r"color_space:(\w+)")
# Non-local means: noise of 2, 4, 6 levels becomes 0.0, 3.6, 3.8 dB less; by hqdn3d -0.9, 1.9, 1.4 for a twelfth of
# the time.
DENOISE = "nlmeans=s=1.4:p=3:r=5"


def shape(program: Program, clip: bytes) -> ClipShape:
    """See `domain.ports.film.Films.shape`. The first frame is decoded, so that it is what the file says."""
    told = _header(clip)
    with held(clip) as film:
        _looked_at(program, film, told)
    return ClipShape(told.width // 2 * 2, told.height // 2 * 2, _rate(told), told.seconds)


@contextmanager
def frames(
    program: Program, clip: bytes, wanted: ClipShape, threads: int, *, denoise: bool, steadying: Steadying | None
) -> Iterator[Iterator[Frame]]:
    """See `domain.ports.film.Films.frames`."""
    told = _header(clip)
    with ExitStack() as open_things:
        film = open_things.enter_context(held(clip))
        moves = open_things.enter_context(held()) if steadying else None
        space = _looked_at(program, film, told)
        files = film.descriptors + (moves.descriptors if moves else ())
        tags = [f"setparams=colorspace={_untagged(told)}"] if space == "unknown" else []
        # What becomes smaller does so first, and the rest costs less; noise is taken out before anything is enlarged.
        first, last = (_sized(wanted), []) if wanted.width < told.width else ([], _sized(wanted))
        filters = [*tags, "setpts=PTS-STARTPTS", *first]
        if steadying and steadying.watch and moves:
            _watch(program, film, told, threads, [*filters, steadying.watch.format(file=moves.path)], files)
            moves.write(of_the_camera(moves.read().decode("latin-1")).encode("latin-1"))
        filters += [DENOISE] if denoise else []
        filters += [steadying.move.format(file=moves.path)] if steadying and moves else []
        # Where the clip is too short its last frame stays.
        filters += [*last, f"fps={wanted.fps}:round=near", "tpad=stop=-1:stop_mode=clone"]
        arguments = [
            *_opened(film, told, threads),
            *("-vf", ",".join(filters), "-frames:v", str(wanted.count)),
            *("-f", "rawvideo", "-pix_fmt", "yuv420p", "pipe:1"),
        ]
        process = open_things.enter_context(_started(program, arguments, files))
        yield _read(process, wanted)


def _header(clip: bytes) -> Header:
    if len(clip) > MOST_BYTES:
        raise _too_large(f"{len(clip) / 1e6:.0f} MB")
    try:
        told = header(clip)
    except Unreadable as error:
        raise _unreadable(str(error)) from None
    if max(told.width, told.height) > MOST_SIDE:
        raise _too_large(f"{told.width}×{told.height}")
    if told.stored > MOST_SECONDS:
        raise _too_large(f"{told.stored:.0f} s")
    if told.samples > MOST_FPS * told.stored + 1:
        raise _too_large(f"{told.samples / told.stored:.0f} fps" if told.stored else f"{told.samples} frames")
    if min(told.width, told.height) < 16 or told.samples < 1 or told.seconds <= 0:
        raise _unreadable("no pictures in it")
    return told


def _rate(told: Header) -> int:
    return min(MOST_FPS, max(1, round(told.samples / told.stored)))


def _untagged(told: Header) -> str:
    return "bt709" if min(told.width, told.height) >= _HIGH_DEFINITION else "smpte170m"


def _opened(film: Held, told: Header, threads: int, *, words: str = "error") -> list[str]:
    """Only this file, only as MP4, only its first picture track, only the decoder that its header names."""
    return [
        *("-hide_banner", "-nostdin", "-nostats", "-v", words, "-xerror"),
        *("-protocol_whitelist", "file,pipe", "-codec_whitelist", told.codec, *_LIMITS, "-threads", str(threads)),
        *("-f", "mov", "-i", film.path, "-map", "0:v:0", "-an", "-sn", "-dn"),
        *("-filter_threads", str(threads)),
    ]


def _looked_at(program: Program, film: Held, told: Header) -> str:
    """Decode the first frame: it must be, upright, as large as the header says. Its colour space by ffmpeg's name."""
    arguments = [
        *_opened(film, told, 1, words="info"),
        *("-frames:v", "1", "-vf", "showinfo=checksum=0", "-f", "rawvideo", "-pix_fmt", "gray", "pipe:1"),
    ]
    expected = told.width * told.height
    with _started(program, arguments, film.descriptors) as process:
        got = process.fill(memoryview(bytearray(expected + 1)), FRAME_SECONDS)
        status = process.finish(FRAME_SECONDS)
        found = _SPACE.findall(process.words)
        if status or got != expected:
            raise _unreadable(process.last_line if status else "not of the size that it says")
    return str(found[-1]) if found else "unknown"


def _watch(
    program: Program, film: Held, told: Header, threads: int, filters: Sequence[str], files: tuple[int, ...]
) -> None:
    """The first pass of a stabiliser. It hands out tiny frames, so that it ends as soon as nobody takes them."""
    tiny = 16 * 16
    arguments = [
        *_opened(film, told, threads),
        *("-vf", ",".join([*filters, "scale=16:16"]), "-f", "rawvideo", "-pix_fmt", "gray", "pipe:1"),
    ]
    buffer = memoryview(bytearray(tiny))
    with _started(program, arguments, files) as process:
        while process.fill(buffer, FRAME_SECONDS) == tiny:
            pass
        if process.finish(FRAME_SECONDS):
            raise _unreadable(process.last_line)


def _sized(wanted: ClipShape) -> list[str]:
    """Size and colours."""
    return [
        f"scale={wanted.width}:{wanted.height}:flags=lanczos+accurate_rnd:out_color_matrix=bt709:out_range=tv",
        "format=yuv420p",
    ]


def _read(process: Running, wanted: ClipShape) -> Iterator[Frame]:
    for _ in range(wanted.count):
        frame = np.empty((wanted.height * 3 // 2, wanted.width), np.uint8)
        if process.fill(frame.data.cast("B"), FRAME_SECONDS) != frame.size:
            process.finish(FRAME_SECONDS)
            raise _unreadable("too slow" if process.late else process.last_line)
        yield frame


def _started(program: Program, arguments: Sequence[str], descriptors: tuple[int, ...]) -> Running:
    try:
        return Running(program, arguments, read=True, descriptors=descriptors)
    except OSError as error:
        raise OurFault("encoder_missing", program=program.path, detail=error.strerror or "") from None


def _unreadable(reason: str) -> Rejected:
    log.info("clip_unreadable", reason=reason[:500])
    return Rejected("clip_unreadable")


def _too_large(found: str) -> Rejected:
    return Rejected(
        "clip_too_large",
        found=found,
        megabytes=MOST_BYTES // 1_000_000,
        seconds=MOST_SECONDS,
        side=MOST_SIDE,
        fps=MOST_FPS,
    )
