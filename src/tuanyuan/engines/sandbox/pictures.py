"""The pictures that fakes give: everybody who was sent, side by side, so that likeness can be measured."""

from __future__ import annotations

import io
from collections.abc import Sequence

from PIL import Image, ImageEnhance, ImageOps

_WALL = (96, 84, 78)
_MARGIN = 0.04
# Of a number: seeds are numbers, too.
_BITS = 64
_LIGHT = (176, 168, 160)


def draw(references: Sequence[bytes], width: int, height: int, number: int = 1, format: str = "JPEG") -> bytes:
    """A JPEG or PNG of `width`×`height` that shows the references, scaled to fit, from left to right.

    number: of the picture in its set, from 0; each differs a little in brightness, and bears its number at its lower
    edge. Raises PIL.UnidentifiedImageError, OSError for a reference that is no picture: a provider refuses it, too.
    """
    picture = Image.new("RGB", (width, height), _WALL)
    count = max(1, len(references))
    margin = round(min(width, height) * _MARGIN)
    box = (width // count - 2 * margin, height - 2 * margin)
    for place, data in enumerate(references):
        with Image.open(io.BytesIO(data)) as opened:
            shown = ImageOps.contain(ImageOps.exif_transpose(opened).convert("RGB"), (max(1, box[0]), max(1, box[1])))
        left = place * (width // count) + (width // count - shown.width) // 2
        picture.paste(shown, (left, (height - shown.height) // 2))
    picture = ImageEnhance.Brightness(picture).enhance(1.0 - 0.02 * (number % 8))
    return _encoded(_numbered(picture, number), format)


def wrong_size(references: Sequence[bytes], format: str = "JPEG") -> bytes:
    """A picture far smaller than anybody asks for: 64×48."""
    return draw(references, 64, 48, format=format)


def broken(picture: bytes) -> bytes:
    """The first third of a picture's file."""
    return picture[: len(picture) // 3]


def _numbered(picture: Image.Image, number: int) -> Image.Image:
    """The picture with the bits of its number as light squares along its lower edge, the lowest bit on the left."""
    side = max(1, min(picture.width // _BITS, round(picture.height * _MARGIN) // 2))
    for place in range(_BITS):
        if number >> place & 1:
            left, top = place * side, picture.height - side
            picture.paste(_LIGHT, (left, top, left + side, top + side))
    return picture


def _encoded(picture: Image.Image, format: str) -> bytes:
    file = io.BytesIO()
    # A small file is nobody's wish here.
    picture.save(file, format, quality=90, compress_level=1)
    return file.getvalue()
