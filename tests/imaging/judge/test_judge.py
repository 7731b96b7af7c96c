"""Who is who, when nobody says where people should be; and what is measured of each."""

from __future__ import annotations

import numpy as np
import pytest
from doubles import defects

from tuanyuan.imaging.judge import Judge

# As for a picture that somebody else made: only the photos are known.
ALONE = {"expected": None, "backdrop": None, "owner": None}


def test_people_are_found_in_whatever_order_they_are_given(portrayed):
    told = portrayed.judged(portrayed.picture)
    found = portrayed.judged(portrayed.picture, **ALONE)
    assert np.abs(np.subtract([p.box for p in found.people], [p.box for p in told.people])).max() <= 3
    assert found.passed
    backwards = portrayed.judged(portrayed.picture, **ALONE, people=portrayed.likenesses[::-1])
    assert [p.box for p in backwards.people] == [p.box for p in found.people][::-1]
    assert [p.person for p in backwards.people] == [0, 1, 2]


def test_somebody_who_is_not_in_it_is_missing_and_the_others_keep_their_faces(portrayed):
    gone = defects.without(portrayed.picture, portrayed.rendering.backdrop, portrayed.mask(1))
    judgement = portrayed.judged(gone, **ALONE)
    assert [p.warnings for p in judgement.people] == [(), ("person_missing",), ()]


def test_more_faces_than_people_are_strangers(portrayed):
    judgement = portrayed.judged(portrayed.picture, **ALONE, people=portrayed.likenesses[:2])
    assert judgement.strangers == 1
    assert [p.warnings for p in judgement.people] == [(), ()]


def test_a_picture_without_people_lacks_everybody(portrayed):
    empty = portrayed.rendering.backdrop
    judgement = portrayed.judged(empty)
    assert [p.warnings for p in judgement.people] == [("person_missing",)] * 3
    assert judgement.score == 0
    assert judgement.warnings == ()


def test_a_photo_shows_its_own_person_undistorted(judge: Judge, portrait):
    own = portrait("man_glasses")
    likeness = judge.likeness(own.rgb, own.face)
    (person,) = judge.judge(own.rgb, [likeness]).people
    assert person.face_distance == pytest.approx(0, abs=0.02)
    assert person.squash == pytest.approx(0, abs=0.005)
    assert (person.covered, person.leftover, person.nearest_other) == (0, 0, None)
    low, high = own.face.mesh[:, :2].min(0), own.face.mesh[:, :2].max(0)
    assert person.box == pytest.approx((*low, *(high - low)), abs=3)


def test_the_verdict_is_the_same_each_time_and_the_picture_stays_as_it_is(portrayed):
    picture = portrayed.picture.copy()
    first, second = portrayed.judged(picture), portrayed.judged(picture)
    assert first == second
    assert np.array_equal(picture, portrayed.picture)
