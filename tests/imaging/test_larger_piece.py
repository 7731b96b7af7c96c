"""Enlarging a sitter's pixels changes how fine they are, and not where they are painted."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from tuanyuan.imaging.compose import KeyLight, Piece, paint
from tuanyuan.imaging.decode import decode
from tuanyuan.imaging.enlarging import Enlarger
from tuanyuan.imaging.larger_piece import enlarged
from tuanyuan.imaging.layout import Seat

SIDE = 120


@pytest.fixture(scope="module")
def enlarger(models_dir):
    return Enlarger(models_dir)


@pytest.fixture(scope="module")
def sharp(samples):
    """A square of a photo, three times as large as the piece that is made of it."""
    rgb = decode((samples / "man_glasses.jpg").read_bytes(), name="x").rgb
    return np.ascontiguousarray(rgb[300 : 300 + 3 * SIDE, 330 : 330 + 3 * SIDE])


@pytest.fixture(scope="module")
def small(sharp):
    colour = cv2.resize(sharp, (SIDE, SIDE), interpolation=cv2.INTER_AREA)
    return Piece(colour, np.full((SIDE, SIDE), 255, np.uint8), np.array([60, 50], np.float32), 20.0, 0.0)


def painted(piece, factor):
    """The middle of the picture with the piece three times as large in it."""
    seat = Seat(0, 3 * (60 + 0.5) - 0.5, 3 * (50 + 0.5) - 0.5, 20.0 * factor, 0.0, "front")
    black = np.zeros((3 * SIDE, 3 * SIDE, 3), np.uint8)
    picture = paint(black, [piece], [seat], KeyLight(hem=0.0, gradient=0.0)).picture
    return np.rint(picture[60:300, 60:300] * 255)


def test_it_is_painted_at_the_same_place_and_nearer_to_the_truth(small, sharp, enlarger):
    truth = sharp[60:300, 60:300].astype(np.float32)
    before, after = painted(small, 3), painted(enlarged(small, 60.0, enlarger), 3)
    errors = [float(np.abs(picture - truth).mean()) for picture in (before, after)]
    assert errors[1] < 0.97 * errors[0]
    shift, _ = cv2.phaseCorrelate(before.mean(2).astype(np.float32), after.mean(2).astype(np.float32))
    assert np.abs(shift).max() < 0.15


def test_a_piece_that_is_large_enough_stays_as_it_is(small, enlarger):
    assert enlarged(small, 20.0 * 1.25, enlarger) is small
    assert enlarged(small, 10.0, enlarger) is small


def test_a_large_piece_never_waits_for_the_network(small, enlarger, monkeypatch):
    monkeypatch.setattr(Enlarger, "_share_in", lambda *_: pytest.fail("the network was asked"))
    large = Piece(np.zeros((600, 600, 3), np.uint8), np.zeros((600, 600), np.uint8), small.eyes, 20.0, 0.0)
    made = enlarged(large, 80.0, enlarger)
    assert made.colour.shape == (1494, 1494, 3)
    assert made.eye_distance == pytest.approx(49.8)
