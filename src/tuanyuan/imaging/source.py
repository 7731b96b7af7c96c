"""What a file really is, and a reader for it that keeps to its bounds.

The kind is decided by content alone. Pillow's readers are called by class, never through `Image.open`: what
is not in the table below cannot be reached, and no reader looks at metadata it does not need.
"""

from __future__ import annotations

import io
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import pi_heif
from PIL import Image
from PIL.GifImagePlugin import GifImageFile
from PIL.JpegImagePlugin import JpegImageFile
from PIL.PngImagePlugin import PngImageFile
from PIL.WebPImagePlugin import WebPImageFile

from tuanyuan.imaging.container import heic, jpeg, png, webp
from tuanyuan.imaging.container.exif import orientation

Format = Literal["jpeg", "png", "webp", "heic", "gif"]
MAX_SCANS = 64  # a progressive JPEG has about 10; each costs a pass over all pixels, 0.05 s at 50 megapixels

_HEIC_BRANDS = frozenset({b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"hevm", b"hevs"})


class TooSlowError(Exception):
    """The deadline has passed, or the file is built to make it pass."""


class TooManyPixelsError(Exception):
    """The header asks for more pixels than are allowed."""

    def __init__(self, width: int, height: int) -> None:
        super().__init__(f"{width}x{height}")
        self.width, self.height = width, height


class TimedBytes(io.BytesIO):
    """Bytes in memory that can be read until the deadline. Raises TooSlowError afterwards."""

    def __init__(self, data: bytes, seconds: float, clock: Callable[[], float] = time.monotonic) -> None:
        super().__init__(data)
        self._clock = clock
        self._deadline = clock() + seconds

    def read(self, size: int | None = -1, /) -> bytes:
        """As BytesIO.read, after a look at the clock."""
        if self._clock() >= self._deadline:
            raise TooSlowError
        return super().read(size)


@dataclass(frozen=True)
class Source:
    """An opened picture: its header is read, its pixels are not."""

    image: Image.Image
    profile: bytes | None
    orientation: int


def recognise(data: bytes) -> Format | None:
    """What the first bytes say the file is; None for everything that the studio does not read."""
    if data.startswith(b"\xff\xd8\xff"):
        return "jpeg"
    if data.startswith(png.SIGNATURE):
        return "png"
    if webp.is_webp(data):
        return "webp"
    if data.startswith((b"GIF87a", b"GIF89a")):
        return "gif"
    return "heic" if _is_heic(data) else None


def _is_heic(data: bytes) -> bool:
    """ISO base media with an HEVC brand (ISO 23008-12 Annex B); AVIF is the same box with other brands."""
    if data[4:8] != b"ftyp":
        return False
    box = data[8 : min(int.from_bytes(data[:4], "big"), 4096)]
    brands = {box[:4], *(box[i : i + 4] for i in range(8, len(box), 4))}
    return bool(brands & _HEIC_BRANDS) or (box[:4] in (b"mif1", b"msf1") and b"avif" not in brands)


def open_source(data: bytes, kind: Format, *, pixels: int, seconds: float) -> Source:
    """Read the header. Raises TooSlowError, TooManyPixelsError, and whatever a decoder raises on damage."""
    source = _OPENERS[kind](data, pixels, seconds)
    _check_pixels(source.image.size, pixels)
    return source


def _check_pixels(size: tuple[int, int], pixels: int) -> None:
    if size[0] * size[1] > pixels:
        raise TooManyPixelsError(*size)


def _open_jpeg(data: bytes, _pixels: int, seconds: float) -> Source:
    parts = jpeg.walk(data)
    if parts.scans > MAX_SCANS:
        raise TooSlowError
    image = JpegImageFile(TimedBytes(jpeg.bare(data, parts), seconds))
    return Source(image, jpeg.icc_profile(parts), orientation(jpeg.exif(parts)))


def _open_png(data: bytes, _pixels: int, seconds: float) -> Source:
    parts = png.chunks(data)
    image = PngImageFile(TimedBytes(png.bare(parts), seconds))
    return Source(image, png.icc_profile(parts), orientation(png.content(parts, b"eXIf")))


def _open_webp(data: bytes, pixels: int, seconds: float) -> Source:
    # Pillow's reader reserves memory for the whole canvas when it is made.
    _check_pixels(webp.canvas(webp.chunks(data)), pixels)
    image = WebPImageFile(TimedBytes(data, seconds))
    return Source(image, image.info.get("icc_profile"), orientation(image.info.get("exif", b"")))


def _open_gif(data: bytes, _pixels: int, seconds: float) -> Source:
    return Source(GifImageFile(TimedBytes(data, seconds)), None, 1)


def _open_heic(data: bytes, pixels: int, seconds: float) -> Source:
    heic.check(data)
    # libheif decodes in one call that no deadline of ours can enter: the bound on pixels is what limits it.
    heif = pi_heif.open_heif(TimedBytes(data, seconds))
    _check_pixels(heif.size, pixels)
    return Source(heif.to_pillow(), heif.info.get("icc_profile"), 1)  # turned upright by libheif


_OPENERS: dict[Format, Callable[[bytes, int, float], Source]] = {
    "jpeg": _open_jpeg,
    "png": _open_png,
    "webp": _open_webp,
    "gif": _open_gif,
    "heic": _open_heic,
}
