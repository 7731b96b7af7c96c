"""When a picture is good enough, and which is better."""

from __future__ import annotations

from dataclasses import replace
from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tuanyuan.domain.judgement import (
    MOST_COVERED,
    MOST_LEFTOVER,
    MOST_RESIDUAL,
    MOST_SQUASH,
    REJECT,
    SURE,
    Judgement,
    Measured,
    as_dict,
    enough_passed,
    final_score,
    may_be_shown,
    ranked,
)
from tuanyuan.domain.messages import MESSAGES

GOOD = Measured(0, (10, 20, 100, 120), 0.15, squash=0.01, residual=0.01, nearest_other=0.8)
MISSING = Measured(1, None, None)
STRANGER_FACE = replace(GOOD, face_distance=REJECT + 0.1)
SHARES = st.floats(0, 1)
MEASURED = st.builds(
    Measured,
    person=st.integers(0, 4),
    box=st.none() | st.just((0, 0, 9, 9)),
    face_distance=st.none() | st.floats(0, 1.5),
    squash=SHARES,
    residual=SHARES,
    covered=SHARES,
    leftover=SHARES,
    nearest_other=st.none() | st.floats(0, 1.5),
)
JUDGEMENTS = st.builds(
    Judgement,
    people=st.lists(MEASURED, max_size=5).map(tuple),
    strangers=st.integers(0, 2),
    doubled=st.lists(st.integers(0, 4), max_size=2).map(tuple),
)


def just_over(limit):
    return limit + 1e-6


@pytest.mark.parametrize(
    ("change", "warnings"),
    [
        ({}, ()),
        ({"face_distance": SURE}, ()),
        ({"face_distance": just_over(SURE)}, ("person_hardly_recognised",)),
        ({"face_distance": REJECT}, ("person_hardly_recognised",)),
        ({"face_distance": just_over(REJECT)}, ("person_not_recognised",)),
        ({"face_distance": None, "nearest_other": None}, ("person_not_recognised",)),
        ({"nearest_other": 0.15}, ()),
        ({"nearest_other": 0.149}, ("person_swapped",)),
        ({"squash": MOST_SQUASH}, ()),
        ({"squash": just_over(MOST_SQUASH)}, ("face_distorted",)),
        ({"residual": MOST_RESIDUAL}, ()),
        ({"residual": just_over(MOST_RESIDUAL)}, ("face_distorted",)),
        ({"covered": MOST_COVERED}, ()),
        ({"covered": just_over(MOST_COVERED)}, ("face_covered",)),
        ({"leftover": MOST_LEFTOVER}, ()),
        ({"leftover": just_over(MOST_LEFTOVER)}, ("old_background_left",)),
        ({"box": None, "face_distance": None}, ("person_missing",)),
    ],
)
def test_each_threshold(change, warnings):
    judgement = Judgement((replace(GOOD, **change),))
    assert judgement.people[0].warnings == warnings
    assert judgement.passed == (not warnings)


def test_the_thresholds_keep_what_the_studio_promises():
    assert SURE == 0.35  # the worst face distance in a picture that is shown as good
    assert MOST_SQUASH < 0.09  # a squash by a tenth measures 0.09 and more


@pytest.mark.parametrize(
    ("judgement", "shown"),
    [
        (Judgement((GOOD,)), True),
        (Judgement((GOOD, MISSING)), False),
        (Judgement((STRANGER_FACE,)), False),
        (Judgement((replace(GOOD, nearest_other=0.1),)), False),
        (Judgement((GOOD,), strangers=1), False),
        (Judgement((GOOD,), doubled=(0,)), False),
        (Judgement((replace(GOOD, face_distance=0.4),)), True),
        (Judgement((replace(GOOD, leftover=0.5),)), True),
        (Judgement((replace(GOOD, squash=0.2),)), True),
    ],
)
def test_the_floor(judgement, shown):
    assert may_be_shown(judgement) is shown


def test_what_is_wrong_with_the_whole_picture():
    assert Judgement((GOOD,)).warnings == ()
    assert Judgement((GOOD,), strangers=2).warnings == ("stranger_in_picture",)
    assert Judgement((GOOD,), doubled=(0,)).warnings == ("person_doubled",)
    assert Judgement((GOOD,), 1, (0,)).warnings == ("person_doubled", "stranger_in_picture")


@given(JUDGEMENTS)
def test_a_score_is_a_share_and_only_a_shown_picture_can_pass(judgement):
    assert 0 <= judgement.score <= 1
    assert not judgement.passed or may_be_shown(judgement)
    for person in judgement.people:
        assert set(person.warnings) <= set(MESSAGES)
    assert set(judgement.warnings) <= set(MESSAGES)


@given(st.floats(0, 0.35), st.floats(0, 0.35))
def test_a_nearer_face_never_scores_less(a, b):
    near, far = (Judgement((replace(GOOD, face_distance=d),)).score for d in sorted((a, b)))
    assert near >= far


def test_the_worst_face_weighs_more_than_the_others():
    worse = replace(GOOD, face_distance=0.3)
    even = replace(GOOD, face_distance=0.225)
    assert Judgement((GOOD, worse)).score < Judgement((even, even)).score


def test_a_perfect_picture_scores_one_and_an_empty_one_nothing():
    assert Judgement((Measured(0, (0, 0, 9, 9), 0.0),)).score == 1
    assert Judgement(()).score == 0
    assert Judgement((MISSING,)).score == 0


@pytest.mark.parametrize("change", [{"leftover": 0.07}, {"covered": 0.16}, {"face_distance": 0.36}, {"squash": 0.09}])
def test_a_failed_check_costs_more_than_what_was_measured(change):
    assert Judgement((replace(GOOD, **change),)).score < 0.75 * Judgement((GOOD,)).score


def test_the_final_score_is_between_both_and_likeness_counts_most():
    judgement = Judgement((GOOD,))
    assert judgement.score > final_score(judgement, 0.0) > judgement.score / 2
    assert final_score(judgement, judgement.score) == pytest.approx(judgement.score, abs=1e-4)
    assert final_score(judgement, 1.0) > judgement.score
    assert 0 <= final_score(judgement, 0.0) <= final_score(judgement, 1.0) <= 1


def test_the_best_is_first_and_what_failed_is_last():
    best, good = Judgement((replace(GOOD, face_distance=0.05),)), Judgement((GOOD,))
    failed = Judgement((replace(GOOD, leftover=0.2),))
    scores = {id(best): 0.9, id(good): 0.8, id(failed): 0.95}
    for order in permutations([best, good, failed]):
        places = ranked([j.passed for j in order], [scores[id(j)] for j in order])
        assert [order[i] for i in places] == [best, good, failed]


def test_equals_keep_their_order():
    judgement = Judgement((GOOD,))
    assert ranked([judgement.passed] * 4, [0.5] * 4) == [0, 1, 2, 3]


@pytest.mark.parametrize(
    ("passed", "of", "enough"),
    [
        (2, 4, True),
        (1, 4, False),
        (2, 3, True),
        (1, 3, False),
        (1, 2, True),
        (0, 2, False),
        (1, 1, True),
        (0, 1, False),
    ],
)
def test_half_of_the_candidates_must_pass(passed, of, enough):
    made = [Judgement((GOOD,))] * passed + [Judgement((MISSING,))] * (of - passed)
    assert enough_passed([judgement.passed for judgement in made]) is enough


def test_nothing_made_is_not_enough():
    assert not enough_passed([])


def test_a_person_in_the_result_file():
    person = Measured(2, (1, 2, 3, 4), 0.123456, leftover=0.5)
    assert as_dict(person, "a.jpg", ["photo_enlarged"]) == {
        "photo": "a.jpg",
        "person": 2,
        "box": [1, 2, 3, 4],
        "face_distance": 0.1235,
        "warnings": ["old_background_left", "photo_enlarged"],
    }
    missing = as_dict(MISSING, "b.jpg")
    assert (missing["box"], missing["face_distance"], missing["warnings"]) == (None, None, ["person_missing"])
