"""PNG files as bytes: without what was written into them, and the smallest one there is."""

from __future__ import annotations

import base64

SIGNATURE = b"\x89PNG\r\n\x1a\n"
# One grey pixel: what is put in the place of a picture that the server will not delete.
BLANK = base64.b64decode("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGNoAAAAggCBd81ytgAAAABJRU5ErkJggg==")
# What is needed to show a picture. The text chunks, where the server writes the workflow and its prompts, are not.
_KEPT = (b"IHDR", b"PLTE", b"tRNS", b"gAMA", b"cHRM", b"sRGB", b"iCCP", b"sBIT", b"IDAT", b"IEND")


def without_texts(data: bytes) -> bytes:
    """A PNG with only the chunks that its pixels need; one cut off stays cut off, and anything else is as it came."""
    if not data.startswith(SIGNATURE):
        return data
    kept, at = bytearray(SIGNATURE), len(SIGNATURE)
    while at + 12 <= len(data):
        length = int.from_bytes(data[at : at + 4], "big")
        kind, end = data[at + 4 : at + 8], at + 12 + length
        if kind in _KEPT:
            kept += data[at:end]
        at = end
        if kind == b"IEND":
            break
    return bytes(kept)
