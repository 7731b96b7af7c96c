"""The use case of a moving picture, with a real encoder and a maker that paints."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pytest
from doubles.picturing import CardboardJudge, CardboardPhotos, OneByOne, Results

from tuanyuan.domain.clip import KINDS, ClipShape
from tuanyuan.domain.errors import OurFault, Rejected
from tuanyuan.domain.order import Order, PhotoHint
from tuanyuan.imaging.label import read_label
from tuanyuan.motion.planes import to_frame
from tuanyuan.processes.film.ffmpeg import Ffmpeg
from tuanyuan.services.filming import Filming

SHAPE = ClipShape(160, 120, 10, 4.0)


@dataclass
class Paint:
    """Grey that grows lighter; `breaks_at`: the frame at which it fails."""

    shape: ClipShape = SHAPE
    breaks_at: int | None = None
    stills: list[float] = field(default_factory=list)
    left: bool = False

    def frames(self, progress: Any = None) -> Any:
        try:
            for number in range(self.shape.count):
                if number == self.breaks_at:
                    raise OurFault("unexpected", detail="out of paint")
                yield to_frame(self.still(number / self.shape.fps, noted=False))
                progress(number + 1)
        finally:
            self.left = True

    def still(self, time: float, noted: bool = True) -> np.ndarray:
        self.stills += [time] if noted else []
        return np.full((120, 160, 3), 40 + round(time * 30), np.uint8)


@dataclass
class Painter:
    feature: str = "motion"
    footage: Paint = field(default_factory=Paint)
    asked: list[tuple[str, str]] = field(default_factory=list)

    def prepare(self, photo: Any, _order: Order) -> Any:
        self.asked.append((photo.name, photo.role))
        return "snow", self.footage


class Set:
    def __init__(self, footage: Paint | None = None, bad: dict[str, str] | None = None) -> None:
        self.painter = Painter(footage=footage or Paint())
        self.results, self.progress = Results(), []
        self.filming = Filming(
            CardboardPhotos({"a.jpg": ("anna",)}, bad or {}),
            CardboardJudge(),
            OneByOne(),
            lambda: self.painter,
            Ffmpeg(None, "libx264", 1),
        )

    def make(self, **order: Any) -> dict[str, Any]:
        asked = Order((PhotoHint("a.jpg"),), "motion", candidates=1, **order)
        return self.filming.make(asked, self.results, lambda *step: self.progress.append(step))


def test_one_picture_becomes_six_labelled_files_and_a_result() -> None:
    studio = Set()
    result = studio.make(seed=7)
    assert studio.painter.asked == [("a.jpg", "picture")]
    (candidate,) = result["candidates"]
    assert candidate["files"] == {
        "motion": "motion.mp4",
        "preview": "motion.webp",
        "live_photo": "motion-live.jpg",
        "live_video": "motion-live.mov",
        "motion_photo": "motionMP.jpg",
    }
    files = {"motion.jpg": candidate["file"], **dict.fromkeys(candidate["files"].values())}
    assert studio.results.committed
    assert set(studio.results.files) == {*files, "result.json"}
    for name in files:
        label = read_label(studio.results.files[name])
        assert label is not None, name
        assert label.produce_id == candidate["produce_id"]
    assert json.loads(studio.results.files["result.json"]) == result
    assert (candidate["effect"], candidate["fps"], candidate["seconds"]) == ("snow", 10, 4.0)
    assert (candidate["width"], candidate["height"], result["seed"]) == (160, 120, 7)
    assert set(candidate["files"]) == set(KINDS)


def test_the_still_is_the_middle_of_what_phones_show() -> None:
    studio = Set()
    studio.make()
    assert studio.painter.footage.stills == [1.5]


def test_progress_is_told_by_frames_and_never_goes_back() -> None:
    studio = Set()
    studio.make()
    shares = [step[0] for step in studio.progress]
    assert shares == sorted(shares)
    assert shares[-1] == 1.0
    told = [step[1] for step in studio.progress]
    assert "第 1/40 帧" in told
    assert "第 40/40 帧" in told
    assert "frame 40/40" in [step[2] for step in studio.progress]


def test_what_goes_wrong_in_the_middle_leaves_nothing() -> None:
    studio = Set(Paint(breaks_at=20))
    with pytest.raises(OurFault) as broken:
        studio.make()
    assert (broken.value.code, studio.results) == ("unexpected", Results())
    assert studio.painter.footage.left


def test_an_abandoned_job_stops_painting() -> None:
    studio = Set()

    def stop(share: float, *_: str) -> None:
        if share > 0.5:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        studio.filming.make(Order((PhotoHint("a.jpg"),), "motion", candidates=1), studio.results, stop)
    assert studio.results == Results()
    assert studio.painter.footage.left


def test_a_picture_that_cannot_be_read_is_refused_before_anything_is_painted() -> None:
    studio = Set(bad={"a.jpg": "file_missing"})
    with pytest.raises(Rejected) as refused:
        studio.make()
    assert refused.value.code == "file_missing"
    assert (studio.painter.asked, studio.results) == ([], Results())


def test_three_seconds_are_a_live_photo_as_they_are() -> None:
    studio = Set(Paint(ClipShape(160, 120, 10, 3.0)))
    result = studio.make()
    assert result["candidates"][0]["seconds"] == 3.0
    assert studio.results.committed
