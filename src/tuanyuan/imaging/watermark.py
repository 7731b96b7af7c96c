"""The watermark of the free tier: the studio's name across the picture. Never a stand-in for the AI mark."""

from __future__ import annotations

from functools import lru_cache

import cv2
import numpy as np
from numpy.typing import NDArray

from tuanyuan.imaging.lettering import coverage

_WORDS = "团圆照相馆"
_EM = 0.042  # of the shorter side
_SMALLEST_EM = 14  # pixels
_ANGLE = -24.0  # degrees; the warp looks backwards, so the words rise to the right
_ALONG, _ACROSS = 1.75, 4.6  # from one to the next: in lengths of the words, in em between lines
_LIGHT, _SHADE = 0.30, 0.20  # opacity of the letters and of the dark rim that shows them on white
_BAND = 512  # rows painted at a time, so that a large picture costs little memory

_Float = NDArray[np.float32]


def watermark(rgb: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """A copy of `rgb` uint8 (H, W, 3) under translucent slanting words; equal pictures stay equal."""
    height, width = rgb.shape[:2]
    tile = _tile(max(_SMALLEST_EM, round(min(height, width) * _EM)))
    # The tile repeats without end along the slant; a whole word stands in the middle of the picture.
    slant = np.asarray(cv2.getRotationMatrix2D((width / 2, height / 2), _ANGLE, 1.0), np.float64)
    slant[:, 2] += np.array([tile.shape[1] / 2 - width / 2, tile.shape[0] / 4 - height / 2])
    marked = np.empty_like(rgb)
    for top in range(0, height, _BAND):
        size = width, min(_BAND, height - top)
        shifted = slant.copy()
        shifted[:, 2] += slant[:, 1] * top
        light, dark = cv2.split(_spread(tile, shifted, size))
        marked[top : top + _BAND] = _under(rgb[top : top + _BAND], _LIGHT * light, _SHADE * dark)
    return marked


def _under(rgb: NDArray[np.uint8], light: _Float, dark: _Float) -> NDArray[np.uint8]:
    """The picture under a shade of opacity `dark`, and white of opacity `light` over both."""
    kept, white = (1 - dark) * (1 - light), 255 * light
    shaded = cv2.multiply(rgb, cv2.merge([kept] * 3), dtype=cv2.CV_32F)
    return np.asarray(cv2.add(shaded, cv2.merge([white] * 3), dtype=cv2.CV_8U), np.uint8)


def _spread(tile: _Float, slant: NDArray[np.float64], size: tuple[int, int]) -> _Float:
    """The endless pattern of tiles (H×W×2) over a field of `size` (width, height).

    The tiles are laid out as far as the field reaches: OpenCV's own wrapping takes three times as long.
    """
    width, height = size
    corners = np.array([[0, 0, 1], [width, 0, 1], [0, height, 1], [width, height, 1]]) @ slant.T
    pitch = np.array(tile.shape[1::-1])
    first = np.floor((corners.min(0) - 1) / pitch)
    across, down = (np.ceil((corners.max(0) + 2) / pitch) - first).astype(int)
    moved = slant.copy()
    moved[:, 2] -= first * pitch
    flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    return np.asarray(cv2.warpAffine(np.tile(tile, (down, across, 1)), moved, size, flags=flags), np.float32)


@lru_cache(maxsize=4)
def _tile(em: int) -> _Float:
    """Letters and their dark rim, H×W×2: two lines of words, the second half a pitch aside, ready to repeat."""
    ink = coverage(_WORDS, em)
    wide, high = round(ink.shape[1] * _ALONG), round(em * _ACROSS)
    line = np.zeros((high, wide), np.float32)
    top, left = (high - ink.shape[0]) // 2, (wide - ink.shape[1]) // 2
    line[top : top + ink.shape[0], left : left + ink.shape[1]] = ink
    letters = np.vstack([line, np.roll(line, wide // 2, axis=1)])
    grown = cv2.dilate(letters, np.ones((3, 3), np.uint8))
    around = np.asarray(cv2.GaussianBlur(grown, (0, 0), max(0.7, em * 0.04)), np.float32)
    return np.dstack([letters, around * (1 - letters)])
