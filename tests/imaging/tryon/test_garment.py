"""A garment that can be tried on is read; every other is refused by the reason that helps."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from doubles.tops import MIDDLE, SIZE, Cut, garment_photo, shape

from tuanyuan.imaging.tryon.garment import Unfit, read

RED = (180, 30, 40)


def refused(rgb, alpha, cut=None):
    with pytest.raises(Unfit) as caught:
        read(rgb, alpha, cut)
    return caught.value.code


def test_the_neckline_is_the_front_edge_of_the_opening_and_not_the_back():
    garment = read(*garment_photo(RED), None)
    assert garment.neckline[0, 0] == pytest.approx(MIDDLE - 53, abs=12)
    assert garment.neckline[-1, 0] == pytest.approx(MIDDLE + 53, abs=12)
    assert garment.neckline[5, 1] == pytest.approx(150 + 58, abs=10)


def test_colours_go_on_beyond_the_edge_so_that_no_ground_is_drawn():
    rgb, alpha = garment_photo(RED)
    rgb[alpha == 0] = (0, 255, 0)
    garment = read(rgb, alpha, None)
    assert garment.colour.dtype == np.float32
    assert (garment.colour[..., 1] < 0.2).all()


def test_on_a_plain_ground_the_garment_is_found_and_its_shadow_is_not():
    cut = Cut()
    rgb, alpha = garment_photo(RED, cut)
    rgb[alpha == 0] = 228
    shadow = (np.roll(alpha, (14, 10), (0, 1)) > 0) & (alpha == 0)
    rgb[shadow] = 175
    first_guess = cv2.GaussianBlur(((alpha > 0) | shadow).astype(np.float32), (0, 0), 5)
    garment = read(rgb, None, first_guess)
    assert garment.alpha[shadow].mean() < 0.12
    assert garment.alpha[shape(cut)].mean() > 0.97


@pytest.mark.parametrize("ground", ["nothing", "busy"])
def test_without_a_plain_ground_it_is_refused(ground):
    rgb, alpha = garment_photo(RED)
    if ground == "busy":
        rgb[alpha == 0] = np.random.default_rng(0).integers(0, 255, (*SIZE, 3), np.uint8)[alpha == 0]
    cut = None if ground == "nothing" else (alpha / np.float32(255)).astype(np.float32)
    assert refused(rgb, None, cut) == "tryon_garment_ground"


def test_a_photo_that_is_opaque_everywhere_has_no_cut_out_of_its_own():
    rgb, _ = garment_photo(RED)
    assert refused(rgb, np.full(SIZE, 255, np.uint8), None) == "tryon_garment_ground"


def test_short_sleeves_are_refused():
    assert refused(*garment_photo(RED, Cut(cuff=330)), None) == "tryon_garment_sleeves"


def test_a_dress_is_refused():
    assert refused(*garment_photo(RED, Cut(half=100, hem=860)), None) == "tryon_garment_dress"


def test_a_hood_is_refused():
    rgb, alpha = garment_photo(RED)
    cv2.ellipse(alpha, (MIDDLE, 130), (60, 110), 0, 0, 360, 255, -1)
    rgb[alpha > 0] = RED
    assert refused(rgb, alpha, None) == "tryon_garment_hood"


def test_an_open_collar_is_refused():
    rgb, alpha = garment_photo(RED)
    cv2.rectangle(rgb, (MIDDLE - 60, 232), (MIDDLE + 60, 300), (225, 95, 100), -1)
    assert refused(rgb, alpha, None) == "tryon_garment_open"


def test_hands_at_the_sleeves_mean_that_somebody_is_in_it():
    rgb, alpha = garment_photo((40, 60, 170))
    rgb[480:][alpha[480:] > 0] = (205, 150, 125)
    rgb[480:, MIDDLE - 135 : MIDDLE + 135] = (40, 60, 170)
    assert refused(rgb, alpha, None) == "tryon_garment_worn"
