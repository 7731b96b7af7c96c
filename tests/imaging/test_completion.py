"""What a photo's border cuts off is carried on outside the photo; nothing inside it changes, least of all the face."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from doubles import defects
from doubles.sitters import CLOTH, bust, cropped

from tuanyuan.imaging.completion import complete
from tuanyuan.imaging.matting import Cutout
from tuanyuan.imaging.sitter import scaled, sitter

WHOLE = bust(40, room=0.3)
CUT_RIGHT = cropped(bust(40, room=0.3), right=62)
CUT_LEFT = cropped(bust(40, room=0.3), left=62)
CUT_ABOVE = cropped(bust(40), top=round(0.9 * 40))
ALL = {"whole": WHOLE, "right": CUT_RIGHT, "left": CUT_LEFT, "above": CUT_ABOVE}


def photo_part(one, completed):
    """The old photo's pixels in the completed cut-out: colour and alpha."""
    x, y = completed.offset
    height, width = one.cutout.alpha.shape
    inside = np.s_[y : y + height, x : x + width]
    return completed.cutout.colour[inside], completed.cutout.alpha[inside]


def test_nothing_cut_and_nothing_asked_changes_nothing():
    completed = complete(WHOLE, below=0)
    assert completed.offset == (0, 0)
    assert np.array_equal(completed.cutout.alpha, WHOLE.cutout.alpha)
    assert np.array_equal(completed.cutout.colour, WHOLE.cutout.colour)


@pytest.mark.parametrize("name", ALL)
@pytest.mark.parametrize("below", [0, 0.4, 1.3])
def test_the_photo_itself_is_not_changed(name, below):
    one = ALL[name]
    colour, alpha = photo_part(one, complete(one, below=below))
    assert np.array_equal(colour, one.cutout.colour)
    assert np.array_equal(alpha, one.cutout.alpha)


@pytest.mark.parametrize("below", [0.2, 0.7, 1.3])
def test_the_body_goes_on_below_by_as_much_as_is_asked(below):
    completed = complete(WHOLE, below=below)
    rows = completed.cutout.alpha.shape[0] - WHOLE.cutout.alpha.shape[0]
    assert rows == round(below * 40)
    added = completed.cutout.alpha[-rows:]
    # Straight down or further out: never narrower than it was, and never wider by more than the shoulders' own slope.
    assert (added >= WHOLE.cutout.alpha[-1] - 0.02).all()
    widths = (added > 0.5).sum(1)
    assert widths[-1] <= (WHOLE.cutout.alpha[-1] > 0.5).sum() + 2 * 0.5 * 1.5 * 40
    assert added.max() == 1


def test_shoulders_that_widen_go_on_widening_under_the_photo():
    short = bust(40, below=2.3, room=1.0)
    added = complete(short, below=0.6).cutout.alpha[short.cutout.alpha.shape[0] :]
    before = (short.cutout.alpha[-1] > 0.5).sum()
    widths = (added > 0.5).sum(1)
    assert widths[-1] > before + 8
    assert (np.diff(widths) >= -1).all()


def test_a_pattern_is_mirrored_not_smeared():
    one = bust(40, room=0.3)
    stripes = one.cutout.colour.copy()
    stripes[(np.arange(stripes.shape[0]) // 4 % 2 == 0), :, :] *= 0.5
    striped = replace(one, cutout=Cutout(stripes, one.cutout.alpha))
    height = stripes.shape[0]
    sleeve = round(one.eyes[0] - 2.3 * one.eye_distance)
    added = complete(striped, below=0.5).cutout.colour[height:, sleeve].mean(1)
    inside = stripes[height - len(added) :, sleeve].mean(1)
    assert added.std() > 0.4 * inside.std()


def test_what_is_below_goes_on_in_colour_without_a_seam():
    completed = complete(WHOLE, below=1.0).cutout
    seam = WHOLE.cutout.alpha.shape[0]
    solid = completed.alpha[seam] > 0.95
    step = np.abs(completed.colour[seam] - completed.colour[seam - 1])[solid]
    assert step.max() < 0.06
    assert np.abs(completed.colour[-1][solid] - CLOTH).max() < 0.25


def test_a_body_that_is_whole_is_not_carried_on():
    alpha = WHOLE.cutout.alpha.copy()
    alpha[-20:] = 0
    short = sitter(Cutout(WHOLE.cutout.colour, alpha), WHOLE.faces)
    assert complete(short, below=1.0).cutout.alpha.shape == alpha.shape


@pytest.mark.parametrize(("cut", "side"), [(CUT_RIGHT, "right"), (CUT_LEFT, "left")])
def test_a_cut_shoulder_rounds_off_and_ends(cut, side):
    completed = complete(cut, below=0)
    added = completed.cutout.alpha.shape[1] - cut.cutout.alpha.shape[1]
    assert 0.2 * 40 <= added <= 2 * 40
    assert completed.offset == ((added, 0) if side == "left" else (0, 0))
    alpha = completed.cutout.alpha if side == "right" else completed.cutout.alpha[:, ::-1]
    top = [np.argmax(column > 0.5) if (column > 0.5).any() else len(column) for column in alpha[:, -added:].T]
    assert top == sorted(top)  # the outline only falls
    assert top[-1] - top[0] > 0.3 * 40
    assert alpha[-1, -added].item() > 0.9


def test_a_side_can_be_left_as_it_is():
    assert complete(CUT_RIGHT, below=0, sides=(False, False)).cutout.alpha.shape == CUT_RIGHT.cutout.alpha.shape


def test_cut_hair_is_rounded_off_above():
    completed = complete(CUT_ABOVE, below=0)
    added = completed.offset[1]
    assert added == round(CUT_ABOVE.shape.dome * 40) > 0
    cap = completed.cutout.alpha[:added] > 0.5
    assert cap.sum(1)[0] < cap.sum(1)[-1]
    assert completed.cutout.alpha[0].max() < 1


def test_hair_that_a_side_cuts_ends_softly():
    wide = bust(40, hair=2.0, shoulders=1.2, room=0.0)
    level = int(wide.eyes[1])
    assert wide.cutout.alpha[level, 1] > 0.9
    alpha = complete(wide, below=0).cutout.alpha
    assert alpha[level, 0] < 0.3
    assert alpha[level, 0] < alpha[level, 2] < alpha[level, 5]


@pytest.mark.parametrize("name", ["elderly_man", "man_straw_hat"])
def test_a_real_photo_keeps_its_face(portrait, cutter, name):
    known = portrait(name)
    photo, faces = scaled(known.rgb, known.faces, 0.4)
    one = sitter(cutter.cut(photo, faces)[0], faces)
    completed = complete(one, below=1.0)
    colour, alpha = photo_part(one, completed)
    face = defects.hull(photo.shape, faces[0].mesh)
    assert np.array_equal(colour[face], one.cutout.colour[face])
    assert np.array_equal(alpha[face], one.cutout.alpha[face])
    assert (alpha <= one.cutout.alpha + 1e-6).all()
    assert 0 <= completed.cutout.alpha.min() <= completed.cutout.alpha.max() <= 1
