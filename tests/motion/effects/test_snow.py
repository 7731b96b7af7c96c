"""What falls, snow, petals and confetti alike, keeps to its promises; and what is snow's own."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from itertools import pairwise

import cv2
import numpy as np
import pytest

from tuanyuan.motion.camera import Camera
from tuanyuan.motion.effects.falling_paths import place
from tuanyuan.motion.effects.petals import Confetti, Petals
from tuanyuan.motion.effects.snow import DUSK, DUSK_ON_PEOPLE, Snow, flake
from tuanyuan.motion.layers import TILE, Pose, layers
from tuanyuan.motion.stage import Head, Stage, make_stage

SECONDS, FRAME = 5.0, 0.04
SIZE = 320, 180
HEADS = Head(70, 80, 22, 30), Head(170, 95, 24, 33), Head(262, 70, 20, 27)
AT_REST = Pose((160, 90))


def stage(size=SIZE, heads=()) -> Stage:
    """A stage whose half size is `size`, with people below the heads."""
    width, height = size
    people = np.zeros((2 * height, 2 * width), np.float32)
    for head in heads:
        middle, axes = (round(2 * head.x), round(2 * head.y)), (round(2 * head.wide), round(2 * head.high))
        cv2.ellipse(people, middle, axes, 0, 0, 360, 1.0, -1)
    return replace(make_stage(np.full((2 * height, 2 * width, 3), 90, np.uint8), people, []), heads=tuple(heads))


def drawn(effect, time, size=SIZE, pose=AT_REST):
    into = layers(*size)
    effect.draw(time, pose, into)
    return into


def cover(effect, time, size=SIZE, pose=AT_REST):
    """float32 (h, w): what is behind and in front together."""
    into = drawn(effect, time, size, pose)
    return 1 - (1 - into.back[..., 3]) * (1 - into.front[..., 3])


def blocks(plane):
    """Sums of 8×8 blocks."""
    height, width = (v // 8 * 8 for v in plane.shape)
    return plane[:height, :width].reshape(height // 8, 8, width // 8, 8).sum((1, 3))


def appeared(before, after):
    """The most that a block inside the frame holds and that neither it nor a block beside it held before."""
    around = cv2.filter2D(blocks(before), -1, np.ones((3, 3), np.float32), borderType=cv2.BORDER_CONSTANT)
    return float((blocks(after) - 1.35 * around)[2:-2, 2:-2].max())


def worst_pop(effect):
    """The most that comes from nowhere, or goes nowhere, from frame to frame of a whole loop."""
    frames = [cover(effect, k * FRAME) for k in range(round(SECONDS / FRAME) + 1)]
    return max(max(appeared(a, b), appeared(b, a)) for a, b in pairwise(frames))


@pytest.fixture(scope="module", params=[Snow, Petals, Confetti])
def kind(request):
    return request.param


def test_the_end_is_the_beginning(kind):
    effect = kind(stage(), SECONDS, 3)
    first, last = drawn(effect, 0.0), drawn(effect, SECONDS)
    for one, other in zip(vars(first).values(), vars(last).values(), strict=True):
        np.testing.assert_array_equal(one, other)
    # And nothing jumps there: the step over the seam is a step like any other.
    steps = [np.abs(cover(effect, t + FRAME) - cover(effect, t)).mean() for t in np.arange(0, SECONDS - FRAME, FRAME)]
    seam = np.abs(cover(effect, SECONDS - 1e-4) - cover(effect, SECONDS - 1e-4 - FRAME)).mean()
    closing = np.abs(cover(effect, SECONDS - 1e-4) - cover(effect, 0.0)).mean()
    assert seam <= 1.1 * max(steps)
    assert closing <= 0.02 * np.mean(steps)


def test_the_same_seed_is_the_same_picture(kind):
    one, same, other = (drawn(kind(stage(heads=HEADS), SECONDS, seed), 1.7) for seed in (5, 5, 6))
    np.testing.assert_array_equal(one.back, same.back)
    np.testing.assert_array_equal(one.front, same.front)
    assert np.abs(one.back - other.back).max() > 0.1


def test_threads_do_not_disturb_each_other(kind):
    effect = kind(stage(heads=HEADS), SECONDS, 5)
    times = [0.3 * k for k in range(16)]
    alone = [drawn(effect, time) for time in times]
    with ThreadPoolExecutor(2) as threads:
        together = list(threads.map(lambda time: drawn(effect, time), times))
    for one, other in zip(alone, together, strict=True):
        np.testing.assert_array_equal(one.back, other.back)
        np.testing.assert_array_equal(one.front, other.front)


def test_what_is_drawn_is_marked_and_premultiplied(kind):
    effect = kind(stage(), SECONDS, 3)
    for time in (0.0, 1.1, 3.3):
        into = drawn(effect, time, pose=Pose((160, 80), 1.008, 1.016, 1.03))
        marked = np.kron(into.touched, np.ones((TILE, TILE)))[: SIZE[1], : SIZE[0]]
        for layer in (into.back, into.front):
            assert not layer[marked == 0].any()
            assert (layer[..., :3] <= layer[..., 3:] + 1e-5).all()
            assert layer.min() >= 0
            assert layer.max() <= 1
        assert into.back.any()
        assert 0 < into.touched.mean() < 1
        assert not into.light.any()


def heads_covered(effect, heads):
    """The most that anything in front covers the heads' ellipses, at any time of the loop."""
    ys, xs = np.mgrid[: SIZE[1], : SIZE[0]]
    most = 0.0
    camera = Camera((160, 80), SECONDS)
    for time in np.arange(0, SECONDS, 0.08):
        pose = camera.pose(time)
        front = drawn(effect, time, pose=pose).front[..., 3]
        for head in heads:
            x, y = (c + (v - c) * pose.people for v, c in zip((head.x, head.y), pose.centre, strict=True))
            away = np.hypot((xs - x) / (head.wide * pose.people), (ys - y) / (head.high * pose.people))
            most = max(most, float(front[away <= 1].max()))
    return most


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_no_head_is_ever_covered(kind, seed):
    free = kind(stage(heads=HEADS), SECONDS, seed)
    assert heads_covered(free, HEADS) <= 0.02
    # It is the heads that keep it off, and something does pass in front beside them.
    assert heads_covered(kind(stage(), SECONDS, seed), HEADS) > 0.2
    assert max(drawn(free, t).front[..., 3].max() for t in np.arange(0, SECONDS, 0.5)) > 0.2


def test_nothing_comes_from_nowhere_or_goes_nowhere(kind):
    effect = kind(stage(), SECONDS, 3)
    assert worst_pop(effect) < POP[kind]
    # The same field, but each thing ends when it has come two thirds of its way: inside the frame.
    effect.course = effect.course._replace(life=effect.course.life * np.float32(2 / 3))
    assert worst_pop(effect) > 2 * POP[kind]


# Of 64: flakes only move; sheets may also turn, and show so much more of themselves from one frame to the next.
POP = {Snow: 0.5, Petals: 2.5, Confetti: 7.0}


@pytest.mark.parametrize("size", [(320, 180), (180, 320), (640, 360), (960, 540)])
def test_any_frame_has_its_share(kind, size):
    effect = kind(stage(size), SECONDS, 3)
    covered = np.mean([cover(effect, t, size).mean() for t in np.arange(0, SECONDS, 0.5)])
    low, high = {Snow: (0.002, 0.03), Petals: (0.002, 0.03), Confetti: (0.002, 0.02)}[kind]
    assert low < covered < high


def test_counts_follow_the_area_within_bounds(kind):
    small, half, full, large = (
        in_sight(kind(stage(size), SECONDS, 3), size) for size in ((320, 180), (680, 382), (960, 540), (1920, 1080))
    )
    assert half / full == pytest.approx(0.5, abs=0.13)
    assert small / full == pytest.approx(0.45, abs=0.13)
    assert large / full == pytest.approx(1.25, abs=0.2)
    low, high = {Snow: (450, 1000), Petals: (25, 70), Confetti: (110, 220)}[kind]
    assert low < full < high


def in_sight(effect, size):
    """How many things are in the frame at a time."""
    course, counts = effect.course, []
    for now in (0.0, 0.2, 0.4, 0.6, 0.8):
        spots = [
            place(course, i, age, now, effect.wind)
            for i in range(len(course.x))
            for age in np.arange((course.start[i] + now) % 1.0, course.life[i])
        ]
        counts.append(sum(0 <= x < size[0] and 0 <= y < size[1] for x, y in spots))
    return np.mean(counts)


def test_a_face_that_fills_the_frame_has_everything_behind_it(kind):
    face = (Head(160, 90, 190, 130),)
    effect = kind(stage(heads=face), SECONDS, 3)
    into = [drawn(effect, t) for t in np.arange(0, SECONDS, 0.25)]
    assert not any(one.front.any() for one in into)
    assert all(one.back.any() for one in into)


def test_things_move_with_their_depth(kind):
    effect = kind(stage(), SECONDS, 3)
    still, nearer = drawn(effect, 1.0), drawn(effect, 1.0, pose=Pose((160, 90), 1.0, 1.0, 1.03))
    np.testing.assert_array_equal(still.back, nearer.back)
    assert np.abs(still.front - nearer.front).max() > 0.02


def test_snow_is_finer_and_fainter_the_farther_it_is():
    snow = Snow(stage((960, 540)), SECONDS, 3)
    depth = 1 / snow.course.wind
    far, near = depth > 2.5, (depth > 0.8) & (depth < 1.25)
    assert far.sum() > 5 * (depth < 0.8).sum()
    assert snow.flakes.radius[far].mean() < 0.5 * snow.flakes.radius[near].mean()
    assert snow.flakes.blur[depth < 0.5].min() > 3 * snow.flakes.blur[near].max()
    # Not sheets of equal dots: hardly two have one size, and none one speed.
    assert len(np.unique(snow.flakes.radius.round(3))) > 0.7 * len(depth)
    assert len(np.unique(snow.course.drop.round(2))) > 0.9 * len(depth)


def test_snow_brings_a_cool_dusk_and_hardly_any_on_people():
    into = drawn(Snow(stage(), SECONDS, 3), 2.0)
    np.testing.assert_allclose(into.gain, np.broadcast_to(np.float32(DUSK), into.gain.shape))
    np.testing.assert_allclose(into.gain_people, np.broadcast_to(np.float32(DUSK_ON_PEOPLE), into.gain.shape))
    red, green, blue = DUSK
    assert -0.2 < red < green < blue < 0
    assert min(DUSK_ON_PEOPLE) > -0.05


@pytest.mark.parametrize("radius", [0.3, 0.6, 1.0, 1.8])
def test_a_small_flake_does_not_twinkle(radius):
    snow = Snow(stage(), SECONDS, 3)
    flakes = snow.flakes._replace(
        radius=np.full_like(snow.flakes.radius, radius), blur=np.full_like(snow.flakes.blur, 0.4 * radius)
    )
    sums = []
    for x in np.linspace(0, 1, 7):
        for y in np.linspace(0, 1, 7):
            into = layers(32, 32)
            flake(flakes, 0, 0.0, (16 + x, 16 + y, 1.0), (0.3, 1.4), 1.0, into.front, into.touched)
            sums.append(float(into.front[..., 3].sum()))
    assert np.ptp(sums) / np.mean(sums) < 0.02
