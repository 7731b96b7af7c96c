"""The card fonts: which letters they have, and the ink of each, drawn once at a large size."""

from __future__ import annotations

import io
import json
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib import resources
from threading import Lock
from typing import Literal

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from tuanyuan.imaging.cards.kinsoku import is_latin

Face = Literal["brush", "kai", "song", "roman", "italic"]
Ink = NDArray[np.uint8]

EM = 384
# The em square of the Chinese faces reaches this far above the line on which Latin letters stand.
ASCENT = 0.88
_FILES: dict[Face, str] = {
    "brush": "MaShanZheng-Regular.subset.woff2",
    "kai": "TuanyuanKai-Regular.subset.woff2",
    "song": "NotoSerifSC-SemiBold.subset.woff2",
    "roman": "EBGaramond-Medium.subset.woff2",
    "italic": "EBGaramond-MediumItalic.subset.woff2",
}
# The Latin face beside each Chinese one, and how much larger it is set so that both look alike in size.
LATIN: dict[Face, Face] = {"brush": "italic", "kai": "roman", "song": "roman", "roman": "roman", "italic": "italic"}
LATIN_SIZE = 1.1
# What the brush lacks is set in the kai, whole texts at a time; single signs that a face lacks, in the song.
_SIGNS = frozenset("“”‘’《》〈〉「」『』【】〔〕—…·～％￥")
_BOLDER = 7  # pixels at EM
_lock = Lock()


@dataclass(frozen=True, eq=False)
class Glyph:
    """ink: uint8 H×W at EM pixels to the em. left, top: of the ink, from the pen and from the line, in em.

    advance: how far the pen moves on, in em.
    """

    ink: Ink
    left: float
    top: float
    advance: float


@cache
def _font(face: Face) -> ImageFont.FreeTypeFont:
    data = (resources.files("tuanyuan.imaging") / "fonts" / _FILES[face]).read_bytes()
    # Basic layout: the same pixels whether or not a shaping library is installed.
    return ImageFont.truetype(io.BytesIO(data), EM, layout_engine=ImageFont.Layout.BASIC)


@lru_cache(maxsize=4096)
def has(letter: str, face: Face) -> bool:
    """Whether the face itself has the letter."""
    with _lock:
        font = _font(face)
        none, mask = font.getmask("\uffff"), font.getmask(letter)
        return mask.size != none.size or bytes(mask) != bytes(none)


def face_of(letter: str, face: Face) -> Face | None:
    """The face that `letter` is set with in a text of `face`; None: there is none."""
    chosen = LATIN[face] if is_latin(letter) else face
    if has(letter, chosen):
        return chosen
    return "song" if letter in _SIGNS and has(letter, "song") else None


def missing(text: str, face: Face) -> str:
    """The letters of `text` that cannot be set, each once, in the order of the text."""
    return "".join(dict.fromkeys(x for x in text if not x.isspace() and face_of(x, face) is None))


def suitable(text: str, face: Face) -> Face:
    """`face`, or the one that has most when it lacks a letter of `text`: two hands in one line look like a mistake."""
    return next((one for one in (face, "kai", "song") if not missing(text, one)), "kai")


@lru_cache(maxsize=1)
def _kerning() -> dict[str, dict[str, int]]:
    """How much closer two Latin letters stand, in thousandths of an em, by face and pair."""
    data = (resources.files("tuanyuan.imaging") / "fonts" / "EBGaramond.kerning.json").read_bytes()
    pairs: dict[str, dict[str, int]] = json.loads(data)
    return pairs


@lru_cache(maxsize=2048)
def glyph(text: str, face: Face) -> Glyph:
    """One Chinese letter, or a run of Latin ones with their kerning. ValueError: `face` lacks one of them."""
    if any(not has(letter, face) for letter in text if letter != " "):
        raise ValueError(f"the face {face} does not have all of {text!r}; see imaging/fonts/README.md")
    pairs = _kerning().get(face, {})
    pens, pen = [], 0.0
    for number, letter in enumerate(text):
        pen += pairs.get(text[number - 1 : number + 1], 0) / 1000 if number else 0.0
        pens.append(round(pen * EM))
        with _lock:
            pen += _font(face).getlength(letter) / EM
    left, top = -EM // 4, -round(1.2 * EM)
    canvas = Image.new("L", (round((pen + 0.5) * EM), round(1.7 * EM)))
    draw = ImageDraw.Draw(canvas)
    with _lock:
        for letter, x in zip(text, pens, strict=True):
            draw.text((x - left, -top), letter, fill=255, font=_font(face), anchor="ls")
    # A mark as narrow as a comma: its ink alone says where it stands.
    x0, y0, x1, y1 = canvas.getbbox() or (0, 0, 1, 1)
    x0, y0 = x0 - _BOLDER, y0 - _BOLDER
    drawn = np.asarray(canvas.crop((x0, y0, x1 + _BOLDER, y1 + _BOLDER)))
    if face == "kai":  # its hairlines are meant for book paper; on a card they would break up
        drawn = np.asarray(cv2.dilate(drawn, cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (_BOLDER, _BOLDER))))
    return Glyph(drawn, (left + x0) / EM, (top + y0) / EM, pen)
