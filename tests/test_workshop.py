"""What runs in a pixel process, called as the service calls it: in processes, on bytes."""

from __future__ import annotations

import io
import json
import os
import sys
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from doubles.photos import HEIC, grainy, jpeg, png_header_only
from doubles.watching import exists, resident, until
from PIL import Image

from tuanyuan.domain.errors import Conflict, NotNow, OurFault, PhotosRejected, Rejected
from tuanyuan.domain.label import new_label
from tuanyuan.domain.ports import Wish
from tuanyuan.engines.sandbox import draw
from tuanyuan.imaging.decode import decode
from tuanyuan.imaging.label import label_picture, read_label
from tuanyuan.processes.pixels import PixelProcesses
from tuanyuan.settings import Settings
from tuanyuan.workshop import PhotosInMemory, ResultsInMemory, Workshop, order_of

SIZE = (640, 480)
NAMES = ("man_glasses", "woman_headscarf")


@pytest.fixture(scope="module")
def settings_json(models_dir, scenes) -> str:
    settings = Settings(models_dir=models_dir, scenes_dir=scenes, threads=2, secret_key="s" * 32)
    return settings.model_dump_json(include={"models_dir", "scenes_dir", "threads"})


@pytest.fixture(scope="module")
def pixels(settings_json):
    work = PixelProcesses(settings_json, 1)
    yield work
    work.close()


@pytest.fixture(scope="module")
def photos(samples):
    return [(f"id-{name}", (samples / f"{name}.jpg").read_bytes()) for name in NAMES]


def order(photos, **changes):
    hints = [{"photo": name, "scale": 1.0, "row": None, "faces": []} for name, _ in photos]
    plain = {"background": "new-year-wall", "candidates": 2, "size": list(SIZE), "seed": 1, "beauty": 1}
    return {"photos": hints, "feature": "reunion", "watermark": False, **plain, **changes}


def quiet(*_):
    pass


def test_the_parent_loads_no_model(settings_json):
    # Its own: the others' have processes as soon as somebody has asked for something.
    fresh = PixelProcesses(settings_json, 1)
    try:
        assert fresh.looking.pids == fresh.making.pids == ()
    finally:
        fresh.close()


def test_a_photo_is_looked_at(pixels, photos):
    report = pixels.examine(photos[0][1], "奶奶.jpg")
    assert (report.file, report.ok, len(report.faces)) == ("奶奶.jpg", True, 1)
    assert json.dumps(report.as_dict())
    assert all(type(v) is float for v in report.faces[0].box)


def test_a_photo_without_a_face_is_told_and_not_refused(pixels):
    report = pixels.examine(jpeg(grainy(900, 900)), "wall.jpg")
    assert not report.ok
    assert [p.code for p in report.problems] == ["no_face"]


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (png_header_only(60_000, 60_000), "file_too_many_pixels"),
        (png_header_only(7_000, 7_000), "file_damaged"),
        (HEIC.read_bytes()[:-40], "file_damaged"),
        (HEIC.read_bytes()[:200], "file_damaged"),
        (b"hello", "file_not_a_photo"),
        (b"", "file_empty"),
    ],
    ids=["bomb", "small bomb", "cut heic", "head of a heic", "text", "nothing"],
)
def test_what_is_no_photo_is_refused_by_name_and_the_process_lives_on(pixels, photos, data, code):
    pixels.examine(photos[0][1], "a")
    pids = pixels.looking.pids
    with pytest.raises(Rejected) as caught:
        pixels.examine(data, "奶奶.jpg")
    assert caught.value.code == code
    assert pixels.looking.pids == pids


def test_a_portrait_is_made_judged_and_labelled(pixels, photos):
    steps = []
    made = pixels.make("reunion", photos, order(photos), lambda *step: steps.append(step))
    assert list(made.files) == [c["file"] for c in made.result["candidates"]] == ["reunion-1.jpg", "reunion-2.jpg"]
    for candidate in made.result["candidates"]:
        data = made.files[candidate["file"]]
        assert decode(data, name="x").rgb.shape == (SIZE[1], SIZE[0], 3)
        assert read_label(data).produce_id == candidate["produce_id"]
        assert [p["photo"] for p in candidate["people"]] == [name for name, _ in photos]
        assert all(p["face_distance"] < 0.45 for p in candidate["people"])
    shares = [share for share, _, _ in steps]
    assert shares == sorted(shares)
    assert shares[-1] == 1.0


def test_refused_photos_come_back_with_their_reasons(pixels, photos):
    bad = [*photos, ("id-text", b"hello"), ("id-wall", jpeg(grainy(900, 900)))]
    with pytest.raises(PhotosRejected) as caught:
        pixels.make("reunion", bad, order(bad), quiet)
    assert [r.file for r in caught.value.reports] == ["id-text", "id-wall"]


@pytest.mark.parametrize("background", ["{file}", "../new-year-wall", "new-year-wall/picture.jpg", "", "/etc/passwd"])
def test_an_order_cannot_reach_for_a_file_of_this_machine(pixels, photos, samples, background):
    background = background.format(file=samples / "astronaut.jpg")
    with pytest.raises(Rejected) as caught:
        pixels.make("reunion", photos, order(photos, background=background), quiet)
    assert caught.value.code == "background_unknown"


def test_nor_can_a_photo_be_named_that_was_not_sent(pixels, photos, samples):
    path = str(samples / "astronaut.jpg")
    with pytest.raises(PhotosRejected) as caught:
        pixels.make("reunion", photos, order([(path, b"")]), quiet)
    assert caught.value.code == "file_missing"


def test_an_unknown_feature_is_our_fault(pixels, photos):
    with pytest.raises(OurFault):
        pixels.make("motion", photos, order(photos), quiet)


def encoders() -> set[int]:
    """Processes that our children have started, by number: Linux tells who began whom."""
    begun = {int(path.parent.name): path.read_text() for path in Path("/proc").glob("[0-9]*/stat")}
    parents = {pid: int(told.rpartition(")")[2].split()[1]) for pid, told in begun.items()}
    return {pid for pid, parent in parents.items() if parents.get(parent) == os.getpid() and "(ffmpeg" in begun[pid]}


@pytest.mark.skipif(sys.platform != "linux", reason="/proc is Linux's")
def test_a_clip_that_is_given_up_takes_its_encoder_along_and_the_next_one_is_made(settings_json, photos):
    """`progress` raises where the job was called off: the process is killed in the middle of a frame."""
    asked = order(photos[:1], feature="motion", background=None, candidates=1, size=None, style="snow")
    asked["options"] = {"resolution": "720p", "fps": 10, "video_length": 3}
    seen: set[int] = set()

    def stop(share: float, *_: str) -> None:
        seen.update(encoders())
        if share > 0.4 and seen:
            raise Conflict("job_finished", status="cancelled")

    work = PixelProcesses(settings_json, 1)
    try:
        with pytest.raises(Conflict):
            work.make("motion", photos[:1], asked, stop)
        assert seen
        until(lambda: not any(exists(pid) for pid in seen))
        made = work.make("motion", photos[:1], asked, quiet)
    finally:
        work.close()
    assert {name.rpartition(".")[2] for name in made.files} == {"jpg", "mp4", "webp", "mov"}
    assert made.result["candidates"][0]["effect"] == "snow"


def test_too_many_orders_at_once_are_told_to_wait(settings_json, photos):
    work = PixelProcesses(settings_json, 1)
    with ThreadPoolExecutor(8) as threads:
        try:
            calls = [threads.submit(work.make, "reunion", photos, order(photos), quiet) for _ in range(8)]
            # Those who are sent away know it long before the first picture is made.
            ended = as_completed(calls, timeout=120)
            refused = [next(ended).exception() for _ in range(3)]
            waiting = sum(not call.done() for call in calls)
        finally:
            work.close()
    assert [error.code for error in refused if isinstance(error, NotNow)] == ["busy"] * 3
    assert waiting == 5


def test_faces_are_remembered_beside_other_work_and_only_for_the_call(pixels, photos):
    picture = draw([data for _, data in photos], 1440, 1080)
    wish = Wish("reunion", tuple(name for name, _ in photos), (1440, 1080), {})
    remembered = pixels.remember(photos, "reunion", {}).result()
    (plain,) = pixels.finish([picture], photos, wish)
    (same,) = pixels.finish([picture], [(name, b"") for name, _ in photos], wish, remembered)
    assert {**same.facts, "produce_id": ""} == {**plain.facts, "produce_id": ""}
    assert len(same.facts["people"]) == 2
    with pytest.raises(Rejected, match="file_empty"):  # nothing has stayed in the process
        pixels.finish([picture], [(name, b"") for name, _ in photos], wish)


def test_faces_are_not_remembered_while_pictures_wait_to_be_made(settings_json, photos):
    work = PixelProcesses(settings_json, 1)
    try:
        under_way, waiting = work.warm(), work.warm()
        with pytest.raises(NotNow, match="busy"):
            work.remember(photos, "reunion", {})
        under_way.result()
        waiting.result()
        assert work.making.waiting == 0
    finally:
        work.close()


def test_a_preview_is_small_and_keeps_the_pictures_own_label(pixels):
    picture = label_picture(grainy(1600, 1200), new_label("abc"), "jpeg")
    small = pixels.preview(picture, 400)
    assert Image.open(io.BytesIO(small)).size == (400, 300)
    assert read_label(small) == read_label(picture)
    assert len(small) < 60_000


def test_the_visible_mark_shrinks_with_the_picture(pixels):
    grey = np.full((1200, 1600, 3), 128, np.uint8)
    small = decode(pixels.preview(label_picture(grey, new_label("abc"), "jpeg"), 400), name="x").rgb
    rows = np.flatnonzero((small[:, 300:] > 220).all(2).any(1))
    assert rows[-1] - rows[0] + 1 >= 0.05 * 300 - 1
    assert (abs(small[:200, :200].astype(int) - 128) < 4).all()


def test_a_preview_of_an_unlabelled_picture_is_never_made(pixels):
    with pytest.raises(OurFault) as caught:
        pixels.preview(jpeg(grainy(640, 480)), 400)
    assert caught.value.code == "label_unverified"


def test_parent_and_child_stay_small(pixels, photos):
    pixels.make("reunion", photos, order(photos), quiet)
    pixels.warm().result()  # comes after the rest that follows what was made
    parent, child = resident(), resident(pixels.making.pids[0])
    for _ in range(3):
        pixels.make("reunion", photos, order(photos), quiet)
        pixels.examine(photos[0][1], "a")
    pixels.warm().result()
    assert resident() - parent < 20 << 20
    assert resident(pixels.making.pids[0]) - child < 150 << 20


def test_results_appear_together():
    results = ResultsInMemory()
    results.write("a", b"1")
    assert results.files == {}
    results.commit()
    assert results.files == {"a": b"1"}


def test_a_missing_photo_is_refused_by_name():
    with pytest.raises(Rejected) as caught:
        PhotosInMemory({}).read("a.jpg")
    assert caught.value.code == "file_missing"


def test_an_order_survives_json(photos):
    fields = json.loads(json.dumps(order(photos)))
    made = order_of("reunion", fields)
    assert made.size == SIZE
    assert [(p.photo, p.scale, p.row, p.faces) for p in made.photos] == [(n, 1.0, None, ()) for n, _ in photos]


@dataclass(frozen=True)
class Failing:
    """A darkroom in which OpenCV fails with a code."""

    code: int
    files: Any = None

    def open(self, _name):
        error = cv2.error("failed")
        error.code = self.code
        raise error


@pytest.mark.parametrize(("code", "kind"), [(cv2.Error.StsNoMem, MemoryError), (cv2.Error.StsBadArg, cv2.error)])
def test_opencvs_want_of_memory_is_a_want_of_memory(settings_json, code, kind):
    workshop = Workshop(Settings.model_validate_json(settings_json))
    workshop.__dict__["_darkroom"] = Failing(code)
    with pytest.raises(kind):
        workshop.examine(b"", "a")
