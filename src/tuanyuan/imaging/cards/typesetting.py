"""Words set in a block, across or in columns: broken evenly, signs hung or turned, sized to the room there is."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

import cv2
import numpy as np
from numpy.typing import NDArray

from tuanyuan.imaging.cards import kinsoku, letters
from tuanyuan.imaging.cards.kinsoku import NO_END, Unit, is_latin
from tuanyuan.imaging.cards.letters import ASCENT, EM, LATIN, LATIN_SIZE, Face

Array = NDArray[np.float32]
Align = Literal["start", "middle", "end"]

_FINER = 2  # the ink is put together so much larger, then reduced: letters stand to half a pixel
_STEP = 0.965
_MORE_LINES = 3
_SMALLER, _BREAKS = 0.72, 0.45
_HANG = 0.6  # em on both sides of the block for signs that hang
# GB/T 15834-2011, 4.8: quotes in columns.
_IN_COLUMNS = str.maketrans("“”‘’", "『』「」")
# Signs that stand in the upper right corner of their square in a column; signs that lie on their side there.
_CORNER = frozenset("，。、")
_TURNED = frozenset("（）《》〈〉“”‘’「」『』【】〔〕—…～")
_HALF = frozenset("，。、；：！？）》〉”’」』】〕")
_UPRIGHT_DIGITS = 2


@dataclass(frozen=True)
class Style:
    """How words are set. least, most: an em in pixels. leading: from line to line, tracking: between letters, in em."""

    face: Face
    least: float
    most: float
    vertical: bool = False
    align: Align = "middle"
    leading: float = 1.6
    tracking: float = 0.06


@dataclass(frozen=True, eq=False)
class Block:
    """ink: float32 H×W, 0..1, as large as the room. size: of an em in pixels. lines: as broken."""

    ink: Array
    size: float
    lines: tuple[str, ...]


def set_block(text: str, style: Style, room: tuple[int, int]) -> Block | None:
    """`text` (as `kinsoku.normal` leaves it) in a room of width × height pixels; None: too long even at the least size.

    The largest size is taken at which it fits, or one a little smaller at which lines end where one breathes.
    ValueError: a letter is missing, see `letters.missing`.
    """
    text = text.translate(_IN_COLUMNS) if style.vertical else text
    along, across = (room[1], room[0]) if style.vertical else room
    size, largest = style.most, 0.0
    best: tuple[float, float, list[list[Unit]]] | None = None
    while size >= style.least - 1e-6 and size > _SMALLER * largest:
        found = _lines(text, style, along / size - 2 * _HANG, across / size)
        if found is not None:
            largest = largest or size
            score = size / largest - _BREAKS * found[0]
            if best is None or score > best[0] + 1e-9:
                best = score, size, found[1]
        size *= _STEP
    if best is None:
        return None
    return Block(_ink(best[2], style, best[1], room), best[1], tuple(_joined(line) for line in best[2]))


def _lines(text: str, style: Style, along: float, across: float) -> tuple[float, list[list[Unit]]] | None:
    """The best lines for a room that is `along` em long and `across` em wide; None: it does not fit."""
    most = int((across - 1) / style.leading) + 1
    paragraphs = [kinsoku.units(p, lambda t: _length(t, style)) for p in text.split("\n") if p]
    result: list[list[Unit]] = []
    total = 0.0
    for number, parts in enumerate(paragraphs):
        spare = most - len(result) - (len(paragraphs) - number - 1)
        found = None
        first = 0
        for count in range(1, spare + 1):
            tried = kinsoku.broken(parts, count, along)
            if tried is None:
                continue
            first = first or count
            if count > first + _MORE_LINES:
                break
            # One line more must be worth it.
            cost = tried[0] + 0.06 * (count - first)
            if found is None or cost < found[0] - 1e-9:
                found = cost, tried[1]
        if found is None:
            return None
        total += found[0]
        result += found[1]
    return (total, result) if 0 < len(result) <= most else None


def _joined(line: list[Unit]) -> str:
    return "".join((" " if n and part.gap > 0.2 else "") + part.text for n, part in enumerate(line))


def _runs(text: str) -> Iterator[str]:
    """Each Chinese letter by itself, Latin ones together."""
    start = 0
    for end in range(1, len(text) + 1):
        if end == len(text) or not (is_latin(text[end]) and is_latin(text[end - 1])):
            yield text[start:end]
            start = end


def _upright(run: str, style: Style) -> bool:
    """One or two digits stand upright in the square of one letter in a column (纵中横)."""
    return style.vertical and len(run) <= _UPRIGHT_DIGITS and run.isascii() and (run.isdigit() or len(run) == 1)


def _advance(run: str, before: str, style: Style) -> float:
    """How far the pen moves for `run`, in em, with the space after it."""
    if is_latin(run[0]):
        if _upright(run, style):
            return 1 + style.tracking
        return letters.glyph(run, LATIN[style.face]).advance * LATIN_SIZE + style.tracking * 0.5
    # Two signs in a row share the blank between them.
    shared = 0.5 if before and before[-1] in _HALF and (run in _HALF or run in NO_END) else 0.0
    return 1 + style.tracking - shared


def _length(text: str, style: Style) -> float:
    total, before = 0.0, ""
    for run in _runs(text):
        total += _advance(run, before, style)
        before = run
    return total


def _ink(lines: list[list[Unit]], style: Style, size: float, room: tuple[int, int]) -> Array:
    """All lines, the whole block in the middle of the room."""
    scale = size * _FINER
    canvas = np.zeros((room[1] * _FINER, room[0] * _FINER), np.float32)
    along, across = canvas.shape if style.vertical else canvas.shape[::-1]
    start = (across - ((len(lines) - 1) * style.leading + 1) * scale) / 2
    longest = max(kinsoku.extent(line) for line in lines) * scale
    edge = {"start": 0.0, "middle": (along - longest) / 2, "end": along - longest}[style.align]
    for number, line in enumerate(lines):
        offset = start + number * style.leading * scale
        opening = 0.5 * scale if line[0].text[0] in NO_END and not is_latin(line[0].text[0]) else 0.0
        slack = longest - (kinsoku.extent(line) - style.tracking) * scale
        pen = (
            edge
            - opening
            + (slack / 2 + opening / 2 if style.align == "middle" else slack if style.align == "end" else 0)
        )
        for count, part in enumerate(line):
            pen += part.gap * scale if count else 0
            before = ""
            for run in _runs(part.text):
                step = _advance(run, before, style)
                if step < 1 and not is_latin(run[0]):
                    pen -= 0.5 * scale
                    step += 0.5
                if style.vertical:
                    _put_down(canvas, run, style, across - offset - scale, pen, scale)
                else:
                    _put_across(canvas, run, style, pen, offset, scale)
                pen += step * scale
                before = run
    return np.asarray(cv2.resize(canvas, room, interpolation=cv2.INTER_AREA), np.float32)


def _put_across(canvas: Array, run: str, style: Style, x: float, y: float, scale: float) -> None:
    if is_latin(run[0]):
        one, size = letters.glyph(run, LATIN[style.face]), scale * LATIN_SIZE
    else:
        one, size = letters.glyph(run, letters.face_of(run, style.face) or style.face), scale
    ink = _sized(one.ink, size)
    # Some faces have quotes as narrow as Latin ones: an opening one stands before its word, not in the middle.
    left = size - ink.shape[1] - 0.06 * size if run in NO_END else one.left * size
    _put(canvas, ink, x + left, y + ASCENT * scale + one.top * size)


def _put_down(canvas: Array, run: str, style: Style, x: float, y: float, scale: float) -> None:
    """In the square whose upper left corner is x, y."""
    if is_latin(run[0]):
        one, size = letters.glyph(run, LATIN[style.face]), scale * LATIN_SIZE
        if _upright(run, style):
            ink = _sized(one.ink, size)
            _put(canvas, ink, x + (scale - ink.shape[1]) / 2, y + ASCENT * scale + one.top * size)
        else:  # a word lies on its side, its letters' feet to the left
            ink = np.ascontiguousarray(np.rot90(_sized(one.ink, size), -1))
            below = (one.top * size + _sized(one.ink, size).shape[0]) + 0.2 * scale
            _put(canvas, ink, x + 0.14 * scale - below + 0.2 * scale, y + one.left * size)
        return
    one = letters.glyph(run, letters.face_of(run, style.face) or style.face)
    ink = _sized(one.ink, scale)
    left, top = one.left * scale, (ASCENT + one.top) * scale
    if run in _TURNED:
        ink = np.ascontiguousarray(np.rot90(ink, -1))
        left, top = scale - top - ink.shape[1], left
    elif run in _CORNER:
        left, top = scale - ink.shape[1] - 0.04 * scale, 0.06 * scale
    elif run in kinsoku.NO_START:  # in a line they stand at the left of their square
        left, top = (scale - ink.shape[1]) / 2, (scale - ink.shape[0]) / 2
    _put(canvas, ink, x + left, y + top)


def _sized(ink: NDArray[np.uint8], scale: float) -> Array:
    """`ink`, drawn at EM pixels, at `scale` pixels to the em."""
    width, height = (max(1, round(v * scale / EM)) for v in ink.shape[1::-1])
    shape = cv2.INTER_AREA if scale < EM else cv2.INTER_CUBIC
    return (np.asarray(cv2.resize(ink, (width, height), interpolation=shape), np.float32) / 255).clip(0, 1)


def _put(canvas: Array, ink: Array, x: float, y: float) -> None:
    """Ink at its place; what falls off the canvas is cut off."""
    column, row = round(x), round(y)
    x0, y0 = max(0, column), max(0, row)
    x1, y1 = min(canvas.shape[1], column + ink.shape[1]), min(canvas.shape[0], row + ink.shape[0])
    if x1 > x0 and y1 > y0:
        part = canvas[y0:y1, x0:x1]
        np.maximum(part, ink[y0 - row : y1 - row, x0 - column : x1 - column], out=part)
