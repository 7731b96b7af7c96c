"""People are painted where they sit, in their own proportions, and change nothing beyond their shadow."""

from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np
import pytest
from doubles.sitters import bust
from hypothesis import given
from hypothesis import strategies as st

from tuanyuan.imaging.compose import KeyLight, paint, piece, placement
from tuanyuan.imaging.layout import Seat

WALL = np.full((360, 480, 3), (150, 110, 90), np.uint8)
ONE = bust(40)
PIECE = piece(ONE.cutout, ONE.eyes, ONE.eye_distance, 0.0)
SEAT = Seat(0, 240.0, 200.0, 40.0, 0.0, "front")
KEY = KeyLight()


def at(x, y, unit=40.0, row="front"):
    return replace(SEAT, x=float(x), y=float(y), eye_distance=float(unit), row=row)


@given(x=st.floats(-500, 2500), y=st.floats(-500, 2500), unit=st.floats(5, 400), lean=st.floats(-45, 45))
def test_a_sitter_is_enlarged_turned_and_moved_but_never_squashed(x, y, unit, lean):
    matrix = placement(replace(PIECE, lean=lean), at(x, y, unit))
    turn = matrix[:, :2]
    scale = unit / PIECE.eye_distance
    assert np.allclose(turn @ turn.T, scale**2 * np.eye(2), rtol=1e-6, atol=1e-9)
    assert np.linalg.det(turn) > 0
    assert matrix @ [*PIECE.eyes, 1] == pytest.approx([x, y], abs=1e-3)


def test_the_owner_is_who_is_in_front():
    back, front = at(200, 160, row="back"), at(280, 220)
    owner = paint(WALL, [PIECE, PIECE], [back, front], KEY).owner
    assert owner.shape == WALL.shape[:2]
    assert set(np.unique(owner)) == {0, 1, 2}
    assert owner[160, 200] == 1
    assert owner[220, 280] == 2
    assert owner[20, 20] == 0
    alone = paint(WALL, [PIECE], [front], KEY).owner > 0
    assert np.array_equal(owner == 2, alone)


def test_outside_everybody_there_is_only_the_wall_and_its_shadow():
    painting = paint(WALL, [PIECE], [SEAT], KEY)
    wall = WALL / 255
    outside = ~grown(painting.owner > 0, 5)
    assert (painting.picture[outside] <= wall[outside] + 1e-5).all()
    shade = painting.picture[outside] / wall[outside]
    assert shade.min() > 0.4
    assert np.ptp(shade, axis=1).max() < 1e-4  # darker, not coloured
    far = painting.picture[:40, :60] / wall[:40, :60]
    assert far.min() > 0.98


def grown(mask, pixels):
    return cv2.dilate(mask.astype(np.uint8), np.ones((2 * pixels + 1, 2 * pixels + 1), np.uint8)) > 0


def test_somebody_touched_is_shaded_more_than_the_wall():
    front = at(330, 230)
    behind, before = paint(WALL, [PIECE], [at(200, 160)], KEY), paint(WALL, [PIECE, PIECE], [at(200, 160), front], KEY)
    beside = (behind.owner == 1) & (before.owner == 1) & grown(before.owner == 2, 8)
    wall = (before.owner == 0) & grown(before.owner == 2, 8)
    on_person = (before.picture[beside] / behind.picture[beside].clip(1e-3)).mean()
    on_wall = (before.picture[wall] / (WALL / 255)[wall]).mean()
    assert on_person < on_wall < 1


def test_the_shadow_falls_away_from_the_light():
    def dark(side):
        shade = paint(WALL, [PIECE], [SEAT], KeyLight(side=side)).picture[..., 0] / (150 / 255)
        row = shade[150]
        return 1 - row[:140].mean(), 1 - row[-140:].mean()

    from_left, from_right = dark(-1.0), dark(1.0)
    assert from_left[1] > from_left[0]
    assert from_right[0] > from_right[1]


def test_a_face_keeps_its_colour():
    painting = paint(WALL, [PIECE], [SEAT], KeyLight(gradient=0.0, hem=0.0))
    x, y = 240, 215
    assert painting.picture[y, x] == pytest.approx(ONE.cutout.colour[int(ONE.eyes[1]) + 15, int(ONE.eyes[0])], abs=0.03)


@pytest.mark.parametrize("seat", [at(-30, 200), at(500, 200), at(240, -40), at(240, 400), at(-2000, 200)])
def test_who_stands_over_the_edge_is_cut_by_it(seat):
    painting = paint(WALL, [PIECE], [seat], KEY)
    assert painting.picture.shape == WALL.shape
    assert 0 <= painting.picture.min() <= painting.picture.max() <= 1
    if seat.x < -1000:
        assert not painting.owner.any()


def test_the_backdrop_given_is_not_changed_and_nobody_means_nothing():
    wall = WALL.copy()
    paint(wall, [PIECE], [SEAT], KEY)
    assert np.array_equal(wall, WALL)
    empty = paint(wall, [], [], KEY)
    assert np.allclose(empty.picture, WALL / 255, atol=1e-6)
    assert not empty.owner.any()


def test_the_same_people_give_the_same_picture():
    first, second = (paint(WALL, [PIECE] * 2, [at(150, 200), at(330, 220)], KEY) for _ in range(2))
    assert np.array_equal(first.picture, second.picture)
    assert np.array_equal(first.owner, second.owner)


def test_a_piece_is_the_cutout_in_8_bits():
    assert PIECE.colour.dtype == PIECE.alpha.dtype == np.uint8
    assert np.abs(PIECE.colour / 255 - ONE.cutout.colour).max() <= 0.5 / 255 + 1e-6
    assert np.abs(PIECE.alpha / 255 - ONE.cutout.alpha).max() <= 0.5 / 255 + 1e-6
