"""What the boxes of an MP4 file say, read before any decoder sees it (ISO/IEC 14496-12)."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass

# Decoders that a clip may ask for; engines and phones send nothing else.
CODECS = {"avc1": "h264", "avc3": "h264", "hvc1": "hevc", "hev1": "hevc"}
# A hostile file could hold millions of empty boxes, or of table rows.
MOST_BOXES, MOST_ROWS = 1000, 1 << 16

Found = dict[str, list[memoryview]]


class Unreadable(ValueError):
    """Not an MP4 file that we take, and why."""


@dataclass(frozen=True)
class Header:
    """width, height: pixels, upright. samples: frames, stored for `stored` seconds, of which `seconds` are to be shown.

    keys: frames that can be decoded without those before them, counted from 0.
    """

    codec: str
    width: int
    height: int
    samples: int
    stored: float
    seconds: float
    keys: tuple[int, ...]


def header(clip: bytes) -> Header:
    """The first picture track of a clip. Unreadable: broken, cut off, in fragments, or its frames are elsewhere."""
    try:
        top = _children(memoryview(clip))
        if "ftyp" not in top or "mdat" not in top or len(top.get("moov", ())) != 1:
            raise Unreadable("no film in it")
        movie = _children(top["moov"][0])
        for track in movie.get("trak", ()):
            if (read := _track(track, _timescale(movie["mvhd"][0]))) is not None:
                return read
    except (struct.error, IndexError, KeyError, ZeroDivisionError) as error:
        raise Unreadable(f"broken: {type(error).__name__}") from None
    raise Unreadable("no pictures in it")


def _boxes(data: memoryview) -> Iterator[tuple[str, memoryview]]:
    at = count = 0
    while at < len(data):
        size, kind = struct.unpack_from(">I4s", data, at)
        begin = at + 8
        if size == 1:
            (size,) = struct.unpack_from(">Q", data, begin)
            begin += 8
        end = len(data) if size == 0 else at + size
        count += 1
        if end < begin or end > len(data) or count > MOST_BOXES:
            raise Unreadable("cut off, or its boxes do not fit")
        yield kind.decode("latin-1"), data[begin:end]
        at = end


def _children(data: memoryview) -> Found:
    found: Found = {}
    for kind, body in _boxes(data):
        found.setdefault(kind, []).append(body)
    return found


def _inside(data: memoryview, *path: str) -> memoryview:
    for kind in path:
        data = _children(data)[kind][0]
    return data


def _track(track: memoryview, timescale: int) -> Header | None:
    media = _children(_inside(track, "mdia"))
    if bytes(media["hdlr"][0][8:12]) != b"vide":
        return None
    _all_in_this_file(_inside(media["minf"][0], "dinf", "dref"))
    table = _children(_inside(media["minf"][0], "stbl"))
    codec, width, height = _description(table["stsd"][0])
    if _turned(_inside(track, "tkhd")):
        width, height = height, width
    times = list(_rows(table["stts"][0], ">II"))
    samples = sum(count for count, _ in times)
    stored = sum(count * ticks for count, ticks in times) / _timescale(media["mdhd"][0])
    seconds = min(stored, _edited(track, timescale) or stored)
    keys = (
        tuple(number - 1 for (number,) in _rows(table["stss"][0], ">I")) if "stss" in table else tuple(range(samples))
    )
    return Header(codec, width, height, samples, stored, seconds, keys)


def _all_in_this_file(references: memoryview) -> None:
    for kind, body in _boxes(references[8:]):
        if not body[3] & 1:
            raise Unreadable(f"its frames are in another file ({kind})")


def _description(table: memoryview) -> tuple[str, int, int]:
    entries = list(_boxes(table[8:]))
    if len(entries) != 1:
        raise Unreadable("changes its format on the way")
    kind, entry = entries[0]
    if kind not in CODECS:
        raise Unreadable(f"codec {kind!r}")
    width, height = struct.unpack_from(">HH", entry, 24)
    return CODECS[kind], width, height


def _turned(header: memoryview) -> bool:
    """Whether the matrix of `tkhd` lays the picture on its side."""
    a, _, _, _, d = struct.unpack_from(">5i", header, 52 if header[0] else 40)
    return bool(a == 0 and d == 0)


def _edited(track: memoryview, timescale: int) -> float:
    """Seconds that the edit list lets through; 0: it does not say."""
    boxes = _children(track)
    if "edts" not in boxes or "elst" not in (edits := _children(boxes["edts"][0])):
        return 0.0
    form = ">QqI" if edits["elst"][0][0] else ">IiI"
    return sum(length for length, start, _ in _rows(edits["elst"][0], form) if start >= 0) / timescale


def _timescale(header: memoryview) -> int:
    (scale,) = struct.unpack_from(">I", header, 20 if header[0] else 12)
    return int(scale)


def _rows(table: memoryview, form: str) -> Iterator[tuple[int, ...]]:
    """The rows of a full box whose first number says how many there are."""
    (count,) = struct.unpack_from(">I", table, 4)
    if count > MOST_ROWS:
        raise Unreadable("longer than we take")
    width = struct.calcsize(form)
    return struct.iter_unpack(form, table[8 : 8 + count * width])
