"""PNG chunks (PNG specification, third edition, section 5)."""

from __future__ import annotations

import struct
import zlib
from dataclasses import dataclass

from tuanyuan.imaging.container.errors import ContainerError

SIGNATURE = b"\x89PNG\r\n\x1a\n"
_NEEDED = frozenset({b"IHDR", b"PLTE", b"tRNS", b"IDAT", b"IEND"})
_ICC_LIMIT = 4_000_000  # bytes after inflating; the largest profiles in use are about 2 MB


@dataclass(frozen=True)
class Chunk:
    """One chunk: four-letter kind and content."""

    kind: bytes
    content: bytes

    def packed(self) -> bytes:
        """The chunk with its length and check sum."""
        body = self.kind + self.content
        return struct.pack(">I", len(self.content)) + body + struct.pack(">I", zlib.crc32(body))


def chunks(data: bytes) -> list[Chunk]:
    """All chunks from IHDR to IEND; what follows IEND is not part of the picture. Raises ContainerError."""
    found: list[Chunk] = []
    position = len(SIGNATURE)
    while not found or found[-1].kind != b"IEND":
        if position + 12 > len(data):
            raise ContainerError("no end chunk")
        length, kind = struct.unpack_from(">I4s", data, position)
        end = position + 12 + length
        if end > len(data):
            raise ContainerError("cut inside a chunk")
        chunk = Chunk(kind, data[position + 8 : end - 4])
        if kind in _NEEDED and data[end - 4 : end] != chunk.packed()[-4:]:
            raise ContainerError("wrong check sum")
        found.append(chunk)
        position = end
    return found


def join(parts: list[Chunk]) -> bytes:
    """A PNG file made of these chunks."""
    return SIGNATURE + b"".join(chunk.packed() for chunk in parts)


def bare(parts: list[Chunk]) -> bytes:
    """The same picture with nothing but what a decoder needs; an animation's other frames fall away."""
    return join([chunk for chunk in parts if chunk.kind in _NEEDED])


def content(parts: list[Chunk], kind: bytes) -> bytes:
    """The content of the first chunk of this kind, empty if there is none."""
    return next((chunk.content for chunk in parts if chunk.kind == kind), b"")


def icc_profile(parts: list[Chunk]) -> bytes | None:
    """The colour profile, None if absent, broken or unreasonably large."""
    packed = content(parts, b"iCCP").partition(b"\0")[2]
    if not packed.startswith(b"\0"):
        return None
    inflate = zlib.decompressobj()
    try:
        profile = inflate.decompress(packed[1:], _ICC_LIMIT)
    except zlib.error:
        return None
    return profile if inflate.eof else None
