"""The input, output and temp folders of a ComfyUI server, in memory (contract: comfyui.md 5.5)."""

from __future__ import annotations

import io
import posixpath
import re
import struct
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

from PIL import Image

FOLDERS = ("input", "output", "temp")

Folder = Literal["input", "output", "temp"]
_ANNOTATED = re.compile(r"(.+) \[(input|output|temp)\]\Z", re.DOTALL)
# After the signature and the header chunk, which is always the first and 13 bytes long.
_AFTER_HEADER = 8 + 12 + 13


class Outside(Exception):
    """A path that leaves its folder."""


@dataclass(frozen=True)
class _Stored:
    data: bytes
    at: float


class Folders:
    """Files by folder and path.

    keep: seconds after which a file is gone. A real server keeps them for ever; a fake that runs for days cannot.
    """

    def __init__(self, keep: float, most: int) -> None:
        self._keep = keep
        self._most = most
        self._files: dict[tuple[str, str], _Stored] = {}

    def read(self, folder: str, path: str) -> bytes | None:
        """A file, or None."""
        stored = self._files.get((folder, path))
        return stored.data if stored else None

    def write(self, folder: str, path: str, data: bytes, now: float) -> None:
        """Store a file; the oldest go when there are too many bytes."""
        self._files.pop((folder, path), None)
        self._files[folder, path] = _Stored(data, now)
        while len(self._files) > 1 and sum(len(stored.data) for stored in self._files.values()) > self._most:
            del self._files[next(iter(self._files))]

    def remove(self, folder: str, path: str) -> None:
        """Delete a file that somebody with a shell on the server would."""
        self._files.pop((folder, path), None)

    def forget(self, now: float) -> None:
        """Delete what is older than `keep`."""
        for key in [key for key, stored in self._files.items() if now - stored.at > self._keep]:
            del self._files[key]

    def list(self, folder: str) -> Iterator[str]:
        """The paths in a folder and below."""
        return (path for kept, path in list(self._files) if kept == folder)

    def loaded(self, value: str) -> bytes | None:
        """What LoadImage would open: `"subfolder/name.png"`, also `"name.png [output]"`."""
        named = _ANNOTATED.match(value)
        folder, path = (named[2], named[1]) if named else ("input", value)
        try:
            return self.read(folder, inside(path))
        except Outside:
            return None

    def next_number(self, folder: str, subfolder: str, name: str) -> int:
        """The counter of the next `name_00001_.png`."""
        pattern = re.compile(re.escape(posixpath.join(subfolder, name)) + r"_(\d+)_?\.[^/]*\Z", re.IGNORECASE)
        return 1 + max((int(found[1]) for path in self.list(folder) if (found := pattern.match(path))), default=0)


def inside(path: str) -> str:
    """The path without `.` and `..`. Raises Outside when it leaves its folder."""
    if path.startswith("/") or "\\" in path or "\0" in path:
        raise Outside
    clean = posixpath.normpath(path) if path else ""
    if clean == ".." or clean.startswith("../"):
        raise Outside
    return "" if clean == "." else clean


def masked(original: bytes, mask: bytes) -> bytes:
    """The original as PNG with the alpha of the mask. Raises OSError for what is no picture; other sizes ValueError."""
    with Image.open(io.BytesIO(original)) as first, Image.open(io.BytesIO(mask)) as second:
        texts = {key: value for key, value in getattr(first, "text", {}).items() if isinstance(value, str)}
        picture, alpha = first.convert("RGBA"), second.convert("RGBA").getchannel("A")
    picture.putalpha(alpha)
    file = io.BytesIO()
    picture.save(file, "PNG", compress_level=4)
    return with_texts(file.getvalue(), texts)


def with_texts(png: bytes, texts: Mapping[str, str]) -> bytes:
    """A PNG with text chunks added."""
    chunks = b""
    for key, value in texts.items():
        body = b"tEXt" + key.encode("latin-1", "replace") + b"\0" + value.encode("latin-1", "replace")
        chunks += struct.pack(">I", len(body) - 4) + body + struct.pack(">I", zlib.crc32(body))
    return png[:_AFTER_HEADER] + chunks + png[_AFTER_HEADER:]
