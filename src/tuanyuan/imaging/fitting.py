"""A picture brought within what a service takes: upright, sRGB, nothing of the camera or the place left."""

from __future__ import annotations

from math import sqrt

from tuanyuan.domain.ports.retouching import Fit, Fitted, Unfit
from tuanyuan.imaging.decode import Bounds, decode, over_white, shrink
from tuanyuan.imaging.encode import encode

QUALITIES = (95, 90, 85)
_BOUNDS = Bounds(bytes=64 * 1024 * 1024)
# How much smaller each side gets where no quality is enough.
_STEP = 0.85


def fit(picture: bytes, bounds: Fit) -> Fitted:
    """A JPEG file within `bounds`; smaller where it must be, never larger. The same bytes give the same.

    Raises Unfit for a side or a ratio out of bounds, Rejected as `decode` does.
    """
    opened = decode(picture, name="picture", bounds=_BOUNDS)
    rgb = over_white(opened)
    width, height = original = opened.source_width, opened.source_height
    if max(original) > bounds.ratio * min(original):
        raise Unfit(f"the sides are more than {bounds.ratio:g} to 1")
    scale = min(1.0, bounds.longest / max(original), sqrt(bounds.pixels / (width * height)))
    while True:
        size = (max(1, int(width * scale)), max(1, int(height * scale))) if scale < 1 else original
        if min(size) < bounds.shortest:
            raise Unfit(f"a side has less than {bounds.shortest} pixels")
        smaller, _ = shrink(rgb, None, size)
        for quality in QUALITIES:
            data = encode(smaller, "jpeg", quality=quality)
            if len(data) <= bounds.bytes:
                return Fitted(data, size, original)
        scale *= _STEP
