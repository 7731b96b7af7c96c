"""The visible mark: "AI生成" in the lower right corner.

GB 45438-2025 section 4.2 asks for a height of at least 5 % of the shorter side, and for legible letters. They
are white, on a soft dark glow that is only as strong as the picture behind needs.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache

import cv2
import numpy as np
from numpy.typing import NDArray

from tuanyuan.imaging.lettering import coverage

MIN_SIDE = 32  # pixels; a smaller picture cannot carry legible letters
_SHARE = 0.05  # of the shorter side: the least height that the standard allows, for each letter
_LEGIBLE = 14  # pixels; small pictures get letters higher than their share
_MARGIN = 0.02  # of the shorter side, from the ink to the edges
_EM = 512.0  # the letters are drawn once at this size and reduced
_GAP, _WORD_GAP = 0.09, 0.15  # em, between Chinese letters; between the Latin and the Chinese ones
_GLOW_REACH = 0.5  # of the letters' height
_DARKEST, _FAINTEST = 0.78, 0.30  # bounds of the glow's opacity
_DARK_ENOUGH = 0.39  # lightness that the glow brings a bright background down to: white on it is about 6 : 1
_GAMMA = 2.2
_LUMINANCE = np.array([0.2126, 0.7152, 0.0722], np.float32)  # of linear sRGB (ITU-R BT.709)

_Float = NDArray[np.float32]


@dataclass(frozen=True)
class Overlay:
    """The mark by itself, for every frame of a clip: `frame = 255 * ink + frame * (1 - cover)` inside the box.

    `box`: (x0, y0, x1, y1) in pixels, each even, or the picture's edge. `ink`: the white letters, `cover`: letters
    and glow together, float32 (y1 - y0, x1 - x0) from 0 to 1.
    """

    box: tuple[int, int, int, int]
    cover: _Float
    ink: _Float


def mark(
    rgb: NDArray[np.uint8], alpha: NDArray[np.uint8] | None = None
) -> tuple[NDArray[np.uint8], NDArray[np.uint8] | None]:
    """Copies of `rgb` uint8 (H, W, 3) and `alpha` uint8 (H, W) with the mark on them, opaque where it stands.

    Every letter's ink is at least 5 % of the shorter side high. Raises ValueError below MIN_SIDE pixels.
    """
    placed = overlay(rgb, alpha)
    x0, y0, x1, y1 = placed.box
    marked, opacity = rgb.copy(), None if alpha is None else alpha.copy()
    under = _opacity(alpha, placed.box)
    marked[y0:y1, x0:x1], combined = _paint(rgb[y0:y1, x0:x1].astype(np.float32), under, placed)
    if opacity is not None:
        opacity[y0:y1, x0:x1] = combined
    return marked, opacity


def overlay(rgb: NDArray[np.uint8], alpha: NDArray[np.uint8] | None = None, *, brightest: bool = False) -> Overlay:
    """The mark for `rgb` uint8 (H, W, 3) of opacity `alpha` uint8 (H, W), its glow as strong as these need.

    With `brightest` it is as strong as white needs, for a clip whose light comes and goes behind the mark.
    Raises ValueError below MIN_SIDE pixels.
    """
    height, width = rgb.shape[:2]
    if min(height, width) < MIN_SIDE:
        raise ValueError(f"{width}x{height} is too small for a legible mark")
    ink, (top, left) = _placed(height, width)
    rows, columns = ink.shape
    reach = math.ceil(rows * _GLOW_REACH)
    y0, x0 = max(0, top - reach), max(0, left - reach)
    y1, x1 = min(height, top + rows + reach), min(width, left + columns + reach)
    letters = np.zeros((y1 - y0, x1 - x0), np.float32)
    letters[top - y0 : top - y0 + rows, left - x0 : left - x0 + columns] = ink
    glow = _glow(letters, rows) * _needed(_lightness(rgb, alpha, (x0, y0, x1, y1), brightest), rows)
    cover = 1 - (1 - glow) * (1 - letters)
    # To even coordinates: a clip has one value of colour for two by two pixels.
    before = (y0 % 2, x0 % 2)
    after = (min(height - y1, y1 % 2), min(width - x1, x1 % 2))
    room = tuple(zip(before, after, strict=True))
    box = (x0 - before[1], y0 - before[0], x1 + after[1], y1 + after[0])
    return Overlay(box, np.pad(cover, room), np.pad(letters, room))


def _placed(height: int, width: int) -> tuple[_Float, tuple[int, int]]:
    """The letters' ink at its size, and the (row, column) of its upper left corner."""
    short = min(height, width)
    margin = max(1, round(short * _MARGIN))
    widest = _letters().shape[1] / _letters().shape[0]
    room = min(height - 2 * margin, int((width - 2 * margin) / widest))
    # One row more than the share: the outermost rows of ink are half covered.
    rows = max(math.ceil(short * _SHARE) + 1, min(_LEGIBLE, room))
    columns = max(1, round(rows * widest))
    shape = cv2.INTER_AREA if rows <= _letters().shape[0] else cv2.INTER_CUBIC
    ink = np.asarray(cv2.resize(_letters(), (columns, rows), interpolation=shape), np.float32).clip(0, 1)
    return ink, (height - margin - rows, width - margin - columns)


@lru_cache(maxsize=1)
def _letters() -> _Float:
    """Large ink of the whole mark; the Latin letters as high as the Chinese: none is below the share."""
    chinese = _set_side_by_side("生", "成")
    latin = coverage("AI", _EM)
    latin = coverage("AI", _EM * chinese.shape[0] / latin.shape[0])
    latin = np.asarray(cv2.resize(latin, (latin.shape[1], chinese.shape[0]), interpolation=cv2.INTER_AREA))
    return np.hstack([latin, np.zeros((chinese.shape[0], round(_EM * _WORD_GAP)), np.float32), chinese])


def _set_side_by_side(*letters: str) -> _Float:
    """Letters of equal height in a row, a hair's breadth apart."""
    inks = [coverage(letter, _EM) for letter in letters]
    rows = max(ink.shape[0] for ink in inks)
    gap = np.zeros((rows, round(_EM * _GAP)), np.float32)
    stretched = [np.asarray(cv2.resize(ink, (ink.shape[1], rows)), np.float32) for ink in inks]
    return np.hstack([part for ink in stretched for part in (gap, ink)][1:])


def _opacity(alpha: NDArray[np.uint8] | None, box: tuple[int, int, int, int]) -> _Float:
    x0, y0, x1, y1 = box
    if alpha is None:
        return np.ones((y1 - y0, x1 - x0), np.float32)
    return np.asarray(alpha[y0:y1, x0:x1] / np.float32(255), np.float32)


def _lightness(
    rgb: NDArray[np.uint8], alpha: NDArray[np.uint8] | None, box: tuple[int, int, int, int], brightest: bool
) -> _Float:
    """How light it is behind the mark, 0 to 1. Where the picture is transparent it may end up on white paper."""
    x0, y0, x1, y1 = box
    if brightest:
        return np.ones((y1 - y0, x1 - x0), np.float32)
    colours, under = rgb[y0:y1, x0:x1].astype(np.float32), _opacity(alpha, box)
    lightness = np.asarray(((colours / 255) ** _GAMMA @ _LUMINANCE) ** (1 / _GAMMA), np.float32)
    return lightness * under + (1 - under)


def _paint(colours: _Float, under: _Float, placed: Overlay) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    """The mark over straight-alpha `colours` (0 to 255) of opacity `under` (0 to 1)."""
    combined = placed.cover + under * (1 - placed.cover)
    premultiplied = 255 * placed.ink[..., None] + colours * (under * (1 - placed.cover))[..., None]
    painted = premultiplied / np.maximum(combined, 1e-6)[..., None]
    painted = np.where(combined[..., None] > 0, painted, colours)
    return np.rint(painted).clip(0, 255).astype(np.uint8), np.rint(combined * 255).astype(np.uint8)


def _glow(letters: _Float, rows: int) -> _Float:
    """Shape of the glow, 0 to 1: full right beside the ink, gone at the reach."""
    grown = cv2.dilate(letters, _disc(rows * 0.12))
    close = cv2.GaussianBlur(grown, (0, 0), max(0.6, rows * 0.05))
    far = cv2.GaussianBlur(grown, (0, 0), max(0.8, rows * 0.17))
    return np.asarray(1 - (1 - close) * (1 - 0.6 * far), np.float32)


def _needed(lightness: _Float, rows: int) -> _Float:
    """The glow's opacity at each place: strong over bright parts, faint over dark ones."""
    brightest = cv2.GaussianBlur(cv2.dilate(lightness, _disc(rows * 0.15)), (0, 0), max(0.8, rows * 0.12))
    return np.asarray((1 - _DARK_ENOUGH / np.maximum(brightest, 0.01)).clip(_FAINTEST, _DARKEST), np.float32)


def _disc(radius: float) -> NDArray[np.uint8]:
    size = 2 * max(1, round(radius)) + 1
    return np.asarray(cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (size, size)), np.uint8)
