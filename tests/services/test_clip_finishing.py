"""What an engine far away has made of a finished picture, looked at by the real judge, in a real container."""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np
import pytest

from tuanyuan.domain.clip import KINDS, ClipShape
from tuanyuan.domain.ports import Finished, Wish
from tuanyuan.engines.sandbox import draw
from tuanyuan.imaging.decode import decode
from tuanyuan.imaging.label import read_label
from tuanyuan.motion.planes import to_frame, to_rgb
from tuanyuan.processes.film.ffmpeg import Ffmpeg
from tuanyuan.settings import Settings
from tuanyuan.workshop import Workshop

NAMES = ("man_glasses", "woman_headscarf")
SHAPE = ClipShape(640, 480, 24, 2.0)


@pytest.fixture(scope="module")
def films() -> Ffmpeg:
    return Ffmpeg(None, "libx264", 1)


@pytest.fixture(scope="module")
def workshop(models_dir: Any, scenes: Any) -> Workshop:
    return Workshop(Settings(models_dir=models_dir, scenes_dir=scenes, threads=2, secret_key="s" * 32))


@pytest.fixture(scope="module")
def still(samples: Any) -> bytes:
    """Both of them, side by side: the picture that is to move."""
    return draw([(samples / f"{name}.jpg").read_bytes() for name in NAMES], 1280, 960)


@pytest.fixture(scope="module")
def good(films: Ffmpeg, still: bytes) -> bytes:
    """The picture, pushed in slowly."""
    return film(films, still)


def film(films: Ffmpeg, picture: bytes, shape: ClipShape = SHAPE, spoilt: range = range(0)) -> bytes:
    """spoilt: frames in which nobody can be recognised."""
    rgb = cv2.resize(decode(picture, name="x").rgb, (shape.width, shape.height), interpolation=cv2.INTER_AREA)
    frames = []
    for number in range(shape.count):
        grown = cv2.getRotationMatrix2D((shape.width / 2, shape.height / 2), 0, 1 + 0.02 * number / shape.count)
        moved = cv2.warpAffine(rgb, grown, (shape.width, shape.height), borderMode=cv2.BORDER_REFLECT)
        frames.append(to_frame(cv2.blur(moved, (61, 61)) if number in spoilt else moved))
    return films.encode(frames, shape)


def finish(workshop: Workshop, clip: bytes, still: bytes) -> Finished:
    wish = Wish("motion", ("still",), (1920, 1440), {})
    (finished,) = workshop.finish([clip], [("still", still)], wish)
    return finished


def test_a_good_clip_leaves_as_ours_do(workshop: Workshop, films: Ffmpeg, good: bytes, still: bytes) -> None:
    finished = finish(workshop, good, still)
    assert (finished.reason, finished.width, finished.height) == ("", 640, 480)
    assert set(finished.files) == set(KINDS)
    assert finished.data is not None
    for data in (finished.data, *finished.files.values()):
        label = read_label(data)
        assert label is not None
        assert label.produce_id == finished.facts["produce_id"]
    assert films.shape(finished.files["motion"]) == SHAPE
    people = finished.facts["people"]
    assert [(p["photo"], p["person"]) for p in people] == [("still", 1), ("still", 2)]
    assert all(p["face_distance"] < 0.3 for p in people)
    assert finished.facts["warnings"] == []
    assert (finished.facts["fps"], finished.facts["seconds"]) == (24, 2.0)


def test_the_mark_stands_on_every_frame(workshop: Workshop, films: Ffmpeg, good: bytes, still: bytes) -> None:
    marked = finish(workshop, good, still).files["motion"]
    with films.frames(marked, SHAPE) as with_mark, films.frames(good, SHAPE) as without:
        for one, other in zip(with_mark, without, strict=True):
            difference = np.abs(to_rgb(one).astype(int) - to_rgb(other))
            assert difference[-45:, -140:].max() > 100
            assert difference[:300].mean() < 3


@pytest.mark.parametrize(("spoilt", "shown"), [(range(22, 27), True), (range(10, 40), False)])
def test_everybody_must_stay_themselves_but_for_a_blink(
    workshop: Workshop, films: Ffmpeg, still: bytes, spoilt: range, shown: bool
) -> None:
    finished = finish(workshop, film(films, still, spoilt=spoilt), still)
    assert (finished.data is not None, finished.reason) == (shown, "" if shown else "not_recognised")
    assert bool(finished.files) == shown


def test_a_clip_of_somebody_else_is_not_shown(workshop: Workshop, films: Ffmpeg, still: bytes, samples: Any) -> None:
    other = draw([(samples / f"{name}.jpg").read_bytes() for name in ("woman_blonde", "man_black_hair")], 1280, 960)
    assert finish(workshop, film(films, other), still).reason == "not_recognised"


@pytest.mark.parametrize(
    ("clip", "reason"),
    [
        (b"", "clip_unreadable"),
        (b"<html>expired</html>", "clip_unreadable"),
        (b"\0\0\0\x20ftypisom" + b"\0" * 500, "clip_unreadable"),
    ],
)
def test_what_is_no_clip_is_not_shown(workshop: Workshop, still: bytes, clip: bytes, reason: str) -> None:
    finished = finish(workshop, clip, still)
    assert (finished.data, finished.reason, finished.files) == (None, reason, {})


def test_a_clip_that_ends_in_the_middle_is_not_shown(workshop: Workshop, good: bytes, still: bytes) -> None:
    finished = finish(workshop, good[: len(good) * 2 // 3], still)
    assert (finished.data, finished.reason) == (None, "clip_unreadable")


@pytest.mark.parametrize("shape", [ClipShape(320, 240, 24, 2.0), ClipShape(640, 480, 24, 0.5)])
def test_a_clip_far_smaller_or_shorter_than_wanted_is_not_shown(
    workshop: Workshop, films: Ffmpeg, still: bytes, shape: ClipShape
) -> None:
    assert finish(workshop, film(films, still, shape), still).reason == "picture_too_small"


def test_a_picture_instead_of_a_clip_is_not_shown(workshop: Workshop, still: bytes) -> None:
    assert finish(workshop, still, still).reason == "clip_unreadable"
