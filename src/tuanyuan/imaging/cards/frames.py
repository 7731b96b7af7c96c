"""Borders: double rules, fretted corners 回纹, lattice bands 窗棂; and the red seal 印章."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from tuanyuan.imaging.cards import letters
from tuanyuan.imaging.cards.paths import Path, begonia, box
from tuanyuan.imaging.cards.sheet import Array, Ink, Pen, Sheet
from tuanyuan.imaging.cards.typesetting import Style, set_block

# The margins of a border: the lower one is wide, for the AI mark stands there.
MARGIN, FOOT = 40.0, 104.0


def inside(sheet: Sheet, inset: float = 0.0) -> tuple[float, float, float, float]:
    """x, y, width, height of the border, `inset` further in."""
    edge = MARGIN + inset
    return edge, edge, sheet.width - 2 * edge, sheet.height - edge - FOOT - inset


def double_rule(sheet: Sheet, ink: Ink, notch: float = 0.0) -> None:
    """A strong line and a fine one within it; corners notched as a begonia where `notch` is given."""
    for inset, width in ((0.0, 4.2), (11.0, 1.5)):
        x, y, w, h = inside(sheet, inset)
        sheet.stroke([begonia(x, y, w, h, notch) if notch else box(x, y, w, h)], width, ink, closed=True)


def fretted(sheet: Sheet, ink: Ink, size: float = 84.0) -> None:
    """回纹 in each corner of the border, and two rules between them."""
    x, y, w, h = inside(sheet)
    for px, py, sx, sy in ((x, y, 1, 1), (x + w, y, -1, 1), (x + w, y + h, -1, -1), (x, y + h, 1, -1)):
        corner = _fret() * np.array([sx, sy], np.float32) * np.float32(size / 84) + np.array([px, py], np.float32)
        sheet.stroke([corner], 4.2, ink)
    for inset, width in ((0.0, 4.2), (14.0, 1.5)):
        gap = size + (10 if not inset else 0)
        a, b, c, d = x + inset, y + inset, x + w - inset, y + h - inset
        for p, q in (
            ((x + gap, b), (x + w - gap, b)),
            ((x + gap, d), (x + w - gap, d)),
            ((a, y + gap), (a, y + h - gap)),
            ((c, y + gap), (c, y + h - gap)),
        ):
            sheet.stroke([np.array([p, q], np.float32)], width, ink)


def _fret() -> Path:
    """One line that winds inwards, for the upper left corner, 84 × 84."""
    turns = [(84, 0), (0, 0), (0, 84), (28, 84), (28, 28), (84, 28), (84, 56), (56, 56), (56, 46)]
    return np.array(turns, np.float32)


def lattice(
    sheet: Sheet, area: tuple[float, float, float, float], cell: float, ink: Ink, opacity: float, width: float = 2.0
) -> None:
    """步步锦: steps of bars in an area x, y, width, height, cells as near to `cell` as fills it evenly."""
    x, y, w, h = area
    columns, rows = max(1, round(w / cell)), max(1, round(h / cell))
    cw, ch = w / columns, h / rows
    lines: list[Path] = []
    for i in range(columns):
        for j in range(rows):
            a, b = x + i * cw, y + j * ch
            u, v = 0.28 * cw, 0.28 * ch
            lines.append(box(a + u, b + v, cw - 2 * u, ch - 2 * v))
            middle_x, middle_y = a + cw / 2, b + ch / 2
            for p, q in (
                ((middle_x, b), (middle_x, b + v)),
                ((middle_x, b + ch - v), (middle_x, b + ch)),
                ((a, middle_y), (a + u, middle_y)),
                ((a + cw - u, middle_y), (a + cw, middle_y)),
            ):
                lines.append(np.array([p, q], np.float32))
    sheet.stroke([p for p in lines if len(p) == 4], width, ink, opacity, closed=True)
    sheet.stroke([p for p in lines if len(p) == 2], width, ink, opacity)
    sheet.stroke([box(x, y, w, h)], width * 1.4, ink, opacity, closed=True)


def lettered(sheet: Sheet, text: str, area: tuple[float, float, float, float], style: Style, ink: Ink) -> None:
    """A card's own words, as large as the area x, y, width, height allows; sizes of `style` in units."""
    x, y, w, h = (round(v * sheet.unit) for v in area)
    unit = sheet.unit
    sized = Style(
        letters.suitable(text, style.face),
        style.least * unit,
        style.most * unit,
        style.vertical,
        style.align,
        style.leading,
        style.tracking,
    )
    block = set_block(text, sized, (max(1, w), max(1, h)))
    if block is not None:
        sheet.stamp(block.ink, x, y, ink)


def seal(pen: Pen, text: str, size: float, ink: Array, ground: Array) -> None:
    """白文: one to four letters spared out of a red square, worn a little at its edges; middle at origin."""
    half = size / 2
    outline = _worn(box(-half, -half, size, size, size * 0.1), size)
    pen.fill([outline], ink)
    pen.stroke(
        [box(-half + size * 0.07, -half + size * 0.07, size * 0.86, size * 0.86, size * 0.05)],
        size * 0.02,
        ground,
        closed=True,
    )
    sheet, inner = pen.sheet, size * 0.80
    places = {1: [(0.0, 0.0, 1.0)], 2: [(0.0, -0.25, 0.5), (0.0, 0.25, 0.5)]}.get(
        len(text), [(0.25, -0.25, 0.5), (0.25, 0.25, 0.5), (-0.25, -0.25, 0.5), (-0.25, 0.25, 0.5)]
    )
    for letter, (dx, dy, share) in zip(text, places, strict=False):
        face = letters.suitable(letter, "song")
        wide = inner if len(text) <= 2 else inner * 0.5
        one = letters.glyph(letter, face).ink
        _stretched(sheet, one, pen, dx * inner, dy * inner, wide * 0.9, inner * share * 0.9, ground)


def _stretched(
    sheet: Sheet, ink: NDArray[np.uint8], pen: Pen, x: float, y: float, w: float, h: float, colour: Array
) -> None:
    """A letter fills its field, as it does on a cut seal."""
    rows, columns = np.nonzero(ink > 60)
    tight = ink[rows.min() : rows.max() + 1, columns.min() : columns.max() + 1]
    width, height = max(2, round(w * pen.size * sheet.unit)), max(2, round(h * pen.size * sheet.unit))
    if tight.shape[0] < 0.35 * tight.shape[1]:  # 一 stays thin
        height = max(2, round(width * tight.shape[0] / tight.shape[1]))
    mask = np.asarray(cv2.resize(tight, (width, height), interpolation=cv2.INTER_AREA), np.float32) / np.float32(255)
    px, py = pen.moved(np.array([[x, y]], np.float32))[0] * sheet.unit
    sheet.stamp(mask, round(float(px) - width / 2), round(float(py) - height / 2), colour)


def _worn(outline: Path, size: float) -> Path:
    fine = np.concatenate(
        [np.linspace(a, b, 7, endpoint=False) for a, b in zip(outline, np.roll(outline, -1, 0), strict=True)]
    )
    k = np.arange(len(fine))
    wear = 0.008 * size * (np.sin(k * 1.7) + np.sin(k * 0.61 + 1) + 0.6 * np.sin(k * 3.1))
    return (fine * (1 - np.abs(wear) / size)[:, None]).astype(np.float32)
