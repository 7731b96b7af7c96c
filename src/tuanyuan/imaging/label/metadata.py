"""Put the label into a JPEG, PNG, WebP, MP4 or MOV file, and read it there, without touching a pixel."""

from __future__ import annotations

import struct
import zlib

from tuanyuan.imaging.container import jpeg, movie_keys, png, webp
from tuanyuan.imaging.container.errors import ContainerError
from tuanyuan.imaging.container.movie import is_movie
from tuanyuan.imaging.label.xmp import Properties, packet, payloads
from tuanyuan.imaging.source import recognise

__all__ = ["embed", "packet", "read_payload", "read_payloads", "xmp_packets"]

_JPEG_XMP = b"http://ns.adobe.com/xap/1.0/\0"
_PNG_XMP = b"XML:com.adobe.xmp"
_XMP_LIMIT = 1_000_000  # bytes after inflating
_MOVIE_KEY = "AIGC"  # in a film's table of keys (TC260-PG-20257A, video guide)


def embed(data: bytes, payload: str, others: Properties | None = None) -> bytes:
    """The same file with `payload` as its one label; every XMP packet it had is replaced, never added to.

    `others` is what the packet of a picture says beside it. A film's other metadata goes as well, but for the
    identifier of a Live Photo. Raises ContainerError for a broken file, ValueError for another format or a label
    beyond 64 kB.
    """
    if is_movie(data):
        return _embed_movie(data, payload)
    xmp = packet(payload, others)
    match recognise(data):
        case "jpeg":
            return _embed_jpeg(data, xmp)
        case "png":
            return _embed_png(data, xmp)
        case "webp":
            return webp.join(webp.with_xmp(webp.chunks(data), xmp))
        case other:
            raise ValueError(f"no place for a label in {other}")


def read_payload(data: bytes) -> str | None:
    """The first label in the file, None if there is none or no place for one."""
    return next(iter(read_payloads(data)), None)


def read_payloads(data: bytes) -> list[str]:
    """Every label in a JPEG, PNG, WebP, MP4 or MOV; empty for anything else or broken.

    A film's two tables of keys count as one where they say the same. Of a Motion Photo the picture's label is read.
    """
    try:
        keys = movie_keys.values(data, _MOVIE_KEY) if is_movie(data) else []
    except ContainerError:
        return []
    return keys + [payload for xmp in xmp_packets(data) for payload in payloads(xmp)]


def xmp_packets(data: bytes) -> list[bytes]:
    """Every XMP packet of a JPEG, PNG, WebP, MP4 or MOV; empty for anything else or broken."""
    try:
        if is_movie(data):
            return movie_keys.xmp_packets(data)
        match recognise(data):
            case "jpeg":
                return [s.payload[len(_JPEG_XMP) :] for s in jpeg.walk(data).segments if _is_jpeg_xmp(s)]
            case "png":
                return [_png_text(chunk.content) for chunk in png.chunks(data) if _is_png_xmp(chunk)]
            case "webp":
                return [chunk.content for chunk in webp.chunks(data) if chunk.kind == webp.XMP]
            case _:
                return []
    except ContainerError:
        return []


def _embed_movie(data: bytes, payload: str) -> bytes:
    """Apple's readers take the first table of keys they meet, so a Live Photo's identifier is in both."""
    items = {_MOVIE_KEY: payload}
    identifier = next(iter(movie_keys.values(data, movie_keys.APPLE_IDENTIFIER)), None)
    if identifier is not None:
        items = {movie_keys.APPLE_IDENTIFIER: identifier, **items}
    return movie_keys.with_keys(data, items, apple=identifier is not None)


def _is_jpeg_xmp(segment: jpeg.Segment) -> bool:
    return segment.marker == jpeg.APP1 and segment.payload.startswith(_JPEG_XMP)


def _embed_jpeg(data: bytes, xmp: bytes) -> bytes:
    """After JFIF and EXIF, which must come first, and before everything else (XMP part 3, 1.1.3)."""
    parts = jpeg.walk(data)
    kept = [segment for segment in parts.segments if not _is_jpeg_xmp(segment)]
    first = [s for s in kept if s.marker == jpeg.APP0 or (s.marker == jpeg.APP1 and s.payload[:4] == b"Exif")]
    rest = [s for s in kept if s not in first]
    pieces = [jpeg.SOI, *(data[s.start : s.end] for s in first)]
    pieces.append(jpeg.segment(jpeg.APP1, _JPEG_XMP + xmp))
    pieces += [*(data[s.start : s.end] for s in rest), data[parts.first_scan :]]
    return b"".join(pieces)


def _is_png_xmp(chunk: png.Chunk) -> bool:
    return chunk.kind == b"iTXt" and chunk.content.startswith(_PNG_XMP + b"\0")


def _embed_png(data: bytes, xmp: bytes) -> bytes:
    kept = [chunk for chunk in png.chunks(data) if not _is_png_xmp(chunk)]
    # Keyword, uncompressed, method 0, no language, no translated keyword (PNG section 11.3.3.4).
    text = png.Chunk(b"iTXt", _PNG_XMP + b"\0" + b"\0\0" + b"\0\0" + xmp)
    return png.join([kept[0], text, *kept[1:]])


def _png_text(content: bytes) -> bytes:
    """The text of an iTXt chunk, inflated where it is compressed; empty where it is broken."""
    try:
        compressed = struct.unpack_from("B", content, len(_PNG_XMP) + 1)[0]
        text = content[len(_PNG_XMP) + 3 :].split(b"\0", 2)[2]
        return zlib.decompressobj().decompress(text, _XMP_LIMIT) if compressed else text
    except (struct.error, IndexError, zlib.error):
        return b""
