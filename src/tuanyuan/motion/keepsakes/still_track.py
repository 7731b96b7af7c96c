"""The track of a Live Photo's film that says where its still stands (QuickTime File Format, "Timed Metadata").

One sample, `com.apple.quicktime.still-image-time`, begins where the still is and lasts one frame. iOS does not
take a pair without it.
"""

from __future__ import annotations

import struct

from tuanyuan.imaging.container.errors import ContainerError
from tuanyuan.imaging.container.movie import Box, assemble, boxes, movie_box, pack, pack_full, with_sample
from tuanyuan.imaging.container.movie_tracks import PictureTrack, clock, free_track_number, picture_track

_KEY = b"com.apple.quicktime.still-image-time"
_SIGNED_BYTE = 65  # a value's type
_SAMPLE = struct.pack(">IIb", 9, 1, 0)  # its size, the key's number, the value
_SHOWN = 0xF  # flags: enabled, in the film, in the preview, in the poster
_MOST = 0xFFFFFFFF  # the largest time and number that are written here
_WHOLE = 0x10000  # 1.0 in 16.16
_UPRIGHT = struct.pack(">9I", _WHOLE, 0, 0, 0, _WHOLE, 0, 0, 0, 0x40000000)
_UNDETERMINED = 0x55C4  # the language "und", five bits a letter
_QUICKTIME = pack(b"ftyp", b"qt  ", bytes(4), b"qt  ")


def with_still_time(clip: bytes, seconds: float) -> bytes:
    """The clip as a QuickTime film with one more track; `seconds` from its beginning stands the still.

    `moov` stays where it is, the sample goes to the end. Raises ContainerError.
    """
    film, pictures, number = clock(clip), picture_track(clip), free_track_number(clip)
    start = round(seconds * film.timescale)
    length = max(1, round(pictures.frame * film.timescale / pictures.timescale))
    if max(start + length, number + 1) > _MOST:
        raise ContainerError("times beyond 32 bits")
    data, place = with_sample(clip, _SAMPLE)
    moov = movie_box(data)
    track = pack(
        b"trak",
        pack_full(b"tkhd", *_header(number, start + length), flags=_SHOWN),
        pack(b"edts", _edits(start, length)),
        pack(b"tref", pack(b"cdsc", struct.pack(">I", pictures.number))),
        _media(pictures, place),
    )
    kept = [_counted(data, b, number + 1) for b in boxes(data, moov.body, moov.end)]
    new = pack(b"moov", *kept, track)
    first, *rest = boxes(data)
    return assemble(data, [_QUICKTIME if first.kind == b"ftyp" else first, *(new if b == moov else b for b in rest)])


def _counted(data: bytes, box: Box, next_number: int) -> bytes:
    """The box; the film's header with the number of the next track, its last field."""
    if box.kind != b"mvhd":
        return data[box.start : box.end]
    return data[box.start : box.end - 4] + struct.pack(">I", next_number)


def _header(number: int, duration: int) -> tuple[bytes, bytes, bytes]:
    """Times of making, number, duration; layer, group and volume, all 0; no place on the screen."""
    return struct.pack(">IIIII", 0, 0, number, 0, duration) + bytes(16), _UPRIGHT, bytes(8)


def _edits(start: int, length: int) -> bytes:
    """Nothing until `start`, then the sample, in the film's units."""
    empty = [struct.pack(">IiI", start, -1, _WHOLE)] if start else []
    edits = [*empty, struct.pack(">IiI", length, 0, _WHOLE)]
    return pack_full(b"elst", struct.pack(">I", len(edits)), *edits)


def _media(pictures: PictureTrack, place: int) -> bytes:
    clock = struct.pack(">IIIIHH", 0, 0, pictures.timescale, pictures.frame, _UNDETERMINED, 0)
    # Copying, dithered; grey as the colour behind; no balance: what QuickTime writes for tracks without pictures.
    general = pack(b"gmhd", pack_full(b"gmin", struct.pack(">HHHHhH", 0x40, 0x8000, 0x8000, 0x8000, 0, 0)))
    place_of_data = pack(b"dinf", pack_full(b"dref", struct.pack(">I", 1), pack_full(b"url ", flags=1)))
    return pack(
        b"mdia",
        pack_full(b"mdhd", clock),
        _handler(b"mhlr", b"meta", b"Core Media Metadata"),
        pack(
            b"minf",
            general,
            _handler(b"dhlr", b"url ", b"Core Media Data Handler"),
            place_of_data,
            _samples(pictures.frame, place),
        ),
    )


def _handler(component: bytes, kind: bytes, name: bytes) -> bytes:
    return pack_full(b"hdlr", component, kind, b"appl", bytes(8), bytes([len(name)]), name)


def _samples(length: int, place: int) -> bytes:
    """The sample tables: what the sample holds, how long it lasts, which chunk it is in, its size and place."""
    value = pack(b"dtyp", struct.pack(">II", 0, _SIGNED_BYTE))
    key = pack(struct.pack(">I", 1), pack(b"keyd", b"mdta", _KEY), value)
    entry = pack(b"mebx", bytes(6), struct.pack(">H", 1), pack(b"keys", key))
    return pack(
        b"stbl",
        pack_full(b"stsd", struct.pack(">I", 1), entry),
        pack_full(b"stts", struct.pack(">III", 1, 1, length)),
        pack_full(b"stsc", struct.pack(">IIII", 1, 1, 1, 1)),
        pack_full(b"stsz", struct.pack(">II", len(_SAMPLE), 1)),
        pack_full(b"stco", struct.pack(">II", 1, place)),
    )
