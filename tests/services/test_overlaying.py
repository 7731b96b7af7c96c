"""`tuanyuan merge-video`: an effect over a clip whose people move."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from doubles.picturing import Results

from tuanyuan.domain.clip import KINDS, ClipShape
from tuanyuan.domain.errors import Rejected
from tuanyuan.imaging.decode import decode
from tuanyuan.imaging.label import read_label
from tuanyuan.motion.planes import to_frame, to_rgb
from tuanyuan.processes.film.ffmpeg import Ffmpeg
from tuanyuan.services.overlaying import Overlaying
from tuanyuan.settings import Settings
from tuanyuan.wiring.filming import overlaying
from tuanyuan.workshop import PhotosInMemory

SHAPE = ClipShape(640, 480, 10, 2.0)
# How far somebody walks to the right in the clip, in pixels.
WALK = 120


def moment(portrait: np.ndarray, time: float) -> np.ndarray:
    """Somebody before a dark wall."""
    wall = np.full((480, 640, 3), 40, np.uint8)
    left = 60 + round(WALK * time / SHAPE.seconds)
    wall[60:480, left : left + 320] = portrait
    return wall


@pytest.fixture(scope="module")
def portrait(samples: Path) -> np.ndarray:
    rgb = decode((samples / "woman_blonde.jpg").read_bytes(), name="x").rgb
    return np.ascontiguousarray(cv2.resize(rgb, (320, 420), interpolation=cv2.INTER_AREA))


@pytest.fixture(scope="module")
def films() -> Ffmpeg:
    return Ffmpeg(None, "libx264", 1)


@pytest.fixture(scope="module")
def clip(films: Ffmpeg, portrait: np.ndarray) -> bytes:
    return films.encode([to_frame(moment(portrait, n / SHAPE.fps)) for n in range(SHAPE.count)], SHAPE)


@pytest.fixture(scope="module")
def studio(models_dir: Path, clip: bytes) -> Iterator[Any]:
    with overlaying(Settings(models_dir=models_dir, threads=2)) as opened:
        files = {"walk.mp4": clip, "text.mp4": b"no film", "short.mp4": clip[: len(clip) // 2]}
        yield Overlaying(PhotosInMemory(files), opened.finder, opened.cutter, opened.films)


def made(studio: Overlaying, effect: Any, seed: int = 3) -> tuple[dict[str, Any], Results]:
    results = Results()
    told = studio.make("walk.mp4", effect, seed, results, lambda *_: None)
    assert results.committed
    return told, results


def frames(films: Ffmpeg, data: bytes) -> list[np.ndarray]:
    with films.frames(data, SHAPE) as found:
        return [to_rgb(frame).astype(np.int16) for frame in found]


@pytest.mark.parametrize("effect", ["snow", "fireworks"])
def test_the_effect_is_behind_and_before_people_and_never_on_a_face(
    studio: Overlaying, films: Ffmpeg, clip: bytes, effect: Any
) -> None:
    told, results = made(studio, effect)
    assert (told["effect"], told["width"], told["height"], told["fps"], told["seconds"]) == (effect, 640, 480, 10, 2.0)
    before, after = frames(films, clip), frames(films, results.files["merged.mp4"])
    assert len(before) == len(after) == SHAPE.count
    wall = 0.0
    for number in range(0, SHAPE.count, 3):
        rgb = before[number].astype(np.uint8)
        (face,) = studio.finder.find(rgb)
        x, y, w, h = (round(v) for v in face.box)
        change = after[number].mean(2) - before[number].mean(2)
        inner = change[y + h // 5 : y + h * 4 // 5, x + w // 5 : x + w * 4 // 5]
        assert np.abs(inner - cv2.GaussianBlur(inner, (0, 0), 6)).mean() < 2.5
        wall = max(wall, float(change[:200, 500:].max()))
    assert wall > 60


def test_every_file_is_labelled_and_the_result_told(studio: Overlaying) -> None:
    told, results = made(studio, None)
    assert set(told["files"]) == set(KINDS)
    assert set(results.files) == {"merged.jpg", "result.json", *told["files"].values()}
    for name in ("merged.jpg", *told["files"].values()):
        label = read_label(results.files[name])
        assert label is not None
        assert label.produce_id == told["produce_id"]
    assert json.loads(results.files["result.json"]) == told
    assert told["effect"] == "fireworks"  # the wall is dark


@pytest.mark.parametrize(
    ("name", "code"), [("none.mp4", "file_missing"), ("text.mp4", "clip_unreadable"), ("short.mp4", "clip_unreadable")]
)
def test_what_is_no_clip_is_refused_and_nothing_is_left(studio: Overlaying, name: str, code: str) -> None:
    results = Results()
    with pytest.raises(Rejected) as refused:
        studio.make(name, "snow", 1, results, lambda *_: None)
    assert (refused.value.code, results) == (code, Results())
