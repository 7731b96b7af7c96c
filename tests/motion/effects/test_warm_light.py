"""Warm light wanders over the room; the picture as a whole keeps its brightness, and dust keeps off heads."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import cv2
import numba
import numpy as np
import pytest

from tuanyuan.imaging.faces import Face
from tuanyuan.motion.composing import compose
from tuanyuan.motion.effects import warm_light
from tuanyuan.motion.effects.warm_light import WarmLight
from tuanyuan.motion.layers import TILE, Pose, layers
from tuanyuan.motion.stage import make_stage

SECONDS = 5.0
WIDE_SIZE, TALL_SIZE = (320, 180), (180, 320)
TIMES = np.arange(0, SECONDS, 0.2)
SEEDS = [1, 2, 3, 4, 5, 6]
NAMES = ("light", "back", "front", "gain", "gain_people", "ambient", "touched")


def face(x, y, size):
    """A face about (x, y), `size` pixels wide, in pixels of the still."""
    mesh = np.tile(np.array([[x, y, 0]], np.float32), (468, 1))
    mesh[0, :2], mesh[1, :2] = (x - size / 2, y - 0.65 * size), (x + size / 2, y + 0.65 * size)
    return Face(mesh=mesh, confidence=1.0, yaw=0.0, pitch=0.0, roll=0.0, sharpness=100.0)


def stage(size=WIDE_SIZE, people="group"):
    """A room that is brighter to the left, of the half size `size`."""
    width, height = (2 * v for v in size)
    rgb = np.repeat(np.linspace(190, 70, width)[None, :, None], height, 0) * np.array([1.0, 0.9, 0.8])
    short = min(width, height)
    faces = {
        "nobody": [],
        "group": [face((0.25 + 0.5 * k) * width, 0.6 * height, 0.2 * short) for k in range(2)],
        "filling": [face(width / 2, height / 2, 0.95 * width)],
    }[people]
    pixels, nobody = rgb.astype(np.uint8), np.zeros((height, width), np.float32)
    mask = nobody.copy()
    for head in make_stage(pixels, nobody, faces).heads:
        at, axes = (round(2 * head.x), round(2 * head.y)), (round(2 * head.wide), round(2 * head.high))
        cv2.ellipse(mask, at, axes, 0, 0, 360, 1.0, -1)
    return make_stage(pixels, mask, faces)


def drawn(effect, time, size=WIDE_SIZE, scale=1.0):
    into = layers(*size)
    effect.draw(time, Pose((size[0] / 2, size[1] * 0.45), scale, scale, scale), into)
    return into


def same(one, other, tolerance=0.0):
    return all(np.abs(getattr(one, n).astype(float) - getattr(other, n)).max() <= tolerance for n in NAMES)


@pytest.fixture(scope="module")
def effect():
    return WarmLight(stage(), SECONDS, 3)


@pytest.fixture(scope="module")
def loop(effect):
    return [drawn(effect, float(t)) for t in TIMES]


@pytest.mark.parametrize("seconds", [3.0, 5.0, 10.0])
@pytest.mark.parametrize("size", [WIDE_SIZE, TALL_SIZE])
def test_the_loop_ends_as_it_begins_and_moves_between(seconds, size):
    effect = WarmLight(stage(size), seconds, 3)
    assert same(drawn(effect, 0.0, size), drawn(effect, seconds, size), 1e-5)
    assert np.abs(drawn(effect, 0.0, size).gain - drawn(effect, seconds / 3, size).gain).max() > 0.01


def test_a_seed_is_a_picture():
    one, again, other = (drawn(WarmLight(stage(), SECONDS, seed), 1.3) for seed in (3, 3, 4))
    assert same(one, again)
    assert not same(one, other, 0.01)


def test_two_threads_draw_the_same(effect, loop):
    with ThreadPoolExecutor(2) as pool:
        both = list(pool.map(lambda t: drawn(effect, float(t)), TIMES))
    assert all(same(a, b) for a, b in zip(both, loop, strict=True))


def test_what_is_drawn_is_touched(loop):
    for into in loop:
        some = sum(np.abs(layer).max(2) for layer in (into.light, into.back, into.front)) > 0
        tiles = np.kron(into.touched, np.ones((TILE, TILE), np.uint8))[: some.shape[0], : some.shape[1]]
        assert some.any()
        assert not (some & (tiles == 0)).any()


def test_light_plays_within_bounds_and_less_on_people(loop):
    behind, people = (np.array([getattr(into, name) for into in loop]) for name in ("gain", "gain_people"))
    assert 0.015 < np.abs(behind - behind.mean(0)).max() <= 0.06
    assert 0.002 < np.abs(people - people.mean(0)).max() <= 0.02
    assert np.abs(behind).max() <= 0.3
    assert np.abs(people).max() <= 0.06


def test_light_plays_slowly(effect):
    one, next_one = (drawn(effect, t).gain for t in (1.0, 1.04))
    assert np.abs(one - next_one).max() < 0.008


def test_it_is_warm(loop):
    tint = np.mean([into.gain for into in loop], axis=(0, 1, 2))
    assert tint[0] > tint[1] > tint[2]


@pytest.mark.parametrize("people", ["nobody", "group"])
@pytest.mark.parametrize("size", [WIDE_SIZE, TALL_SIZE])
def test_the_frame_keeps_its_brightness(people, size):
    room = stage(size, people)
    effect = WarmLight(room, SECONDS, 3)
    pose = Pose((size[0] / 2, size[1] / 2))
    means = []
    for time in TIMES:
        into = layers(*size)
        effect.draw(float(time), pose, into)
        means.append(cv2.cvtColor(compose(room, pose, into), cv2.COLOR_RGB2GRAY).mean())
    assert np.ptp(means) < 0.02 * np.mean(means)


def test_a_part_of_the_room_does_change():
    """Else the frame would keep its brightness because nothing happens."""
    effect = WarmLight(stage(people="nobody"), SECONDS, 3)
    cells = np.array([drawn(effect, float(t)).gain[..., 0] for t in TIMES])
    assert (np.ptp(cells, axis=0) > 0.02).mean() > 0.3


@pytest.mark.parametrize("size", [WIDE_SIZE, TALL_SIZE])
@pytest.mark.parametrize("seed", SEEDS)
def test_dust_in_front_keeps_off_heads(size, seed):
    room = stage(size)
    effect = WarmLight(room, SECONDS, seed)
    ys, xs = np.mgrid[: size[1], : size[0]]
    on = np.zeros((size[1], size[0]), bool)
    for head in room.heads:
        on |= np.hypot((xs - head.x) / head.wide, (ys - head.y) / head.high) < 1
    for time in TIMES:
        front = drawn(effect, float(time), size).front[..., 3]
        assert front[on].max() == 0
    assert front.max() > 0.01


def test_dust_would_lie_on_heads_of_which_nobody_tells():
    room = stage()
    on = room.free == 0
    blind = [WarmLight(replace(room, free=np.ones_like(room.free)), SECONDS, seed) for seed in SEEDS]
    assert max(drawn(effect, float(t)).front[on][:, 3].max() for effect in blind for t in TIMES) > 0.01


def test_before_a_face_that_fills_the_frame_nothing_floats():
    into = drawn(WarmLight(stage(people="filling"), SECONDS, 3), 1.0)
    assert not into.front[..., 3][20:-20, 60:-60].any()
    assert into.gain_people.any()


def test_dust_is_soft_and_faint(loop):
    for into in loop:
        assert into.light.max() < 0.6
        assert into.front[..., 3].max() < 0.3
        assert np.abs(np.diff(into.light[..., 0], axis=1)).max() < 0.3
        assert (into.back[..., :3] <= into.back[..., 3:] + 1e-6).all()
        assert (into.front[..., :3] <= into.front[..., 3:] + 1e-6).all()


def test_nothing_appears_at_once(effect):
    for k in range(125):
        one, next_one = drawn(effect, k / 25), drawn(effect, (k + 1) / 25)
        assert np.abs(one.back[..., 3] - next_one.back[..., 3]).max() < 0.03
        assert np.abs(one.front[..., 3] - next_one.front[..., 3]).max() < 0.03
        assert np.abs(one.light - next_one.light).max() < 0.08


def test_warming_compiles_what_drawing_calls(monkeypatch):
    kinds = []
    monkeypatch.setattr(warm_light, "float_discs", lambda *given: kinds.append([numba.typeof(one) for one in given]))
    drawn(WarmLight(stage(), SECONDS, 3), 1.0)
    needed = {str(kind) for kind in kinds}
    kinds.clear()
    warm_light.warm()
    assert {str(kind) for kind in kinds} == needed != set()
