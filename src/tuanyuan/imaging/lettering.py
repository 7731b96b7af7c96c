"""Words as masks, drawn with the one font that comes along (`fonts/README.md`)."""

from __future__ import annotations

import io
from functools import lru_cache
from importlib import resources

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

_FONT = "NotoSansSC-Medium.subset.ttf"


@lru_cache(maxsize=1)
def _font_file() -> bytes:
    return (resources.files("tuanyuan.imaging") / "fonts" / _FONT).read_bytes()


def coverage(text: str, size: float) -> NDArray[np.float32]:
    """The ink of `text`, set `size` pixels high to the em: float32 (H, W), 0 to 1, cropped to the ink.

    Raises ValueError for a character that the font does not have.
    """
    # Basic layout: the same pixels whether or not a shaping library is installed.
    font = ImageFont.truetype(io.BytesIO(_font_file()), size, layout_engine=ImageFont.Layout.BASIC)
    missing = [letter for letter in text if not letter.isspace() and not _has(font, letter)]
    if missing:
        raise ValueError(f"the font has no {''.join(missing)}; see imaging/fonts/README.md")
    left, top, right, bottom = font.getbbox(text)
    canvas = Image.new("L", (int(right - left) + 4, int(bottom - top) + 4))
    ImageDraw.Draw(canvas).text((2 - left, 2 - top), text, fill=255, font=font)
    return np.asarray(canvas.crop(canvas.getbbox()), np.float32) / np.float32(255)


def _has(font: ImageFont.FreeTypeFont, letter: str) -> bool:
    empty_box = font.getmask("\uffff")
    mask = font.getmask(letter)
    return mask.size != empty_box.size or bytes(mask) != bytes(empty_box)
