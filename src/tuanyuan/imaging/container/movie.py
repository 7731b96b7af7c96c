"""Boxes of MP4 and QuickTime files (ISO 14496-12 sections 4 and 8; QuickTime File Format), read and rearranged.

Frames are never touched. When boxes move, every chunk offset (`stco`, `co64`) moves with them.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tuanyuan.imaging.container.errors import ContainerError

_BRANDS = (b"qt  ", b"iso", b"mp4", b"avc1", b"M4V", b"3g", b"MSNV", b"dash")
# Bounds for files that are built to keep a reader busy; a film has about ten boxes in a row and two tracks.
_MOST_IN_A_ROW, _MOST_TRACKS = 512, 32
_OPEN_ENDED, _LONG = 0, 1  # sizes with a meaning of their own
_CHUNK_TABLE = (b"mdia", b"minf", b"stbl")
_OFFSETS = {b"stco": (">u4", 4), b"co64": (">u8", 8)}  # how they are stored, and in how many bytes
# Both hold places in the file that are not corrected here: fragments, and where a protected track has its keys.
_UNMOVABLE = frozenset({b"moof", b"saio"})

_Int = NDArray[np.int64]


@dataclass(frozen=True)
class Box:
    """One box: `data[start:end]` is all of it, `data[body:end]` its content."""

    kind: bytes
    start: int
    body: int
    end: int


def is_movie(data: bytes) -> bool:
    """True if it begins as an MP4 or QuickTime file does; pictures in the same kind of boxes are none."""
    return data[4:8] == b"ftyp" and data[8:12].startswith(_BRANDS)


def boxes(data: bytes, start: int = 0, end: int | None = None) -> list[Box]:
    """The boxes in a row that fill `data[start:end]`. Raises ContainerError."""
    end = len(data) if end is None else end
    found: list[Box] = []
    while start < end:
        if end - start < 8:
            # QuickTime's user data may end in four zero bytes.
            if any(data[start:end]):
                raise ContainerError("cut inside a box")
            break
        if len(found) == _MOST_IN_A_ROW:
            raise ContainerError("too many boxes")
        found.append(_box(data, start, end))
        start = found[-1].end
    return found


def _box(data: bytes, start: int, end: int) -> Box:
    size, kind = struct.unpack_from(">I4s", data, start)
    body = start + 8
    if size == _LONG:
        if body + 8 > end:
            raise ContainerError("cut inside a box")
        size, body = struct.unpack_from(">Q", data, body)[0], body + 8
    elif size == _OPEN_ENDED:
        size = end - start
    if start + size < body or start + size > end:
        raise ContainerError("a box does not fit")
    return Box(kind, start, body, start + size)


def find(data: bytes, path: Sequence[bytes], start: int = 0, end: int | None = None) -> Box | None:
    """The first box on the way `path`, None if there is none. Raises ContainerError."""
    for box in boxes(data, start, end):
        if box.kind == path[0]:
            return box if len(path) == 1 else find(data, path[1:], box.body, box.end)
    return None


def movie_box(data: bytes) -> Box:
    """The one `moov` box. Raises ContainerError where there is none or another."""
    found = [box for box in boxes(data) if box.kind == b"moov"]
    if len(found) != 1:
        raise ContainerError(f"{len(found)} movie boxes")
    return found[0]


def tracks(data: bytes, moov: Box) -> list[Box]:
    """The `trak` boxes. Raises ContainerError."""
    found = [box for box in boxes(data, moov.body, moov.end) if box.kind == b"trak"]
    if len(found) > _MOST_TRACKS:
        raise ContainerError("too many tracks")
    return found


def pack(kind: bytes, *content: bytes) -> bytes:
    """A box ready to be written. Raises ContainerError beyond 4 GB."""
    size = 8 + sum(map(len, content))
    if size > 0xFFFFFFFF:
        raise ContainerError("a box beyond 4 GB")
    return b"".join((struct.pack(">I4s", size, kind), *content))


def pack_full(kind: bytes, *content: bytes, flags: int = 0) -> bytes:
    """The same for a box that begins with a version, here 0, and flags (ISO 14496-12 section 4.2)."""
    return pack(kind, struct.pack(">I", flags), *content)


def with_sample(data: bytes, sample: bytes) -> tuple[bytes, int]:
    """The file with `sample` in a media box of its own at the end, and the sample's offset. Raises ContainerError."""
    movie_box(data)
    last = boxes(data)[-1]
    if data[last.start : last.start + 4] == struct.pack(">I", _OPEN_ENDED):
        # Nothing may follow a box that reaches to the end of the file.
        if last.end - last.start > 0xFFFFFFFF:
            raise ContainerError("a box beyond 4 GB")
        data = data[: last.start] + struct.pack(">I", last.end - last.start) + data[last.start + 4 : last.end]
    return data[: last.end] + pack(b"mdat", sample), last.end + 8


def assemble(data: bytes, pieces: Sequence[Box | bytes]) -> bytes:
    """A file of these pieces: boxes of `data` in their order, and bytes that take the place of others.

    A new `moov` has its chunk offsets as they are in `data`; they are corrected here. Raises ContainerError where
    a chunk lies in no box that is kept, and for a film in fragments, whose offsets are kept elsewhere too.
    """
    kept: list[tuple[int, int, int]] = []
    position = 0
    for piece in pieces:
        if isinstance(piece, bytes):
            position += len(piece)
            continue
        if piece.kind in _UNMOVABLE:
            raise ContainerError("a film in fragments")
        kept.append((piece.start, piece.end, position - piece.start))
        position += piece.end - piece.start
    # One row more, so that a file without any kept box is a table too.
    moves = np.array([(-1, -1, 0), *kept], np.int64).T
    return b"".join(data[p.start : p.end] if isinstance(p, Box) else _corrected(p, moves) for p in pieces)


def _corrected(piece: bytes, moves: _Int) -> bytes:
    """The same box; where it is a `moov`, with its chunk offsets moved as `moves` (old start, old end, shift) says."""
    if piece[4:8] != b"moov":
        return piece
    moov = bytearray(piece)
    for table in _chunk_tables(piece):
        form, width = _OFFSETS[table.kind]
        first = table.body + 8  # after version, flags and the number of entries
        count = struct.unpack_from(">I", piece, first - 4)[0] if first <= table.end else 0
        last = first + count * width
        if last > table.end:
            raise ContainerError("cut inside the table of chunks")
        old = np.frombuffer(piece, form, count, first).astype(np.int64)
        moov[first:last] = _moved(old, moves, (1 << 8 * width) - 1).astype(form).tobytes()
    return bytes(moov)


def _chunk_tables(moov: bytes) -> Iterator[Box]:
    for track in tracks(moov, movie_box(moov)):
        samples = find(moov, _CHUNK_TABLE, track.body, track.end)
        for box in boxes(moov, samples.body, samples.end) if samples else ():
            if box.kind in _UNMOVABLE:
                raise ContainerError("a protected track")
            if box.kind in _OFFSETS:
                yield box


def _moved(old: _Int, moves: _Int, most: int) -> _Int:
    starts, ends, shifts = moves
    where = np.searchsorted(starts, old, "right") - 1
    if (where < 0).any() or (old >= ends[where]).any():
        raise ContainerError("a chunk outside the file")
    new = old + shifts[where]
    if new.size and int(new.max()) > most:
        raise ContainerError("a chunk beyond 4 GB")
    return new
