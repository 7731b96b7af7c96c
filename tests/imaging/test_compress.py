"""Photos get light, and lose what they say about the camera, the place and other people."""

from __future__ import annotations

import io

import numpy as np
import pytest
from doubles import photos
from PIL import Image

from tuanyuan.domain.errors import Rejected
from tuanyuan.domain.label import new_label
from tuanyuan.imaging.compress import compress
from tuanyuan.imaging.decode import decode
from tuanyuan.imaging.label import label_picture, read_label
from tuanyuan.imaging.srgb import SRGB_PROFILE


def _open(data):
    image = Image.open(io.BytesIO(data))
    image.load()
    return image


def test_upright_srgb_and_nothing_else_left():
    thumbnail = photos.jpeg(np.zeros((8, 8, 3), np.uint8))
    block = photos.exif(6, gps=True) + thumbnail
    stored = np.ascontiguousarray(np.rot90(photos.quarters(96, 64)))
    phone = photos.jpeg(stored, exif=block, comment=b"of grandmother", icc_profile=photos.swapped_profile())
    video = b"\0\0\0\x18ftypmp42\0\0\0\0isommp42" + bytes(2000)
    made = compress(phone + video, name="a.jpg")
    image = _open(made)
    assert image.format == "JPEG"
    assert image.size == (96, 64)
    assert image.info["icc_profile"] == SRGB_PROFILE
    assert not image.getexif()
    for trace in (b"TestCam", b"Exif", b"grandmother", b"ftyp", thumbnail):
        assert trace in phone + video
        assert trace not in made
    # Red and green change places by the photo's own profile.
    red, green, *_ = photos.corners(decode(made, name="x").rgb)
    assert red[1] > red[0]
    assert green[0] > green[1]


def test_png_only_where_there_is_transparency():
    rgba = np.dstack([photos.quarters(), np.full((64, 96), 255, np.uint8)])
    assert _open(compress(photos.save(rgba, "PNG"), name="a")).format == "JPEG"
    rgba[:10, :, 3] = 0
    image = _open(compress(photos.save(rgba, "PNG"), name="a"))
    assert image.format == "PNG"
    assert image.mode == "RGBA"
    made = np.asarray(image)
    assert np.array_equal(made[10:], rgba[10:])
    assert (made[:10] == 0).all()  # nothing hides under the transparency


def test_a_small_photo_is_never_enlarged():
    assert _open(compress(photos.jpeg(photos.quarters(100, 80)), name="a")).size == (100, 80)


def test_quality_goes_before_size():
    data = photos.jpeg(photos.grainy(450, 400))
    best = compress(data, name="a", short_side=300)
    tight = int(len(best) * 0.7)
    made = compress(data, name="a", short_side=300, max_bytes=tight)
    assert _open(made).size == (450, 400)
    assert tight * 0.85 < len(made) <= tight


@pytest.mark.parametrize(("width", "height"), [(900, 600), (600, 900), (1701, 600)])
def test_size_goes_next_in_the_same_shape(width, height):
    data = photos.jpeg(photos.grainy(width, height, grain=20))
    tight = int(len(compress(data, name="a")) * 0.33)
    made = compress(data, name="a", short_side=300, max_bytes=tight)
    size = _open(made).size
    assert tight * 0.8 < len(made) <= tight
    assert 300 <= min(size) < 600
    assert size[0] / size[1] == pytest.approx(width / height, rel=0.005)


def test_quality_goes_again_at_720_pixels():
    data = photos.jpeg(photos.grainy(1000, 800, grain=20))
    made = compress(data, name="a", max_bytes=90_000)
    assert min(_open(made).size) == 720
    assert len(made) <= 90_000


def test_two_megabytes_unless_told_otherwise():
    noise = np.random.default_rng(0).integers(0, 256, (1000, 1500, 3), dtype=np.uint8)
    made = compress(photos.jpeg(noise, quality=98), name="a")
    assert 1_000_000 < len(made) <= 2_000_000
    assert min(_open(made).size) >= 720


def test_what_cannot_be_made_small_is_refused():
    data = photos.jpeg(photos.grainy(400, 300, grain=40))
    with pytest.raises(Rejected) as caught:
        compress(data, name="a.jpg", max_bytes=5_000)
    assert caught.value.code == "file_cannot_shrink"
    assert "a.jpg" in caught.value.problem.message_zh


def test_a_transparent_picture_shrinks_then_gives_up_colours():
    rgba = np.dstack([photos.grainy(300, 260, grain=6), np.full((260, 300), 200, np.uint8)])
    data = photos.save(rgba, "PNG")
    smaller = compress(data, name="a", short_side=220, max_bytes=int(len(data) * 0.9))
    assert len(smaller) <= len(data) * 0.9
    assert _open(smaller).mode == "RGBA"
    assert 220 <= min(_open(smaller).size) < 260
    least = compress(data, name="a", short_side=220, max_bytes=int(len(data) * 0.5))
    assert len(least) <= len(data) * 0.5
    assert min(_open(least).size) == 220
    assert decode(least, name="x").alpha is not None


def test_equal_photos_make_equal_files():
    data = photos.jpeg(photos.grainy(300, 200))
    assert compress(data, name="a", max_bytes=20_000) == compress(data, name="b", max_bytes=20_000)


@pytest.mark.parametrize("kind", ["jpeg", "png", "webp"])
def test_an_ai_label_stays_on_the_photo(kind):
    label = new_label("J42-7Hk2Qa", "001191440300DEMO00000X1A001")
    labelled = label_picture(photos.grainy(200, 150), label, kind)
    assert read_label(compress(labelled, name="a")) == label
    tight = compress(labelled, name="a", max_bytes=9_000)
    assert len(tight) <= 9_000
    assert read_label(tight) == label


def test_bad_files_are_refused_as_by_decode():
    with pytest.raises(Rejected) as caught:
        compress(b"text", name="a.jpg")
    assert caught.value.code == "file_not_a_photo"
