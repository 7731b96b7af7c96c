"""What a template says of itself: palettes, windows, grounds, ornaments, and where its words stand."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from tuanyuan.imaging.cards.frames import FOOT
from tuanyuan.imaging.cards.letters import Face
from tuanyuan.imaging.cards.sheet import Array, Sheet
from tuanyuan.imaging.cards.typesetting import Style
from tuanyuan.imaging.cards.window import Box, Window

PHOTO_SHARE = 0.565  # of a lying card's width


@dataclass(frozen=True, eq=False)
class Palette:
    """paper: at the middle and the edges. foil: its dark and light. words, title: ink, or None for the foil.

    seal: its red and what is spared out. mat: round the photo. accents: as the template needs them.
    """

    paper: tuple[Array, Array]
    foil: tuple[Array, Array]
    words: Array
    title: Array | None
    seal: tuple[Array, Array]
    mat: Array
    accents: tuple[Array, ...] = ()


@dataclass(frozen=True)
class Room:
    """The sheet in units: its shorter side is 1080 or more, the longer 1440 or more."""

    width: float
    height: float

    @property
    def wide(self) -> bool:
        """Lying."""
        return self.width >= self.height

    @property
    def foot(self) -> float:
        """Where the border ends; below it only the mark and the caption stand."""
        return self.height - FOOT


@dataclass(frozen=True)
class Texts:
    """Areas x, y, width, height and styles (sizes in units) of the title, the words, the signature with its seal."""

    title: Box
    title_style: Style
    words: Box
    words_style: Style
    signature: Box
    signature_end: bool = True


class Template(Protocol):
    """One design. Draws in units; never in the lower right corner, where the AI mark is put."""

    title: str
    caption: str
    seal: str
    palettes: Mapping[str, Palette]

    def windows(self, room: Room, aspect: float, second: bool) -> tuple[Window, ...]:
        """Windows for a photo of that aspect, the best first, the last for the whole photo. second: others first."""
        ...

    def texts(self, room: Room, window: Window) -> Texts:
        """Where the words stand."""
        ...

    def ground(self, sheet: Sheet, palette: Palette, window: Window, foil: Array) -> None:
        """Everything behind the photo; covers the sheet."""
        ...

    def ornaments(self, sheet: Sheet, palette: Palette, window: Window, foil: Array) -> None:
        """Everything in front of the photo's edge."""
        ...


def photo_area(room: Room, top: float, words: float) -> Box:
    """Where the window lies: in a standing card between `top` and `words` above the border's foot; else at the left."""
    if room.wide:
        return 96.0, 104.0, PHOTO_SHARE * room.width - 40, room.foot - 104 - 64
    return 104.0, top, room.width - 208, room.foot - words - top


def middle_of_column(room: Room) -> float:
    """Its middle line."""
    x, _, w, _ = column(room)
    return x + w / 2


def column(room: Room) -> Box:
    """The right part of a lying card, for title and words."""
    x = PHOTO_SHARE * room.width + 96
    return x, 104.0, room.width - 92 - x, room.foot - 104 - 60


def across(
    room: Room, window: Window, face: Face = "kai", most: float = 46, title: float = 130, signature: float = 110
) -> Texts:
    """Title above, words below the photo, the signature under them at the right; lying: all in the right column."""
    titled = Style("brush", 40, title, tracking=0.12)
    style = Style(face, 23, most, leading=1.62, tracking=0.07)
    if room.wide:
        x, y, w, h = column(room)
        return Texts((x, y + 30, w, 200), titled, (x, y + 270, w, h - 270 - 130), style, (x, y + h - 104, w, 84))
    top = window.y + window.h + 40
    below = room.foot - signature
    return Texts(
        (270, 84, room.width - 540, title * 1.15),
        titled,
        (130, top, room.width - 260, below - top - 8),
        style,
        (130, below, room.width - 260, 80),
    )


def columns(room: Room, window: Window, face: Face = "kai", most: float = 46, title: float = 128) -> Texts:
    """As `across`, but title and words in columns where the card lies."""
    if not room.wide:
        return across(room, window, face, most, title)
    x, y, w, h = column(room)
    titled = Style("brush", 40, title, vertical=True, tracking=0.10, align="start")
    style = Style(face, 23, most, vertical=True, align="start", leading=1.72, tracking=0.08)
    side = title * 1.2
    return Texts(
        (x + w - side, y, side, h - 130), titled, (x, y + 24, w - side - 26, h - 160), style, (x, y + h - 104, w, 84)
    )
