"""The pictures that the fake makes, in the format and on the ground that was asked for."""

from __future__ import annotations

import base64
import io

from PIL import Image, ImageChops

from tuanyuan.engines.openai.fake.asked import Asked
from tuanyuan.engines.sandbox import draw


def drawn(asked: Asked, width: int, height: int, number: int) -> bytes:
    """A picture of everybody who was sent; on a transparent ground where that was asked for."""
    if not asked.transparent:
        return draw(asked.references, width, height, number, asked.output_format.upper())
    with Image.open(io.BytesIO(draw(asked.references, width, height, number, "PNG"))) as picture:
        wall = Image.new("RGB", picture.size, picture.getpixel((0, 0)))
        people = ImageChops.difference(picture, wall).convert("L").point(lambda value: 255 if value else 0)
        picture.putalpha(people)
        file = io.BytesIO()
        picture.save(file, asked.output_format.upper())
    return file.getvalue()


def encoded(picture: bytes) -> str:
    """Base64, as `b64_json` has it."""
    return base64.b64encode(picture).decode()
