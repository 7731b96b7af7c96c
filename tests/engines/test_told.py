"""What a provider tells is of the type it should be, or it is as if nothing were told."""

from __future__ import annotations

from typing import Any

import pytest

from tuanyuan.domain.engine import EngineRequest, Picture, Reference
from tuanyuan.engines.told import count, entries, entry, number, texts


@pytest.mark.parametrize(
    ("told", "counted", "measured"),
    [
        (0, 0, 0),
        (5, 5, 5),
        (2.5, None, 2.5),
        *((wrong, None, None) for wrong in (6, -1, True, None, "5", [5], {}, float("nan"), float("inf"), 10**400)),
    ],
    ids=lambda value: str(value)[:9],
)
def test_a_number_is_within_its_bounds_or_none(told: Any, counted: int | None, measured: float | None) -> None:
    assert (count(told, 5), number(told, 5)) == (counted, measured)


@pytest.mark.parametrize("told", [None, 1, "ab", True, {"a": 1}])
def test_what_is_no_list_is_an_empty_one(told: Any) -> None:
    assert (entries(told), texts(told)) == ([], [])


def test_a_list_is_cut_and_what_is_of_another_type_left_out() -> None:
    assert entries([{"a": 1}, 2, None, {}, {"b": 2}], 2) == [{"a": 1}, {}]
    assert texts(["a", "", 1, None, "b", "c"], 2) == ["a", "b"]
    assert (entry({"a": 1}), entry([1]), entry(None)) == ({"a": 1}, {}, {})


def test_nothing_of_a_photo_or_of_where_it_lies_is_in_what_is_shown_of_a_request() -> None:
    lent = Reference("person", b"SECRET", "image/jpeg", 1, 1, "https://SECRET")
    # Nobody reads the order.
    shown = [repr(lent), repr(EngineRequest("job", None, (("p", b"SECRET"),), references=(lent,)))]  # type: ignore[arg-type]
    assert "SECRET" not in "".join([*shown, repr(Picture(b"SECRET"))])
