"""Whatever a phone makes comes out upright, in 8-bit sRGB."""

from __future__ import annotations

import struct

import cv2
import numpy as np
import pytest
from doubles import photos
from PIL import Image

from tuanyuan.imaging.decode import Picture, decode, over_white


def _decode(data, **options):
    return decode(data, name="photo.jpg", **options)


def _near(rgb, expected, tolerance=4):
    return np.abs(np.asarray(rgb, int) - np.asarray(expected, int)).max() <= tolerance


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (photos.jpeg(), "jpeg"),
        (photos.jpeg(progressive=True), "jpeg"),
        (photos.save(photos.quarters(), "PNG"), "png"),
        (photos.save(photos.quarters(), "WEBP", quality=95), "webp"),
        (photos.save(photos.quarters(), "WEBP", lossless=True), "webp"),
        (photos.save(photos.quarters(), "GIF"), "gif"),
        (photos.HEIC.read_bytes(), "heic"),
    ],
)
def test_every_format_is_known_by_its_content(data, kind):
    picture = _decode(data)
    assert picture.format == kind
    assert picture.rgb.shape == (64, 96, 3)
    assert picture.rgb.dtype == np.uint8
    assert picture.rgb.flags.c_contiguous
    assert picture.rgb.flags.writeable
    assert picture.alpha is None
    assert (picture.source_width, picture.source_height) == (96, 64)
    assert _near(photos.corners(picture.rgb), photos.QUARTERS)


@pytest.mark.parametrize("name", ["a.txt", "全家福 照片 (1) 🏮.jpg", "../../etc/passwd", "", "x" * 5000])
def test_the_name_decides_nothing(name):
    assert np.array_equal(decode(photos.save(photos.quarters(), "PNG"), name=name).rgb, photos.quarters())


_STORED_AS = {  # EXIF 2.32: how the upright picture lies in the file
    1: lambda a: a,
    2: lambda a: a[:, ::-1],
    3: lambda a: a[::-1, ::-1],
    4: lambda a: a[::-1],
    5: lambda a: a.transpose(1, 0, 2),
    6: lambda a: np.rot90(a),
    7: lambda a: a[::-1, ::-1].transpose(1, 0, 2),
    8: lambda a: np.rot90(a, -1),
}


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize(("kind", "options"), [("PNG", {}), ("WEBP", {"lossless": True})])
def test_turned_photos_come_out_upright(orientation, kind, options):
    upright = photos.quarters(96, 64)
    stored = np.ascontiguousarray(_STORED_AS[orientation](upright))
    picture = _decode(photos.save(stored, kind, exif=photos.exif(orientation), **options))
    assert np.array_equal(picture.rgb, upright)
    assert (picture.source_width, picture.source_height) == (96, 64)


def test_a_turned_jpeg_made_smaller_fits_its_upright_long_side():
    stored = np.ascontiguousarray(np.rot90(photos.quarters(900, 600)))
    picture = _decode(photos.jpeg(stored, exif=photos.exif(6)), long_side=300)
    assert picture.rgb.shape == (200, 300, 3)
    assert (picture.source_width, picture.source_height) == (900, 600)
    assert _near(photos.corners(picture.rgb), photos.QUARTERS)


@pytest.mark.parametrize(
    "block",
    [
        b"Exif\0\0",
        b"Exif\0\0II*\0\xff\xff\xff\xff",
        b"Exif\0\0MM\0*\0\0\0\x08\xff\xff",
        b"Exif\0\0II*\0\x08\0\0\0\x01\0" + struct.pack("<HHIHH", 0x0112, 3, 1, 99, 0),
        b"Exif\0\0garbage garbage garbage",
    ],
)
def test_broken_exif_is_no_reason_to_refuse(block):
    data = photos.after_start(photos.jpeg(), photos.segment(0xE1, block))
    assert _near(photos.corners(_decode(data).rgb), photos.QUARTERS)


def test_a_colour_profile_is_applied():
    red = np.full((16, 16, 3), (255, 0, 0), np.uint8)
    for data in (
        photos.save(red, "PNG", icc_profile=photos.swapped_profile()),
        photos.jpeg(red, icc_profile=photos.swapped_profile()),
        photos.save(red, "WEBP", lossless=True, icc_profile=photos.swapped_profile()),
    ):
        assert _near(_decode(data).rgb, (0, 255, 0))


def test_a_long_profile_in_several_segments_is_applied():
    red = np.full((16, 16, 3), (255, 0, 0), np.uint8)
    padded = photos.swapped_profile() + bytes(100_000)
    profile = struct.pack(">I", len(padded)) + padded[4:]
    assert _near(_decode(photos.jpeg(red, icc_profile=profile)).rgb, (0, 255, 0))


def test_a_profile_in_colour_with_transparency_leaves_alpha_alone():
    rgba = np.full((16, 16, 4), (255, 0, 0, 77), np.uint8)
    picture = _decode(photos.save(rgba, "PNG", icc_profile=photos.swapped_profile()))
    assert _near(picture.rgb, (0, 255, 0))
    assert (picture.alpha == 77).all()


@pytest.mark.parametrize("profile", [b"not a profile", b"\0" * 300, photos.swapped_profile()[:200]])
@pytest.mark.parametrize("kind", ["PNG", "JPEG"])
def test_a_broken_profile_is_ignored(kind, profile):
    options = {"quality": 95, "subsampling": 0} if kind == "JPEG" else {}
    data = photos.save(photos.quarters(), kind, icc_profile=profile, **options)
    assert _near(photos.corners(_decode(data).rgb), photos.QUARTERS)


def test_a_profile_for_other_colours_is_ignored():
    grey = photos.save(np.full((16, 16), 99, np.uint8), "PNG", icc_profile=photos.swapped_profile())
    assert (_decode(grey).rgb == 99).all()


def test_an_srgb_profile_changes_no_pixel():
    from tuanyuan.imaging.srgb import SRGB_PROFILE

    rgb = photos.grainy(64, 48)
    assert np.array_equal(_decode(photos.save(rgb, "PNG", icc_profile=SRGB_PROFILE)).rgb, rgb)


def _inks(cyan, magenta, yellow, black):
    return Image.merge("CMYK", [Image.new("L", (32, 32), ink) for ink in (cyan, magenta, yellow, black)])


def test_cmyk_without_a_profile():
    assert _near(_decode(photos.jpeg(_inks(0, 255, 255, 0))).rgb, (255, 0, 0))
    assert _near(_decode(photos.jpeg(_inks(0, 0, 0, 0))).rgb, (255, 255, 255))
    assert _near(_decode(photos.jpeg(_inks(0, 0, 0, 255))).rgb, (0, 0, 0))


def test_cmyk_goes_through_its_profile():
    profile = photos.cmyk_profile()
    assert _near(_decode(photos.jpeg(_inks(0, 0, 0, 0), icc_profile=profile)).rgb, (255, 255, 255))
    # L* 50 is sRGB 119; without the profile it would be pure cyan.
    assert _near(_decode(photos.jpeg(_inks(255, 0, 0, 0), icc_profile=profile)).rgb, (119, 119, 119))


def test_cmyk_with_a_broken_profile():
    assert _near(_decode(photos.jpeg(_inks(0, 255, 255, 0), icc_profile=b"broken")).rgb, (255, 0, 0))


def test_sixteen_bits_are_scaled_not_clipped():
    grey = np.array([[0, 0x00FF, 0x8000, 0xFFFF]], np.uint16)
    assert _decode(photos.save(Image.fromarray(grey), "PNG")).rgb[0, :, 0].tolist() == [0, 0, 128, 255]
    colour = np.array([[[0x8000, 0x4000, 0xFFFF]]], np.uint16)
    data = cv2.imencode(".png", colour[..., ::-1])[1].tobytes()
    assert _decode(data).rgb.tolist() == [[[128, 64, 255]]]


def test_grey_and_bilevel():
    assert (_decode(photos.save(np.full((9, 9), 77, np.uint8), "PNG")).rgb == 77).all()
    assert (_decode(photos.jpeg(np.full((16, 16), 77, np.uint8))).rgb == 77).all()
    assert (_decode(photos.save(Image.new("1", (9, 9), 1), "PNG")).rgb == 255).all()


def test_a_palette_with_transparency():
    palette = Image.new("P", (4, 1))
    palette.putpalette([10, 20, 30, 40, 50, 60, 70, 80, 90, 1, 2, 3])
    palette.putdata([0, 1, 2, 3])
    picture = _decode(photos.save(palette, "PNG", transparency=bytes([0, 128, 255, 255])))
    assert picture.rgb.tolist() == [[[10, 20, 30], [40, 50, 60], [70, 80, 90], [1, 2, 3]]]
    assert picture.alpha.tolist() == [[0, 128, 255, 255]]


def test_grey_with_alpha_and_with_one_transparent_grey():
    pixels = np.array([[[50, 0], [60, 128]]], np.uint8)
    picture = _decode(photos.save(Image.fromarray(pixels, "LA"), "PNG"))
    assert picture.rgb.tolist() == [[[50, 50, 50], [60, 60, 60]]]
    assert picture.alpha.tolist() == [[0, 128]]
    keyed = _decode(photos.save(np.array([[50, 60]], np.uint8), "PNG", transparency=50))
    assert keyed.alpha.tolist() == [[0, 255]]


def test_colours_under_transparency_stay_and_opaque_alpha_is_none():
    rgba = np.array([[[10, 20, 30, 0], [40, 50, 60, 200]]], np.uint8)
    picture = _decode(photos.save(rgba, "PNG"))
    assert picture.rgb.tolist() == [[[10, 20, 30], [40, 50, 60]]]
    assert picture.alpha.tolist() == [[0, 200]]
    rgba[..., 3] = 255
    assert _decode(photos.save(rgba, "PNG")).alpha is None


def test_over_white():
    rgb = np.array([[[10, 20, 30], [40, 50, 60], [0, 100, 200]]], np.uint8)
    picture = Picture(rgb, np.array([[0, 255, 128]], np.uint8), 3, 1, "png")
    assert over_white(picture).tolist() == [[[255, 255, 255], [40, 50, 60], [127, 177, 227]]]
    assert over_white(Picture(rgb, None, 3, 1, "png")) is rgb


@pytest.mark.parametrize("kind", ["GIF", "WEBP", "PNG"])
def test_an_animation_gives_its_first_frame(kind):
    first, second = Image.fromarray(photos.quarters()), Image.new("RGB", (96, 64), (1, 2, 3))
    options = {"lossless": True} if kind == "WEBP" else {}
    data = photos.save(first, kind, save_all=True, append_images=[second], **options)
    assert _near(photos.corners(_decode(data).rgb), photos.QUARTERS, tolerance=0)


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_long_side_is_met_exactly_and_never_enlarges(kind):
    data = photos.save(photos.quarters(1000, 700), kind)
    assert _decode(data, long_side=333).rgb.shape == (233, 333, 3)
    assert _decode(data, long_side=1000).rgb.shape == (700, 1000, 3)
    assert _decode(data, long_side=4000).rgb.shape == (700, 1000, 3)
    small = _decode(data, long_side=100)
    assert small.rgb.shape == (70, 100, 3)
    assert (small.source_width, small.source_height) == (1000, 700)
    assert _near(photos.corners(small.rgb), photos.QUARTERS)


def test_a_large_jpeg_is_decoded_small(monkeypatch):
    from PIL.JpegImagePlugin import JpegImageFile

    decoded = set()
    load = JpegImageFile.load
    monkeypatch.setattr(JpegImageFile, "load", lambda self: (decoded.add(self.size), load(self))[1])
    _decode(photos.jpeg(photos.quarters(1600, 1200)), long_side=390)
    assert decoded == {(400, 300)}


def test_reducing_averages_areas():
    checks = np.indices((600, 800)).sum(0) % 2 * np.uint8(255)
    small = _decode(photos.save(checks.astype(np.uint8), "PNG"), long_side=200)
    assert _near(small.rgb, 128, tolerance=1)


def test_reducing_keeps_hidden_colours_out_of_the_edge():
    rgba = np.zeros((90, 90, 4), np.uint8)  # black under transparency
    rgba[:, 47:] = (200, 100, 50, 255)
    small = _decode(photos.save(rgba, "PNG"), long_side=20)
    seen = small.alpha > 0
    assert 0 < small.alpha[0, 10] < 255  # the edge falls inside this pixel
    assert _near(small.rgb[seen], (200, 100, 50), tolerance=1)


def test_what_phones_append_is_accepted():
    video = struct.pack(">I4s4sI", 24, b"ftyp", b"mp42", 0) + b"isommp42" + bytes(range(256)) * 40
    maker = b"\x00\x00\x31\x0aImage_UTC_Data1700000000000SEFHk\x00\x00\x00SEFT"
    second = photos.jpeg(np.zeros((8, 8, 3), np.uint8))
    index = photos.segment(0xE2, b"MPF\0MM\0*\0\0\0\x08" + bytes(60))
    for data in (
        photos.jpeg() + video,
        photos.jpeg() + maker,
        photos.after_start(photos.jpeg(), index) + second,
        photos.jpeg() + bytes(5000),
    ):
        assert _near(photos.corners(_decode(data).rgb), photos.QUARTERS)
