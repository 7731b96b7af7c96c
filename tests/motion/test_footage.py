"""All frames, in order, made ahead by threads of others."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from concurrent.futures import Executor, ThreadPoolExecutor
from types import SimpleNamespace

import numpy as np
import pytest

from tuanyuan.domain.clip import ClipShape
from tuanyuan.motion.camera import Camera
from tuanyuan.motion.footage import KEPT, Footage
from tuanyuan.motion.layers import Layers, Pose
from tuanyuan.motion.planes import planes, to_frame, to_rgb
from tuanyuan.motion.stage import make_stage

WIDTH, HEIGHT, FPS, SECONDS = 96, 64, 10, 2.0
SHAPE = ClipShape(WIDTH, HEIGHT, FPS, SECONDS)
STAGE = make_stage(np.full((HEIGHT, WIDTH, 3), 20, np.uint8), np.zeros((HEIGHT, WIDTH), np.float32), ())


class Counting:
    """Each frame shows its own number as a level; `slow` are made slowly, `broken` not at all."""

    def __init__(self, slow: frozenset[int] = frozenset(), broken: int = -1) -> None:
        self.slow, self.broken = slow, broken
        self.drawn: list[int] = []
        self.at_once, self.most = 0, 0
        self.lock = threading.Lock()

    def draw(self, time_: float, _pose: Pose, into: Layers) -> None:
        assert not into.back.any()
        number = round(time_ * FPS)
        with self.lock:
            self.drawn.append(number)
            self.at_once += 1
            self.most = max(self.most, self.at_once)
        try:
            if number == self.broken:
                raise ArithmeticError("frame 7 is broken")
            if number in self.slow:
                time.sleep(0.05)
            level = (10 * number) / 219
            into.back[:] = (level, level, level, 1)
            into.touched[:] = 1
        finally:
            with self.lock:
                self.at_once -= 1


@pytest.fixture
def executor() -> Iterator[Executor]:
    with ThreadPoolExecutor(4) as pool:
        yield pool


def footage(effect: Counting, executor: Executor, marks=(), **more) -> Footage:
    return Footage(STAGE, effect, Camera((24, 16), SECONDS), SHAPE, marks, executor, **more)


def number(frame: np.ndarray) -> int:
    return round((int(planes(frame).y[8, 8]) - 16) / 10)


@pytest.mark.parametrize("slow", [frozenset(), frozenset({0, 3, 4, 9}), frozenset(range(0, 20, 2))])
def test_frames_come_in_order_whoever_is_slow(slow: frozenset[int], executor: Executor) -> None:
    told: list[int] = []
    seen = [number(frame) for frame in footage(Counting(slow), executor).frames(told.append)]
    assert seen == list(range(20))
    assert told == list(range(1, 21))


def test_no_more_are_made_at_once_than_allowed(executor: Executor) -> None:
    effect = Counting(frozenset(range(20)))
    assert len(list(footage(effect, executor, threads=2).frames())) == 20
    assert effect.most == 2


def test_leaving_early_stops_the_work(executor: Executor) -> None:
    effect = Counting()
    frames = footage(effect, executor).frames()
    assert [number(next(frames)) for _ in range(3)] == [0, 1, 2]
    frames.close()
    made = len(effect.drawn)
    assert made <= 3 + 3
    assert effect.at_once == 0
    assert executor.submit(len, effect.drawn).result() == made


def test_what_goes_wrong_in_a_thread_comes_out_and_nothing_goes_on(executor: Executor) -> None:
    effect = Counting(broken=7)
    seen = []
    with pytest.raises(ArithmeticError, match="frame 7 is broken"):
        seen.extend(number(frame) for frame in footage(effect, executor).frames())
    assert max(effect.drawn) <= 7 + 3
    assert effect.at_once == 0
    made = len(effect.drawn)
    assert executor.submit(len, effect.drawn).result() == made


def test_a_frame_stays_until_it_was_promised_and_the_memory_is_used_again(executor: Executor) -> None:
    kept: list[np.ndarray] = []
    places: set[int] = set()
    for index, frame in enumerate(footage(Counting(), executor, threads=2).frames()):
        kept.append(frame)
        places.add(frame.ctypes.data)
        assert [number(one) for one in kept[-KEPT:]] == list(range(max(0, index - KEPT + 1), index + 1))
    assert len(places) == 2 + 1 + KEPT


def test_one_thread_is_enough_and_makes_the_same(executor: Executor) -> None:
    with ThreadPoolExecutor(1) as single:
        alone = [frame.copy() for frame in footage(Counting(), single, threads=1).frames()]
    together = [frame.copy() for frame in footage(Counting(frozenset({2, 5})), executor).frames()]
    assert all(np.array_equal(a, b) for a, b in zip(alone, together, strict=True))


def test_a_clip_shorter_than_what_lies_ready(executor: Executor) -> None:
    short = Footage(STAGE, Counting(), Camera((24, 16), SECONDS), ClipShape(WIDTH, HEIGHT, 10, 0.2), (), executor)
    assert [number(frame) for frame in short.frames()] == [0, 1]


def test_a_mark_is_laid_over_every_frame_and_not_over_the_still(executor: Executor) -> None:
    random = np.random.default_rng(0)
    ink = random.random((10, 20)).astype(np.float32)
    cover = np.maximum(ink, random.random((10, 20)).astype(np.float32))
    mark = SimpleNamespace(box=(60, 40, 80, 50), cover=cover, ink=ink)
    plain = [frame.copy() for frame in footage(Counting(), executor).frames()]
    marked = [frame.copy() for frame in footage(Counting(), executor, [mark]).frames()]
    for before, after in zip(plain, marked, strict=True):
        expected = planes(before.copy())
        y = expected.y[40:50, 60:80]
        y[:] = np.rint(16 + 219 * ink + (y - 16.0) * (1 - cover))
        left = (1 - cover).reshape(5, 2, 10, 2).mean((1, 3))
        for plane in (expected.u, expected.v):
            part = plane[20:25, 30:40]
            part[:] = np.rint(128 + (part - 128.0) * left)
        assert all(np.array_equal(a, b) for a, b in zip(planes(after), expected, strict=True))
    still = footage(Counting(), executor, [mark]).still(0.5)
    assert np.array_equal(still, to_rgb(plain[5]))


def test_a_mark_between_pixels_of_colour_is_refused(executor: Executor) -> None:
    part = np.zeros((10, 20), np.float32)
    with pytest.raises(ValueError, match="mark"):
        footage(Counting(), executor, [SimpleNamespace(box=(61, 40, 81, 50), cover=part, ink=part)])


def test_a_clip_of_another_size_than_the_still_is_refused(executor: Executor) -> None:
    with pytest.raises(ValueError, match="still"):
        Footage(STAGE, Counting(), Camera((24, 16), SECONDS), ClipShape(98, 64, 10, 1), (), executor)


class Nothing:
    def draw(self, time: float, pose: Pose, into: Layers) -> None:
        """It shows the still alone."""


def test_the_loop_has_no_seam(executor: Executor) -> None:
    random = np.random.default_rng(0)
    stage = make_stage(
        random.integers(0, 255, (HEIGHT, WIDTH, 3)).astype(np.uint8), np.eye(HEIGHT, WIDTH).astype("f4"), ()
    )
    moving = Footage(stage, Nothing(), Camera((24, 16), SECONDS, 3), SHAPE, (), executor)
    frames = [frame.astype(np.float32) for frame in moving.frames()]
    steps = [np.abs(frames[i] - frames[i - 1]).mean() for i in range(len(frames))]
    assert np.array_equal(frames[0], to_frame(stage.rgb))
    assert 0 < steps[0] <= max(steps[1], steps[-1]) + 1e-6
