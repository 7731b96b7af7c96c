"""Wherever people stand, whoever they are: everybody is in the frame, nobody floats, hints hold."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from tuanyuan.engines.local.looks import CROPS
from tuanyuan.imaging.layout import Framing, Place, Rows, arrange
from tuanyuan.imaging.sitter import Shape

SIZES = [(1920, 1440), (1440, 1920), (1080, 1080), (960, 720), (4096, 1400), (1400, 4096), (480, 480)]
FRAMINGS = [Framing(c.closeness, c.headroom, c.size) for c in CROPS.values()]
FACE = 1.1  # half a face's width in eye distances


@st.composite
def shapes(draw):
    head = st.floats(1.2, 2.6)
    left, right = draw(head), draw(head)
    reach = st.floats(0.2, 1.5)
    cut = st.none() | st.floats(1.5, 3.0)
    return Shape(
        top=draw(st.floats(1.6, 2.6)),
        bottom=draw(st.floats(2.2, 8.0)),
        left=left + draw(reach),
        right=right + draw(reach),
        head_left=left,
        head_right=right,
        cut_left=draw(cut),
        cut_right=draw(cut),
        cut_bottom=True,
        yaw=draw(st.floats(-60, 60)),
        lean=draw(st.floats(-10, 10)),
    )


@st.composite
def groups(draw, least=1, hinted=False):
    """(shapes, places, rows, size, framing) of a group of up to five."""
    people = draw(st.lists(shapes(), min_size=least, max_size=5))
    scale = st.floats(0.5, 1.2) if hinted else st.just(1.0)
    places = [Place(draw(scale)) for _ in people]
    order = draw(st.permutations(range(len(people))))
    behind = draw(st.integers(0, len(people) // 2)) if len(people) > 2 else 0
    rows = Rows(tuple(order[behind:]), tuple(order[:behind]))
    return people, places, rows, draw(st.sampled_from(SIZES)), draw(st.sampled_from(FRAMINGS))


def hem(seat, shape):
    """Where the body ends, in pixels from the top."""
    return seat.y + (shape.bottom + seat.below) * seat.eye_distance


@given(groups(hinted=True))
@settings(max_examples=200)
def test_everybody_is_in_the_frame_once(group):
    people, places, rows, (width, height), framing = group
    seats = arrange(people, places, (width, height), rows, framing)
    assert sorted(s.sitter for s in seats) == list(range(len(people)))
    for seat in seats:
        assert seat.y - people[seat.sitter].top * seat.eye_distance > 0
        assert seat.y + 1.75 * seat.eye_distance < height
        assert FACE * seat.eye_distance < seat.x < width - FACE * seat.eye_distance


@given(groups(hinted=True))
@settings(max_examples=200)
def test_no_bust_floats(group):
    people, places, rows, size, framing = group
    seats = arrange(people, places, size, rows, framing)
    for seat in seats:
        assert seat.below >= 0
        assert hem(seat, people[seat.sitter]) >= size[1] - 0.5


@given(groups(least=2))
def test_people_stand_in_the_order_given_and_no_face_hides_another_of_its_row(group):
    people, places, rows, size, framing = group
    seats = {s.sitter: s for s in arrange(people, places, size, rows, framing)}
    for row, name in ((rows.front, "front"), (rows.back, "back")):
        for left, right in pairwise(row):
            a, b = seats[left], seats[right]
            assert b.x - a.x > FACE * (a.eye_distance + b.eye_distance)
        assert {seats[i].row for i in row} <= {name}


@given(groups(least=3))
def test_those_behind_are_painted_first_and_stand_higher(group):
    people, places, rows, size, framing = group
    assume(rows.back)
    seats = arrange(people, places, size, rows, framing)
    assert [s.row for s in seats] == sorted((s.row for s in seats), key=["back", "front"].index)
    tallest_need = max(s.bottom for s in people) - min(s.bottom for s in people)
    if tallest_need < 0.2:
        back, front = ([s.y for s in seats if s.row == row] for row in ("back", "front"))
        assert sum(back) / len(back) < sum(front) / len(front)


@given(groups(hinted=True))
def test_a_hint_of_height_is_the_ratio_of_the_faces(group):
    people, places, rows, size, framing = group
    seats = arrange(people, places, size, rows, framing)
    for row in ("front", "back"):
        units = [s.eye_distance / places[s.sitter].scale for s in seats if s.row == row]
        assert max(units, default=1) == pytest.approx(min(units, default=1))
    grown_up = [s.eye_distance / places[s.sitter].scale for s in seats]
    assert max(grown_up) / min(grown_up) < 1.08


def test_a_child_is_smaller_and_lower_than_the_grown_ups_beside_it():
    plain = Shape(2.0, 6.0, 2.4, 2.4, 1.5, 1.5, None, None, True, 0.0)
    rows = Rows((0, 1, 2))
    child = {s.sitter: s for s in arrange([plain] * 3, [Place(), Place(0.7), Place()], (1920, 1440), rows, Framing())}
    assert child[1].eye_distance == pytest.approx(0.7 * child[0].eye_distance)
    assert child[1].y > child[0].y + child[0].eye_distance
    assert child[1].y > child[2].y + child[0].eye_distance


@given(groups(hinted=True), st.sampled_from([0.5, 2.0]))
def test_a_larger_picture_is_the_same_picture(group, factor):
    people, places, rows, (width, height), framing = group
    small = arrange(people, places, (width, height), rows, framing)
    large = arrange(people, places, (round(width * factor), round(height * factor)), rows, framing)
    assert [s.sitter for s in small] == [s.sitter for s in large]
    for a, b in zip(small, large, strict=True):
        assert (b.x, b.y, b.eye_distance) == pytest.approx([v * factor for v in (a.x, a.y, a.eye_distance)], rel=1e-6)
        assert b.below == pytest.approx(a.below, abs=1e-6)


@given(groups(hinted=True))
def test_the_same_group_stands_the_same(group):
    assert arrange(*reordered(group)) == arrange(*reordered(group))


def reordered(group):
    people, places, rows, size, framing = group
    return people, places, size, rows, framing


@given(groups())
def test_a_wide_crop_is_never_larger(group):
    people, places, rows, size, _ = group
    wide, standard = (
        max(s.eye_distance for s in arrange(people, places, size, rows, Framing(size=share))) for share in (0.8, 1.0)
    )
    assert wide <= standard * 1.001


@given(shapes())
def test_one_person_alone_stands_in_the_middle(shape):
    even = replace(shape, left=2.5, right=2.5, head_left=1.6, head_right=1.6, cut_left=None, cut_right=None)
    (seat,) = arrange([even], [Place()], (1440, 1920), Rows((0,)), Framing())
    assert seat.x == pytest.approx(720, abs=1)
