"""PNG chunks: check sums, bombs, and what a decoder needs."""

from __future__ import annotations

import zlib

import pytest
from doubles import photos

from tuanyuan.imaging.container import png
from tuanyuan.imaging.container.errors import ContainerError

PLAIN = photos.save(photos.quarters(), "PNG")


def _with_profile(packed):
    return png.chunks(photos.png_with(PLAIN, b"iCCP", b"name\0\0" + packed))


def test_only_the_picture_reaches_the_decoder():
    dressed = photos.png_with(photos.png_with(PLAIN, b"tEXt", b"Comment\0note"), b"eXIf", photos.exif(6))
    assert png.bare(png.chunks(dressed + b"trailer")) == PLAIN


def test_a_profile_is_inflated_within_bounds():
    assert png.icc_profile(_with_profile(zlib.compress(b"profile"))) == b"profile"
    assert png.icc_profile(_with_profile(zlib.compress(bytes(20_000_000)))) is None
    assert png.icc_profile(_with_profile(zlib.compress(b"profile")[:-3])) is None
    assert png.icc_profile(_with_profile(b"garbage")) is None
    assert png.icc_profile(png.chunks(PLAIN)) is None


def test_a_wrong_check_sum_is_damage():
    with pytest.raises(ContainerError, match="check sum"):
        png.chunks(PLAIN[:20] + b"\x7f" + PLAIN[21:])


def test_without_its_end_it_is_cut():
    with pytest.raises(ContainerError):
        png.chunks(PLAIN[:-12])
