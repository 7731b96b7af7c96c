"""A moving picture is one result in several files: kept together, picked together, gone together."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from doubles.books import RecordingUnits
from doubles.cloud import Cloud, cloudy
from doubles.studio import Desk

from tuanyuan.domain.capabilities import Model
from tuanyuan.domain.clip import KINDS
from tuanyuan.domain.engine import EngineResult, Picture
from tuanyuan.domain.job import Job, JobRequest
from tuanyuan.domain.scene import Scene
from tuanyuan.services.stages import candidate_file, candidate_files

STILL = b"\xff\xd8\xff\xe0 a still"
FILES = {
    "motion": b"\0\0\0\x20ftypisom a film",
    "preview": b"RIFF\0\0\0\0WEBP a small one",
    "live_photo": b"\xff\xd8\xff\xe0 a live still",
    "live_video": b"\0\0\0\x14ftypqt   its film",
    "motion_photo": b"\xff\xd8\xff\xe0 a still and a film",
}
MEDIA = {
    "motion": "video/mp4",
    "preview": "image/webp",
    "live_photo": "image/jpeg",
    "live_video": "video/quicktime",
    "motion_photo": "image/jpeg",
}
EFFECTS = ("fireworks", "lanterns", "snow", "petals", "confetti", "warm")


def film(engine: Any, request: Any) -> EngineResult:
    del engine
    assert request.candidates == 1
    return EngineResult((Picture(STILL, 1440, 1080, True, {"score": 1.0}, FILES),))


@pytest.fixture
def desk(units: RecordingUnits, tmp_path: Path) -> Desk:
    models = (
        Model("sky", frozenset({"reunion"}), references=5, outputs=4),
        Model("wind", frozenset({"motion"}), media="clip"),
    )
    capabilities = cloudy(models=models, styles={"motion": EFFECTS})
    opened = Desk(units, tmp_path, engine=Cloud(capabilities=capabilities))
    opened.earn(60)
    return opened


def picked(desk: Desk, job: Job) -> str:
    with desk.units.begin() as unit:
        return str(desk.jobs.pick(unit, desk.user.id, job.id, job.candidates[0].id).work_id)


def moved(desk: Desk, **order: Any) -> Job:
    """A clip of a picked family portrait."""
    work = picked(desk, desk.done())
    desk.engine.script = [film]
    return desk.done(JobRequest("motion", (), work=work, **order))


def test_a_clip_costs_eight_credits_and_is_one_result_of_six_files(desk: Desk) -> None:
    job = moved(desk)
    assert (job.status, job.cost, len(job.candidates)) == ("completed", 8, 1)
    (candidate,) = job.candidates
    assert set(candidate.files) == set(KINDS)
    with desk.units.read() as unit:
        for kind, wanted in {**FILES, "": STILL}.items():
            file = unit.files.find(candidate.files.get(kind, candidate.file), desk.user.id)
            assert file is not None
            assert file.media_type == MEDIA.get(kind, "image/jpeg")
            assert desk.keeping.read(file) == wanted


def test_it_is_picked_as_one_work_and_deleted_with_all_its_files(desk: Desk) -> None:
    job = moved(desk)
    work_id = picked(desk, job)
    with desk.units.begin() as unit:
        work = desk.works.find(unit, desk.user.id, work_id)
        assert work.files == {"picture": job.candidates[0].file, **job.candidates[0].files}
        desk.works.delete(unit, desk.user.id, work_id)
    desk.keeping.sweep(100)
    with desk.units.read() as unit:
        assert [unit.files.find(file) for file in work.files.values()] == [None] * 6


def test_what_a_failed_job_had_kept_goes_with_it(desk: Desk) -> None:
    work = picked(desk, desk.done())
    desk.engine.script = [film]
    job = desk.submit(JobRequest("motion", (), work=work))
    generation = desk.generation
    assert generation.claim(job.id, "test")
    generation.make(job.id, generation.prepare(job.id))
    with desk.units.read() as unit:
        assert sum(unit.files.find(file) is not None for file in candidate_files(job.id)) == 6
    generation.fail(job.id, {"code": "request_failed"})
    desk.later(seconds=1)
    desk.keeping.sweep(100)
    with desk.units.read() as unit:
        assert [unit.files.find(file) for file in candidate_files(job.id)] == [None] * len(candidate_files(job.id))
        assert desk.wallet.balance(unit, desk.user.id).balance == 10 + 60 - 6


def test_every_file_has_an_id_of_its_own_that_never_changes() -> None:
    ids = candidate_files("job")
    assert len(set(ids)) == len(ids) == 4 * 6
    assert candidate_file("job", 1) in ids
    assert candidate_file("job", 1, "motion") in ids


@pytest.mark.parametrize(
    ("order", "style"),
    [
        ({}, "lanterns"),
        ({"style": "snow"}, "snow"),
        ({"options": {"dynamic_type": "petals"}}, None),
    ],
)
def test_the_scene_says_which_effect_suits_where_none_is_asked_for(
    desk: Desk, order: dict[str, Any], style: str | None
) -> None:
    places = (Scene("studio", "影棚", "Studio", Path("studio"), motion=("rain", "lanterns", "snow")),)
    desk.shelf.backgrounds = lambda: places  # type: ignore[method-assign]  # another shelf
    assert moved(desk, **order).request.style == style


def test_of_a_photo_the_effect_is_left_to_the_engine(desk: Desk) -> None:
    desk.engine.script = [film]
    job = desk.done(JobRequest("motion", (desk.photo().id,)))
    assert (job.status, job.request.style) == ("completed", None)


def test_the_free_tier_has_no_clips(desk: Desk) -> None:
    with desk.refused("free_not_offered"):
        desk.submit(replace(desk.order(), feature="motion", background=None, tier="free"))
