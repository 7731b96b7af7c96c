"""One photo as it comes in over the network: bounded in bytes and time, and handed on piece by piece.

Never held as a whole in memory; what is cut off, too large or too slow leaves nothing behind.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import PurePosixPath, PureWindowsPath
from typing import Any, Protocol

import anyio
import anyio.to_thread
from python_multipart.exceptions import FormParserError
from python_multipart.multipart import MultipartParser, parse_options_header
from starlette.types import Receive

from tuanyuan.domain.errors import NotNow, TooLarge, WrongUsage
from tuanyuan.domain.kept import KeptPhoto
from tuanyuan.http.bounds import next_message

MOST_MEGABYTES = 10
# The photo and the form round it.
MOST_BYTES = MOST_MEGABYTES * 1024 * 1024 + 16 * 1024
IDLE_SECONDS, WHOLE_SECONDS = 10.0, 60.0
AT_ONCE, THREADS = 64, 16
PIECE = 256 * 1024
LONGEST_NAME = 120
FIELDS = ("photo", "file")


class Receiving(Protocol):
    """A photo being taken in (`services.photos`)."""

    def write(self, chunk: bytes) -> None:
        """The next bytes. TooLarge beyond the bound."""
        ...

    def finish(self) -> KeptPhoto:
        """Look at it and keep it."""
        ...

    def abort(self) -> None:
        """Leave nothing behind. Never raises."""
        ...


class PhotoForm:
    """Reads a form of one file as it streams. `name`: the file's name once its part has begun."""

    def __init__(self, content_type: str) -> None:
        kind, options = parse_options_header(content_type)
        boundary = options.get(b"boundary", b"")
        if kind != b"multipart/form-data" or not boundary:
            raise WrongUsage("upload_not_multipart")
        self.name: str | None = None
        self.ended = False
        self._part: dict[bytes, bytes] = {}
        self._header, self._value = b"", b""
        self._found = bytearray()
        callbacks: Any = {
            "on_part_begin": self._part.clear,
            "on_header_field": self._on_header_field,
            "on_header_value": self._on_header_value,
            "on_header_end": self._on_header_end,
            "on_headers_finished": self._on_headers_finished,
            "on_part_data": self._on_part_data,
            "on_end": self._on_end,
        }
        try:
            self._parser = MultipartParser(boundary, callbacks, max_header_count=8, max_header_size=2048)
        except FormParserError:
            raise WrongUsage("upload_not_multipart") from None

    def feed(self, data: bytes) -> bytes:
        """The photo's bytes in the next piece of the body. WrongUsage upload_cut, upload_photo_missing."""
        self._found.clear()
        try:
            self._parser.write(data)
        except FormParserError:
            raise WrongUsage("upload_cut") from None
        return bytes(self._found)

    def _on_header_field(self, data: bytes, start: int, end: int) -> None:
        self._header += data[start:end]

    def _on_header_value(self, data: bytes, start: int, end: int) -> None:
        self._value += data[start:end]

    def _on_header_end(self) -> None:
        self._part[self._header.lower()] = self._value
        self._header, self._value = b"", b""

    def _on_headers_finished(self) -> None:
        _, options = parse_options_header(self._part.get(b"content-disposition", b""))
        field = options.get(b"name", b"").decode("utf-8", "replace")
        if field not in FIELDS or self.name is not None:
            raise WrongUsage("upload_photo_missing")
        self.name = file_name(options.get(b"filename", b"").decode("utf-8", "replace"))

    def _on_part_data(self, data: bytes, start: int, end: int) -> None:
        self._found += data[start:end]

    def _on_end(self) -> None:
        self.ended = True


def file_name(given: str) -> str:
    """The last part of a file's name as the client gave it: printable, 120 characters at most, never a path."""
    last = PurePosixPath(PureWindowsPath(given).name).name
    return "".join(c for c in last if c.isprintable() and c != "\ufffd")[:LONGEST_NAME].strip() or "photo"


class Uploads:
    """All uploads of one process: 64 at once, in threads of their own, so that they keep nobody else waiting."""

    def __init__(self) -> None:
        self.idle, self.whole = IDLE_SECONDS, WHOLE_SECONDS
        self.at_once = AT_ONCE
        self._now = 0
        self._threads: anyio.CapacityLimiter | None = None

    async def run(self, call: Callable[..., Any], *args: Any) -> Any:
        """Call in one of the threads for uploads."""
        if self._threads is None:
            self._threads = anyio.CapacityLimiter(THREADS)
        return await anyio.to_thread.run_sync(call, *args, limiter=self._threads)

    async def take(self, headers: dict[bytes, bytes], receive: Receive, begin: Callable[[str], Receiving]) -> KeptPhoto:
        """Read the body to its end and keep the photo.

        begin: called with the file's name, in a thread, when the photo's first byte is near. NotNow busy;
        TooLarge upload_too_large; TooSlow body_too_slow; WrongUsage upload_….
        """
        if self._now >= self.at_once:
            raise NotNow("busy")
        self._now += 1
        try:
            return await self._take(headers, receive, begin)
        finally:
            self._now -= 1

    async def _take(
        self, headers: dict[bytes, bytes], receive: Receive, begin: Callable[[str], Receiving]
    ) -> KeptPhoto:
        length = headers.get(b"content-length", b"")
        if length.isdigit() and int(length) > MOST_BYTES:
            raise TooLarge("upload_too_large", megabytes=MOST_MEGABYTES)
        form = PhotoForm(headers.get(b"content-type", b"").decode("latin-1"))
        receiving: Receiving | None = None
        end = asyncio.get_running_loop().time() + self.whole
        waiting, size, more = bytearray(), 0, True
        try:
            while more:
                message = await next_message(receive, self.idle, end)
                body, more = message.get("body", b""), message.get("more_body", False)
                size += len(body)
                if size > MOST_BYTES:
                    raise TooLarge("upload_too_large", megabytes=MOST_MEGABYTES)
                waiting += form.feed(body)
                if receiving is None and form.name is not None:
                    receiving = await self.run(begin, form.name)
                if receiving is not None and waiting and (len(waiting) >= PIECE or not more):
                    await self.run(receiving.write, bytes(waiting))
                    waiting.clear()
            if not form.ended:
                raise WrongUsage("upload_cut")
            if receiving is None:
                raise WrongUsage("upload_photo_missing")
            kept: KeptPhoto = await self.run(receiving.finish)
            receiving = None
            return kept
        finally:
            if receiving is not None:
                with anyio.CancelScope(shield=True):
                    await self.run(receiving.abort)
