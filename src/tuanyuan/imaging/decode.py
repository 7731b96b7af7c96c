"""Photos come in here and nowhere else: any file in, upright 8-bit sRGB out, or a reason why not."""

from __future__ import annotations

import threading
from contextlib import ExitStack
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image
from PIL.JpegImagePlugin import JpegImageFile

from tuanyuan.domain.errors import Rejected
from tuanyuan.imaging.container.polyglot import hidden_content
from tuanyuan.imaging.source import Format, Source, TooManyPixelsError, TooSlowError, open_source, recognise
from tuanyuan.imaging.srgb import to_srgb

_UPRIGHT = {  # EXIF orientation -> what turns the picture upright
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
_SIDEWAYS = frozenset({5, 6, 7, 8})
_LONGEST_NAME = 80
# Opening 48 megapixels with transparency takes 1.3 GB for a moment; photos of one order are opened side by side.
_LARGE = 16_000_000
_one_large_at_a_time = threading.Lock()


@dataclass(frozen=True)
class Bounds:
    """What one file may cost: its size, the pixels its header asks for, the time to read it."""

    bytes: int = 10 * 1024 * 1024
    pixels: int = 50_000_000
    seconds: float = 10.0


UPLOAD = Bounds()
"""The bounds of an uploaded photo."""


@dataclass(frozen=True)
class Picture:
    """A decoded photo: upright, 8-bit sRGB, free of metadata."""

    rgb: NDArray[np.uint8]
    """(H, W, 3), contiguous, own memory; under transparency the colours that the file holds."""
    alpha: NDArray[np.uint8] | None
    """(H, W), 0 transparent to 255 opaque; None where the whole picture is opaque."""
    source_width: int
    """Of the file, upright; larger than `rgb` where `long_side` made it smaller."""
    source_height: int
    format: Format


def decode(data: bytes, *, name: str, bounds: Bounds = UPLOAD, long_side: int | None = None) -> Picture:
    """Decode a JPEG, PNG, WebP, HEIC or GIF (first frame) by its content; `name` only appears in messages.

    `long_side` asks for at most that many pixels on the longer side; nothing is ever enlarged.
    Raises Rejected: file_empty, file_too_large, file_not_a_photo, file_suspicious, file_too_many_pixels,
    file_too_slow, file_damaged. The clock is looked at whenever the decoder asks for more of the file; WebP
    and HEIC ask once, so there the bound on pixels is what keeps the time.
    """
    shown = printable(name)
    kind = _admit(data, shown, bounds)
    with ExitStack() as turn:
        try:
            source = open_source(data, kind, pixels=bounds.pixels, seconds=bounds.seconds)
            width, height = source.image.size
            if width * height > _LARGE:
                # Opened anew when its turn comes: that is when its clock begins, and what it holds is taken.
                del source
                turn.enter_context(_one_large_at_a_time)
                source = open_source(data, kind, pixels=bounds.pixels, seconds=bounds.seconds)
            image = _load(source, long_side)
        except TooManyPixelsError as many:
            limit = bounds.pixels // 1_000_000
            raise Rejected(
                "file_too_many_pixels", file=shown, width=many.width, height=many.height, limit=limit
            ) from None
        except TooSlowError:
            raise Rejected("file_too_slow", file=shown) from None
        except MemoryError:
            raise
        except Exception as damage:
            # On hostile bytes a decoder may raise anything; all of it means: this is no whole picture.
            raise Rejected("file_damaged", file=shown) from damage
        if source.orientation in _SIDEWAYS:
            width, height = height, width
        rgb, alpha = _arrays(image, source)
        rgb, alpha = shrink(rgb, alpha, fitted((width, height), long_side))
    return Picture(rgb, alpha, width, height, kind)


def over_white(picture: Picture) -> NDArray[np.uint8]:
    """The picture as it looks on white paper: uint8 (H, W, 3); its own array where it is opaque."""
    if picture.alpha is None:
        return picture.rgb
    alpha = picture.alpha[..., None].astype(np.uint16)
    return ((picture.rgb * alpha + 255 * (255 - alpha) + 127) // 255).astype(np.uint8)


def fitted(size: tuple[int, int], long_side: int | None) -> tuple[int, int]:
    """(width, height) within `long_side`, in the same shape; unchanged where it fits already."""
    longest = max(size)
    if long_side is None or longest <= long_side:
        return size
    width, height = (max(1, round(side * long_side / longest)) for side in size)
    return width, height


def shrink(
    rgb: NDArray[np.uint8], alpha: NDArray[np.uint8] | None, size: tuple[int, int]
) -> tuple[NDArray[np.uint8], NDArray[np.uint8] | None]:
    """Area-averaged to `size` (width, height), the colours weighted by alpha so that edges get no fringe."""
    if rgb.shape[1::-1] == size:
        return rgb, alpha
    smaller: NDArray[np.uint8] = np.asarray(cv2.resize(rgb, size, interpolation=cv2.INTER_AREA), np.uint8)
    if alpha is None:
        return smaller, None
    weight = alpha.astype(np.float32)
    total = cv2.resize(weight, size, interpolation=cv2.INTER_AREA)
    visible = total > 0
    for channel in range(3):
        weighted = cv2.resize(rgb[..., channel] * weight, size, interpolation=cv2.INTER_AREA)
        smaller[visible, channel] = np.rint(weighted[visible] / total[visible]).clip(0, 255)
    return smaller, np.rint(total).astype(np.uint8)


def printable(name: str) -> str:
    """A file's name fit for a message: no control characters, not endless."""
    shown = "".join(character if character.isprintable() else "\N{REPLACEMENT CHARACTER}" for character in name)
    return shown if len(shown) <= _LONGEST_NAME else shown[: _LONGEST_NAME - 1] + "…"


def _admit(data: bytes, shown: str, bounds: Bounds) -> Format:
    """The file's kind, once size and content are found fit. Raises Rejected."""
    if not data:
        raise Rejected("file_empty", file=shown)
    if len(data) > bounds.bytes:
        megabyte = 1024 * 1024
        size, limit = f"{len(data) / megabyte:.1f}", f"{bounds.bytes / megabyte:g}"
        raise Rejected("file_too_large", file=shown, megabytes=size, limit=limit)
    kind = recognise(data)
    if kind is None:
        raise Rejected("file_not_a_photo", file=shown)
    if hidden_content(data) is not None:
        raise Rejected("file_suspicious", file=shown)
    return kind


def _load(source: Source, long_side: int | None) -> Image.Image:
    """Decode the pixels; a JPEG directly at 1/2, 1/4 or 1/8 where that is still large enough."""
    image = source.image
    if isinstance(image, JpegImageFile):
        image.draft(None, fitted(image.size, long_side))
    image.load()
    return image


def _arrays(image: Image.Image, source: Source) -> tuple[NDArray[np.uint8], NDArray[np.uint8] | None]:
    """Upright sRGB and alpha."""
    if source.orientation in _UPRIGHT:
        image = image.transpose(_UPRIGHT[source.orientation])
    colours, opacity = to_srgb(image, source.profile)
    if opacity is None or opacity.getextrema()[0] == 255:
        return np.array(colours), None
    return np.array(colours), np.array(opacity)
