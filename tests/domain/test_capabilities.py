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
    assert model.cost_fen(count, seconds) == fen
