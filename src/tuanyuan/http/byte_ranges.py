"""One range of bytes of a file (RFC 9110, 14): phones play a clip only from whoever can give them a part of it."""

from __future__ import annotations

import re
from collections.abc import Mapping

from starlette.responses import Response

_ONE_RANGE = re.compile(r"bytes=([0-9]{0,15})-([0-9]{0,15})")


def answer(data: bytes, asked: str | None, headers: Mapping[str, str], media_type: str) -> Response:
    """The whole of `data`, or the part that the header `Range` asks for.

    206 with the part; several ranges, what is no range, and a part that the file does not have get the whole (14.2).
    """
    shared = {**headers, "accept-ranges": "bytes"}
    match = _ONE_RANGE.fullmatch(asked.strip()) if asked else None
    first, last = _bounds(len(data), *match.groups()) if match and match.groups() != ("", "") else (0, -1)
    if first > last:
        return Response(data, 200, shared, media_type)
    part = {**shared, "content-range": f"bytes {first}-{last}/{len(data)}"}
    return Response(data[first : last + 1], 206, part, media_type)


def _bounds(size: int, first: str, last: str) -> tuple[int, int]:
    """The first and the last byte that are asked for; without a first one so many from the end."""
    if first == "":
        return max(0, size - int(last)), size - 1 if int(last) else -1
    return int(first), min(size - 1, int(last)) if last else size - 1
