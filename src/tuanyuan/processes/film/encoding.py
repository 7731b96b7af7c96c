"""Frames in, an MP4 file out; and the beginning of such a file."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

import structlog

from tuanyuan.domain.clip import ClipShape
from tuanyuan.domain.errors import OurFault
from tuanyuan.domain.ports.film import Frame
from tuanyuan.processes.film.boxes import Unreadable, header
from tuanyuan.processes.film.held import held
from tuanyuan.processes.film.running import Program, Running

log = structlog.get_logger(__name__)

# Seconds in which the encoder must take one frame, and in which it must be done after the last one.
FRAME_SECONDS, END_SECONDS = 60.0, 120.0
QUIET = ("-hide_banner", "-nostdin", "-nostats", "-v", "error", "-y")
BT709 = ("-color_range", "tv", "-colorspace", "bt709", "-color_primaries", "bt709", "-color_trc", "bt709")
# Bytes of data that the encoder may take: 0.4 GB at 1080p, over 2 GB at 4096×4096.
MEMORY = 4 << 30
# Bits for each pixel of each frame, where an encoder knows no constant quality: 6 Mbit/s for 1080p25.
BITS = 0.12


def options(encoder: str, shape: ClipShape, threads: int) -> list[str]:
    """What this encoder is told. Of another one than the two known we only ask for a bit rate."""
    rate = ["-b:v", str(int(shape.width * shape.height * shape.fps * BITS))]
    if encoder == "libx264":
        # Keeps the dither of a dark sky: rows of one value are 4 long instead of 17, for a third more bytes elsewhere.
        tuned = "aq-mode=3:aq-strength=1.4:open-gop=0"
        rate = ["-preset", "veryfast", "-crf", "20", "-forced-idr", "1", "-x264-params", tuned]
    elif encoder == "libopenh264":
        rate += ["-rc_mode", "bitrate", "-allow_skip_frames", "0"]
    return ["-c:v", encoder, "-profile:v", "high", "-pix_fmt", "yuv420p", "-threads", str(threads), *rate]


def encode(
    program: Program, encoder: str, threads: int, frames: Iterable[Frame], shape: ClipShape, key_frame_at: float | None
) -> bytes:
    """See `domain.ports.film.Films.encode`. ValueError: a frame has another size or type than `shape` says."""
    keys = [] if key_frame_at is None else ["-force_key_frames:v", f"{_frame(key_frame_at, shape) / shape.fps:.6f}"]
    with held() as film:
        arguments = [
            *QUIET,
            *("-f", "rawvideo", "-pix_fmt", "yuv420p", "-s", f"{shape.width}x{shape.height}", "-r", str(shape.fps)),
            *BT709,
            *("-i", "pipe:0", "-map", "0:v:0"),
            # Said of the frames, too: a build that does not take it from the input would convert from "unknown".
            *("-vf", "setparams=range=tv:color_primaries=bt709:color_trc=bt709:colorspace=bt709"),
            *options(encoder, shape, threads),
            *BT709,
            *keys,
            *("-flags", "+cgop", "-movflags", "+faststart", "-f", "mp4", film.path),
        ]
        with _started(replace(program, memory=MEMORY), arguments, film.descriptors, fed=True) as running:
            if not _fed(running, frames, shape):
                raise ValueError("no frames")
            if running.finish(END_SECONDS) != 0:
                raise _failure(running)
        return film.read()


def cut(program: Program, clip: bytes, seconds: float) -> bytes:
    """See `domain.ports.film.Films.cut`. ValueError: no key frame of the clip begins at `seconds`."""
    try:
        told = header(clip)
    except Unreadable as error:
        raise ValueError(f"not a clip of ours: {error}") from None
    count = round(seconds * told.samples / told.stored)
    if count == told.samples:
        return clip
    if count not in told.keys[1:]:
        raise ValueError(f"no key frame at {seconds} s")
    with held(clip) as whole, held() as beginning:
        arguments = [
            *QUIET,
            *("-f", "mov", "-i", whole.path, "-map", "0:v:0", "-c", "copy"),
            # Frames are stored in the order of decoding, and with closed groups none from before a key frame comes
            # after it: so many packets are so many frames. A time would cut in the middle of B-frames.
            *("-frames:v", str(count)),
            *("-movflags", "+faststart", "-f", "mp4", beginning.path),
        ]
        with _started(program, arguments, whole.descriptors + beginning.descriptors) as copying:
            if copying.finish(END_SECONDS) != 0:
                raise _failure(copying)
        return beginning.read()


def _fed(running: Running, frames: Iterable[Frame], shape: ClipShape) -> bool:
    """Whether there was any frame. One that stops taking them ends with a status that tells."""
    view = None
    for frame in frames:
        view = _bytes(frame, shape)
        try:
            running.feed(view, FRAME_SECONDS)
        except OSError:  # a broken pipe, by whatever name the system has for it
            running.finish(END_SECONDS)
            raise _failure(running) from None
    return view is not None


def _started(program: Program, arguments: Sequence[str], descriptors: tuple[int, ...], *, fed: bool = False) -> Running:
    try:
        return Running(program, arguments, fed=fed, descriptors=descriptors)
    except OSError as error:
        raise OurFault("encoder_missing", program=program.path, detail=error.strerror or "") from None


def _failure(process: Running) -> OurFault:
    log.error("film_encoder_failed", pid=process.pid, status=process.status, late=process.late, said=process.last_line)
    return OurFault("encoder_failed")


def _frame(seconds: float, shape: ClipShape) -> int:
    return round(seconds * shape.fps)


def _bytes(frame: Frame, shape: ClipShape) -> memoryview:
    """The frame as it lies in memory; nothing is copied."""
    wanted = (shape.height * 3 // 2, shape.width)
    view = frame.data
    if view.shape != wanted or view.format != "B" or not view.c_contiguous:
        raise ValueError(f"a frame of {view.shape} {view.format}, not {wanted} uint8 without gaps")
    return view.cast("B")
