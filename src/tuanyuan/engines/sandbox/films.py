"""The clips that fakes give: the first frame pushed in slowly, so that everybody in it can be found again."""

from __future__ import annotations

import io
from functools import lru_cache

import cv2
import numpy as np
from PIL import Image, ImageEnhance, ImageOps

from tuanyuan.domain.clip import ClipShape
from tuanyuan.motion.planes import to_frame
from tuanyuan.processes.film.ffmpeg import Ffmpeg

_RATE, _SHORT, _GROWN = 24, 480, 0.02


def clip(number: int = 1) -> bytes:
    """The head of an MP4 file and nothing to see: of a clip that shows nobody, enough to know it by."""
    kind = b"ftypisom\x00\x00\x02\x00isomiso2mp41"
    # Longer than any label that goes with it, so that the first third of it is never whole.
    media = b"mdat" + number.to_bytes(8, "big") * 512
    return b"".join((len(part) + 4).to_bytes(4, "big") + part for part in (kind, media))


@lru_cache(maxsize=2)
def film(first: bytes, number: int, seconds: int) -> bytes:
    """An MP4 file of 24 frames a second that begins with the picture `first`; each number differs in brightness.

    Raises PIL.UnidentifiedImageError, OSError for what is no picture.
    """
    with Image.open(io.BytesIO(first)) as opened:
        picture = ImageOps.exif_transpose(opened).convert("RGB")
    factor = _SHORT / min(picture.size)
    width, height = (2 * round(side * factor / 2) for side in picture.size)
    picture = ImageEnhance.Brightness(picture.resize((width, height))).enhance(1.0 - 0.02 * (number % 8))
    rgb, shape = np.asarray(picture), ClipShape(width, height, _RATE, float(seconds))

    def moment(frame: int) -> np.ndarray:
        grown = cv2.getRotationMatrix2D((width / 2, height / 2), 0, 1 + _GROWN * frame / shape.count)
        moved = cv2.warpAffine(rgb, grown, (width, height), borderMode=cv2.BORDER_REFLECT)
        return to_frame(np.asarray(moved, np.uint8))

    return Ffmpeg(None, "libx264", 1).encode((moment(frame) for frame in range(shape.count)), shape)
