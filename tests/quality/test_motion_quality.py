"""What a customer sees of every effect: faces stay, heads are free, the loop closes, nothing jumps."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import Executor, ThreadPoolExecutor
from itertools import pairwise
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from tuanyuan.domain.clip import EFFECTS, ClipShape
from tuanyuan.engines.local.motion import whole
from tuanyuan.imaging.decode import decode
from tuanyuan.imaging.faces import FaceFinder
from tuanyuan.imaging.identity import Identity, distance
from tuanyuan.imaging.judge import Judge
from tuanyuan.imaging.matting import PersonCutter
from tuanyuan.motion import effects
from tuanyuan.motion.camera import Camera, centre
from tuanyuan.motion.footage import Footage
from tuanyuan.motion.layers import Layers, Moving, Pose, layers
from tuanyuan.motion.planes import planes
from tuanyuan.motion.stage import Stage, make_stage

Array = np.ndarray
# A group in a wide picture, one person in a tall one.
PICTURES = {"group_of_three": (960, 720), "woman_blonde": (540, 720)}
TIMES = tuple(np.arange(0, 5, 0.7))
FPS = 25


class Nothing:
    """An effect that does nothing: the still, breathing."""

    def draw(self, time: float, pose: Pose, into: Layers) -> None:
        del time, pose, into


@pytest.fixture(scope="module")
def executor() -> Iterator[Executor]:
    with ThreadPoolExecutor(2) as threads:
        yield threads


@pytest.fixture(scope="module")
def stages(models_dir: Path, samples: Path) -> dict[str, Stage]:
    finder, cutter = FaceFinder(models_dir), PersonCutter(models_dir)
    made = {}
    for name, size in PICTURES.items():
        rgb = decode((samples / f"{name}.jpg").read_bytes(), name=name).rgb
        wide = rgb.shape[1] / rgb.shape[0]
        height = round(min(size[1], size[0] / wide) / 2) * 2
        rgb = cv2.resize(rgb, (round(height * wide / 2) * 2, height), interpolation=cv2.INTER_AREA)
        faces = finder.find(rgb)
        people = whole(cutter.cut(rgb, faces)[0].alpha, min(face.box[2] * face.box[3] for face in faces))
        made[name] = make_stage(rgb, people, faces)
    return made


def footage(stage: Stage, effect: Moving, executor: Executor) -> Footage:
    height, width = stage.rgb.shape[:2]
    shape = ClipShape(width, height, FPS, 5.0)
    return Footage(stage, effect, Camera(centre(stage), 5.0), shape, [], executor)


def faces_of(stage: Stage) -> list[Array]:
    """The pixels of each face: from brows to mouth, as far as it is somebody's, whichever way the frame breathes."""
    sure = cv2.erode(stage.people, np.ones((15, 15), np.uint8)) > 0.99
    faces = []
    for head in stage.heads:
        inside = np.zeros_like(sure)
        rows = slice(round(2 * (head.y - 0.3 * head.high)), round(2 * (head.y + 0.6 * head.high)))
        inside[rows, round(2 * (head.x - 0.5 * head.wide)) : round(2 * (head.x + 0.5 * head.wide))] = True
        faces.append(inside & sure)
    return faces


def changes(one: Array, other: Array) -> tuple[Array, Array]:
    """The soft part of the difference between two pictures, which may be light, and what is left of it.

    Light multiplies what a face reflects: its logarithm is as soft as the light itself.
    """
    change = np.log((one.astype(np.float32).mean(2) + 8) / (other.astype(np.float32).mean(2) + 8))
    soft = cv2.GaussianBlur(change, (0, 0), 6)
    return soft, np.abs(change - soft)


def is_light(left: Array) -> bool:
    """Nothing is left but dither, rounding, and light that follows an edge of hair."""
    return bool(left.mean() < 0.02 and np.quantile(left, 0.999) < 0.14)


@pytest.mark.parametrize("name", PICTURES)
@pytest.mark.parametrize("effect", EFFECTS)
def test_of_a_face_only_the_light_changes(stages: dict[str, Stage], executor: Executor, effect: Any, name: str) -> None:
    stage = stages[name]
    moving = footage(stage, effects.make(effect, stage, 5.0, 7), executor)
    still = footage(stage, Nothing(), executor)
    for time in TIMES:
        soft, left = changes(moving.still(time), still.still(time))
        for face in faces_of(stage):
            assert is_light(left[face]), time
            assert np.abs(soft[face]).max() < 0.35  # nobody is lit by more than a third, or darkened


def test_a_single_flake_on_a_face_would_be_seen(stages: dict[str, Stage], executor: Executor) -> None:
    stage = stages["group_of_three"]
    still = footage(stage, Nothing(), executor).still(1.0)
    head = stage.heads[0]
    flake = still.copy()
    cv2.circle(flake, (round(2 * head.x), round(2 * head.y)), 3, (235, 235, 240), -1, cv2.LINE_AA)
    _, left = changes(flake, still)
    assert not is_light(left[faces_of(stage)[0]])


@pytest.mark.parametrize("effect", ["fireworks", "lanterns", "warm"])
def test_everybody_stays_who_they_are(
    stages: dict[str, Stage], executor: Executor, models_dir: Path, effect: Any
) -> None:
    finder = FaceFinder(models_dir)
    judge = Judge(finder, Identity(models_dir))
    stage = stages["group_of_three"]
    there = [judge.likeness(stage.rgb, face) for face in finder.find(stage.rgb)]
    moving = footage(stage, effects.make(effect, stage, 5.0, 7), executor)
    for time in TIMES[::2]:
        frame = moving.still(time)
        found = [judge.likeness(frame, face) for face in finder.find(frame)]
        assert len(found) == len(there) == 3
        for one in there:
            assert min(distance(one.descriptor, other.descriptor) for other in found) < 0.15


@pytest.mark.parametrize("effect", ["snow", "petals", "confetti", "warm"])
@pytest.mark.parametrize("name", PICTURES)
def test_nothing_falls_over_a_head(stages: dict[str, Stage], effect: Any, name: str) -> None:
    stage = stages[name]
    moving = effects.make(effect, stage, 5.0, 7)
    width, height = stage.size
    drawn = layers(width, height)
    ys, xs = np.mgrid[:height, :width]
    heads = [np.hypot((xs - h.x) / h.wide, (ys - h.y) / h.high) < 1 for h in stage.heads]
    for time in TIMES:
        drawn.clear()
        moving.draw(time, Pose(centre(stage)), drawn)
        for head in heads:
            assert drawn.front[head, 3].max() * stage.free[head].max() < 0.03, time


@pytest.mark.parametrize("effect", EFFECTS)
def test_the_end_meets_the_beginning(stages: dict[str, Stage], executor: Executor, effect: Any) -> None:
    """From the last frame to the first there is no more change than from any frame to the next."""
    stage = stages["woman_blonde"]
    lumas = [
        planes(frame).y.astype(np.int16).copy()
        for frame in footage(stage, effects.make(effect, stage, 5.0, 7), executor).frames()
    ]
    steps = [float(np.abs(b - a).mean()) for a, b in pairwise(lumas)]
    seam = float(np.abs(lumas[0] - lumas[-1]).mean())
    assert len(lumas) == 125
    assert 0 < seam <= max(steps)
    assert seam <= 2.5 * float(np.median(steps))


@pytest.mark.parametrize("effect", EFFECTS)
def test_every_effect_moves_and_differs_by_seed(stages: dict[str, Stage], executor: Executor, effect: Any) -> None:
    stage = stages["group_of_three"]
    one, other = (footage(stage, effects.make(effect, stage, 5.0, seed), executor) for seed in (7, 8))
    still = footage(stage, Nothing(), executor).still(1.0).astype(np.int16)
    assert np.abs(one.still(1.0) - still).mean() > 0.1
    assert (one.still(1.0) == one.still(1.0)).all()
    assert (one.still(1.0) != other.still(1.0)).any()


def test_a_hole_between_two_people_is_filled_and_a_real_gap_is_not() -> None:
    people = np.zeros((120, 160), np.float32)
    people[20:, 20:140] = 1
    people[60:70, 60:72] = 0  # plain cloth
    people[90:, 100:110] = 0  # between two arms, down to the frame's edge
    people[30:60, 80:130] = 0  # a window behind
    filled = whole(people, 900.0)
    assert filled[60:70, 60:72].min() > 0.95
    assert filled[95:, 103:107].max() == 0
    assert filled[35:55, 90:120].max() == 0
