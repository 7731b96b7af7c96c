"""The local engine's moving pictures: sizes, rates, effects, and the still's own mark."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import cv2
import numpy as np
import pytest
from doubles.opened import Opened

from tuanyuan.domain.clip import EFFECTS, ClipShape
from tuanyuan.domain.errors import WrongUsage
from tuanyuan.domain.job import JobRequest
from tuanyuan.domain.label import new_label
from tuanyuan.domain.order import Order, PhotoHint
from tuanyuan.engines.local.motion import Motion
from tuanyuan.engines.local.ordering import local_order
from tuanyuan.imaging.decode import decode
from tuanyuan.imaging.faces import Face
from tuanyuan.imaging.label import label_picture
from tuanyuan.imaging.label.mark import overlay
from tuanyuan.imaging.matting.segmentation import Segmentation
from tuanyuan.motion.planes import to_rgb


@pytest.fixture(scope="module")
def motion(models_dir: Path) -> Any:
    with ThreadPoolExecutor(2) as threads:
        yield Motion(models_dir, threads)


def wall(width: int, height: int) -> np.ndarray:
    """A grey wall of soft grain, of which nobody stands before."""
    grain = np.random.default_rng(1).normal(0, 2, (height, width, 1))
    return np.clip(np.array([110, 112, 108]) + grain, 0, 255).astype(np.uint8)


def prepared(motion: Motion, rgb: np.ndarray, **order: Any) -> Any:
    asked = Order((PhotoHint("a"),), "motion", candidates=1, **order)
    return motion.prepare(Opened(rgb, role="picture"), asked)


@pytest.mark.parametrize(
    ("size", "options", "shape"),
    [
        ((1920, 1440), {}, ClipShape(1440, 1080, 25, 5.0)),
        ((1440, 1920), {"resolution": "720p"}, ClipShape(720, 960, 25, 5.0)),
        ((1920, 1080), {"fps": 30, "video_length": 3}, ClipShape(1920, 1080, 30, 3.0)),
        ((2000, 800), {"fps": 10}, ClipShape(1920, 768, 10, 5.0)),
        ((641, 481), {}, ClipShape(640, 480, 25, 5.0)),
    ],
)
def test_a_clip_has_its_pictures_shape_and_is_never_enlarged(
    motion: Motion, size: tuple[int, int], options: dict[str, Any], shape: ClipShape
) -> None:
    effect, footage = prepared(motion, wall(*size), style="warm", options=options)
    assert (effect, footage.shape) == ("warm", shape)


def test_where_no_effect_is_asked_for_one_is_chosen(motion: Motion) -> None:
    effect, _ = prepared(motion, wall(640, 480) // 4)
    assert effect == "fireworks"


def test_the_stills_own_mark_does_not_move_under_the_clips(motion: Motion) -> None:
    """Where it stood there is the wall again, and the clip's letters stand where it stood, in every frame."""
    plain = wall(960, 720)
    still = decode(label_picture(plain, new_label("n"), "jpeg", quality=97), name="x").rgb
    mark = overlay(plain)
    x0, y0, x1, y1 = mark.box
    _, footage = prepared(motion, still, style="snow", options={"motion_bucket_id": 255})
    bare = footage.still(2.5)[y0:y1, x0:x1].astype(int)
    assert bare.max() < 190  # letters are 255
    for number, frame in enumerate(footage.frames()):
        if number % 31 == 0:
            seen = to_rgb(frame)[y0:y1, x0:x1].min(2).astype(int)
            assert seen[mark.ink > 0.95].min() > 225
            assert np.median(seen[mark.ink < 0.01]) < 120


def test_a_picture_without_our_mark_gets_one(motion: Motion) -> None:
    plain = wall(960, 720)
    mark = overlay(plain)
    x0, y0, x1, y1 = mark.box
    _, footage = prepared(motion, plain, style="warm")
    first = to_rgb(next(iter(footage.frames())))[y0:y1, x0:x1].min(2)
    assert first[mark.ink > 0.95].min() > 225


def test_the_free_tiers_watermark_is_on_the_picture(motion: Motion) -> None:
    plain, marked = (
        prepared(motion, wall(640, 480), style="warm", watermark=free)[1].still(1.0).astype(int)
        for free in (False, True)
    )
    assert np.abs(marked[100:300, 100:500] - plain[100:300, 100:500]).max() > 25


@pytest.mark.parametrize(("bucket", "more"), [(1, 10), (10, 127)])
def test_the_bucket_says_how_far_the_frame_breathes(motion: Motion, bucket: int, more: int) -> None:
    edge = wall(640, 480)
    edge[:, 40:60] = 230
    positions = []
    for value in (bucket, more):
        _, footage = prepared(motion, edge, style="confetti", options={"motion_bucket_id": value})
        bright = footage.still(2.5)[200:280].mean((0, 2)) > 170
        positions.append(np.flatnonzero(bright).mean())
    assert positions[1] < positions[0]


def moving(**changes: Any) -> JobRequest:
    return JobRequest("motion", (), work="w", **changes)


@pytest.mark.parametrize(
    ("request_", "style"),
    [
        (moving(), None),
        (moving(style="petals"), "petals"),
        (moving(options={"dynamic_type": "festival"}), "fireworks"),
        (moving(options={"dynamic_type": "calm"}), "warm"),
        (moving(style="snow", options={"dynamic_type": "lanterns"}), "snow"),
    ],
)
def test_the_style_is_the_effect(request_: JobRequest, style: str | None) -> None:
    order = local_order(request_, 4, False)
    assert (order.style, order.candidates, order.size) == (style, 1, None)
    assert style is None or style in EFFECTS


def test_what_the_maker_reads_comes_along_and_nothing_else() -> None:
    options = {"fps": 30, "video_length": 4, "motion_bucket_id": 20, "resolution": "720p", "seed": 5}
    order = local_order(moving(options={**options, "dynamic_type": "snow"}), 1, False)
    assert order.options == {name: value for name, value in options.items() if name != "seed"}
    assert order.seed == 5


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"style": "rain"}, "style"),
        ({"options": {"fps": 24}}, "options.fps"),
        ({"options": {"resolution": "4k"}}, "options.resolution"),
        ({"options": {"size": "1280x720"}}, "options.size"),
        ({"options": {"video_length": 60}}, "options.video_length"),
        ({"options": {"beauty_level": 2}}, "options.beauty_level"),
        ({"background": "studio"}, "background"),
        ({"photos": ("p1",)}, "photos"),
    ],
)
def test_what_cannot_be_made_here_is_told_before_it_costs(changes: dict[str, Any], field: str) -> None:
    with pytest.raises(WrongUsage) as refused:
        local_order(moving(**changes) if "photos" not in changes else JobRequest("motion", ("p1",), work="w"), 1, False)
    assert refused.value.code == "option_invalid"
    assert field in refused.value.problem.message_en


class Alone:
    """Networks that see somebody whole when they are looked at alone, and nobody among others."""

    def look(self, rgb: np.ndarray, faces: Any, others: Any = ()) -> Any:
        del others
        height, width = rgb.shape[:2]
        people = np.zeros((height // 2, width // 2), np.float32)
        if len(faces) == 1:
            x, y, wide, high = (v / 2 for v in faces[0].box)
            people[round(y) : round(y + high), round(x) : round(x + wide)] = 1
        return Segmentation(people, np.zeros_like(people)), None

    def matte(self, rgb: np.ndarray, faces: Any, seen: Segmentation) -> Any:
        del faces
        return SimpleNamespace(alpha=cv2.resize(seen.probability, rgb.shape[1::-1], interpolation=cv2.INTER_NEAREST))


def test_who_is_lost_in_a_group_is_found_when_looked_at_alone(motion: Motion, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(motion, "_cutter", Alone())
    faces = []
    for left, top in ((20, 10), (200, 120), (420, 200)):
        mesh = np.zeros((468, 3), np.float32)
        mesh[:, 0], mesh[:, 1] = np.linspace(left, left + 60, 468), np.linspace(top, top + 80, 468)
        faces.append(Face(mesh, 1.0, 0.0, 0.0, 0.0, 100.0))
    people = motion._people(wall(500, 300), tuple(faces))
    for face in faces:
        x, y, w, h = (round(v) for v in face.box)
        assert people[y + 6 : y + h - 6, x + 6 : x + w - 6].min() > 0.9
    assert people.mean() == pytest.approx(3 * 60 * 80 / (500 * 300), rel=0.1)
