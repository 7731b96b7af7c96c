"""However a group stands and whatever the frame: faces are in it, nobody ends inside it, cut sides meet its edge."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from doubles.sitters import bust, cropped
from hypothesis import given, settings
from hypothesis import strategies as st

from tuanyuan.engines.local.makeover import WISHES
from tuanyuan.imaging.makeover.framing import MOST_BELOW, Outline, ends, outline, place
from tuanyuan.imaging.matting import Cutout
from tuanyuan.imaging.sitter import Shape

SIZES = [(1920, 1440), (1440, 1080), (1920, 1080), (1080, 1440), (1080, 1920), (1080, 1080)]
BELOW_THE_FRAME = 1.3


@st.composite
def groups(draw):
    """Groups up to six metres wide, cut by the photo's lower edge and perhaps its sides."""
    faces = draw(st.floats(1.1, 9.0)), 1.2, draw(st.floats(1.1, 9.0)), 1.8
    reach = st.floats(0.3, 3.0)
    cut = st.none() | st.floats(0.5, 4.0)
    left, right = faces[0] + draw(reach), faces[2] + draw(reach)
    shape = Shape(
        top=draw(st.floats(1.7, 3.0)),
        bottom=draw(st.floats(2.4, 14.0)),
        left=left,
        right=right,
        head_left=faces[0],
        head_right=faces[2],
        cut_left=draw(cut),
        cut_right=draw(cut),
        cut_bottom=True,
        yaw=0.0,
    )
    return Outline(shape, faces, (draw(st.booleans()), draw(st.booleans())))


@given(groups(), st.sampled_from(SIZES), st.sampled_from(sorted(WISHES)))
@settings(max_examples=60, deadline=None)
def test_all_faces_are_in_the_frame_and_nobody_floats(group, size, wish):
    placing = place(group, size, WISHES[wish], BELOW_THE_FRAME)
    unit = placing.eye_distance
    left, top, right, bottom = group.faces
    assert placing.x - left * unit >= 0
    assert placing.x + right * unit <= size[0]
    assert placing.y - top * unit >= 0
    assert placing.y + bottom * unit <= size[1]
    assert placing.y + (group.shape.bottom + placing.below) * unit >= size[1] - 1
    assert 0 <= placing.below <= MOST_BELOW + 0.1
    assert isinstance(placing.cost, float)


@pytest.mark.parametrize("size", SIZES)
def test_an_arm_that_the_photo_cuts_leaves_the_frame_where_it_is_cut(size):
    held_out = replace(outline(bust(40, below=6.0)).shape, right=3.2, cut_right=1.0)
    group = Outline(held_out, (1.1, 1.1, 1.1, 1.8), (False, False))
    placing = place(group, size, WISHES["standard"], BELOW_THE_FRAME)
    cut_seen = placing.y + 1.0 * placing.eye_distance < size[1]
    assert cut_seen
    assert placing.x + 3.2 * placing.eye_distance >= size[0]


def test_a_group_cut_on_both_sides_fills_the_frame():
    shape = replace(outline(bust(40)).shape, left=6.0, right=6.0, cut_left=2.0, cut_right=2.0, bottom=5.0)
    placing = place(Outline(shape, (4.0, 1.1, 4.0, 1.8), (True, True)), (1440, 1080), WISHES["standard"], 1.3)
    assert placing.x - 6.0 * placing.eye_distance <= 0
    assert placing.x + 6.0 * placing.eye_distance >= 1440
    assert placing.rounded == (False, False)


def test_close_is_nearer_than_standard_and_wide_is_further():
    group = outline(bust(40, below=9.0))
    close, standard, wide = (place(group, (1440, 1080), WISHES[w], 1.3) for w in ("close", "standard", "wide"))
    assert close.eye_distance > 1.15 * standard.eye_distance
    assert wide.eye_distance < 0.9 * standard.eye_distance


def test_whole_people_stand_on_the_floor_that_is_seen():
    shape = replace(outline(bust(40)).shape, bottom=24.0, cut_bottom=False, left=4.0, right=4.0)
    placing = place(Outline(shape, (1.1, 1.1, 1.1, 1.8), (False, False)), (1080, 1440), WISHES["wide"], 0.9)
    feet = placing.y + 24.0 * placing.eye_distance
    assert feet == pytest.approx(0.9 * 1440, abs=2) or feet >= 1440


def test_a_side_that_only_an_elbow_touches_counts_as_cut_but_is_no_shoulder():
    one = bust(40, room=0.6)
    alpha = one.cutout.alpha.copy()
    elbow = round(one.eyes[1] + 1.8 * 40)
    alpha[elbow : elbow + 30, : round(one.eyes[0])] = 1
    group = outline(replace(one, cutout=Cutout(one.cutout.colour, alpha)))
    assert group.shape.cut_left == pytest.approx(1.8, abs=0.1)
    assert group.shape.cut_right is None
    assert group.shoulder == (False, False)


def test_a_shoulder_that_the_photo_cuts_is_one():
    group = outline(cropped(bust(40, room=0.3), right=62))
    assert group.shoulder == (False, True)


def test_a_body_that_ends_in_mid_air_is_found():
    one = bust(40, below=6.0)
    assert ends(one) is None
    alpha = one.cutout.alpha.copy()
    alpha[round(one.eyes[1] + 3.5 * 40) :] = 0
    assert ends(replace(one, cutout=Cutout(one.cutout.colour, alpha))) == pytest.approx(3.5, abs=0.1)
    assert np.array_equal(one.cutout.alpha[-1] > 0.5, bust(40, below=6.0).cutout.alpha[-1] > 0.5)


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("wish", sorted(WISHES))
def test_a_cut_crown_meets_the_frames_upper_edge(size, wish):
    cut = outline(cropped(bust(40, below=4.0), top=round(0.9 * 40)))
    kept = cut.shape.top - cut.shape.dome
    assert cut.shape.dome > 0.1
    placing = place(cut, size, WISHES[wish], BELOW_THE_FRAME)
    # The photo's upper border is at the frame's or a little above: no invented hair is seen, and none is lost.
    assert -0.1 * placing.eye_distance <= placing.y - kept * placing.eye_distance <= 0
    assert placing.y - cut.faces[1] * placing.eye_distance >= 0
    assert placing.y + (cut.shape.bottom + placing.below) * placing.eye_distance >= size[1] - 1
    whole = outline(bust(40, below=4.0))
    placing = place(whole, size, WISHES[wish], BELOW_THE_FRAME)
    assert placing.y - whole.shape.top * placing.eye_distance > 0.02 * size[1]
