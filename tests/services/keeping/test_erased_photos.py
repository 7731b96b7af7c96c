"""With the bytes of a photo goes what was found in them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from doubles.books import RecordingUnits
from doubles.studio import Desk
from sqlalchemy import text


@pytest.mark.parametrize("end", ["deleted", "expired", "used"])
def test_of_a_swept_photo_no_name_no_face_and_no_digest_is_left(
    units: RecordingUnits, tmp_path: Path, end: str
) -> None:
    desk = Desk(units, tmp_path)
    photo = desk.photo(name="奶奶.jpg")
    if end == "deleted":
        with units.begin() as unit:
            unit.photos.delete(desk.user.id, [photo.id], desk.clock())
    elif end == "expired":
        desk.later(hours=48)
    else:
        assert desk.done(desk.order(photo)).status == "completed"
        desk.later(hours=24)
    assert desk.keeping.sweep(10) == 1
    query = text("SELECT p.name, p.digest, p.report, f.digest FROM photos p JOIN files f ON f.id = p.file")
    with units.database.reading.connect() as connection:
        name, digest, report, of_file = connection.execute(query).one()
    found = report if isinstance(report, dict) else json.loads(report)
    assert (name, digest, found["file"], found["faces"], of_file) == ("", "", "", [], "erased")
    with units.read() as unit:
        assert unit.photos.all(desk.user.id, 10) == []
        assert unit.photos.find(desk.user.id, photo.id) is None


def test_the_same_photo_sent_again_finds_what_was_made_of_it(units: RecordingUnits, tmp_path: Path) -> None:
    """The key of the result cache was taken when the digest was there."""
    desk = Desk(units, tmp_path)
    first = desk.done(desk.order(desk.photo(data=b"the same photo")))
    desk.later(hours=24)
    assert desk.keeping.sweep(10) == 1
    again = desk.submit(desk.order(desk.photo(data=b"the same photo")))
    assert (again.cached_from, again.cost) == (first.id, 0)
