"""What tells of people goes with the picture it tells of, and all of it with the account."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from doubles.books import RecordingUnits, a_consent, new_id
from doubles.people import DEVICE, Door
from doubles.studio import Cloud, Desk

from tuanyuan.domain.engine import EngineRequest, EngineResult, Picture
from tuanyuan.domain.job import Job
from tuanyuan.domain.kept import RESULT_LIFE
from tuanyuan.domain.photo import FaceReport, PhotoReport
from tuanyuan.services.profile import Profile
from tuanyuan.store.tables import metadata

BOX, DISTANCE, ADDRESS = 1234.5678, 0.43219876, "203.0.113.77"
NAME, PHOTO, TITLE, TAG, WISH = "王小明", "奶奶生日.jpg", "我们的全家福", "春节团聚", "给奶奶的话"
TELLING = (NAME, PHOTO, TITLE, TAG, WISH, str(BOX), str(DISTANCE), ADDRESS)
PEOPLE = {"photo": "p" * 32, "person": 1, "face": [BOX, 1.0, 2.0, 3.0], "face_distance": DISTANCE}


@pytest.fixture
def desk(units: RecordingUnits, tmp_path: Path) -> Desk:
    return Desk(units, tmp_path)


def dump(units: RecordingUnits) -> str:
    """Every column of every row of every table, as readable text."""
    said: list[Any] = []
    with units.database.reading.connect() as connection:
        for table in metadata.sorted_tables:
            said += [list(row) for row in connection.execute(sa.select(table))]
    return json.dumps(said, ensure_ascii=False, default=_readable)


def _readable(value: Any) -> str:
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value)


def recognised(engine: Cloud, request: EngineRequest) -> EngineResult:
    del engine
    facts = {"score": 0.9, "people": [PEOPLE], "produce_id": "p1"}
    return EngineResult(
        tuple(Picture(b"\xff\xd8 %d" % n, 9, 9, labelled=True, facts=facts) for n in range(request.candidates))
    )


def made(desk: Desk, **changes: Any) -> Job:
    desk.engine.script.append(recognised)
    report = PhotoReport(PHOTO, True, 9, 9, (FaceReport((BOX, 1.0, 2.0, 3.0), 0.5, 9.0, 0.0, 0.0, 0.0),), ())
    job = desk.done(desk.order(desk.photo(name=PHOTO, report=report), **changes))
    assert job.status == "completed"
    return job


def close(desk: Desk) -> None:
    with desk.units.begin() as unit:
        Profile(desk.clock, desk.jobs.cancel_all, lambda file: file).close(unit, desk.user)


def test_a_candidate_whose_picture_is_erased_loses_its_people_and_keeps_its_rank(desk: Desk) -> None:
    job = made(desk)
    with desk.units.begin() as unit:
        desk.jobs.pick(unit, desk.user.id, job.id, job.candidates[0].id)
        unit.files.expire([job.candidates[1].file], desk.clock())
    desk.keeping.sweep(10)
    left = desk.job(job.id).candidates
    assert [candidate.people for candidate in left[:2]] == [(PEOPLE,), ()]
    assert [(c.id, c.rank, c.score, c.produce_id) for c in left] == [
        (c.id, c.rank, c.score, c.produce_id) for c in job.candidates
    ]
    with desk.units.read() as unit:
        assert [attempt.result for attempt in unit.jobs.attempts(job.id)] == [None]


def test_the_same_picture_in_another_job_loses_them_too_and_nobody_elses(desk: Desk) -> None:
    photo_data = b"the same photo"
    desk.shelf.price = 1
    desk.engine.script.append(recognised)
    first = desk.done(desk.order(desk.photo(data=photo_data)))
    again = desk.submit(desk.order(desk.photo(data=photo_data)))
    assert again.cached_from == first.id
    other = made(desk)
    with desk.units.begin() as unit:
        unit.files.expire([candidate.file for candidate in first.candidates], desk.clock())
    desk.keeping.sweep(10)
    for job_id in (first.id, again.id):
        assert [c.people for c in desk.job(job_id).candidates] == [()] * len(first.candidates)
    assert desk.job(other.id).candidates == other.candidates


def test_a_work_that_expired_keeps_no_title(desk: Desk) -> None:
    job = made(desk)
    with desk.units.begin() as unit:
        work_id = desk.jobs.pick(unit, desk.user.id, job.id, job.candidates[0].id).work_id
        assert work_id
        desk.works.change(unit, desk.user.id, work_id, TITLE, [TAG])
    assert TITLE in dump(desk.units)
    desk.units.now += RESULT_LIFE
    while desk.keeping.sweep(10):
        pass
    left = dump(desk.units)
    assert not [word for word in (TITLE, TAG, PHOTO, str(BOX), str(DISTANCE)) if word in left]


def test_of_a_closed_account_no_column_tells_anything_of_people(desk: Desk) -> None:
    door = Door(desk.units)
    desk.user = door.guest().user
    with desk.units.begin() as unit:
        a_consent(unit, desk.user.id, address=ADDRESS)
        Profile(desk.clock, desk.jobs.cancel_all, str).change(unit, desk.user, NAME)
        unit.keys.claim(desk.user.id, "a-key-of-this", "f" * 64, desk.clock())
        unit.keys.answer(desk.user.id, "a-key-of-this", 200, f"{TITLE} {BOX} /api/v1/files".encode())
    photo = desk.photo(name=PHOTO)
    job = made(desk, style=WISH)
    with desk.units.begin() as unit:
        work_id = desk.jobs.pick(unit, desk.user.id, job.id, job.candidates[0].id).work_id
        assert work_id
        desk.works.change(unit, desk.user.id, work_id, TITLE, [TAG])
    assert photo.name in dump(desk.units)
    before = dump(desk.units)
    assert [word for word in TELLING if word not in before] == []
    assert DEVICE not in before

    close(desk)
    left = dump(desk.units)
    assert [word for word in (*TELLING, DEVICE, "/api/v1/files") if word in left] == []
    with desk.units.read() as unit:
        assert unit.ledger.unexplained() == 0
        assert [c.purpose for c in unit.consents.all(desk.user.id)] == ["face_edit"]


def test_closing_empties_nobody_elses_rows(desk: Desk) -> None:
    job = made(desk)
    kept = dump(desk.units)
    with desk.units.begin() as unit:
        closing = desk.someone(unit)
    with desk.units.begin() as unit:
        Profile(desk.clock, desk.jobs.cancel_all, str).close(unit, closing)
    assert desk.job(job.id) == job
    assert [word for word in (PHOTO, str(BOX), str(DISTANCE)) if word in kept and word not in dump(desk.units)] == []


def test_a_job_finished_while_its_account_was_closed_leaves_nothing_either(desk: Desk) -> None:
    desk.engine.script.append(recognised)
    job = desk.submit(desk.order(desk.photo(name=PHOTO)))
    generation = desk.generation
    assert generation.claim(job.id, "w")
    answer = generation.make(job.id, generation.prepare(job.id))
    close(desk)
    with desk.units.begin() as unit:
        # As if the closing had come between the keeping and the record.
        (attempt,) = unit.jobs.attempts(job.id)
        unit.jobs.attempt(type(attempt)(**{**vars(attempt), "result": answer}))
    generation.fail(job.id, {"code": "not_found", "fix": "user"})
    while desk.keeping.sweep(10):
        pass
    left = dump(desk.units)
    assert [word for word in (PHOTO, str(BOX), str(DISTANCE)) if word in left] == []


def test_the_people_are_recorded_although_the_checkpoint_has_none(desk: Desk) -> None:
    desk.engine.script.append(recognised)
    job = desk.submit()
    generation = desk.generation
    assert generation.claim(job.id, "w")
    answer = generation.make(job.id, generation.prepare(job.id))
    bare = {**answer, "candidates": [{**candidate, "people": []} for candidate in answer["candidates"]]}
    generation.record(job.id, bare)
    assert all(candidate.people == (PEOPLE,) for candidate in desk.job(job.id).candidates)


def test_answers_are_forgotten_for_one_user_alone(desk: Desk) -> None:
    with desk.units.begin() as unit:
        other = desk.someone(unit)
        for user_id in (desk.user.id, other.id):
            unit.keys.claim(user_id, "the-same-key", "f" * 64, desk.clock())
            unit.keys.answer(user_id, "the-same-key", 200, b"{}")
        assert unit.keys.forget_user(desk.user.id) == 1
        assert unit.keys.claim(other.id, "the-same-key", "f" * 64, desk.clock()) == (200, b"{}")
        assert unit.keys.claim(desk.user.id, "the-same-key", new_id(), desk.clock()) is None
