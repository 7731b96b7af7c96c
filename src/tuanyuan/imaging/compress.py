"""Photos made light: upright, 8-bit sRGB, nothing of the camera or the place left, small enough to send.

An AI-content label that the photo already carries stays on it: the labelling rules forbid tools that take
labels away (《人工智能生成合成内容标识办法》 Art. 10).
"""

from __future__ import annotations

import io
import math
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from tuanyuan.domain.errors import Rejected
from tuanyuan.imaging.decode import UPLOAD, Bounds, decode, over_white, printable, shrink
from tuanyuan.imaging.encode import encode, encode_palette
from tuanyuan.imaging.label.metadata import embed, packet, read_payload

_BEST, _GOOD, _LEAST = 92, 80, 40  # JPEG quality: to begin with; before size is given up; with no size left
_BOUNDS = Bounds(bytes=50 * 1024 * 1024)  # this is where photos too large for anything else go
_LABEL_ROOM = 256  # bytes that a file grows by beyond the label's packet itself
_MARGIN = 0.98  # sizes are guessed from pixels; aim a little below the limit

# Of a photo that is sent to an engine: none looks closer, and every byte takes time.
ENGINE_SIDE, ENGINE_BYTES = 2048, 2_000_000

_Pixels = NDArray[np.uint8]
_Encoder = Callable[[_Pixels, _Pixels | None], bytes]


def compress(
    data: bytes, *, name: str, max_bytes: int = 2_000_000, short_side: int = 720, bounds: Bounds = _BOUNDS
) -> bytes:
    """A JPEG (PNG where there is transparency) of at most `max_bytes`. Equal input gives equal output.

    Gives up quality first, then size down to `short_side` pixels on the shorter side (or the original's, if
    that is less), then quality again. Never enlarges. Raises Rejected as `decode` does, and
    file_cannot_shrink where even that is too large.
    """
    picture = decode(data, name=name, bounds=bounds)
    label = read_payload(data)
    room = max_bytes if label is None else max_bytes - len(packet(label)) - _LABEL_ROOM
    if picture.alpha is None:
        found = _smallest_jpeg(picture.rgb, room, short_side)
    else:
        found = _smallest_png(picture.rgb, picture.alpha, room, short_side)
    if found is None:
        limit = f"{max_bytes / 1_000_000:g}"
        raise Rejected("file_cannot_shrink", file=printable(name), limit=limit)
    return found if label is None else embed(found, label)


def fitting(
    data: bytes, *, name: str, max_bytes: int, side: int, pixels: int, bounds: Bounds = UPLOAD
) -> tuple[bytes, int, int]:
    """A JPEG for an engine, its width and height: at most `max_bytes`, `side` and `pixels`, and never over 2 MB.

    Over white where there was transparency, and without any metadata: what is sent out for work is no picture that
    is given to somebody. Raises Rejected as `decode` does, and file_cannot_shrink.
    """
    picture = decode(data, name=name, bounds=bounds, long_side=min(side, ENGINE_SIDE))
    rgb = over_white(picture)
    height, width = rgb.shape[:2]
    if height * width > pixels:
        scale = math.sqrt(pixels / (height * width))
        rgb, _ = shrink(rgb, None, (math.floor(width * scale), math.floor(height * scale)))
    room = min(max_bytes, ENGINE_BYTES)
    found = _smallest_jpeg(rgb, room, 1)
    if found is None:
        raise Rejected("file_cannot_shrink", file=printable(name), limit=f"{room / 1_000_000:g}")
    with Image.open(io.BytesIO(found)) as header:  # our own file: its pixels need not be opened again
        return found, header.width, header.height


def _smallest_jpeg(rgb: _Pixels, room: int, short_side: int) -> bytes | None:
    file = encode(rgb, "jpeg", quality=_BEST)
    if len(file) <= room:
        return file
    rgb, _, fits = _fit(rgb, None, room, short_side, lambda rgb, _: encode(rgb, "jpeg", quality=_GOOD))
    lowest, highest = (_GOOD, _BEST) if fits else (_LEAST, _GOOD)
    best: bytes | None = None
    while lowest < highest:  # the highest quality that fits, in [lowest, highest)
        quality = (lowest + highest) // 2
        file = encode(rgb, "jpeg", quality=quality)
        if len(file) <= room:
            best, lowest = file, quality + 1
        else:
            highest = quality
    return best


def _smallest_png(rgb: _Pixels, alpha: _Pixels, room: int, short_side: int) -> bytes | None:
    # What lies under full transparency was cut away on purpose; it neither travels on nor costs bytes.
    seen = np.where(alpha[..., None] > 0, rgb, 0).astype(np.uint8)
    smaller, opacity, fits = _fit(seen, alpha, room, short_side, lambda rgb, alpha: encode(rgb, "png", alpha=alpha))
    file = encode(smaller, "png", alpha=opacity) if fits else encode_palette(smaller, opacity)
    return file if len(file) <= room else None


def _fit(
    rgb: _Pixels, alpha: _Pixels | None, room: int, short_side: int, write: _Encoder
) -> tuple[_Pixels, _Pixels | None, bool]:
    """(rgb, alpha, fits): the picture reduced until `write` makes at most `room` bytes of it, if it can."""
    height, width = rgb.shape[:2]
    floor = min(1.0, short_side / min(width, height))
    scale, smaller, opacity = 1.0, rgb, alpha
    while (length := len(write(smaller, opacity))) > room:
        if scale <= floor:
            return smaller, opacity, False
        scale = max(floor, scale * min(_MARGIN, (room / length) ** 0.5 * _MARGIN))
        # Rounded up: the shorter side never falls below the floor.
        size = math.ceil(width * scale - 1e-9), math.ceil(height * scale - 1e-9)
        smaller, opacity = shrink(rgb, alpha, size)
    return smaller, opacity, True
