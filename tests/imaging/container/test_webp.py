"""Any WebP can take an XMP packet, also one in the simple layout that has no room for it."""

from __future__ import annotations

import io

import numpy as np
import pytest
from doubles import photos
from PIL import Image

from tuanyuan.imaging.container import webp


def _simple(rgba, **options):
    data = photos.save(rgba, "WEBP", **options)
    assert webp.chunks(data)[0].kind in (b"VP8 ", b"VP8L")
    return data


@pytest.mark.parametrize("shape", [(64, 96, 3), (33, 17, 3), (21, 5, 4)])
@pytest.mark.parametrize("lossless", [True, False])
def test_a_simple_file_is_extended(shape, lossless):
    pixels = np.random.default_rng(1).integers(0, 256, shape, dtype=np.uint8)
    if shape[2] == 4 and not lossless:
        return  # lossy with alpha is in the extended layout from the start
    data = _simple(pixels, lossless=lossless, exact=True)
    made = webp.join(webp.with_xmp(webp.chunks(data), b"<x/>"))
    kinds = [chunk.kind for chunk in webp.chunks(made)]
    assert kinds[0] == b"VP8X"
    assert kinds[-1] == b"XMP "
    before, after = Image.open(io.BytesIO(data)), Image.open(io.BytesIO(made))
    assert after.info["xmp"] == b"<x/>"
    assert np.array_equal(np.asarray(after.convert("RGBA")), np.asarray(before.convert("RGBA")))
    assert bool(webp.chunks(made)[0].content[0] & 0x10) == (shape[2] == 4)


def test_an_extended_file_keeps_its_other_chunks_and_has_one_packet():
    rgba = np.dstack([photos.quarters(), np.full((64, 96), 9, np.uint8)])
    data = photos.save(rgba, "WEBP", exif=photos.exif(3), xmp=b"<old/>")
    twice = webp.with_xmp(webp.with_xmp(webp.chunks(data), b"<a/>"), b"<b/>")
    kinds = [chunk.kind for chunk in twice]
    assert kinds.count(b"XMP ") == 1
    assert {b"VP8X", b"ALPH", b"VP8 ", b"EXIF"} <= set(kinds)
    assert Image.open(io.BytesIO(webp.join(twice))).info["xmp"] == b"<b/>"
