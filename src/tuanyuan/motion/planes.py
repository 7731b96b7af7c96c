"""Pictures as video has them: ITU-R BT.709, limited range, colour at half the size (4:2:0, I420)."""

from __future__ import annotations

from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

Pixels = NDArray[np.uint8]
Array = NDArray[np.float32]

# Shares of red, green and blue in the luma (ITU-R BT.709-6, 3.2), and the spans of Y and of Cb, Cr in 8 bits.
RED, GREEN, BLUE = 0.2126, 0.7152, 0.0722
BLACK, SPAN, GREY, COLOUR_SPAN = 16, 219, 128, 224
# Cb and Cr of an RGB of 0..1, before their span.
LUMA = np.array([RED, GREEN, BLUE], np.float32)
TO_CB = np.array([-RED / (2 - 2 * BLUE), -GREEN / (2 - 2 * BLUE), 0.5], np.float32)
TO_CR = np.array([0.5, -GREEN / (2 - 2 * RED), -BLUE / (2 - 2 * RED)], np.float32)
# Red, green, blue of (Y - BLACK) / SPAN, (Cb - GREY) / COLOUR_SPAN, (Cr - GREY) / COLOUR_SPAN.
FROM_YUV = np.linalg.inv(np.stack([LUMA, TO_CB, TO_CR]).astype(np.float64)).astype(np.float32)


class Planes(NamedTuple):
    """Views into one frame. y: uint8 H×W; u, v: uint8 H/2×W/2."""

    y: Pixels
    u: Pixels
    v: Pixels


def planes(frame: Pixels) -> Planes:
    """The planes of a frame, uint8 (H * 3 // 2, W), C-contiguous, even sides; they share its memory."""
    height, width = frame.shape[0] * 2 // 3, frame.shape[1]
    flat = frame.reshape(-1)
    size = height * width
    colours = flat[size:].reshape(2, height // 2, width // 2)
    return Planes(flat[:size].reshape(height, width), colours[0], colours[1])


def to_frame(rgb: Pixels) -> Pixels:
    """A frame of sRGB pixels (uint8 H×W×3, even sides); each colour is the mean of its four pixels."""
    height, width = rgb.shape[:2]
    frame = np.empty((height * 3 // 2, width), np.uint8)
    y, u, v = planes(frame)
    rows = np.stack([LUMA * SPAN, TO_CB * COLOUR_SPAN, TO_CR * COLOUR_SPAN]) / np.float32(255)
    values = cv2.transform(rgb.astype(np.float32), rows)
    y[:] = _rounded(values[..., 0] + BLACK)
    colours = cv2.resize(values[..., 1:], (width // 2, height // 2), interpolation=cv2.INTER_AREA)
    u[:], v[:] = _rounded(colours[..., 0] + GREY), _rounded(colours[..., 1] + GREY)
    return frame


def to_rgb(frame: Pixels) -> Pixels:
    """The pixels of a frame, sRGB, uint8 H×W×3; its colours are interpolated."""
    y, u, v = planes(frame)
    size = (y.shape[1], y.shape[0])
    return _joined(y, *(cv2.resize(part.astype(np.float32), size, interpolation=cv2.INTER_LINEAR) for part in (u, v)))


def small(frame: Pixels, width: int) -> Pixels:
    """The pixels of a frame made smaller, sRGB, uint8, `width` wide and of its aspect."""
    y, u, v = planes(frame)
    size = (width, max(1, round(y.shape[0] * width / y.shape[1])))
    return _joined(*(cv2.resize(part, size, interpolation=cv2.INTER_AREA) for part in (y, u, v)))


def _joined(y: NDArray[np.generic], u: NDArray[np.generic], v: NDArray[np.generic]) -> Pixels:
    values = np.dstack([y, u, v]).astype(np.float32)
    values -= np.array([BLACK, GREY, GREY], np.float32)
    rows = FROM_YUV * np.array([255 / SPAN, 255 / COLOUR_SPAN, 255 / COLOUR_SPAN], np.float32)
    return _rounded(cv2.transform(values, rows))


def _rounded(values: Array) -> Pixels:
    return np.rint(values).clip(0, 255).astype(np.uint8)
