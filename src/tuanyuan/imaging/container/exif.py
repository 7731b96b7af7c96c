"""EXIF blocks (EXIF 2.32; TIFF 6.0 section 2): which way is up, and the identifier of a Live Photo."""

from __future__ import annotations

import struct

_BIG_ENDIAN = b"MM\0*"
_ORIENTATION, _EXIF_IFD, _MAKER_NOTE = 0x0112, 0x8769, 0x927C
_ASCII, _SHORT, _LONG, _RATIONAL, _UNDEFINED = 2, 3, 4, 5, 7
_SIZES = {_ASCII: 1, _SHORT: 2, _LONG: 4, _RATIONAL: 8, _UNDEFINED: 1}  # bytes
# Apple's note: a signature, version 1, big-endian; an IFD follows whose offsets count from the note's beginning.
_APPLE = b"Apple iOS\0"
_APPLE_HEAD = _APPLE + b"\0\1MM"
_APPLE_IDENTIFIER = 0x0011


def orientation(tiff: bytes) -> int:
    """1 to 8, and 1 where nothing usable is said; a broken block is no reason to refuse a photo."""
    tiff = tiff.removeprefix(b"Exif\0\0")
    order = {b"II*\0": "<", b"MM\0*": ">"}.get(tiff[:4])
    if order is None:
        return 1
    try:
        first = struct.unpack_from(f"{order}I", tiff, 4)[0]
        count = struct.unpack_from(f"{order}H", tiff, first)[0]
        for entry in range(first + 2, first + 2 + 12 * count, 12):
            tag, kind, _, value = struct.unpack_from(f"{order}HHIH", tiff, entry)
            if tag == _ORIENTATION and kind == _SHORT:
                return int(value) if 1 <= value <= 8 else 1
    except struct.error:
        pass
    return 1


def apple_block(identifier: str, size: tuple[int, int]) -> bytes:
    """A TIFF block, big-endian: upright, sRGB, and `identifier` in a maker's note as iPhones write it.

    `size` is the picture's width and height in pixels. Besides these there is only what EXIF 2.32 section 4.6.8
    demands; no maker is named. The note is of type UNDEFINED as EXIF asks: Apple's readers are reported to pass
    over one of type BYTE.
    """
    text = identifier.encode("ascii") + b"\0"
    entry = struct.pack(">HHII", _APPLE_IDENTIFIER, _ASCII, len(text), len(_APPLE_HEAD) + 18)
    note = _APPLE_HEAD + struct.pack(">H", 1) + entry + bytes(4) + text
    first = {
        _ORIENTATION: (_SHORT, struct.pack(">H", 1)),
        0x011A: (_RATIONAL, struct.pack(">II", 72, 1)),  # XResolution, YResolution, in inches
        0x011B: (_RATIONAL, struct.pack(">II", 72, 1)),
        0x0128: (_SHORT, struct.pack(">H", 2)),
        0x0213: (_SHORT, struct.pack(">H", 1)),  # YCbCrPositioning: centred
        _EXIF_IFD: (_LONG, bytes(4)),
    }
    second = {
        0x9000: (_UNDEFINED, b"0232"),  # ExifVersion
        0x9101: (_UNDEFINED, b"\1\2\3\0"),  # ComponentsConfiguration: Y, Cb, Cr
        _MAKER_NOTE: (_UNDEFINED, note),
        0xA000: (_UNDEFINED, b"0100"),  # FlashpixVersion
        0xA001: (_SHORT, struct.pack(">H", 1)),  # ColorSpace: sRGB
        0xA002: (_LONG, struct.pack(">I", size[0])),
        0xA003: (_LONG, struct.pack(">I", size[1])),
    }
    start = len(_BIG_ENDIAN) + 4
    first[_EXIF_IFD] = (_LONG, struct.pack(">I", start + len(_ifd(first, start))))
    head = _ifd(first, start)
    return _BIG_ENDIAN + struct.pack(">I", start) + head + _ifd(second, start + len(head))


def _ifd(entries: dict[int, tuple[int, bytes]], start: int) -> bytes:
    """The directory at offset `start`, of tag: (type, value), and the values of more than four bytes behind it."""
    data_at = start + 2 + 12 * len(entries) + 4
    body, data = b"", b""
    for tag, (kind, value) in entries.items():
        body += struct.pack(">HHI", tag, kind, len(value) // _SIZES[kind])
        if len(value) <= 4:
            body += value.ljust(4, b"\0")
        else:
            body += struct.pack(">I", data_at + len(data))
            data += value + bytes(len(value) % 2)  # values begin at even offsets
    return struct.pack(">H", len(entries)) + body + bytes(4) + data


def apple_identifier(tiff: bytes) -> str | None:
    """The identifier in Apple's maker's note, None if there is none or the block is broken."""
    order = {b"II*\0": "<", b"MM\0*": ">"}.get(tiff[:4])
    if order is None:
        return None
    try:
        inner = _entry(tiff, order, struct.unpack_from(f"{order}I", tiff, 4)[0], _EXIF_IFD)
        place = inner and _entry(tiff, order, inner[1], _MAKER_NOTE)
        note = tiff[place[1] : place[1] + place[0]] if place else b""
        if not note.startswith(_APPLE):
            return None
        text = _entry(note, ">", len(_APPLE_HEAD), _APPLE_IDENTIFIER)
        return note[text[1] : text[1] + text[0]].rstrip(b"\0").decode("ascii") if text else None
    except (struct.error, UnicodeDecodeError):
        return None


def _entry(block: bytes, order: str, start: int, wanted: int) -> tuple[int, int] | None:
    """(count, value or offset) of an entry of the IFD at `start`. Raises struct.error."""
    entries = struct.unpack_from(f"{order}H", block, start)[0]
    for at in range(start + 2, start + 2 + 12 * entries, 12):
        tag, _, count, value = struct.unpack_from(f"{order}HHII", block, at)
        if tag == wanted:
            return count, value
    return None
