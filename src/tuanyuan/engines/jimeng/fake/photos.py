"""The pictures that come with a call: fetched or decoded, opened, measured (contract: jimeng.md 1.4)."""

from __future__ import annotations

import base64
import binascii
import io
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import anyio
from PIL import Image, ImageChops

from tuanyuan.engines.jimeng.fake.refusals import invalid
from tuanyuan.engines.sandbox import Fetch

_SIDE = 4096
_RATIO = 3.0


@dataclass(frozen=True)
class Limits:
    """Of one input picture. size: bytes. short: pixels of its shorter side."""

    size: int
    short: int = 1


@dataclass(frozen=True)
class Photo:
    """An input picture in its file, and its size in pixels."""

    data: bytes
    width: int
    height: int
    grey: bool


def encoded(picture: bytes) -> str:
    """Base64 without a prefix."""
    return base64.b64encode(picture).decode("ascii")


def named(body: Mapping[str, Any], urls_only: bool) -> tuple[list[str], bool]:
    """The addresses or the base64 strings of a call, and whether they are addresses. Raises Refused."""
    urls, inline = body.get("image_urls"), body.get("binary_data_base64")
    if urls is not None and inline is not None:
        raise invalid("image_urls and binary_data_base64 exclude each other")
    if inline is not None and urls_only:
        raise invalid("binary_data_base64 is not a field of this req_key")
    given = urls if urls is not None else inline
    given = [] if given is None else given
    if not isinstance(given, list) or not all(isinstance(one, str) and one for one in given):
        raise invalid("pictures must be a list of strings")
    if urls is not None and not all(one.startswith(("http://", "https://")) for one in given):
        raise invalid("image_urls must be http or https addresses")
    return given, urls is not None


async def collect(given: list[str], addresses: bool, limits: Limits, fetch: Fetch) -> list[Photo]:
    """The pictures themselves. Raises Refused for one that cannot be had, opened, or is outside of the limits."""
    photos = []
    for one in given:
        if addresses:
            try:
                data = await fetch(one)
            except Exception as error:
                raise invalid("image url cannot be downloaded") from error
        else:
            data = _decoded(one)
        photos.append(await anyio.to_thread.run_sync(_opened, data, limits))
    return photos


def _decoded(text: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        raise invalid("binary_data_base64 is no base64") from None


def _opened(data: bytes, limits: Limits) -> Photo:
    if len(data) > limits.size:
        raise invalid("image file size exceeds the limit")
    try:
        with Image.open(io.BytesIO(data)) as picture:
            width, height = picture.size
            if picture.format not in ("JPEG", "MPO", "PNG"):
                raise invalid("image format must be JPEG or PNG")
            if max(width, height) > _SIDE or min(width, height) < limits.short:
                raise invalid("image resolution exceeds the limit")
            if max(width, height) > _RATIO * min(width, height):
                raise invalid("image aspect ratio exceeds the limit")
            picture.load()
            return Photo(data, width, height, _grey(picture))
    except (OSError, SyntaxError, ValueError, Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise invalid("image cannot be decoded") from None


def _grey(picture: Image.Image) -> bool:
    if picture.mode in ("1", "L", "LA"):
        return True
    red, green, blue = picture.convert("RGB").split()
    return not any(ImageChops.difference(red, other).getbbox() for other in (green, blue))
