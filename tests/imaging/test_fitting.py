"""A picture within the bounds of whoever is sent it, with nothing of the camera in it."""

from __future__ import annotations

import numpy as np
import pytest
from doubles.photos import exif, grainy, jpeg, save
from doubles.retouch import opened

from tuanyuan.domain.errors import Rejected
from tuanyuan.domain.ports.retouching import Fit, Unfit
from tuanyuan.imaging.fitting import fit

ROOMY = Fit(bytes=3_000_000, longest=2047, pixels=4_000_000)


def test_a_photo_that_fits_keeps_its_size_and_loses_its_place():
    made = fit(jpeg(grainy(300, 200), exif=exif(6, gps=True)), ROOMY)
    picture = opened(made.data)
    assert (picture.format, picture.size) == ("JPEG", (200, 300))
    assert (made.size, made.original) == ((200, 300), (200, 300))
    assert not picture.getexif()


@pytest.mark.parametrize(
    ("size", "bounds", "made"),
    [
        ((400, 100), Fit(bytes=3_000_000, longest=200, pixels=10**9), (200, 50)),
        ((100, 401), Fit(bytes=3_000_000, longest=400, pixels=10**9), (99, 400)),
        ((400, 400), Fit(bytes=3_000_000, longest=10**5, pixels=40_000), (200, 200)),
        ((400, 399), Fit(bytes=3_000_000, longest=400, pixels=400 * 399), (400, 399)),
    ],
)
def test_sides_and_pixels(size, bounds, made):
    fitted = fit(save(np.zeros((size[1], size[0], 3), np.uint8), "PNG"), bounds)
    assert (fitted.size, opened(fitted.data).size, fitted.original) == (made, made, size)
    assert max(fitted.size) <= bounds.longest
    assert fitted.size[0] * fitted.size[1] <= bounds.pixels


def test_bytes():
    photo = jpeg(grainy(700, 500, grain=30))
    small = Fit(bytes=60_000, longest=2047, pixels=10**9)
    fitted = fit(photo, small)
    assert len(fitted.data) <= 60_000
    assert fitted.size[0] < 700
    assert fitted.size[0] / fitted.size[1] == pytest.approx(1.4, abs=0.02)
    assert fit(photo, small) == fitted


@pytest.mark.parametrize(
    ("size", "bounds", "fits"),
    [
        ((51, 60), Fit(bytes=10**6, longest=99, pixels=10**6, shortest=51), True),
        ((50, 60), Fit(bytes=10**6, longest=99, pixels=10**6, shortest=51), False),
        ((499, 100), Fit(bytes=10**6, longest=999, pixels=10**6, ratio=4.99), True),
        ((500, 100), Fit(bytes=10**6, longest=999, pixels=10**6, ratio=4.99), False),
        ((400, 40), Fit(bytes=10**6, longest=200, pixels=10**6, shortest=33), False),
    ],
)
def test_what_cannot_fit(size, bounds, fits):
    data = save(np.zeros((size[1], size[0], 3), np.uint8), "PNG")
    if fits:
        assert fit(data, bounds).size == size
    else:
        with pytest.raises(Unfit):
            fit(data, bounds)


def test_transparency_becomes_white():
    clear = save(np.zeros((60, 60, 4), np.uint8), "PNG")
    assert opened(fit(clear, ROOMY).data).getpixel((30, 30)) == (255, 255, 255)


def test_what_is_no_picture_is_refused():
    with pytest.raises(Rejected):
        fit(b"text", ROOMY)
