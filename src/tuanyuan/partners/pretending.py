"""What the fakes of picture partners share beside the sandbox: looking at what was sent, signatures, errors in XML."""

from __future__ import annotations

import hashlib
import hmac
import io
import warnings
from dataclasses import dataclass
from xml.sax.saxutils import escape

from PIL import Image
from starlette.requests import Request

from tuanyuan.engines.sandbox import Fault, Faults, received, waited

# Credentials of fakes; nobody's real ones.
THROW_AWAY_ID = "AKEXAMPLE00000000000"
THROW_AWAY_KEY = "SKexample0000000000000000000000000000000"


class TooLong(Exception):
    """The body has more bytes than are taken."""


async def body_of(request: Request, most: int) -> bytes:
    """The body, at most `most` bytes of it. Raises TooLong."""
    body = await received(request.receive, most)
    if body is None:
        raise TooLong
    return body


async def work(request: Request, seconds: float, fault: Fault | None, faults: Faults) -> None:
    """Take as long as one piece of work takes; "late": longer than anybody waits. Ends when the caller has gone."""
    await waited(request.receive, faults.seconds(fault, seconds))


@dataclass(frozen=True)
class Seen:
    """What the head of a picture file says. format: Pillow's name of it."""

    format: str
    width: int
    height: int


class TooManyPixels(Exception):
    """More pixels than Pillow opens."""


def look(data: bytes) -> Seen:
    """The head of a picture, without its pixels. Raises PIL.UnidentifiedImageError, OSError, TooManyPixels."""
    with warnings.catch_warnings():
        # A fake looks at the size itself; Pillow's warning of a large one is no news.
        warnings.simplefilter("ignore", Image.DecompressionBombWarning)
        try:
            with Image.open(io.BytesIO(data)) as picture:
                return Seen(str(picture.format), *picture.size)
        except Image.DecompressionBombError:
            raise TooManyPixels from None


def encoded(picture: Image.Image, format: str) -> bytes:
    """A file of the picture."""
    file = io.BytesIO()
    picture.save(file, format, quality=92)
    return file.getvalue()


def keyed(key: bytes | str, message: str, kind: str = "sha256") -> bytes:
    """HMAC of a text."""
    return hmac.new(key.encode() if isinstance(key, str) else key, message.encode(), kind).digest()


def digest(data: bytes | str) -> str:
    """Hexadecimal SHA-256."""
    return hashlib.sha256(data.encode() if isinstance(data, str) else data).hexdigest()


def same(given: str, wanted: str) -> bool:
    """Compare signatures in constant time; what is not ASCII is none."""
    return hmac.compare_digest(given.encode(), wanted.encode())


def xml_error(code: str, message: str, **facts: str) -> bytes:
    """`<Error>` of an object store; facts: further elements, in their order."""
    elements = {"Code": code, "Message": message, **facts}
    inner = "".join(f"<{name}>{escape(value)}</{name}>" for name, value in elements.items())
    return f'<?xml version="1.0" encoding="UTF-8"?>\n<Error>{inner}</Error>'.encode()
