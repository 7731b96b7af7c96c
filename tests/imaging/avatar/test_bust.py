"""A person is framed at the size asked for, never squashed, and the body reaches where it must."""

from __future__ import annotations

import numpy as np
import pytest
from doubles.sitters import bust as sitting
from doubles.sitters import cropped

from tuanyuan.imaging.avatar.bust import MOST_UNIT, Framing, framed

STANDARD = Framing(0.15, 0.45)


def test_eyes_are_where_the_framing_says():
    made = framed(sitting(40, below=5.0, shoulders=3.6), STANDARD, (480, 480))
    assert made.size == (480, 480)
    assert made.unit == pytest.approx(0.15 * 480)
    assert made.eyes[1] == pytest.approx(0.45 * 480)
    assert made.mesh[[33, 133, 362, 263]].mean(0) == pytest.approx(made.eyes, abs=0.5)
    assert made.enlarged == pytest.approx(0.15 * 480 / 40)


def test_the_mesh_moves_with_the_pixels():
    one = sitting(40, below=5.0, shoulders=3.6, roll=12.0)
    made = framed(one, STANDARD, (480, 480))
    across = made.mesh[263] - made.mesh[33]
    assert np.linalg.norm(across) == pytest.approx(1.4 * made.unit, rel=1e-3)
    skin = made.colour[int(made.mesh[1, 1]), int(made.mesh[1, 0])]
    assert skin == pytest.approx((0.85, 0.66, 0.55), abs=0.02)


@pytest.mark.parametrize("below", [1.9, 2.4, 3.0])
def test_the_body_reaches_the_lower_border(below):
    made = framed(sitting(60, below=below, shoulders=3.6), STANDARD, (480, 480))
    middle = made.alpha[:, 200:280]
    assert middle[-1].min() > 0.95
    assert made.floor >= 479


def test_a_short_body_makes_the_crop_tighter_and_not_without_end():
    short, long = (framed(sitting(60, below=b, shoulders=3.6), STANDARD, (480, 480)) for b in (2.2, 5.0))
    assert long.unit < short.unit <= MOST_UNIT * 480 + 0.01


def test_a_body_cut_by_the_photos_side_makes_the_crop_tighter():
    whole = sitting(60, below=5.0, shoulders=3.8)
    cut = cropped(whole, left=150, right=150)
    assert cut.shape.cut_left is not None
    assert framed(cut, STANDARD, (480, 480)).unit > framed(whole, STANDARD, (480, 480)).unit
    narrow = Framing(0.15, 0.45, wings=0.2)
    assert framed(cut, narrow, (480, 480)).unit == pytest.approx(0.15 * 480)


def test_a_body_need_not_go_below_its_floor():
    one = sitting(60, below=2.6, shoulders=3.6)
    assert framed(one, Framing(0.15, 0.45, floor=0.8), (480, 480)).unit < framed(one, STANDARD, (480, 480)).unit


def test_hair_keeps_its_room():
    made = framed(sitting(60, below=5.0, shoulders=3.6), Framing(0.21, 0.40), (480, 480))
    assert np.nonzero(made.alpha.max(1) > 0.5)[0][0] >= 0.03 * 480


def test_a_turned_head_gets_room_to_look_into():
    one, other = (framed(sitting(40, below=5.0, yaw=yaw), STANDARD, (480, 480)) for yaw in (0.0, 35.0))
    assert other.eyes[0] < one.eyes[0] - 5


@pytest.mark.parametrize("size", [(480, 720), (720, 480), (481, 640)])
def test_other_shapes(size):
    made = framed(sitting(60, below=3.0, shoulders=3.6), STANDARD, size)
    assert made.size == size
    assert made.alpha[-1, size[0] // 2] > 0.95
    assert made.colour.dtype == made.alpha.dtype == np.float32
    assert 0 <= made.colour.min() <= made.colour.max() <= 1


CUT_ABOVE = cropped(sitting(60, below=4.0, shoulders=3.6, roll=12.0), top=round(0.9 * 60))
"""A head that leans, in a photo whose upper border goes through the hair."""


@pytest.mark.parametrize("size", [(480, 480), (480, 640), (640, 480)])
def test_a_cut_crown_meets_the_frames_upper_edge(size):
    shape = CUT_ABOVE.shape
    assert shape.dome > 0.1
    made = framed(CUT_ABOVE, STANDARD, size)
    # Nothing of the invented hair is seen, at neither side of the leaning head.
    kept = shape.top - shape.dome
    assert -0.1 * made.unit <= made.eyes[1] - kept * made.unit <= 0
    across = made.mesh[263] - made.mesh[33]
    assert np.degrees(np.arctan2(across[1], across[0])) == pytest.approx(0, abs=0.1)
    middle = int(made.eyes[0])
    assert made.alpha[0, middle - 20 : middle + 20].min() > 0.95
    assert made.alpha[-1, middle] > 0.95


def test_a_figure_that_is_drawn_round_gets_its_crown_back():
    sticker = Framing(0.15, 0.45, floor=0.92)
    made = framed(CUT_ABOVE, sticker, (480, 480))
    assert made.alpha[: round(0.03 * 480)].max() < 0.05
    rows = np.flatnonzero(made.alpha.max(1) > 0.5)
    assert made.eyes[1] - rows[0] > (CUT_ABOVE.shape.top - CUT_ABOVE.shape.dome + 0.1) * made.unit


def test_a_tall_frame_that_a_short_photo_cannot_fill_keeps_the_crown():
    short = cropped(sitting(60, below=1.6, shoulders=3.6), top=round(0.9 * 60))
    made = framed(short, STANDARD, (480, 1200))
    assert made.eyes[1] > short.shape.top * made.unit
