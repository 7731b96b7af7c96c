"""What a photo must be: every threshold on both sides, and everything that is wrong at once."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tuanyuan.domain.messages import MESSAGES
from tuanyuan.domain.photo import WARNINGS, FaceReport, PhotoReport, examine

GOOD = FaceReport(box=(100.0, 100.0, 200.0, 240.0), confidence=0.95, sharpness=300.0, yaw=0.0, pitch=0.0, roll=0.0)


def codes(*faces, width=1000, height=1000):
    return [p.code for p in examine("a.jpg", width, height, faces).problems]


def test_a_good_photo_has_no_problem():
    report = examine("a.jpg", 1000, 1200, [GOOD])
    assert report == PhotoReport("a.jpg", True, 1000, 1200, (GOOD,), ())


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"box": (0, 0, 80.0, 80.0)}, None),
        ({"box": (0, 0, 79.0, 200.0)}, "face_too_small"),
        ({"box": (0, 0, 200.0, 79.0)}, "face_too_small"),
        ({"confidence": 0.70}, None),
        ({"confidence": 0.699}, "face_unsure"),
        ({"sharpness": 39.9}, "face_blurred"),
        ({"sharpness": 40.0}, "face_soft"),
        ({"sharpness": 99.9}, "face_soft"),
        ({"sharpness": 100.0}, None),
        ({"yaw": 62.0}, None),
        ({"yaw": 62.1}, "face_turned_away"),
        ({"yaw": -62.1}, "face_turned_away"),
        ({"pitch": 42.0}, None),
        ({"pitch": 42.1}, "face_turned_away"),
        ({"pitch": -42.1}, "face_turned_away"),
        ({"roll": 50.0}, None),
        ({"roll": 50.1}, "photo_sideways"),
        ({"roll": -90.0}, "photo_sideways"),
        ({"roll": 180.0}, "photo_sideways"),
    ],
)
def test_each_threshold(change, code):
    report = examine("a.jpg", 1000, 1000, [replace(GOOD, **change)])
    assert [p.code for p in report.problems] == ([code] if code else [])
    assert report.ok == (code in (None, "face_soft"))


def test_no_face_is_no_portrait():
    report = examine("wall.jpg", 1000, 1000, [])
    assert not report.ok
    assert [p.code for p in report.problems] == ["no_face"]


@pytest.mark.parametrize(("width", "height", "small"), [(720, 720, False), (719, 4000, True), (4000, 719, True)])
def test_a_small_photo_is_a_warning(width, height, small):
    report = examine("a.jpg", width, height, [GOOD])
    assert report.ok
    assert [p.code for p in report.problems] == (["photo_small"] if small else [])


def test_several_people_are_a_warning_with_their_number():
    report = examine("a.jpg", 1000, 1000, [GOOD] * 3)
    assert report.ok
    (problem,) = report.problems
    assert problem.code == "more_faces_than_chosen"
    assert "3" in problem.message_zh
    assert "3" in problem.message_en


def test_everything_wrong_is_told_at_once_and_only_once():
    bad = replace(GOOD, box=(0, 0, 40.0, 50.0), confidence=0.5, sharpness=5.0, yaw=80.0)
    expected = ["face_too_small", "face_unsure", "face_blurred", "face_turned_away"]
    assert codes(bad) == expected
    assert codes(bad, bad, GOOD, width=500) == [*expected, "photo_small", "more_faces_than_chosen"]
    assert not examine("a.jpg", 1000, 1000, [GOOD, bad]).ok


def test_the_message_tells_the_size_that_was_found():
    (problem,) = examine("a.jpg", 1000, 1000, [replace(GOOD, box=(0, 0, 61.4, 70.2))]).problems
    assert "61×70" in problem.message_zh
    assert "61×70" in problem.message_en


def test_a_warning_is_a_message():
    assert set(MESSAGES) >= WARNINGS


def test_the_shape_of_a_report():
    face = FaceReport((10.4, 20.6, 100.0, 120.0), 0.98765, 123.456, -1.23, 4.56, 0.04)
    report = examine("a.jpg", 700, 900, [face]).as_dict()
    assert {**report, "problems": None} == {
        "file": "a.jpg",
        "ok": True,
        "width": 700,
        "height": 900,
        "faces": [
            {
                "box": [10, 21, 100, 120],
                "confidence": 0.988,
                "sharpness": 123.5,
                "yaw": -1.2,
                "pitch": 4.6,
                "roll": 0.0,
            }
        ],
        "problems": None,
    }
    (problem,) = report["problems"]
    assert list(problem) == ["code", "message_zh", "message_en", "advice_zh", "advice_en"]
