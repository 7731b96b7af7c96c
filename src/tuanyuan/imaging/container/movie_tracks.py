"""How long a film is, and what its picture track is called (ISO 14496-12 section 8)."""

from __future__ import annotations

import struct
from dataclasses import dataclass

from tuanyuan.imaging.container.errors import ContainerError
from tuanyuan.imaging.container.movie import Box, find, movie_box, tracks

_VIDEO = b"vide"
_ENDLESS = {0: 0xFFFFFFFF, 1: 0xFFFFFFFFFFFFFFFF}  # a length that is not known


@dataclass(frozen=True)
class Clock:
    """`timescale`: units in a second. `duration`: in these units."""

    timescale: int
    duration: int

    @property
    def seconds(self) -> float:
        """The length in seconds."""
        return self.duration / self.timescale


@dataclass(frozen=True)
class PictureTrack:
    """`number`: its track_ID. `timescale`: units in a second. `frame`: the first frame's length in these units."""

    number: int
    timescale: int
    frame: int


def clock(data: bytes) -> Clock:
    """The clock of the whole film. Raises ContainerError."""
    return _clock(data, _need(data, b"mvhd", within=movie_box(data)))


def picture_track(data: bytes) -> PictureTrack:
    """The first track of pictures. Raises ContainerError where there is none."""
    for track in tracks(data, movie_box(data)):
        handler = _need(data, b"mdia", b"hdlr", within=track)
        if data[handler.body + 8 : handler.body + 12] == _VIDEO:
            media = _clock(data, _need(data, b"mdia", b"mdhd", within=track))
            times = _need(data, b"mdia", b"minf", b"stbl", b"stts", within=track)
            return PictureTrack(_track_number(data, track), media.timescale, max(1, _field(data, times, ">I", 12)))
    raise ContainerError("no pictures")


def free_track_number(data: bytes) -> int:
    """A number that no track has. Raises ContainerError."""
    return 1 + max((_track_number(data, track) for track in tracks(data, movie_box(data))), default=0)


def _track_number(data: bytes, track: Box) -> int:
    header = _need(data, b"tkhd", within=track)
    return _field(data, header, ">I", 20 if data[header.body : header.body + 1] == b"\1" else 12)


def _clock(data: bytes, header: Box) -> Clock:
    """`mvhd` and `mdhd` begin alike: times of making in 4 or, in version 1, 8 bytes, timescale, duration."""
    version = _field(data, header, "B", 0)
    timescale = _field(data, header, ">I", 20 if version == 1 else 12)
    duration = _field(data, header, ">Q", 24) if version == 1 else _field(data, header, ">I", 16)
    if not timescale or duration == _ENDLESS.get(version):
        raise ContainerError("no length")
    return Clock(timescale, duration)


def _need(data: bytes, *path: bytes, within: Box) -> Box:
    found = find(data, path, within.body, within.end)
    if found is None:
        raise ContainerError(f"no {path[-1].decode()}")
    return found


def _field(data: bytes, box: Box, form: str, at: int) -> int:
    if box.body + at + struct.calcsize(form) > box.end:
        raise ContainerError("cut inside a header")
    return int(struct.unpack_from(form, data, box.body + at)[0])
