"""What a job asks of the database does not grow with its pictures."""

from __future__ import annotations

from pathlib import Path

import pytest
from doubles.books import RecordingUnits
from doubles.studio import Desk


@pytest.fixture
def desk(units: RecordingUnits, tmp_path: Path) -> Desk:
    return Desk(units, tmp_path)


def test_four_pictures_take_as_many_units_as_one(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    orders = [desk.order(desk.photo(), tier="free"), desk.order(desk.photo(data=b"another"))]
    opened: list[str] = []
    for name in ("begin", "read"):
        real = getattr(desk.units, name)
        monkeypatch.setattr(desk.units, name, lambda name=name, real=real: opened.append(name) or real())
    made, counts = [], []
    for order in orders:
        opened.clear()
        made.append(len(desk.done(order).candidates))
        counts.append((opened.count("begin"), opened.count("read")))
    assert made == [1, 4]
    assert counts[0] == counts[1]
