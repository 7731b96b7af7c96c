"""JPEG segments (ITU-T T.81 Annex B).

A phone's file often goes on after its picture: a Motion Photo's video, a second picture, a maker's own data.
"""

from __future__ import annotations

import re
import struct
from dataclasses import dataclass

from tuanyuan.imaging.container.errors import ContainerError

SOI = b"\xff\xd8"
APP0, APP1, APP2, APP14, APP15, COM = 0xE0, 0xE1, 0xE2, 0xEE, 0xEF, 0xFE
EXIF = b"Exif\0\0"
ICC = b"ICC_PROFILE\0"
_SOS, _EOI = 0xDA, 0xD9
_FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}  # these three are no frames (Table B.1)
_STANDALONE = frozenset({0x01, *range(0xD0, 0xD8)})
# After 0xFF: stuffing (00), restarts (D0-D7) and fill bytes (FF) belong to the scan; all else ends it.
# No `+` after \xff: a long run of fill bytes would make the search quadratic.
_NEXT_MARKER = re.compile(rb"\xff[^\x00\xd0-\xd7\xff]")


@dataclass(frozen=True)
class Segment:
    """One marker segment before the first scan. `data[start:end]` is all of it, marker included."""

    marker: int
    start: int
    end: int
    payload: bytes


@dataclass(frozen=True)
class Walk:
    """A JPEG taken apart."""

    segments: tuple[Segment, ...]
    first_scan: int
    scans: int
    end: int
    """Offset just after the end-of-image marker; the length of the data where that marker is missing."""


def walk(data: bytes) -> Walk:
    """Follow the segments to the end of the first picture. Raises ContainerError."""
    if not data.startswith(SOI):
        raise ContainerError("no start of image")
    segments: list[Segment] = []
    position = len(SOI)
    while True:
        found = _NEXT_MARKER.search(data, position)
        if found is None or data[found.end() - 1] == _EOI:
            raise ContainerError("no scan")
        marker, body = data[found.end() - 1], found.end()
        if marker == _SOS:
            break
        if marker in _STANDALONE:
            position = body
            continue
        position = _end_of_segment(data, body)
        segments.append(Segment(marker, found.start(), position, data[body + 2 : position]))
    scans, end = _follow_scans(data, found.start())
    return Walk(tuple(segments), found.start(), scans, end)


def _end_of_segment(data: bytes, body: int) -> int:
    """Where the segment ends whose two length bytes stand at `body`."""
    if body + 2 > len(data):
        raise ContainerError("cut inside a segment")
    length = struct.unpack_from(">H", data, body)[0]
    if length < 2 or body + length > len(data):
        raise ContainerError("cut inside a segment")
    return int(body + length)


def _follow_scans(data: bytes, position: int) -> tuple[int, int]:
    """Count the scans from the first one on, and find where the picture ends."""
    scans = 0
    while (found := _NEXT_MARKER.search(data, position)) is not None:
        marker, position = data[found.end() - 1], found.end()
        if marker == _EOI:
            return scans, position
        if marker in _STANDALONE:
            continue
        scans += marker == _SOS
        position = _end_of_segment(data, position)
    return scans, len(data)


def bare(data: bytes, parts: Walk) -> bytes:
    """The same picture with nothing but what a decoder needs: no metadata, nothing after its end.

    Only the JFIF and Adobe segments stay, because they say how colour is stored.
    """
    kept = [data[s.start : s.end] for s in parts.segments if _is_needed(s)]
    return b"".join([SOI, *kept, data[parts.first_scan : parts.end]])


def _is_needed(segment: Segment) -> bool:
    if segment.marker == APP0:
        return segment.payload.startswith(b"JFIF\0")
    if segment.marker == APP14:
        return segment.payload.startswith(b"Adobe")
    return not (APP0 <= segment.marker <= APP15 or segment.marker == COM)


def icc_profile(parts: Walk) -> bytes | None:
    """The colour profile joined from its pieces (ICC.1 Annex B.4), None if absent or a piece is missing."""
    pieces = {
        s.payload[len(ICC)]: s.payload[len(ICC) + 2 :]
        for s in parts.segments
        if s.marker == APP2 and s.payload.startswith(ICC) and len(s.payload) > len(ICC) + 2
    }
    if not pieces or sorted(pieces) != list(range(1, len(pieces) + 1)):
        return None
    return b"".join(pieces[number] for number in sorted(pieces))


def size(parts: Walk) -> tuple[int, int]:
    """Width and height in pixels, as the frame header says. Raises ContainerError where there is none."""
    for segment in parts.segments:
        if segment.marker in _FRAMES and len(segment.payload) >= 5:
            height, width = struct.unpack_from(">HH", segment.payload, 1)
            return width, height
    raise ContainerError("no frame header")


def exif(parts: Walk) -> bytes:
    """The first EXIF block (a TIFF structure), empty if there is none."""
    for segment in parts.segments:
        if segment.marker == APP1 and segment.payload.startswith(EXIF):
            return segment.payload[len(EXIF) :]
    return b""


def segment(marker: int, payload: bytes) -> bytes:
    """A marker segment ready to be written. Raises ValueError where the payload exceeds 65533 bytes."""
    if len(payload) > 0xFFFD:
        raise ValueError(f"{len(payload)} bytes do not fit into one JPEG segment")
    return struct.pack(">BBH", 0xFF, marker, len(payload) + 2) + payload


def with_exif(data: bytes, tiff: bytes) -> bytes:
    """The same file with `tiff` as its only EXIF block, right behind JFIF. Raises ContainerError, ValueError."""
    parts = walk(data)
    kept = [s for s in parts.segments if not (s.marker == APP1 and s.payload.startswith(EXIF))]
    first = [s for s in kept if s.marker == APP0]
    rest = [s for s in kept if s.marker != APP0]
    pieces = [SOI, *(data[s.start : s.end] for s in first), segment(APP1, EXIF + tiff)]
    return b"".join([*pieces, *(data[s.start : s.end] for s in rest), data[parts.first_scan :]])
