"""灯笼 hang where they disturb nobody, swing on cords whose ends are not seen, and are lit from within."""

from __future__ import annotations

import math
from concurrent.futures import ThreadPoolExecutor

import cv2
import numba
import numpy as np
import pytest

from tuanyuan.imaging.faces import Face
from tuanyuan.motion.effects import lantern_places, lanterns
from tuanyuan.motion.effects.lantern_drawing import cord, float_discs, hang
from tuanyuan.motion.effects.lantern_places import DOWN, END, THIN, UP, WIDE
from tuanyuan.motion.effects.lantern_sprite import globe, tassel
from tuanyuan.motion.effects.lanterns import Lanterns
from tuanyuan.motion.layers import TILE, Pose, layers
from tuanyuan.motion.stage import make_stage

SECONDS = 5.0
WIDE_SIZE, TALL_SIZE = (320, 180), (180, 320)
TIMES = np.arange(0, SECONDS, 0.2)
NAMES = ("light", "back", "front", "gain", "gain_people", "ambient", "touched")
# More than the faint discs of far lights cover, less than a lantern.
SOLID = 0.2


def face(x, y, size):
    """A face about (x, y), `size` pixels wide, in pixels of the still."""
    mesh = np.tile(np.array([[x, y, 0]], np.float32), (468, 1))
    mesh[0, :2], mesh[1, :2] = (x - size / 2, y - 0.65 * size), (x + size / 2, y + 0.65 * size)
    return Face(mesh=mesh, confidence=1.0, yaw=0.0, pitch=0.0, roll=0.0, sharpness=100.0)


def stage(size=WIDE_SIZE, people="group", wall=(120, 100, 80), lamps=()):
    """A plain wall of the half size `size`, with bright lamps (x0, y0, x1, y1 in half-size pixels) on it."""
    width, height = (2 * v for v in size)
    rgb = np.full((height, width, 3), wall, np.uint8)
    for x0, y0, x1, y1 in lamps:
        rgb[2 * y0 : 2 * y1, 2 * x0 : 2 * x1] = 250
    short = min(width, height)
    faces = {
        "nobody": [],
        "group": [face((0.2 + 0.3 * k) * width, 0.6 * height + 0.08 * short * (k % 2), 0.16 * short) for k in range(3)],
        "filling": [face(width / 2, height / 2, 0.95 * width)],
    }[people]
    made = make_stage(rgb, np.zeros((height, width), np.float32), faces)
    mask = np.zeros((height, width), np.float32)
    for head in made.heads:
        at, axes = (round(2 * head.x), round(2 * head.y)), (round(2 * head.wide), round(2 * head.high))
        cv2.ellipse(mask, at, axes, 0, 0, 360, 1.0, -1)
    return make_stage(rgb, mask, faces)


def drawn(effect, time, size=WIDE_SIZE, scale=1.0):
    into = layers(*size)
    effect.draw(time, Pose((size[0] / 2, size[1] * 0.45), scale, scale, scale), into)
    return into


def same(one, other, tolerance=0.0):
    return all(np.abs(getattr(one, n).astype(float) - getattr(other, n)).max() <= tolerance for n in NAMES)


@pytest.fixture(scope="module")
def effect():
    return Lanterns(stage(), SECONDS, 3)


@pytest.fixture(scope="module")
def loop(effect):
    """Each moment as the camera stands at rest and as it stands nearest."""
    return [drawn(effect, float(t), scale=scale) for t in TIMES for scale in (1.0, 1.008)]


@pytest.mark.parametrize("seconds", [3.0, 5.0, 10.0])
def test_the_loop_ends_as_it_begins_and_moves_between(seconds):
    effect = Lanterns(stage(), seconds, 3)
    assert same(drawn(effect, 0.0), drawn(effect, seconds), 1e-5)
    assert not same(drawn(effect, 0.0), drawn(effect, 0.3), 0.05)


def test_a_seed_is_a_picture():
    one, again, other = (drawn(Lanterns(stage(), SECONDS, seed), 1.3) for seed in (3, 3, 4))
    assert same(one, again)
    assert not same(one, other, 0.05)


def test_two_threads_draw_the_same(effect, loop):
    with ThreadPoolExecutor(2) as pool:
        both = list(pool.map(lambda t: drawn(effect, float(t)), TIMES))
    assert all(same(a, b) for a, b in zip(both, loop[::2], strict=True))


def test_what_is_drawn_is_touched_and_nothing_is_in_front(loop):
    for into in loop:
        assert not into.front.any()
        some = np.abs(into.light).max(2) + np.abs(into.back).max(2) > 0
        tiles = np.kron(into.touched, np.ones((TILE, TILE), np.uint8))[: some.shape[0], : some.shape[1]]
        assert not (some & (tiles == 0)).any()
        assert (tiles == 0).mean() > 0.2
        assert into.back[..., :3].min() >= 0
        assert (into.back[..., :3] <= into.back[..., 3:] + 1e-5).all()


@pytest.mark.parametrize("size", [WIDE_SIZE, TALL_SIZE])
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_no_lantern_comes_near_a_head(size, seed):
    room = stage(size)
    effect = Lanterns(room, SECONDS, seed)
    assert 2 <= len(effect.places) <= 6
    ys, xs = np.mgrid[: size[1], : size[0]]
    near = np.zeros((size[1], size[0]), bool)
    for h in room.heads:
        near |= np.hypot((xs - h.x) / h.wide, (ys - h.y) / h.high) < 1.1
    for time in TIMES:
        assert drawn(effect, float(time), size).back[near][:, 3].max() < SOLID


def test_beside_a_face_that_fills_the_frame_nothing_hangs():
    effect = Lanterns(stage(people="filling"), SECONDS, 3)
    into = drawn(effect, 1.0)
    assert effect.places == ()
    assert into.back[..., 3].max() < SOLID
    assert into.ambient.max() == 0


@pytest.mark.parametrize("size", [WIDE_SIZE, TALL_SIZE])
def test_without_people_there_is_room_for_many_sizes(size):
    found = Lanterns(stage(size, "nobody"), SECONDS, 3).places
    radii = [place.radius for place in found]
    assert len(found) >= 3
    assert radii == sorted(radii)
    assert radii[-1] > 1.5 * radii[0]
    assert min(p.x for p in found) < size[0] / 2 < max(p.x for p in found)


def boxes(place):
    """Of the globe and of the tassel at rest: x0, y0, x1, y1."""
    x, y, r = place.x, place.y, place.radius
    return (x - WIDE * r, y - UP * r, x + WIDE * r, y + DOWN * r), (x - THIN * r, y, x + THIN * r, y + END * r)


def covered(places, lamps):
    return sum(
        max(0, min(a[2], b[2]) - max(a[0], b[0])) * max(0, min(a[3], b[3]) - max(a[1], b[1]))
        for place in places
        for a in boxes(place)
        for b in lamps
    )


LAMPS = ((30, 20, 60, 50), (110, 8, 130, 40), (190, 8, 210, 40), (260, 20, 290, 50))


def test_lamps_of_the_room_stay_in_sight_because_lanterns_look_for_them(monkeypatch):
    def found():
        return [lantern_places.places(stage(lamps=LAMPS), np.random.default_rng(seed)) for seed in (1, 2, 3, 4)]

    assert min(len(places) for places in found()) >= 2
    assert sum(covered(places, LAMPS) for places in found()) == 0
    monkeypatch.setattr(lantern_places, "LINES", 0.0)
    monkeypatch.setattr(lantern_places, "LIGHTS", 0.0)
    assert sum(covered(places, LAMPS) for places in found()) > 500


def test_cords_come_from_above_the_frame_and_lanterns_stay_between_its_sides(effect, loop):
    for into in loop:
        cover = into.back[..., 3]
        assert cover[:, [0, -1]].max() < SOLID
        cords = cv2.connectedComponents((cover[:1] > SOLID).astype(np.uint8))[0] - 1
        assert cords == len(effect.places)


def test_the_swing_is_gentle_and_the_tassel_lags():
    found = Lanterns(stage(people="nobody"), SECONDS, 3)
    for lantern in found._lanterns:
        angles = np.array([lantern.angles(t) for t in np.linspace(0, 1, 500, endpoint=False)])
        assert math.radians(1.0) < np.abs(angles[:, 0]).max() <= math.radians(3)
        shifts = [np.dot(np.roll(angles[:, 0], k), angles[:, 1]) for k in range(-100, 101)]
        assert np.argmax(shifts) - 100 > 10


def turned(angle, dx, dy, sprite):
    into = layers(120, 160)
    where = (60.0 + dx, 70.0 + dy)
    hang(
        into.back,
        into.light,
        into.touched,
        sprite.pixels,
        (sprite.x, sprite.y),
        where,
        angle,
        sprite.step,
        0.0,
        (0, 0, 0),
    )
    return into.back


def test_nothing_shimmers_at_parts_of_a_pixel():
    sprite = globe(24.0, 0.25, 1.0, np.random.default_rng(1))
    sums = [turned(a, dx, dx / 3, sprite).sum((0, 1)) for a in (0.0, 0.02, 0.05) for dx in (0.0, 0.25, 0.5, 0.75)]
    assert np.ptp(sums, axis=0) == pytest.approx(np.zeros(4), abs=2e-3 * float(np.mean(sums)))


@pytest.mark.parametrize("angle", [0.0, 0.013, -0.04])
def test_outlines_are_smooth(angle):
    cover = turned(angle, 0.3, 0.6, globe(24.0, 0.25, 1.0, np.random.default_rng(1)))[..., 3]
    assert cover.max() == pytest.approx(1, abs=1e-3)
    assert max(np.abs(np.diff(cover, axis=0)).max(), np.abs(np.diff(cover, axis=1)).max()) < 0.75
    # Along a row an edge is crossed over three pixels at least.
    assert ((cover[70] > 0.02) & (cover[70] < 0.98)).sum() >= 4


def test_positive_angles_carry_the_lower_end_to_the_right():
    hung = tassel(24.0, 0.25, 1.0, np.random.default_rng(1))
    covers = [turned(angle, 0.0, 0.0, hung)[85:100, :, 3].sum(0) for angle in (-0.1, 0.0, 0.1)]
    middles = [float((cover * np.arange(120)).sum() / cover.sum()) for cover in covers]
    assert middles[0] < middles[1] - 1 < middles[2] - 2


def test_silk_is_lit_from_within():
    sprite = globe(40.0, 0.25, 1.0, np.random.default_rng(1))
    x, y, unit = round(sprite.x), round(sprite.y), 40 / sprite.step
    part = sprite.pixels[..., :3]
    low = part[y + round(0.15 * unit) :, x - 12 : x + 12][:12].mean((0, 1))
    high = part[y - round(0.55 * unit) :, x - 12 : x + 12][:12].mean((0, 1))
    rim = part[y - 6 : y + 6, x + round(0.93 * unit) :][:, :3].mean((0, 1))
    assert low.sum() > 1.15 * high.sum() > 1.15 * 1.3 * rim.sum()
    assert all(red > 2 * green > 2 * blue for red, green, blue in (high, rim))
    assert low[1] / low[0] > 3 * rim[1] / rim[0]


def test_a_brighter_flame_brightens_silk_and_not_gilt():
    sprite = globe(24.0, 0.25, 1.0, np.random.default_rng(1))
    calm = turned(0.0, 0.0, 0.0, sprite)
    into = layers(120, 160)
    at, anchor = (60.0, 70.0), (sprite.x, sprite.y)
    hang(into.back, into.light, into.touched, sprite.pixels, anchor, at, 0.0, sprite.step, 0.1, (0.1, 0.0, 0.0))
    assert (into.back / np.maximum(calm, 1e-6))[72, 60, 1] == pytest.approx(1.1, abs=0.03)
    gilt = round(70 + 24 * 0.87)
    assert np.abs(into.back - calm)[gilt, 52:68].max() < 0.01
    assert into.light[72, 60, 0] == pytest.approx(0.1, abs=0.02)
    assert into.light[gilt + 2, 60, 0] < 0.01
    assert into.light[..., 1:].max() == 0


def test_walls_are_warmest_about_a_lantern_and_light_on_people_hardly_changes(effect, loop):
    place = effect.places[-1]
    row, column = int(place.y) // 16, int(place.x) // 16
    for into in loop:
        assert into.gain.min() >= -0.15
        assert into.gain.max() <= 0.5
        assert np.abs(into.gain_people).max() <= 0.12
        assert 0 < into.ambient.max() < 0.06
        assert into.gain[row, column, 0] > into.gain[-1, :, 0].max() + 0.1
        assert into.gain[row, column, 0] > into.gain[row, column, 2] + 0.1
    assert np.ptp([into.gain_people for into in loop], axis=0).max() < 0.02
    assert np.ptp([into.ambient for into in loop], axis=0).max() < 0.2 * loop[0].ambient.max()


def test_a_white_wall_is_not_washed_out():
    dim, white = (Lanterns(stage(wall=(v, v, v)), SECONDS, 3) for v in (90, 245))
    assert drawn(white, 0.0).gain.max() < 0.45 * drawn(dim, 0.0).gain.max()


def test_a_cord_is_straight_even_and_as_wide_as_it_is():
    into = layers(64, 64)
    cord(into.back, into.touched, (30.0, -20.0), (34.0, 60.0), 1.5, 0.8, (0.5, 0.3, 0.1))
    cover = into.back[..., 3]
    rows = cover[2:56]
    assert rows.sum(1) == pytest.approx(3.0 * np.ones(54), rel=0.06)
    assert (rows * np.arange(64)).sum(1) / rows.sum(1) == pytest.approx(30 + 0.05 * (np.arange(2, 56) + 20), abs=0.08)
    assert not cover[61:].any()


def test_discs_keep_their_light_at_parts_of_a_pixel():
    sums = []
    for shift in np.linspace(0, 1, 9):
        into = layers(32, 32)
        disc = np.array([[14 + shift, 15 + shift / 2, 1.5, 3.0, 1.0, 0.5, 0.2, 0.3]], np.float32)
        float_discs(into.light, into.touched, disc)
        sums.append(into.light.sum((0, 1)))
    assert np.ptp(sums, axis=0)[0] < 0.02 * np.mean(sums, axis=0)[0]
    assert np.mean(sums, axis=0) == pytest.approx(np.mean(sums, axis=0)[0] * np.array([1, 0.5, 0.2]), rel=1e-4)


@pytest.mark.parametrize("loop", ["hang", "cord", "float_discs"])
def test_warming_compiles_what_drawing_calls(monkeypatch, effect, loop):
    kinds = []
    monkeypatch.setattr(lanterns, loop, lambda *given: kinds.append([numba.typeof(one) for one in given]))
    drawn(effect, 1.0)
    needed = {str(kind) for kind in kinds}
    kinds.clear()
    lanterns.warm()
    assert {str(kind) for kind in kinds} == needed != set()
