"""How a photo is mounted: a mat with its shadow, a rim of foil, a bevel that falls into the hole."""

from __future__ import annotations

from tuanyuan.imaging.cards.sheet import Array, Ink, Sheet, colour
from tuanyuan.imaging.cards.window import Window


def mat(sheet: Sheet, window: Window, paper: Array, foil: Ink, broad: float = 20.0, shadow: float = 0.34) -> None:
    """Before the hole is cut: a board round the window, lifted a little off the paper, with a foil line on it."""
    board = window.outline(broad)
    sheet.fill([board + board.dtype.type(5)], colour("#1c0d08"), shadow, blur=11)
    sheet.fill([board], paper)
    sheet.stroke([window.outline(broad * 0.55)], 1.6, foil, 0.95, closed=True)


def rim(sheet: Sheet, window: Window, foil: Ink, width: float = 4.0) -> None:
    """After the hole is cut: the board's shadow on the photo, then a line of foil along the edge."""
    edge = window.outline()
    sheet.stroke([edge], 9, colour("#1c0d08"), 0.26, closed=True, blur=3.2)
    sheet.stroke([edge], width, foil, closed=True)
