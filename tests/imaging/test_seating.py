"""Orders of a group: the customer's word holds in every one, the best comes first, and they differ."""

from __future__ import annotations

from dataclasses import replace
from itertools import product

import pytest
from doubles.sitters import bust
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from tuanyuan.imaging.layout import Framing, Place, Rows, arrange
from tuanyuan.imaging.seating import hidden, options, outline

SIZE = (1920, 1440)
FRAMING = Framing()
PLAIN = bust(12)
# A group takes a while to seat: a failing one is shown as it is, not made simpler.
EXAMPLES = settings(max_examples=12, phases=[Phase.explicit, Phase.generate])


BUSTS = st.lists(
    st.tuples(st.floats(2.4, 5.0), st.floats(2.0, 3.0), st.floats(1.2, 2.2), st.floats(-45, 45)),
    min_size=1,
    max_size=5,
)


def seated(busts):
    """Sitters of these measures: how far the body is seen, the shoulders', the hair's reach, the yaw."""
    return [bust(12, below=b, shoulders=s, hair=h, yaw=y) for b, s, h, y in busts]


def every_one(rows):
    return sorted(rows.front + rows.back)


@pytest.mark.parametrize("hints", [*product([None, "front", "back"], repeat=3)], ids=str)
def test_a_hinted_row_holds_in_every_order(hints):
    places = [Place(row=row) for row in hints]
    found = options([PLAIN] * 3, places, SIZE, FRAMING)
    assert found
    wanted_behind = {i for i, row in enumerate(hints) if row == "back"}
    if len(wanted_behind) == 3:  # somebody has to stand in front of them
        wanted_behind = set()
    for option in found:
        assert every_one(option.rows) == [0, 1, 2]
        assert wanted_behind <= set(option.rows.back)
        assert not {i for i, row in enumerate(hints) if row == "front"} & set(option.rows.back)


@pytest.mark.parametrize("people", [3, 4, 5])
def test_a_child_never_stands_behind_unless_told_to(people):
    places = [Place() for _ in range(people)]
    places[1] = Place(scale=0.7)
    assert all(1 not in o.rows.back for o in options([PLAIN] * people, places, SIZE, FRAMING))
    places[1] = Place(scale=0.7, row="back")
    assert all(1 in o.rows.back for o in options([PLAIN] * people, places, SIZE, FRAMING))


@EXAMPLES
@given(BUSTS)
def test_everybody_is_in_every_order_and_no_order_is_there_twice(busts):
    group = seated(busts)
    found = options(group, [Place()] * len(group), SIZE, FRAMING)
    assert all(every_one(o.rows) == list(range(len(group))) for o in found)
    assert len({o.rows for o in found}) == len(found)


@pytest.mark.parametrize("people", [4, 5])
def test_the_first_four_differ_in_who_stands_behind_or_in_where_most_people_stand(people):
    group = [bust(12, below=3 + 0.2 * i, hair=1.3 + 0.1 * i) for i in range(people)]
    first = [o.rows for o in options(group, [Place()] * people, SIZE, FRAMING)[:4]]
    for i, a in enumerate(first):
        for b in first[i + 1 :]:
            moved = sum(p != q for p, q in zip(a.front + a.back, b.front + b.back, strict=True))
            assert set(a.back) != set(b.back) or moved >= 3


@EXAMPLES
@given(BUSTS)
def test_the_best_order_comes_first_and_hides_no_face_that_another_would_show(busts):
    group = seated(busts)
    places, outlines = [Place()] * len(group), [outline(s) for s in group]
    found = options(group, places, SIZE, FRAMING)
    worst = [
        max(hidden(arrange([s.shape for s in group], places, SIZE, option.rows, FRAMING), outlines)) for option in found
    ]
    assert found[0].cost == min(o.cost for o in found)
    assert worst[0] < max(0.15, min(worst) + 0.05)


@EXAMPLES
@given(BUSTS)
def test_the_same_group_gets_the_same_orders(busts):
    group = seated(busts)
    places = [Place()] * len(group)
    assert options(group, places, SIZE, FRAMING) == options(group, places, SIZE, FRAMING)


def test_those_who_look_aside_look_inwards():
    right, left = bust(12, yaw=35), bust(12, yaw=-35)
    best = options([left, right], [Place()] * 2, SIZE, FRAMING)[0]
    assert best.rows == Rows((1, 0))
    best = options([left, PLAIN, right], [Place(row="front")] * 3, SIZE, FRAMING)[0]
    assert best.rows.front[0] != 0
    assert best.rows.front[-1] != 2


@pytest.mark.parametrize(("people", "orders"), [(1, 1), (2, 2)])
def test_few_people_have_few_orders(people, orders):
    assert len(options([PLAIN] * people, [Place()] * people, SIZE, FRAMING)) == orders


def test_a_hidden_face_is_measured():
    shape = PLAIN.shape
    behind, before = arrange([shape] * 2, [Place()] * 2, SIZE, Rows((0,), (1,)), FRAMING)
    outlines = [outline(PLAIN)] * 2
    assert hidden([behind, before], outlines)[1] == 0
    aside = replace(before, x=behind.x + 20 * behind.eye_distance)
    assert hidden([behind, aside], outlines) == [0, 0]
    on_top = replace(before, x=behind.x, y=behind.y, eye_distance=behind.eye_distance)
    assert hidden([behind, on_top], outlines) == [1, 0]
    half = replace(on_top, x=behind.x + 1.5 * behind.eye_distance)  # its hair ends in the middle of the face
    assert hidden([behind, half], outlines)[0] == pytest.approx(0.5, abs=0.15)
