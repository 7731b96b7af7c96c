"""Named values in MP4 and QuickTime files: `meta` boxes of handler `mdta` (QuickTime File Format, "Metadata").

A film can hold such a table at two places. Apple's readers look into `moov/meta`; the guide for the AI label, and
ffmpeg, into `moov/udta/meta`.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator, Mapping

from tuanyuan.imaging.container.errors import ContainerError
from tuanyuan.imaging.container.movie import Box, assemble, boxes, movie_box, pack, pack_full

APPLE_IDENTIFIER = "com.apple.quicktime.content.identifier"

_XMP_UUID = bytes.fromhex("be7acfcb97a942e89c71999491e3afac")  # XMP specification part 3, section 1.2.6
_XMP_LIMIT = 1_000_000  # bytes
_TEXT = frozenset({0, 1})  # types of a value: not said, UTF-8

Table = list[tuple[str, str]]
"""(key, value) in the order of the file; a key may be there twice."""


def tables(data: bytes) -> list[Table]:
    """The tables of `moov/udta/meta`, of `moov/meta`, and of a `meta` beside `moov`. Raises ContainerError."""
    moov = movie_box(data)
    inside = boxes(data, moov.body, moov.end)
    user_data = [b for udta in inside if udta.kind == b"udta" for b in boxes(data, udta.body, udta.end)]
    return [_table(data, box) for box in (*user_data, *inside, *boxes(data)) if box.kind == b"meta"]


def values(data: bytes, key: str) -> list[str]:
    """What each table says under `key`; a value that several tables agree on is there once. Raises ContainerError."""
    said = [[value for name, value in table if name == key] for table in tables(data)]
    agreed: list[list[str]] = []
    for found in said:
        if found and found not in agreed:
            agreed.append(found)
    return [value for found in agreed for value in found]


def xmp_packets(data: bytes) -> list[bytes]:
    """XMP in its own `uuid` box and in the user data; packets of unreasonable size are left out.

    Raises ContainerError.
    """
    moov = movie_box(data)
    user_data = [b for b in boxes(data, moov.body, moov.end) if b.kind == b"udta"]
    found = [box for udta in user_data for box in boxes(data, udta.body, udta.end) if box.kind == b"XMP_"]
    packets = [data[b.body : b.end] for b in found if b.end - b.body <= _XMP_LIMIT]
    own = [b for b in boxes(data) if _is_xmp(data, b) and b.end - b.body <= _XMP_LIMIT]
    return packets + [data[b.body + len(_XMP_UUID) : b.end] for b in own]


def with_keys(data: bytes, items: Mapping[str, str], *, apple: bool) -> bytes:
    """The same film with `items` as its only metadata; every table, user data and XMP it had is gone.

    The table goes into `moov/udta/meta`; with `apple` the very same goes into `moov/meta` too: readers that take
    both for one table would mix two different ones up. `moov` stays where it is. Raises ContainerError.
    """
    moov = movie_box(data)
    kept = [box for box in boxes(data, moov.body, moov.end) if box.kind not in (b"udta", b"meta")]
    parts = [_without_metadata(data, box) if box.kind == b"trak" else data[box.start : box.end] for box in kept]
    if apple:
        parts.append(pack(b"meta", *_packed(items)))
    parts.append(pack(b"udta", pack_full(b"meta", *_packed(items))))
    new = pack(b"moov", *parts)
    rest = [box for box in boxes(data) if box.kind != b"meta" and not _is_xmp(data, box)]
    return assemble(data, [new if box == moov else box for box in rest])


def _without_metadata(data: bytes, track: Box) -> bytes:
    kept = [b for b in boxes(data, track.body, track.end) if b.kind not in (b"udta", b"meta")]
    return pack(b"trak", *(data[b.start : b.end] for b in kept))


def _is_xmp(data: bytes, box: Box) -> bool:
    return box.kind == b"uuid" and data.startswith(_XMP_UUID, box.body)


def _packed(items: Mapping[str, str]) -> tuple[bytes, bytes, bytes]:
    handler = pack_full(b"hdlr", b"\0" * 4, b"mdta", b"\0" * 12, b"\0")
    keys = pack_full(b"keys", struct.pack(">I", len(items)), *(pack(b"mdta", key.encode()) for key in items))
    found = [
        pack(struct.pack(">I", number), pack(b"data", struct.pack(">II", 1, 0), value.encode()))
        for number, value in enumerate(items.values(), 1)
    ]
    return handler, keys, pack(b"ilst", *found)


def _table(data: bytes, meta: Box) -> Table:
    """Empty for a `meta` of another handler: its list has no keys."""
    # QuickTime's `meta` has neither version nor flags, that of ISO 14496-12 has.
    start = meta.body if data[meta.body + 4 : meta.body + 8] == b"hdlr" else meta.body + 4
    inner = {box.kind: box for box in boxes(data, min(start, meta.end), meta.end)}
    if b"keys" not in inner or b"ilst" not in inner:
        return []
    keys, items = inner[b"keys"], inner[b"ilst"]
    if keys.end - keys.body < 8:
        raise ContainerError("cut inside the keys")
    names = {struct.pack(">I", n): b for n, b in enumerate(boxes(data, keys.body + 8, keys.end), 1)}
    return [
        (data[name.body : name.end].decode(errors="replace"), value)
        for item in boxes(data, items.body, items.end)
        if (name := names.get(item.kind)) is not None
        for value in _texts(data, item)
    ]


def _texts(data: bytes, item: Box) -> Iterator[str]:
    for box in boxes(data, item.body, item.end):
        if box.kind == b"data" and box.end - box.body >= 8:
            kind = struct.unpack_from(">I", data, box.body)[0]
            if kind in _TEXT:
                yield data[box.body + 8 : box.end].decode(errors="replace")
