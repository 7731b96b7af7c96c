"""What is no honest photo is refused with a reason, before it costs anything."""

from __future__ import annotations

import struct
import zlib

import numpy as np
import pytest
from doubles import photos
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageFile

from tuanyuan.domain.errors import Rejected
from tuanyuan.imaging import source
from tuanyuan.imaging.decode import Bounds, Picture, decode


def _refused(data, code, **options):
    with pytest.raises(Rejected) as caught:
        decode(data, name="photo.jpg", **options)
    assert caught.value.code == code
    return caught.value.problem


@pytest.fixture
def no_pixels(monkeypatch):
    """Fails the test if a single pixel is decoded."""

    def load(_):
        pytest.fail("pixels were decoded")

    for reader in (ImageFile.ImageFile, source.WebPImageFile, source.GifImageFile, source.PngImageFile):
        monkeypatch.setattr(reader, "load", load)
    monkeypatch.setattr(source.WebPImageFile, "_open", load)


def test_an_empty_file():
    problem = _refused(b"", "file_empty")
    assert "photo.jpg" in problem.message_zh
    assert "photo.jpg" in problem.message_en


@pytest.mark.usefixtures("no_pixels")
def test_too_many_bytes():
    data = photos.jpeg() + bytes(2 * 1024 * 1024)
    problem = _refused(data, "file_too_large", bounds=Bounds(bytes=1024 * 1024))
    assert "2.0 MB" in problem.message_en
    assert "1 MB" in problem.message_en


@pytest.mark.parametrize(
    "data",
    [
        b"This is text, whatever its name says.\n" * 9,
        b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>',
        b"<html><body>hello</body></html>",
        b"%PDF-1.7\n1 0 obj\n",
        b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n",
        b"8BPS\0\x01" + bytes(40),
        photos.save(photos.quarters(), "TIFF"),
        photos.save(photos.quarters(), "BMP"),
        photos.save(photos.quarters(), "PPM"),
        photos.save(photos.quarters(), "TGA"),
        photos.save(photos.quarters(), "ICO", sizes=[(32, 32)]),
        photos.save(photos.quarters(), "JPEG2000"),
        photos.save(photos.quarters(), "AVIF"),
        photos.zip_file(),
        struct.pack(">I4s4sI", 24, b"ftyp", b"mp42", 0) + b"isommp42" + bytes(99),
        b"\xff\xd8",
        b"\0",
    ],
)
@pytest.mark.usefixtures("no_pixels")
def test_not_a_photo(data):
    _refused(data, "file_not_a_photo")


@pytest.mark.parametrize("part", [0.02, 0.3, 0.6, 0.95])
@pytest.mark.parametrize(
    "data",
    [
        photos.jpeg(photos.grainy(160, 120)),
        photos.jpeg(photos.grainy(160, 120), progressive=True),
        photos.save(photos.grainy(160, 120), "PNG"),
        photos.save(photos.grainy(160, 120), "WEBP"),
        photos.save(photos.grainy(160, 120), "WEBP", lossless=True),
        photos.save(photos.grainy(160, 120), "GIF"),
        photos.HEIC.read_bytes(),
    ],
)
def test_cut_short(data, part):
    _refused(data[: max(30, int(len(data) * part))], "file_damaged")


def test_damaged_in_the_middle():
    data = bytearray(photos.save(photos.grainy(160, 120), "PNG"))
    data[len(data) // 2] ^= 0xFF
    _refused(bytes(data), "file_damaged")


@pytest.mark.usefixtures("no_pixels")
def test_a_bomb_is_refused_by_its_header():
    problem = _refused(photos.png_header_only(20000, 20000), "file_too_many_pixels")
    assert "20000×20000" in problem.message_zh
    assert "50" in problem.advice_en


@pytest.mark.usefixtures("no_pixels")
def test_a_lying_jpeg_header():
    _refused(photos.with_jpeg_size(photos.jpeg(), 65000, 65000), "file_too_many_pixels")


@pytest.mark.usefixtures("no_pixels")
def test_a_lying_webp_canvas():
    data = photos.save(np.dstack([photos.quarters(), np.full((64, 96), 9, np.uint8)]), "WEBP", exif=photos.exif())
    at = data.index(b"VP8X") + 12
    _refused(data[:at] + b"\xff\x3f\0\xff\x3f\0" + data[at + 6 :], "file_too_many_pixels")


@pytest.mark.usefixtures("no_pixels")
def test_a_lying_gif_screen():
    data = photos.save(photos.quarters(), "GIF")
    _refused(data[:6] + struct.pack("<HH", 65000, 65000) + data[10:], "file_too_many_pixels")


@pytest.mark.usefixtures("no_pixels")
def test_a_second_header_does_not_slip_past_the_first():
    data = photos.save(photos.quarters(), "PNG")
    second = photos.png_header_only(30000, 30000)[8:33]
    _refused(data[:33] + second + data[33:], "file_too_many_pixels")


def test_a_heic_beyond_the_bound():
    _refused(photos.HEIC.read_bytes(), "file_too_many_pixels", bounds=Bounds(pixels=96 * 64 - 1))


def test_a_heic_item_whose_type_is_no_text_never_reaches_the_reader():
    data = photos.HEIC.read_bytes()
    at = data.index(b"infe", data.index(b"infe") + 4)
    assert data[at + 12 : at + 16] == b"Exif"
    _refused(data[: at + 12] + b"E\xffif" + data[at + 16 :], "file_damaged")


def test_a_heic_item_whose_content_type_is_no_text_never_reaches_the_reader():
    data = photos.HEIC.read_bytes()
    at = data.index(b"infe", data.index(b"infe") + 4)
    more = b"\xff\xfe\0"
    mime = data[: at + 12] + b"mime\0" + more + data[at + 17 :]
    for box in (at - 4, data.index(b"iinf") - 4, data.index(b"meta") - 4):
        size = struct.unpack_from(">I", mime, box)[0] + len(more)
        mime = mime[:box] + struct.pack(">I", size) + mime[box + 4 :]
    _refused(mime, "file_damaged")


def test_the_bound_on_pixels_is_exact():
    data = photos.jpeg()
    assert decode(data, name="x", bounds=Bounds(pixels=96 * 64)).rgb.shape == (64, 96, 3)
    _refused(data, "file_too_many_pixels", bounds=Bounds(pixels=96 * 64 - 1))


@pytest.mark.parametrize(
    "data",
    [
        photos.jpeg() + photos.zip_file(),
        photos.save(photos.quarters(), "PNG") + photos.zip_file(),
        photos.after_start(photos.jpeg(), photos.segment(0xFE, photos.zip_file())),
        photos.jpeg() + b"Rar!\x1a\x07\x01\x00 and so on",
        photos.jpeg() + b"7z\xbc\xaf\x27\x1c and so on",
        photos.jpeg() + b"\n%PDF-1.4\n",
        photos.after_start(photos.jpeg(), photos.segment(0xFE, b"%PDF-1.4\n")),
        photos.jpeg() + b"<html><body>hello</body></html>",
        photos.jpeg() + b"<!DOCTYPE html>",
        photos.jpeg() + b"<ScRiPt>alert(1)</script>",
        photos.after_start(photos.jpeg(), photos.segment(0xFE, b"<?php system($_GET[0]); ?>")),
        photos.png_with(photos.save(photos.quarters(), "PNG"), b"tEXt", b"Comment\0<script src=//x>"),
        photos.save(photos.quarters(), "PNG") + b"<svg onload=alert(1)>",
        photos.save(photos.quarters(), "GIF", comment=b"<script>alert(1)</script>"),
        photos.save(photos.quarters(), "WEBP", exif=b"Exif\0\0<script>alert(1)</script>"),
        b"\xff\xd8" + photos.segment(0xE0, b"*/=alert(1)/*".ljust(0x2F2A - 2, b"\0")) + photos.jpeg()[2:],
        b"GIF89a/*" + photos.save(photos.quarters(), "GIF")[8:] + b"*/=1;alert(1)",
    ],
)
@pytest.mark.usefixtures("no_pixels")
def test_a_photo_that_is_something_else_as_well(data):
    _refused(data, "file_suspicious")


@pytest.mark.usefixtures("no_pixels")
def test_an_absurd_number_of_scans():
    _refused(photos.many_scans(source.MAX_SCANS), "file_too_slow")


def test_a_progressive_photo_with_some_more_scans_is_read():
    assert decode(photos.many_scans(20), name="x").rgb.shape == (64, 96, 3)


@pytest.mark.parametrize(
    "data",
    [
        photos.jpeg(),
        photos.save(photos.quarters(), "PNG"),
        photos.save(photos.quarters(), "WEBP"),
        photos.save(photos.quarters(), "GIF"),
        photos.HEIC.read_bytes(),
    ],
)
def test_out_of_time(data):
    _refused(data, "file_too_slow", bounds=Bounds(seconds=0))


def test_the_clock_is_looked_at_on_every_read():
    now = iter([100.0, 109.9, 110.0])
    file = source.TimedBytes(b"abcdef", 10.0, clock=lambda: next(now))
    assert file.read(3) == b"abc"
    with pytest.raises(source.TooSlowError):
        file.read(3)


def test_an_icc_bomb_is_ignored():
    packed = b"x\0\0" + zlib.compress(bytes(20_000_000), 9)
    data = photos.png_with(photos.save(photos.quarters(), "PNG"), b"iCCP", packed)
    assert np.array_equal(decode(data, name="x").rgb, photos.quarters())


def test_a_text_bomb_is_never_inflated():
    packed = b"Comment\0\0" + zlib.compress(bytes(20_000_000), 9)
    data = photos.png_with(photos.save(photos.quarters(), "PNG"), b"zTXt", packed)
    assert np.array_equal(decode(data, name="x").rgb, photos.quarters())


def test_a_message_shows_no_control_characters():
    with pytest.raises(Rejected) as caught:
        decode(b"", name="\x1b[31mred\r\n\x07" + "长" * 200)
    shown = caught.value.problem.message_zh
    assert shown.isprintable()
    assert len(shown) < 120


_SEEDS = [
    photos.jpeg(photos.grainy(40, 30), exif=photos.exif(6, gps=True), icc_profile=photos.swapped_profile()),
    photos.jpeg(photos.grainy(40, 30), progressive=True),
    photos.save(photos.grainy(40, 30), "PNG", icc_profile=photos.swapped_profile(), exif=photos.exif(3)),
    photos.save(Image.fromarray(photos.grainy(40, 30)).quantize(9), "PNG", transparency=3),
    photos.save(photos.grainy(40, 30), "WEBP", exif=photos.exif(8)),
    photos.save(photos.grainy(40, 30), "GIF"),
    photos.HEIC.read_bytes(),
]


@settings(max_examples=150)
@given(
    seed=st.sampled_from(_SEEDS),
    spots=st.lists(st.tuples(st.floats(0, 0.999), st.integers(0, 255)), min_size=1, max_size=6),
    keep=st.floats(0.1, 1.0),
)
def test_bytes_changed_anywhere_give_a_picture_or_a_reason(seed, spots, keep):
    data = bytearray(seed)
    for place, value in spots:
        data[int(place * len(data))] = value
    try:
        picture = decode(bytes(data[: int(keep * len(data))]), name="x", bounds=Bounds(pixels=1_000_000))
    except Rejected:
        return
    assert isinstance(picture, Picture)
    assert picture.rgb.dtype == np.uint8
    assert picture.rgb.ndim == 3
