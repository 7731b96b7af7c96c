"""A greeting card: the frame with its hole, and the photo put into it."""

from __future__ import annotations

from dataclasses import dataclass, replace

import cv2
import numpy as np
from numpy.typing import NDArray

from tuanyuan.imaging.cards import kinsoku, letters, mounting, paper
from tuanyuan.imaging.cards.design import Palette, Room, Template, Texts
from tuanyuan.imaging.cards.feasts import Birthday, MidAutumn, SpringFestival
from tuanyuan.imaging.cards.frames import lettered, seal
from tuanyuan.imaging.cards.lives import FullMoon, Longevity, Wedding
from tuanyuan.imaging.cards.sheet import Array, Sheet
from tuanyuan.imaging.cards.typesetting import Style, set_block
from tuanyuan.imaging.cards.window import Box, Crop, Window

Pixels = NDArray[np.uint8]

TEMPLATES: dict[str, Template] = {
    "spring-festival": SpringFestival(),
    "mid-autumn": MidAutumn(),
    "birthday": Birthday(),
    "wedding": Wedding(),
    "full-moon": FullMoon(),
    "longevity": Longevity(),
}
SHORT, LONG = 1080.0, 1440.0


class WordsTooLong(ValueError):
    """The words, or the signature, do not fit even at the least size."""


@dataclass(frozen=True)
class CardSpec:
    """size: pixels. aspect: of the photo, width through height. palette: of the template's; second: its other shapes.

    window: which of the template's windows, from 0; see `windows`. bare: nothing of the card lies over the photo.
    """

    template: str
    words: str
    signature: str = ""
    size: tuple[int, int] = (1080, 1440)
    aspect: float = 4 / 3
    palette: str = "first"
    second: bool = False
    window: int = 0
    bare: bool = False


@dataclass(frozen=True, eq=False)
class Frame:
    """A card without its photo.

    picture: uint8 H×W×3, black where the hole is. alpha: uint8 H×W, 255 the card, 0 the hole. box: x, y, width, height
    of the window in pixels; what is put there fills it. words, signature: areas in pixels, no ink beyond them.
    lines: the words as broken. text_size: of an em in pixels.
    """

    picture: Pixels
    alpha: Pixels
    box: tuple[int, int, int, int]
    words: tuple[int, int, int, int]
    signature: tuple[int, int, int, int]
    lines: tuple[str, ...]
    text_size: float

    @property
    def clear(self) -> Array:
        """float32 h×w of the box: 1 where the photo shows."""
        x, y, w, h = self.box
        return np.asarray(1 - self.alpha[y : y + h, x : x + w] / np.float32(255), np.float32)


def room_of(size: tuple[int, int]) -> tuple[Room, float]:
    """The room in units and the pixels to one."""
    wide = size[0] >= size[1]
    unit = min(size[0] / (LONG if wide else SHORT), size[1] / (SHORT if wide else LONG))
    return Room(size[0] / unit, size[1] / unit), unit


def windows(spec: CardSpec) -> tuple[Window, ...]:
    """What the template offers for that photo, the best first."""
    room, _ = room_of(spec.size)
    return TEMPLATES[spec.template].windows(room, spec.aspect, spec.second)


def frame(spec: CardSpec) -> Frame:
    """The card with a hole for the photo, or for a clip. WordsTooLong; ValueError: a letter is missing."""
    template, (room, unit) = TEMPLATES[spec.template], room_of(spec.size)
    palette, window = template.palettes[spec.palette], windows(spec)[spec.window]
    sheet = Sheet(*spec.size, unit)
    foil = paper.foil(*spec.size, unit, *palette.foil)
    template.ground(sheet, palette, window, foil)
    sheet.punch(*sheet.mask([window.outline()]))
    template.ornaments(sheet, palette, window, foil)
    if spec.bare:
        sheet.punch(*sheet.mask([window.outline()]))
        mounting.rim(sheet, window, foil)
    texts = template.texts(room, window)
    lettered(sheet, template.title, texts.title, texts.title_style, foil if palette.title is None else palette.title)
    _caption(sheet, template.caption, palette)
    lines, size = _words(sheet, spec.words, texts, palette.words)
    _signed(sheet, spec.signature, template.seal, texts, palette)
    # Straight colours: where the card is half transparent its own colour is kept.
    colour = sheet.colour / np.maximum(sheet.alpha, 1e-4)[..., None]
    picture = np.rint(np.clip(colour, 0, 1) * 255).astype(np.uint8)
    box = _box(window, sheet)
    return Frame(
        picture,
        np.rint(sheet.alpha * 255).clip(0, 255).astype(np.uint8),
        box,
        _pixels(texts.words, unit),
        _pixels(texts.signature, unit),
        lines,
        size,
    )


def outline_clear(spec: CardSpec) -> Array:
    """As `Frame.clear`, before anything is painted: what the window's outline alone leaves open."""
    _, unit = room_of(spec.size)
    sheet = Sheet(*spec.size, unit)
    window = windows(spec)[spec.window]
    x, y, w, h = _box(window, sheet)
    sheet.alpha[:] = 1
    sheet.punch(*sheet.mask([window.outline(-2.0)]))
    return np.asarray(1 - sheet.alpha[y : y + h, x : x + w], np.float32)


def check(spec: CardSpec) -> None:
    """Whether words and signature can be set beside every window. WordsTooLong; ValueError: a letter is missing."""
    room, unit = room_of(spec.size)
    template = TEMPLATES[spec.template]
    palette = template.palettes[spec.palette]
    for window in windows(spec):
        sheet = Sheet(*spec.size, unit)
        texts = template.texts(room, window)
        _words(sheet, spec.words, texts, palette.words)
        _signed(sheet, spec.signature, template.seal, texts, palette)


def with_photo(card: Frame, photo: Pixels, part: Crop) -> Pixels:
    """The finished card, uint8 H×W×3: `part` of a photo uint8 behind the hole."""
    x, y, w, h = card.box
    x0, y0, x1, y1 = round(part.x0), round(part.y0), round(part.x1), round(part.y1)
    cut = np.ascontiguousarray(photo[y0:y1, x0:x1])
    if cut.shape[1] > w or cut.shape[0] > h:
        shown = cv2.resize(cut, (w, h), interpolation=cv2.INTER_AREA)
    else:
        shown = cv2.resize(cut, (w, h), interpolation=cv2.INTER_CUBIC)
    out = card.picture.copy()
    alpha = card.alpha[y : y + h, x : x + w, None].astype(np.float32) / np.float32(255)
    mixed = out[y : y + h, x : x + w] * alpha + shown * (1 - alpha)
    out[y : y + h, x : x + w] = np.rint(mixed).clip(0, 255).astype(np.uint8)
    return out


def _box(window: Window, sheet: Sheet) -> tuple[int, int, int, int]:
    height, width = sheet.alpha.shape
    # A pixel more on every side: the hole's edge is soft.
    x0, y0 = max(0, int(window.x * sheet.unit) - 1), max(0, int(window.y * sheet.unit) - 1)
    x1 = min(width, int(np.ceil((window.x + window.w) * sheet.unit)) + 1)
    y1 = min(height, int(np.ceil((window.y + window.h) * sheet.unit)) + 1)
    return x0, y0, x1 - x0, y1 - y0


def _pixels(area: Box, unit: float) -> tuple[int, int, int, int]:
    x, y, w, h = (round(v * unit) for v in area)
    return x, y, max(1, w), max(1, h)


def _scaled(style: Style, face: letters.Face, unit: float) -> Style:
    return replace(style, face=face, least=style.least * unit, most=style.most * unit)


def _words(sheet: Sheet, text: str, texts: Texts, ink: Array) -> tuple[tuple[str, ...], float]:
    text = kinsoku.normal(text)
    style = texts.words_style
    latin = sum(kinsoku.is_latin(x) for x in text)
    if style.vertical and latin > 0.4 * len(text.replace(" ", "")):
        # English is not read from top to bottom.
        style = replace(style, vertical=False, align="middle", leading=1.5)
    x, y, w, h = _pixels(texts.words, sheet.unit)
    block = set_block(text, _scaled(style, letters.suitable(text, style.face), sheet.unit), (w, h))
    if block is None:
        raise WordsTooLong(text)
    sheet.stamp(block.ink, x, y, ink)
    return block.lines, block.size


def _signed(sheet: Sheet, text: str, own: str, texts: Texts, palette: Palette) -> None:
    """The signature in one line, its seal after it; without a signature the seal alone."""
    x, y, w, h = texts.signature
    size = 70.0
    text = kinsoku.normal(text).replace("\n", " ")
    end = x + w if texts.signature_end else x + w / 2 + size / 2
    seal(sheet.at(end - size / 2 - 4, y + h / 2), own, size, *palette.seal)
    if not text:
        return
    px, py, pw, ph = _pixels((x, y, w - size - 22, h), sheet.unit)
    style = Style("kai", 20, 38, align="end", tracking=0.06)
    block = set_block(text, _scaled(style, letters.suitable(text, "kai"), sheet.unit), (pw, ph))
    if block is None or len(block.lines) > 1:
        smaller = replace(style, most=25)
        block = set_block(text, _scaled(smaller, letters.suitable(text, "kai"), sheet.unit), (pw, ph))
    if block is None:
        raise WordsTooLong(text)
    sheet.stamp(block.ink, px, py, palette.words)


def _caption(sheet: Sheet, text: str, palette: Palette) -> None:
    """In the foot, at the left: small capitals widely set, as on printed stationery."""
    pen, size = 46.0, 21.0
    for letter in text:
        if letter == " ":
            pen += 0.62 * size
            continue
        one = letters.glyph(letter, "roman")
        scale = size * sheet.unit / letters.EM
        shape = max(1, round(one.ink.shape[1] * scale)), max(1, round(one.ink.shape[0] * scale))
        ink = np.asarray(cv2.resize(one.ink, shape, interpolation=cv2.INTER_AREA), np.float32) / np.float32(255)
        top = (sheet.height - 46 + one.top * size) * sheet.unit
        sheet.stamp(ink, round((pen + one.left * size) * sheet.unit), round(top), palette.words, 0.9)
        pen += (one.advance + 0.22) * size
