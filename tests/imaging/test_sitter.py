"""A sitter's measures are in eye distances from between the eyes, whatever the size of the photo."""

from __future__ import annotations

import numpy as np
import pytest
from doubles.sitters import bust, cropped, face_at

from tuanyuan.imaging.matting import Cutout
from tuanyuan.imaging.sitter import apart, scaled, sitter


@pytest.mark.parametrize("unit", [20, 40, 90])
def test_measures_do_not_depend_on_the_size_of_the_photo(unit):
    shape = bust(unit, below=3.0, shoulders=2.4, hair=1.5).shape
    assert shape.top == pytest.approx(2.0, abs=0.1)
    assert shape.bottom == pytest.approx(3.0, abs=0.1)
    assert (shape.left, shape.right) == pytest.approx((2.4, 2.4), abs=0.1)
    assert (shape.head_left, shape.head_right) == pytest.approx((1.5, 1.5), abs=0.12)
    assert (shape.cut_left, shape.cut_right, shape.cut_bottom) == (None, None, True)
    assert (shape.dome, shape.lean, shape.slant) == (0, 0, 0)


def test_a_side_that_cuts_the_shoulder_is_known_with_its_height():
    whole = bust(40, room=0.25)
    cut = cropped(whole, right=50)
    assert cut.shape.right == pytest.approx(1.4, abs=0.1)
    assert 1.8 < cut.shape.cut_right < 3.0
    assert cut.shape.cut_left is None
    assert cropped(whole, left=50).shape.cut_left == pytest.approx(cut.shape.cut_right, abs=0.1)


def test_hair_at_the_side_is_no_cut_body():
    wide_hair = bust(40, hair=2.0, shoulders=1.2, room=0.0)
    assert wide_hair.shape.left == pytest.approx(2.0, abs=0.1)
    assert (wide_hair.shape.cut_left, wide_hair.shape.cut_right) == (None, None)


def test_hair_that_the_upper_edge_cuts_gets_its_height_back():
    whole = bust(40)
    cut = cropped(whole, top=round(1.0 * 40))
    assert cut.shape.dome > 0
    assert 1.6 < cut.shape.top < 2.0 + 0.7


def test_a_body_that_ends_inside_the_photo_is_not_cut():
    whole = bust(40)
    alpha = whole.cutout.alpha.copy()
    alpha[-20:] = 0
    assert not sitter(Cutout(whole.cutout.colour, alpha), whole.faces).shape.cut_bottom


@pytest.mark.parametrize("roll", [-20.0, 20.0])
def test_part_of_a_strong_lean_is_taken_off(roll):
    lean = bust(40, roll=roll).shape.lean
    assert 0 < lean / roll < 1
    assert bust(40, roll=roll).shape.slant > 0


def test_a_slight_lean_and_a_group_stay_as_they_are():
    assert bust(40, roll=3.0).shape.lean == 0
    one = bust(40, roll=20.0)
    assert sitter(one.cutout, [one.faces[0]] * 2).shape.lean == 0


def two_busts(gap):
    """Two people side by side in one photo, `gap` pixels between their shoulders; a negative one lets them touch."""
    left, right = bust(30, room=0.5), bust(30, room=0.5)
    height, width = left.cutout.alpha.shape
    apart_by = width - 30 + gap
    alpha = np.zeros((height, width + apart_by), np.float32)
    alpha[:, :width] = left.cutout.alpha
    alpha[:, apart_by:] = np.maximum(alpha[:, apart_by:], right.cutout.alpha)
    x, y = left.eyes
    faces = [face_at(x, y, 30), face_at(x + apart_by, y, 30)]
    return Cutout(np.zeros((*alpha.shape, 3), np.float32), alpha), faces


def test_people_who_do_not_touch_come_apart():
    cutout, faces = two_busts(gap=12)
    pieces = apart(cutout, faces)
    assert [numbers for _, numbers in pieces] == [[0], [1]]
    assert np.allclose(sum(piece.alpha for piece, _ in pieces), cutout.alpha)
    middle = cutout.alpha.shape[1] // 2
    assert pieces[0][0].alpha[:, middle:].max() == 0
    assert pieces[1][0].alpha[:, :middle].max() == 0


def test_people_who_touch_stay_together():
    cutout, faces = two_busts(gap=-10)
    ((piece, numbers),) = apart(cutout, faces)
    assert numbers == [0, 1]
    assert piece is cutout


def test_a_group_sits_round_the_middle_of_its_faces():
    cutout, faces = two_busts(gap=-10)
    group = sitter(cutout, faces)
    assert group.eyes == pytest.approx((faces[0].eyes + faces[1].eyes) / 2)
    assert group.eye_distance == pytest.approx(30)
    assert group.shape.left == pytest.approx(group.shape.right, abs=0.1)


@pytest.mark.parametrize("factor", [0.5, 2.0])
def test_photo_and_faces_are_reduced_together(portrait, finder, factor):
    known = portrait("astronaut")
    photo, (face,) = scaled(known.rgb, known.faces, factor)
    assert photo.shape[:2] == tuple(round(v * factor) for v in known.rgb.shape[:2])
    assert face.eye_distance == pytest.approx(known.face.eye_distance * factor, rel=1e-5)
    (found,) = finder.find(photo)
    assert found.box == pytest.approx(face.box, abs=0.06 * face.width)


def test_nothing_is_done_for_a_hair(portrait):
    known = portrait("astronaut")
    assert scaled(known.rgb, known.faces, 1.01)[0] is known.rgb
