"""Nothing leaves without both labels."""

from __future__ import annotations

import io

import numpy as np
import pytest
from doubles import photos
from PIL import Image

from tuanyuan.domain.errors import OurFault, Rejected
from tuanyuan.domain.label import new_label
from tuanyuan.imaging.label import gate, label_picture, read_label
from tuanyuan.imaging.label.mark import mark
from tuanyuan.imaging.label.metadata import embed
from tuanyuan.imaging.srgb import SRGB_PROFILE

LABEL = new_label("J42-7Hk2Qa")
KINDS = ["jpeg", "png", "webp"]


@pytest.mark.parametrize("kind", KINDS)
def test_a_finished_file_carries_mark_label_and_profile(kind):
    rgb = photos.grainy(400, 300)
    data = label_picture(rgb, LABEL, kind)
    image = Image.open(io.BytesIO(data))
    assert image.format == kind.upper()
    assert image.info["icc_profile"] == SRGB_PROFILE
    assert not image.getexif().get(0x0112)
    assert read_label(data) == LABEL
    seen = np.asarray(image.convert("RGB")).astype(int)
    assert np.abs(seen - mark(rgb)[0]).mean() < np.abs(seen - rgb).mean()
    if kind == "png":
        assert np.array_equal(seen, mark(rgb)[0])


@pytest.mark.parametrize("kind", ["png", "webp"])
def test_transparency_stays(kind):
    alpha = np.zeros((300, 400), np.uint8)
    alpha[:100] = 255
    data = label_picture(photos.grainy(400, 300), LABEL, kind, alpha=alpha)
    made = np.asarray(Image.open(io.BytesIO(data)).convert("RGBA"))[..., 3]
    assert (made[:99] == 255).all()
    assert (made[110:250] == 0).all()
    assert made[270:].max() == 255
    assert read_label(data) == LABEL


def test_jpeg_with_transparency_is_a_mistake():
    with pytest.raises(ValueError, match="transparency"):
        label_picture(photos.grainy(80, 60), LABEL, "jpeg", alpha=np.zeros((60, 80), np.uint8))


@pytest.mark.parametrize("kind", KINDS)
def test_equal_pictures_and_labels_make_equal_files(kind):
    rgb = photos.grainy(200, 150)
    assert label_picture(rgb, LABEL, kind) == label_picture(rgb, LABEL, kind)
    assert label_picture(rgb, LABEL, kind) != label_picture(rgb, new_label("other"), kind)


@pytest.mark.parametrize(
    "faulty",
    [
        lambda data, _: data,
        lambda data, payload: embed(data, payload.replace("J42", "J43")),
        lambda data, payload: embed(data, payload + " "),
        lambda data, payload: embed(data, payload)[:60],
    ],
)
@pytest.mark.parametrize("kind", KINDS)
def test_a_file_that_does_not_read_back_never_leaves(kind, faulty, monkeypatch):
    monkeypatch.setattr(gate, "embed", faulty)
    with pytest.raises(OurFault) as caught:
        label_picture(photos.grainy(80, 60), LABEL, kind)
    assert caught.value.code == "label_unverified"


def test_two_labels_are_not_one(monkeypatch):
    def twice(data, payload):
        made = embed(data, payload)
        start = made.index(b"\xff\xe1")
        end = start + 2 + int.from_bytes(made[start + 2 : start + 4], "big")
        return made[:end] + made[start:]

    monkeypatch.setattr(gate, "embed", twice)
    with pytest.raises(OurFault):
        label_picture(photos.grainy(80, 60), LABEL, "jpeg")


@pytest.mark.parametrize("kind", KINDS)
def test_reading_an_unlabelled_and_an_ill_labelled_file(kind):
    plain = photos.save(photos.quarters(), kind.upper())
    assert read_label(plain) is None
    with pytest.raises(Rejected) as caught:
        read_label(embed(plain, '{"Label":"1"}'))
    assert caught.value.code == "label_unreadable"


def test_a_label_lost_by_saving_again_is_gone():
    data = label_picture(photos.grainy(80, 60), LABEL, "jpeg")
    assert read_label(photos.save(Image.open(io.BytesIO(data)), "JPEG", xmp=b"")) is None
