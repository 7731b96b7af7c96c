"""Whether what a partner made can be used: it opens, has the right shape, and something was cut out."""

from __future__ import annotations

import io
import warnings

from tuanyuan.domain.engine import Transient

# Share of transparent pixels of a cut-out that deserves the name (tencent-cos-ci.md 7.5).
LEAST_CLEAR, MOST_CLEAR = 0.01, 0.99
# Of a restored picture: how far its shape may differ, and the least share of each side.
SHAPE, LEAST_SIDE = 0.02, 0.5
MOST_PIXELS = 60_000_000


def cut_out(data: bytes, size: tuple[int, int]) -> bytes:
    """The cut-out as a clean PNG of `size` (width, height), without what lay behind its end.

    Transient picture_broken: no PNG with alpha of that size, or nothing or everything was cut away.
    """
    from PIL import Image

    file = io.BytesIO()
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)
            with Image.open(io.BytesIO(data), formats=("PNG",)) as opened:
                if opened.size != size or "A" not in opened.mode:
                    raise Transient("picture_broken")
                picture = opened.convert("RGBA")
        clear = sum(picture.getchannel("A").histogram()[:128]) / (size[0] * size[1])
        if not LEAST_CLEAR < clear < MOST_CLEAR:
            raise Transient("picture_broken")
        picture.save(file, "PNG", compress_level=4)
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError):
        raise Transient("picture_broken") from None
    return file.getvalue()


def enlarged(data: bytes, size: tuple[int, int]) -> bytes:
    """A cut-out brought to `size`; the same bytes where it has it."""
    from PIL import Image

    with Image.open(io.BytesIO(data), formats=("PNG",)) as opened:
        if opened.size == size:
            return data
        file = io.BytesIO()
        opened.resize(size, Image.Resampling.LANCZOS).save(file, "PNG", compress_level=4)
        return file.getvalue()


def restored(data: bytes, size: tuple[int, int]) -> bytes:
    """A restored picture, looked at whole: a JPEG or PNG of the shape of `size` and not much smaller.

    Transient picture_broken.
    """
    from PIL import Image

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)
            with Image.open(io.BytesIO(data), formats=("JPEG", "PNG")) as opened:
                width, height = opened.size
                shape = (width / height) / (size[0] / size[1])
                small = width < LEAST_SIDE * size[0] or height < LEAST_SIDE * size[1]
                if abs(shape - 1) > SHAPE or small or width * height > MOST_PIXELS:
                    raise Transient("picture_broken")
                opened.load()
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError):
        raise Transient("picture_broken") from None
    return data
