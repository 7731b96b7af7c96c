"""HEIC boxes (ISO 14496-12; ISO 23008-12), walked only to see that they are sound.

The reader for HEIC is C code that trusts some of what it finds: an item whose type or content type is no text
makes pi-heif 1.4 crash the whole process. Such a file is refused before it gets there.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator

from tuanyuan.imaging.container.errors import ContainerError

_TYPE_AT = {b"\2": 8, b"\3": 10}  # version of an item's entry: where its type stands, its strings behind it


def check(data: bytes) -> None:
    """Look at the list of items. Raises ContainerError where a box or a description is broken."""
    for kind, meta in _boxes(data):
        if kind == b"meta":
            for inner, items in _boxes(meta[4:]):
                if inner == b"iinf":
                    _check_items(items)


def _check_items(items: bytes) -> None:
    """`items` is the content of an `iinf` box: version and flags, a count of 2 or 4 bytes, the entries."""
    for kind, entry in _boxes(items[6 if items[:1] == b"\0" else 8 :]):
        at = _TYPE_AT.get(entry[:1])
        if kind == b"infe" and at is not None:
            for text in (entry[at : at + 4], *entry[at + 4 :].split(b"\0")):
                _check_text(text)


def _check_text(text: bytes) -> None:
    try:
        text.decode()
    except UnicodeDecodeError:
        raise ContainerError("an item whose description is no text") from None


def _boxes(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    """(type, content) of each box in a row."""
    position = 0
    while position + 8 <= len(data):
        size, kind = struct.unpack_from(">I4s", data, position)
        start = position + 8
        if size == 1 and start + 8 <= len(data):
            size, start = struct.unpack_from(">Q", data, start)[0], start + 8
        end = len(data) if size == 0 else position + size
        if end < start or end > len(data):
            raise ContainerError("a box does not fit")
        yield kind, data[start:end]
        position = end
