"""What an order costs at a model: one rule, for choosing an engine and for what is reserved."""

from __future__ import annotations

import pytest

from tuanyuan.domain.capabilities import Model


@pytest.mark.parametrize(
    ("changes", "count", "seconds", "fen"),
    [
        ({}, 4, 10, 80),
        ({"variants": 1}, 4, 10, 20),
        ({"variants": 6}, 4, 10, 80),
        ({"media": "clip"}, 1, 10, 200),
        ({"media": "clip", "variants": 1}, 4, 5, 100),
        ({"price_fen": 0}, 4, 10, 0),
    ],
)
def test_each_picture_and_each_second_of_a_clip_is_paid(changes: dict[str, object], count: int, seconds: int, fen: int):
    model = Model("m", frozenset({"motion"}), **{"price_fen": 20, **changes})  # type: ignore[arg-type]  # of any field
    assert model.cost_fen(count, seconds=seconds, area=1_000_000, references=3) == fen


@pytest.mark.parametrize(("area", "fen"), [(4_194_304, 388), (4_194_305, 692), (9_000_000, 1000)])
def test_a_larger_picture_costs_what_is_told_from_its_size_on(area: int, fen: int) -> None:
    model = Model("m", frozenset({"reunion"}), price_fen=97, larger=((4_194_305, 173), (9_000_000, 250)))
    assert model.cost_fen(4, seconds=5, area=area, references=3) == fen


@pytest.mark.parametrize(("outputs", "fen"), [(1, 80 + 8), (4, 80 + 2), (3, 80 + 4)])
def test_every_call_pays_for_looking_at_the_pictures_in(outputs: int, fen: int) -> None:
    model = Model("m", frozenset({"reunion"}), price_fen=20, reference_fen=0.5, outputs=outputs)
    assert model.cost_fen(4, seconds=5, area=1, references=4) == fen
