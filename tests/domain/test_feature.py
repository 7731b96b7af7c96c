"""What each feature takes, and which photo will do for it."""

from __future__ import annotations

import pytest

from tuanyuan.domain.feature import FEATURES, roles, sent, usable
from tuanyuan.domain.messages import problem
from tuanyuan.domain.photo import PhotoReport


def report(*codes: str, ok: bool = False, width: int = 1000) -> PhotoReport:
    facts = {"width": 10, "height": 10, "confidence": "0.1", "short_side": 1, "count": 2, "file": "a", "limit": 1}
    return PhotoReport("a.jpg", ok, width, width, (), tuple(problem(code, **facts) for code in codes))


@pytest.mark.parametrize(
    ("feature", "count", "shown"),
    [
        ("reunion", 3, ("person", "person", "person")),
        ("tryon", 2, ("person", "garment")),
        ("fashion", 2, ("garment", "person")),
        ("product", 1, ("product",)),
        ("avatar", 2, ("person", "person")),
        ("restore", 1, ("picture",)),
    ],
)
def test_what_each_photo_shows(feature: str, count: int, shown: tuple[str, ...]) -> None:
    assert roles(feature, count) == shown


def test_of_many_photos_of_one_person_an_engine_sees_three() -> None:
    assert [sent("avatar", count) for count in (1, 3, 20)] == [1, 3, 3]
    assert sent("reunion", 5) == 5


def test_a_face_counts_only_where_people_are_shown() -> None:
    faceless = report("no_face")
    assert [usable(faceless, role) for role in ("person", "garment", "product", "picture")] == [False, True, True, True]
    blurred = report("face_blurred", "photo_small")
    assert usable(blurred, "picture")
    assert not usable(blurred, "person")
    assert usable(report(ok=True), "person")


def test_a_photo_that_cannot_be_read_will_not_do_for_anything() -> None:
    unread = report("file_not_a_photo", width=0)
    assert not any(usable(unread, role) for role in ("person", "garment", "product", "picture"))
    assert not usable(report("file_not_a_photo"), "product")


def test_people_must_stay_themselves_but_in_a_style() -> None:
    assert {name for name, taking in FEATURES.items() if not taking.likeness} == {"fashion", "avatar", "product"}
