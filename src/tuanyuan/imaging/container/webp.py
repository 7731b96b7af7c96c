"""WebP chunks (RIFF; RFC 9649)."""

from __future__ import annotations

import struct
from dataclasses import dataclass

from tuanyuan.imaging.container.errors import ContainerError

XMP = b"XMP "
_HEADER = 12
_XMP_FLAG, _ALPHA_FLAG = 0x04, 0x10


@dataclass(frozen=True)
class Chunk:
    """One chunk: four-letter kind and content, without the padding byte."""

    kind: bytes
    content: bytes

    def packed(self) -> bytes:
        """The chunk with its length, padded to an even one."""
        padding = b"\0" * (len(self.content) % 2)
        return self.kind + struct.pack("<I", len(self.content)) + self.content + padding


def is_webp(data: bytes) -> bool:
    """True if it begins as a WebP file does."""
    return data[:4] == b"RIFF" and data[8:12] == b"WEBP"


def chunks(data: bytes) -> list[Chunk]:
    """All chunks inside the RIFF length. Raises ContainerError."""
    if len(data) < _HEADER + 8:
        raise ContainerError("cut inside the header")
    end = 8 + struct.unpack_from("<I", data, 4)[0]
    if end > len(data):
        raise ContainerError("shorter than its header says")
    found: list[Chunk] = []
    position = _HEADER
    while position + 8 <= end:
        kind, length = struct.unpack_from("<4sI", data, position)
        if position + 8 + length > end:
            raise ContainerError("cut inside a chunk")
        found.append(Chunk(kind, data[position + 8 : position + 8 + length]))
        position += 8 + length + length % 2
    if not found:
        raise ContainerError("no chunk")
    return found


def join(parts: list[Chunk]) -> bytes:
    """A WebP file made of these chunks."""
    body = b"WEBP" + b"".join(chunk.packed() for chunk in parts)
    return b"RIFF" + struct.pack("<I", len(body)) + body


def canvas(parts: list[Chunk]) -> tuple[int, int]:
    """(width, height) as the first chunk states them. Raises ContainerError."""
    kind, content = parts[0].kind, parts[0].content
    if kind == b"VP8X" and len(content) >= 10:
        return int.from_bytes(content[4:7], "little") + 1, int.from_bytes(content[7:10], "little") + 1
    if kind == b"VP8 " and content[3:6] == b"\x9d\x01\x2a" and len(content) >= 10:
        width, height = struct.unpack_from("<HH", content, 6)
        return width & 0x3FFF, height & 0x3FFF
    if kind == b"VP8L" and content[:1] == b"\x2f" and len(content) >= 5:
        bits = struct.unpack_from("<I", content, 1)[0]
        return (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
    raise ContainerError("no picture")


def with_xmp(parts: list[Chunk], packet: bytes) -> list[Chunk]:
    """The same file with `packet` as its only XMP chunk, in the extended layout that XMP asks for."""
    kept = [chunk for chunk in parts if chunk.kind != XMP]
    if kept[0].kind == b"VP8X":
        head = bytearray(kept.pop(0).content)
    else:
        width, height = canvas(kept)
        head = bytearray(10)
        head[4:7] = (width - 1).to_bytes(3, "little")
        head[7:10] = (height - 1).to_bytes(3, "little")
        if kept[0].kind == b"VP8L" and kept[0].content[4] & _ALPHA_FLAG:
            head[0] |= _ALPHA_FLAG
    head[0] |= _XMP_FLAG
    return [Chunk(b"VP8X", bytes(head)), *kept, Chunk(XMP, packet)]
