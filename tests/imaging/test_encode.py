"""What is written says its colours, nothing else, and is the same each time."""

from __future__ import annotations

import io

import numpy as np
import pytest
from doubles import photos
from PIL import Image

from tuanyuan.imaging.encode import encode
from tuanyuan.imaging.srgb import SRGB_PROFILE


@pytest.mark.parametrize("kind", ["jpeg", "png", "webp"])
def test_srgb_is_the_only_metadata(kind):
    data = encode(photos.quarters(), kind)
    image = Image.open(io.BytesIO(data))
    assert image.format == kind.upper()
    assert image.info["icc_profile"] == SRGB_PROFILE
    assert not {"exif", "xmp", "comment", "dpi", "XML:com.adobe.xmp"} & set(image.info)
    assert encode(photos.quarters(), kind) == data


def test_the_profile_has_a_fixed_date():
    assert SRGB_PROFILE[24:36] == bytes.fromhex("07e400010001000000000000")


@pytest.mark.parametrize(("quality", "chroma"), [(92, 1), (80, 2)])
def test_full_chroma_at_high_quality(quality, chroma):
    image = Image.open(io.BytesIO(encode(photos.quarters(), "jpeg", quality=quality)))
    assert image.layer[0][1:3] == (chroma, chroma)


def test_png_is_lossless_with_alpha():
    alpha = np.arange(64 * 96, dtype=np.uint32).astype(np.uint8).reshape(64, 96)
    made = np.asarray(Image.open(io.BytesIO(encode(photos.quarters(), "png", alpha=alpha))))
    assert np.array_equal(made, np.dstack([photos.quarters(), alpha]))


def test_jpeg_has_no_transparency():
    with pytest.raises(ValueError, match="transparency"):
        encode(photos.quarters(), "jpeg", alpha=np.zeros((64, 96), np.uint8))


def test_pure_noise_is_written_too():
    noise = np.random.default_rng(0).integers(0, 256, (300, 300, 3), dtype=np.uint8)
    assert Image.open(io.BytesIO(encode(noise, "jpeg", quality=100))).size == (300, 300)
