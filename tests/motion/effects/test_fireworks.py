"""烟花 burst behind people where there is room, in strokes without a gap, and the loop closes."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import cv2
import numpy as np
import pytest

from tuanyuan.motion.effects import fireworks_evening as evening
from tuanyuan.motion.effects.fireworks import Fireworks, warm
from tuanyuan.motion.effects.fireworks_shells import BROCADE, CRACKLE, GOLD, PEONY, RING, SPARK, shell, throw
from tuanyuan.motion.effects.fireworks_show import RISER, plan
from tuanyuan.motion.effects.fireworks_sparks import place, risers, shells, smoke
from tuanyuan.motion.layers import TILE, Pose, layers
from tuanyuan.motion.stage import make_stage

SECONDS = 5.0
LANDSCAPE, PORTRAIT = (640, 360), (360, 640)
NAMES = ("light", "back", "front", "gain", "gain_people", "ambient", "touched")


def stage(size=LANDSCAPE, wall=150, people="group"):
    """A plain wall of one lightness, and in front of it nobody, a group along the foot, or one face that fills all."""
    width, height = size
    mask = np.zeros((height, width), np.float32)
    if people == "group":
        cv2.ellipse(mask, (width // 2, height), (width * 2 // 5, height * 2 // 5), 0, 0, 360, 1.0, -1)
    elif people == "face":
        mask[:] = 1
    elif people == "right":
        mask[:, width // 2 :] = 1
    return make_stage(np.full((height, width, 3), wall, np.uint8), mask, ())


def drawn(effect, time, pose=None, size=LANDSCAPE):
    into = layers(size[0] // 2, size[1] // 2)
    effect.draw(time, pose or Pose((size[0] / 4, size[1] / 4)), into)
    return into


def same(one, other, tolerance=0.0):
    return all(np.abs(getattr(one, n).astype(float) - getattr(other, n)).max() <= tolerance for n in NAMES)


@pytest.fixture(scope="module")
def effect():
    return Fireworks(stage(), SECONDS, 7)


@pytest.fixture(scope="module")
def loop(effect):
    """All layers at 25 frames a second."""
    return [drawn(effect, k / 25) for k in range(125)]


@pytest.mark.parametrize("seconds", [3.0, 5.0, 10.0])
def test_the_loop_ends_as_it_begins(seconds):
    effect = Fireworks(stage(), seconds, 7)
    assert drawn(effect, 0.0).light.max() > 0.05
    assert same(drawn(effect, 0.0), drawn(effect, seconds), 1e-4)
    assert not same(drawn(effect, 0.0), drawn(effect, seconds / 2), 1e-2)


def test_the_same_seed_gives_the_same_layers_and_another_seed_others(effect):
    assert same(drawn(effect, 1.3), drawn(Fireworks(stage(), SECONDS, 7), 1.3))
    assert not same(drawn(effect, 1.3), drawn(Fireworks(stage(), SECONDS, 8), 1.3), 0.05)


def test_nothing_passes_in_front_and_smoke_covers_little(loop):
    assert max(frame.front.max() for frame in loop) == 0
    assert 0.02 < max(frame.back[..., 3].max() for frame in loop) < 0.35
    assert min(frame.light.min() for frame in loop) == 0


def test_all_that_is_drawn_is_marked(loop):
    for frame in loop[::9]:
        holds = (frame.light.max(2) > 0) | (frame.back.max(2) > 0)
        marked = np.kron(frame.touched, np.ones((TILE, TILE), np.uint8))[: holds.shape[0], : holds.shape[1]] > 0
        assert holds.any()
        assert not (holds & ~marked).any()
    assert min(frame.touched.mean() for frame in loop) < 0.9


def test_threads_do_not_disturb_each_other(effect):
    times = [k / 7 for k in range(28)]
    with ThreadPoolExecutor(2) as threads:
        beside = list(threads.map(lambda t: drawn(effect, t), times))
    assert all(same(one, drawn(effect, t)) for one, t in zip(beside, times, strict=True))


@pytest.mark.parametrize("seed", range(6))
def test_seven_to_ten_bursts_in_five_seconds_with_pauses(seed):
    births = np.unique(plan(stage(), SECONDS, seed).shells["birth"])
    pauses = np.diff(np.concatenate([births, births[:1] + SECONDS]))
    assert 7 <= len(births) <= 10
    assert pauses.max() > 2 * np.median(pauses)


@pytest.mark.parametrize("seed", range(6))
def test_the_first_frame_is_a_picture(seed):
    rows = plan(stage(), SECONDS, seed).shells
    ages = -rows["birth"] % SECONDS
    blooming = rows[(ages > 0.15) & (ages < 0.75)]
    assert blooming["size"].max() > 0.25 * 180
    assert drawn(Fireworks(stage(), SECONDS, seed), 0.0).light.max() > 1


@pytest.mark.parametrize("seconds", [3.0, 4.3, 5.0, 7.7, 10.0])
def test_no_second_flashes_more_than_three_times(seconds):
    for seed in range(20):
        births = np.unique(plan(stage(), seconds, seed).shells["birth"])
        follow = np.concatenate([births, births + seconds])
        assert all(np.sum((follow >= birth) & (follow <= birth + 1)) <= 3 for birth in births)


def alone(kind, size=60.0, wide=1.8, turn=0.6):
    """One spark of `kind` in a shell at (100, 90): the shell, its spark."""
    row, spark = shell(kind, GOLD, 0.0, 100, 90, size, 4.0), np.zeros(1, SPARK)
    row["wide"], row["stop"], row["flash"] = wide, 1, 0
    spark["dx"], spark["dy"], spark["bright"], spark["life"] = np.cos(turn), np.sin(turn), 1, kind.life
    spark["phase"] = 77
    return row, spark


def along(light, xs, ys):
    """Brightness at sub-pixel places of a stroke."""
    at = np.asarray(xs, np.float32)[None], np.asarray(ys, np.float32)[None]
    return cv2.remap(np.ascontiguousarray(light.sum(2)), *at, cv2.INTER_LINEAR)[0]


@pytest.mark.parametrize("kind", [PEONY, RING, BROCADE, CRACKLE], ids=["peony", "ring", "brocade", "crackle"])
@pytest.mark.parametrize(("size", "wide"), [(60.0, 1.8), (84.0, 0.6)], ids=["near", "far and thin"])
@pytest.mark.parametrize("age", [0.12, 0.3, 0.55, 0.8])
def test_a_trail_is_one_stroke_without_gap_or_bead(kind, size, wide, age):
    row, spark = alone(kind, size, wide)
    into = layers(200, 180)
    shells(into.light, into.touched, row, spark, age, SECONDS, 0.0, 0.0, 1.0)
    ago = np.linspace(0.03, min(age - 0.05, 0.6 * kind.trail), 300)
    path = np.array([place(row[0], spark[0]["dx"], spark[0]["dy"], age - a, a) for a in ago])
    # Evenly spaced by half a pixel.
    steps = np.concatenate([[0], np.cumsum(np.hypot(*np.diff(path, axis=0).T))])
    even = np.arange(0, steps[-1], 0.5)
    seen = along(into.light, np.interp(even, steps, path[:, 0]), np.interp(even, steps, path[:, 1]))
    assert len(seen) > 4
    assert seen.min() > 0
    reach = 6
    for k in range(reach, len(seen) - reach):
        beside = min(seen[k - reach : k].max(), seen[k + 1 : k + 1 + reach].max())
        assert seen[k] > 0.7 * beside


def test_what_climbs_is_one_stroke_too():
    row = np.zeros(1, RISER)
    row["climb"], row["trail"], row["x"], row["y"], row["drop"] = 0.7, 0.34, 50, 20, 150
    row["wide"], row["bright"], row["phase"] = 1.2, 1, 5
    into = layers(100, 180)
    risers(into.light, into.touched, row, 0.45, SECONDS, 0.0, 0.0, 1.0)
    column = into.light.sum((1, 2))
    lit = np.flatnonzero(column > 0.02 * column.max())
    assert lit[-1] - lit[0] > 30
    assert (column[lit[0] : lit[-1]] > 0.02 * column.max()).all()


def test_a_resting_spark_is_as_bright_as_a_moving_one_and_does_not_vanish():
    peaks = []
    for size in (0.02, 0.5, 4.0, 40.0):
        row, spark = alone(PEONY, size)
        into = layers(200, 180)
        shells(into.light, into.touched, row, spark, 0.4, SECONDS, 0.0, 0.0, 1.0)
        peaks.append(float(into.light.max()))
    assert min(peaks) > 0.25 * max(peaks)


def test_brightness_changes_smoothly_but_where_a_shell_bursts(effect):
    step = 0.01
    births = plan(stage(), SECONDS, 7).shells["birth"]
    times = np.arange(0, SECONDS, step)
    energy = np.array([drawn(effect, t).light.sum() for t in times])
    jumps = np.abs(np.diff(energy)) / energy.max()
    since = np.array([((t + step - births) % SECONDS).min() for t in times[:-1]])
    assert jumps[since > 0.25].max() < 0.025
    assert jumps[since <= 0.04].max() > 0.05


def test_a_late_burst_goes_on_at_the_beginning():
    late, early = (alone(BROCADE) for _ in range(2))
    late[0]["birth"], early[0]["birth"] = 4.5, 1.0
    one, other = layers(200, 180), layers(200, 180)
    shells(one.light, one.touched, *late, 0.5, SECONDS, 0.0, 0.0, 1.0)
    shells(other.light, other.touched, *early, 2.0, SECONDS, 0.0, 0.0, 1.0)
    assert one.light.max() > 0.1
    np.testing.assert_allclose(one.light, other.light, atol=1e-4)


def test_a_shell_that_outlasts_the_loop_is_seen_in_all_its_rounds():
    row, spark = alone(BROCADE)
    both, *rounds = (layers(200, 180) for _ in range(4))
    shells(both.light, both.touched, row, spark, 0.6, 1.5, 0.0, 0.0, 1.0)
    for k, one in enumerate(rounds):
        shells(one.light, one.touched, row, spark, 0.6 + 1.5 * k, 9.0, 0.0, 0.0, 1.0)
    assert rounds[1].light.max() > 0.05
    np.testing.assert_allclose(both.light, sum(one.light for one in rounds), atol=1e-4)


def test_it_moves_with_what_is_behind_people(effect):
    time = float(plan(stage(), SECONDS, 7).shells["birth"][0]) + 0.3
    middle = 160.0, 90.0
    still = drawn(effect, time, Pose(middle)).light
    nearer = drawn(effect, time, Pose(middle, back=1.02, people=1.3, front=1.5)).light
    zoom = np.array([[1.02, 0, -160 * 0.02], [0, 1.02, -90 * 0.02]])
    expected = cv2.warpAffine(still, zoom, (320, 180), flags=cv2.INTER_CUBIC)
    assert np.abs(nearer - expected).mean() < 0.25 * np.abs(nearer - still).mean()


def test_bursts_keep_to_what_is_free():
    rows = plan(stage(people="right"), SECONDS, 3).shells
    assert (rows["x"] < 160).mean() > 0.9
    open_rows = plan(stage(people="nobody"), SECONDS, 3).shells
    assert (open_rows["x"] > 160).any()
    assert (open_rows["y"] < 0.66 * 180).all()
    assert rows["size"].max() <= open_rows["size"].max()
    assert plan(stage(people="face"), SECONDS, 3).shells["size"].max() < 0.5 * open_rows["size"].max()


@pytest.mark.parametrize("wall", [10, 60, 150, 245])
def test_evening_comes_within_bounds(wall):
    effect = Fireworks(stage(wall=wall), SECONDS, 5)
    frames = [drawn(effect, k / 10) for k in range(50)]
    for frame in frames:
        assert evening.LEAST <= frame.gain.min() <= frame.gain.max() <= evening.MOST
        assert evening.LEAST_PEOPLE <= frame.gain_people.min() <= frame.gain_people.max() <= evening.MOST_PEOPLE
        assert 0 <= frame.ambient.min() <= frame.ambient.max() < evening.AROUND_MOST
    assert max(frame.ambient.max() for frame in frames) > 0.01
    darkest = min(frames, key=lambda f: f.gain.sum())
    assert darkest.gain[0].mean() < darkest.gain[-1].mean() < 0
    assert darkest.gain.mean() < 2 * darkest.gain_people.mean() < 0


def test_bright_walls_darken_by_more():
    amounts = [drawn(Fireworks(stage(wall=wall), SECONDS, 5), 0.0).gain.mean() for wall in (10, 90, 170, 245)]
    assert amounts == sorted(amounts, reverse=True)
    assert amounts[0] > -0.27
    assert -0.60 < amounts[-1] < -0.35


def test_a_burst_lights_the_wall_round_it_most(effect):
    rows = plan(stage(), SECONDS, 7).shells
    one = rows[np.argmax(rows["size"])]
    before, after = (drawn(effect, float(one["birth"]) + d) for d in (-0.02, 0.08))
    lifted = (after.gain - before.gain).mean(2)
    row, column = int(one["y"] / 16), int(one["x"] / 16)
    near = lifted[max(0, row - 1) : row + 2, max(0, column - 1) : column + 2].mean()
    assert near > 0.12
    assert near > 3 * lifted[-1, -1 if column < 10 else 0]
    assert (after.gain_people - before.gain_people).mean() > 0.003
    assert (after.ambient > before.ambient).all()


def test_light_on_people_is_a_short_moment():
    one = Fireworks(stage(), SECONDS, 7)
    row = one._evening.shells[:1].copy()
    row["birth"] = 0
    one._evening = evening.Evening(stage(), row)
    ambient = np.array([drawn(one, k / 50).ambient.max() for k in range(150)])
    assert ambient.argmax() < 8
    # Four tenths of a second later it has halved.
    assert ambient[int(ambient.argmax()) + 20] < 0.5 * ambient.max()
    peak = drawn(one, 0.2).ambient  # more grey than coloured
    assert peak.min() > 0.4 * peak.max()


@pytest.mark.parametrize("size", [LANDSCAPE, PORTRAIT], ids=["landscape", "portrait"])
@pytest.mark.parametrize("people", ["nobody", "group", "face"])
@pytest.mark.parametrize("seconds", [3.0, 10.0])
def test_it_works_for_every_shape_and_company(size, people, seconds):
    effect = Fireworks(stage(size, people=people), seconds, 2)
    frames = [drawn(effect, k * seconds / 12, size=size) for k in range(12)]
    assert all(np.isfinite(getattr(frame, name)).all() for frame in frames for name in NAMES)
    assert sum(frame.light.max() > 0.2 for frame in frames) > 6


def test_sparks_of_a_shell_are_never_alike():
    sparks = throw(PEONY, 120, np.random.default_rng(1))
    reach = np.hypot(sparks["dx"], sparks["dy"])
    assert len(np.unique(sparks["bright"])) == 120
    assert 0.9 < reach.max() < 1.4
    middle = sparks["dx"].mean(), sparks["dy"].mean()
    assert np.abs(middle).max() < 0.12


def test_after_warming_a_clip_compiles_nothing(effect):
    warm()
    loops = (smoke, risers, shells)
    before = [len(one.signatures) for one in loops]
    drawn(effect, 1.0)
    assert before == [1, 1, 1]
    assert [len(one.signatures) for one in loops] == before
