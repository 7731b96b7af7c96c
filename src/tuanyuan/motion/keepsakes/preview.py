"""The animated preview: a WebP that moves wherever a picture is shown."""

from __future__ import annotations

import io
from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from tuanyuan.domain.label import AigcLabel
from tuanyuan.imaging.label import label_clip

# 42 frames of 640×360 with 300 flakes over a scene: 575 kB in 0.5 s of one core. Method 4 saves 6 % and takes twice
# as long; method 0 takes 0.3 s for 30 % more bytes. Quality 60 saves 8 % and loses 0.9 dB (36.5 to 35.6).
_METHOD, _QUALITY = 2, 70
_ENDLESSLY = 0


def preview(frames: Iterable[NDArray[np.uint8]], milliseconds: int, label: AigcLabel) -> bytes:
    """An animated WebP that begins again at its end, labelled and read back.

    `frames`: uint8 (h, w, 3), all of one size, the visible mark on them; each is shown for `milliseconds`. All are
    held in memory at once. Raises ValueError where there is no frame, and OurFault label_unverified.
    """
    first, *rest = (Image.fromarray(frame) for frame in frames)
    file = io.BytesIO()
    first.save(
        file,
        "WEBP",
        save_all=True,
        append_images=rest,
        duration=milliseconds,
        loop=_ENDLESSLY,
        method=_METHOD,
        quality=_QUALITY,
    )
    return label_clip(file.getvalue(), label)
