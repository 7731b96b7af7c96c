"""The pictures that come with a call: fetched or decoded, opened, measured (contract: ark-seedream.md 2.3, 2.7)."""

from __future__ import annotations

import base64
import binascii
import io
import re
from collections.abc import Sequence
from dataclasses import dataclass

import anyio
from PIL import Image

from tuanyuan.engines.sandbox import Fetch
from tuanyuan.engines.seedream.fake.refusals import empty_url, invalid, wrong_url

_FORMATS = ("JPEG", "MPO", "PNG", "WEBP", "BMP", "TIFF", "GIF")
_DATA = re.compile(r"data:image/(?:jpeg|png|webp|bmp|tiff|gif);base64,")


@dataclass(frozen=True)
class Limits:
    """Of one input picture. size: bytes. sides, ratio (width to height): least and most. pixels: at most."""

    size: int
    sides: tuple[float, float]
    ratio: tuple[float, float]
    pixels: float


@dataclass(frozen=True)
class Photo:
    """An input picture in its file, and its size in pixels."""

    data: bytes
    width: int
    height: int


def encoded(picture: bytes) -> str:
    """Base64 without a prefix."""
    return base64.b64encode(picture).decode("ascii")


async def collect(given: Sequence[str], limits: Limits, fetch: Fetch, param: str) -> list[Photo]:
    """The pictures themselves. Raises Refused for one that cannot be had, opened, or is outside of the limits."""
    for one in given:
        if not one:
            raise empty_url()
        if not one.startswith(("http://", "https://")) and _DATA.match(one) is None:
            raise wrong_url()
    photos = []
    for one in given:
        if one.startswith("data:"):
            try:
                data = base64.b64decode(one.partition(",")[2], validate=True)
            except (binascii.Error, ValueError):
                raise wrong_url() from None
        else:
            try:
                data = await fetch(one)
            except Exception as error:
                raise invalid(param, "the resource cannot be downloaded") from error
        photos.append(await anyio.to_thread.run_sync(_opened, data, limits, param))
    return photos


def _opened(data: bytes, limits: Limits, param: str) -> Photo:
    if len(data) > limits.size:
        raise invalid(param, "image too large")
    try:
        with Image.open(io.BytesIO(data)) as picture:
            width, height = picture.size
            if picture.format not in _FORMATS:
                raise invalid(param, "image format not supported")
            if width * height > limits.pixels:
                raise invalid(param, "too many pixels")
            if min(width, height) < limits.sides[0] or max(width, height) > limits.sides[1]:
                raise invalid(param, "image side out of range")
            if not limits.ratio[0] <= width / height <= limits.ratio[1]:
                raise invalid(param, "image aspect ratio out of range")
            picture.load()
    except (OSError, SyntaxError, ValueError, Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise invalid(param, "image cannot be decoded") from None
    return Photo(data, width, height)
