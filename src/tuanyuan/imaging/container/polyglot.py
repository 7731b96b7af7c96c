"""Pictures that are something else as well.

A photo whose tail is an archive, a document or a web page passes for a picture at one door and for code at
the next. What phones add themselves (a Motion Photo's MP4, MPF pictures, makers' trailers) is none of that.
"""

from __future__ import annotations

import re

# Searched in the whole file, so each is long enough not to turn up by chance in 10 MB of compressed pixels.
_MARKUP = re.compile(rb"<(?:script|iframe|html[\s>]|!doctype\s+html|\?php\s|svg\s+(?:xmlns|on[a-z]))", re.IGNORECASE)
_PDF = re.compile(rb"%PDF-\d\.\d")
_ARCHIVES = (b"Rar!\x1a\x07", b"7z\xbc\xaf\x27\x1c")
_ZIP_ENTRY, _ZIP_END = b"PK\x01\x02", b"PK\x05\x06"
_ZIP_TAIL = 22 + 0xFFFF  # the end record and its longest comment (APPNOTE.TXT 4.3.16)


def hidden_content(data: bytes) -> str | None:
    """What else the file is: "zip", "archive", "pdf", "markup", "script"; None for an honest picture."""
    if data.rfind(_ZIP_END, max(0, len(data) - _ZIP_TAIL)) >= 0 and _ZIP_ENTRY in data:
        return "zip"
    if any(signature in data for signature in _ARCHIVES):
        return "archive"
    if _PDF.search(data):
        return "pdf"
    if _MARKUP.search(data):
        return "markup"
    return "script" if _opens_comment(data) else None


def _opens_comment(data: bytes) -> bool:
    """A length that reads `/*` right after the signature makes a JavaScript comment of the picture."""
    return (data[:3] == b"GIF" and data[6:8] == b"/*") or data[:6] == b"\xff\xd8\xff\xe0/*"
