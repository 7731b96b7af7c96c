"""A frame means what the composer says: worked out again here in plain floats, slowly, and compared."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from tuanyuan.motion import rows
from tuanyuan.motion.bloom import Bloom
from tuanyuan.motion.composing import Composer, compose
from tuanyuan.motion.layers import CELL, TILE, Layers, Pose, layers
from tuanyuan.motion.planes import BLACK, LUMA, SPAN, planes, to_frame, to_rgb
from tuanyuan.motion.stage import Head, Stage, make_stage
from tuanyuan.motion.zooming import MOST

WIDTH, HEIGHT = 320, 256
CENTRE = (80.0, 58.0)
AT_REST = Pose(CENTRE)
GROWN = Pose(CENTRE, 1.008, 1.016, 1.03)


def still(seed: int = 1) -> Stage:
    """A soft coloured room with grain, and somebody in it, whose head may not be passed."""
    random = np.random.default_rng(seed)
    soft = cv2.resize(random.random((6, 8, 3)).astype(np.float32), (WIDTH, HEIGHT), interpolation=cv2.INTER_CUBIC)
    rgb = np.clip(40 + soft * 150 + random.normal(0, 2, (HEIGHT, WIDTH, 3)), 0, 255).astype(np.uint8)
    people = np.zeros((HEIGHT, WIDTH), np.float32)
    cv2.ellipse(people, (160, 110), (42, 56), 0, 0, 360, 1, -1, cv2.LINE_AA)
    cv2.ellipse(people, (160, 262), (110, 110), 0, 0, 360, 1, -1, cv2.LINE_AA)
    people = cv2.GaussianBlur(people, (0, 0), 1.2)
    made = make_stage(rgb, people, ())
    ys, xs = np.mgrid[: HEIGHT // 2, : WIDTH // 2]
    away = np.hypot((xs - 80) / 21, (ys - 55) / 28)
    free = np.clip((away - 1.05) / 0.4, 0, 1).astype(np.float32)
    return Stage(made.rgb, made.people, made.mask, made.rim, free, made.luma, (Head(80, 55, 21, 28),))


def drawn(seed: int, light: float = 1.0) -> Layers:
    """Smooth random layers that touch the left half, and gains everywhere."""
    random = np.random.default_rng(seed)
    into = layers(WIDTH // 2, HEIGHT // 2)
    half = WIDTH // 4 // TILE * TILE
    size = (half, HEIGHT // 2)

    def soft(channels: int) -> NDArray[np.float32]:
        field = cv2.resize(random.random((7, 6, channels)).astype(np.float32), size, interpolation=cv2.INTER_CUBIC)
        ramp = np.clip((half - 1 - np.arange(half)) / 12, 0, 1)[None, :, None]
        return np.clip(field.reshape(*size[::-1], channels) * ramp, 0, 1).astype(np.float32)

    into.light[:, :half] = light * soft(3) ** 2
    for layer in (into.back, into.front):
        cover = soft(1) * 0.5
        layer[:, :half] = np.concatenate([soft(3) * cover, cover], 2)
    into.gain[:] = random.uniform(-0.4, 0.2, into.gain.shape)
    into.gain_people[:] = random.uniform(-0.1, 0.05, into.gain.shape)
    into.ambient[:] = random.uniform(0, 0.1, 3)
    into.touched[:, : half // TILE] = 1
    return into


def made(stage: Stage, pose: Pose, into: Layers) -> NDArray[np.uint8]:
    composer = Composer(stage)
    out = np.empty(composer.shape, np.uint8)
    composer.compose(pose, into, composer.room(), out)
    return out


def base(stage: Stage, pose: Pose) -> NDArray[np.uint8]:
    return made(stage, pose, layers(*stage.size))


def reference(stage: Stage, pose: Pose, into: Layers) -> NDArray[np.float32]:
    """The luma of a frame, float32 H×W, from the definition; the still and the veil are the project's own."""
    width, height = stage.size
    across, down = (lanczos(side, middle, pose.people) for side, middle in zip(stage.size, pose.centre, strict=True))

    def moved(plane: NDArray[np.float32]) -> NDArray[np.float32]:
        return (down @ plane @ across.T).clip(0, 1)[..., None].astype(np.float32)

    mask, rim = moved(stage.mask), moved(stage.rim)
    keep = moved(np.maximum(stage.free, 1 - stage.mask))
    behind = base(stage, pose)
    rgb = cv2.resize(to_rgb(behind).astype(np.float32) / 255, (width, height), interpolation=cv2.INTER_AREA)
    bloom = Bloom(width, height)
    mean = bloom.of(into.light, into.touched)
    veil = np.moveaxis(bloom.veil[:, 1:-1, 1:-1], 0, 2)
    veil = cv2.resize(np.ascontiguousarray(veil), (width, height), interpolation=cv2.INTER_LINEAR)
    gain = spread(into.gain, (width, height)) * (1 - mask) + spread(into.gain_people, (width, height)) * mask
    ambient = into.ambient + (0 if mean is None else mean)
    falls = mask * (rim * veil * (rows.WRAP * rgb + rows.SHEEN) + rows.AMBIENT * ambient * rgb)
    own = rgb * (1 + gain)
    own = own + falls / (1 + falls) * np.maximum(0, 1 - own)
    total = (into.light + veil) * (1 - mask)
    shine = 1 - 1 / (1 + total + total * total / 2)
    cover = shine.max(2, keepdims=True)
    for layer, seen in ((into.back, 1 - mask), (into.front, keep)):
        shine = shine * (1 - layer[..., 3:] * seen) + layer[..., :3] * seen
        cover = cover * (1 - layer[..., 3:] * seen) + layer[..., 3:] * seen
    factor = (1 + (gain * LUMA).sum(2, keepdims=True)) * (1 - cover)
    rest = ((own * (1 - cover) + shine - rgb * factor) * LUMA).sum(2, keepdims=True)
    up = [cv2.resize(part, (2 * width, 2 * height), interpolation=cv2.INTER_LINEAR) for part in (factor, rest)]
    return BLACK + (planes(behind).y.astype(np.float32) - BLACK) * up[0] + SPAN * up[1]


def lanczos(side: int, middle: float, scale: float) -> NDArray[np.float64]:
    """Each pixel's weights of all pixels, three lobes; beyond the edge the edge goes on."""
    source = middle + (np.arange(side) - middle) / scale
    out = np.zeros((side, side))
    for tap in range(-2, 4):
        at = np.floor(source) + tap
        away = source - at
        np.add.at(out, (np.arange(side), at.clip(0, side - 1).astype(int)), np.sinc(away) * np.sinc(away / 3))
    return out / out.sum(1, keepdims=True)


def spread(cells: NDArray[np.float32], size: tuple[int, int]) -> NDArray[np.float32]:
    """Catmull and Rom's cubic, cell by cell."""
    columns, rows = (weights(count, side) for count, side in zip(cells.shape[1::-1], size, strict=True))
    return np.einsum("yv,vuc,xu->yxc", rows, cells, columns).astype(np.float32)


def weights(count: int, side: int) -> NDArray[np.float64]:
    out = np.zeros((side, count))
    for x in range(side):
        at = (x + 0.5) / CELL - 0.5
        left, t = int(np.floor(at)), at - np.floor(at)
        cubic = (-t + 2 * t**2 - t**3, 2 - 5 * t**2 + 3 * t**3, t + 4 * t**2 - 3 * t**3, t**3 - t**2)
        for i, weight in enumerate(cubic):
            out[x, min(max(left - 1 + i, 0), count - 1)] += weight / 2
    return out


@pytest.mark.parametrize("pose", [AT_REST, GROWN])
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_a_frame_is_its_definition(pose: Pose, seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tuanyuan.motion.composing.wide_grain", lambda width: np.zeros((64, width), np.float32))
    stage, into = still(), drawn(seed)
    off = np.abs(planes(made(stage, pose, into)).y.astype(np.float32) - reference(stage, pose, into).clip(0, 255))
    assert off.max() <= 2
    assert off.mean() <= 0.5


@pytest.mark.parametrize("covered", [0.0, 1.0])
def test_a_still_seen_larger_is_what_lanczos_says(covered: float) -> None:
    """Noise of full contrast, behind people and on them: within a level, and without a bias."""
    rgb = np.random.default_rng(5).choice([0, 255], (HEIGHT, WIDTH, 1)).astype(np.uint8).repeat(3, 2)
    stage = make_stage(rgb, np.full((HEIGHT, WIDTH), covered, np.float32), ())
    pose = Pose(CENTRE, 1.008, 1.016)
    scale = pose.people if covered else pose.back
    across, down = (
        lanczos(side, 2 * middle + 0.5, scale) for side, middle in zip((WIDTH, HEIGHT), CENTRE, strict=True)
    )
    expected = (down @ planes(to_frame(rgb)).y @ across.T).clip(0, 255)
    off = planes(base(stage, pose)).y - expected
    assert np.abs(off).max() < 0.8
    assert abs(off.mean()) < 0.02


def test_people_s_soft_edges_are_seen_larger_as_each_depth_is() -> None:
    """A grey wall behind white people: coverage, and so the picture, moves with people."""
    stage = still()
    rgb = np.rint(90 + 120 * stage.people)[..., None].repeat(3, 2).astype(np.uint8)
    stage = make_stage(rgb, stage.people, ())
    pose = Pose(CENTRE, 1.008, 1.016)
    across, down = (
        lanczos(side, 2 * middle + 0.5, pose.people) for side, middle in zip((WIDTH, HEIGHT), CENTRE, strict=True)
    )
    expected = down @ planes(to_frame(rgb)).y @ across.T
    assert np.abs(planes(base(stage, pose)).y - expected).max() <= 2


def test_somebody_slender_is_not_overlooked(monkeypatch: pytest.MonkeyPatch) -> None:
    """Between two stretches of wall, within what is composed at once."""
    monkeypatch.setattr("tuanyuan.motion.composing.wide_grain", lambda width: np.zeros((64, width), np.float32))
    people = np.zeros((HEIGHT, WIDTH), np.float32)
    people[60:, 110:140] = 1
    stage, into = make_stage(still().rgb, cv2.GaussianBlur(people, (0, 0), 1.2), ()), drawn(1)
    off = np.abs(planes(made(stage, GROWN, into)).y.astype(np.float32) - reference(stage, GROWN, into).clip(0, 255))
    assert off.max() <= 2
    assert off.mean() <= 0.5


def test_dithering_changes_nothing_on_average() -> None:
    stage, into = still(), drawn(1)
    dithered = planes(made(stage, AT_REST, into)).y.astype(np.float32)
    off = dithered - reference(stage, AT_REST, into).clip(0, 255)
    assert abs(off.mean()) < 0.05
    assert 0.3 < off.std() < 0.8


def test_at_rest_it_is_the_still_to_the_bit() -> None:
    assert np.array_equal(base(still(), AT_REST), to_frame(still().rgb))


def test_at_rest_it_is_the_still_though_people_and_room_are_two_plates() -> None:
    assert not np.array_equal(base(still(), Pose(CENTRE, 1.0, 1.01)), to_frame(still().rgb))


@pytest.mark.parametrize("pose", [AT_REST, GROWN])
def test_what_is_untouched_is_the_still_to_the_bit(pose: Pose) -> None:
    """Something small in front in the upper left corner: nothing beyond its neighbouring tiles changes."""
    stage, into = still(), layers(WIDTH // 2, HEIGHT // 2)
    into.front[4:10, 4:10] = 0.5
    into.touched[0, 0] = 1
    changed, without = planes(made(stage, pose, into)), planes(base(stage, pose))
    for plane, before, reach in zip(changed, without, (4 * TILE, 2 * TILE, 2 * TILE), strict=True):
        assert not np.array_equal(plane, before)
        assert np.array_equal(plane[reach:], before[reach:])
        assert np.array_equal(plane[:, reach:], before[:, reach:])


@pytest.mark.parametrize("pose", [AT_REST, GROWN])
def test_without_light_a_face_is_the_still_whatever_passes(pose: Pose) -> None:
    stage, into = still(), layers(WIDTH // 2, HEIGHT // 2)
    into.back[:] = (0.9, 0, 0, 1)
    into.front[:] = (0, 0.7, 0, 0.8)
    into.gain[:] = -0.4
    into.touched[:] = 1
    face = (slice(88, 134), slice(142, 178))
    half = (slice(44, 67), slice(71, 89))
    seen, without = planes(made(stage, pose, into)), planes(base(stage, pose))
    assert np.array_equal(seen.y[face], without.y[face])
    assert np.array_equal(seen.u[half], without.u[half])
    assert np.array_equal(seen.v[half], without.v[half])
    assert np.abs(seen.y[:40].astype(int) - without.y[:40]).mean() > 20
    body = (slice(200, 230), slice(130, 190))
    assert np.abs(seen.y[body].astype(int) - without.y[body]).mean() > 20


def test_light_never_darkens_a_face() -> None:
    stage, into = still(), layers(WIDTH // 2, HEIGHT // 2)
    into.ambient[:] = (0.3, 0.0, 0.0)
    face = (slice(88, 134), slice(142, 178))
    lit = compose(stage, AT_REST, into)[face].astype(int)
    plain = compose(stage, AT_REST, layers(*stage.size))[face].astype(int)
    assert (lit - plain)[..., 0].mean() > 10
    assert (lit - plain).reshape(-1, 3).mean(0).min() > -1


def test_a_burst_behind_a_head_is_felt_on_its_edge_and_fades_inwards() -> None:
    stage, into = still(), layers(WIDTH // 2, HEIGHT // 2)
    into.light[8:24, 72:88] = 4
    into.touched[:] = 1
    gained = planes(made(stage, AT_REST, into)).y.astype(int) - planes(base(stage, AT_REST)).y.astype(int)
    crown, brow = gained[60:66, 150:170].mean(), gained[100:110, 150:170].mean()
    assert crown > 12
    assert crown > 2 * brow > 0


def test_the_brightest_pixel_of_a_coloured_light_stays_coloured_before_a_white_wall() -> None:
    rgb = np.full((HEIGHT, WIDTH, 3), 235, np.uint8)
    stage = make_stage(rgb, np.zeros((HEIGHT, WIDTH), np.float32), ())
    into = layers(*stage.size)
    into.light[40:60, 40:60] = (6, 0.4, 0.2)
    into.touched[:] = 1
    red, green, blue = compose(stage, AT_REST, into)[100, 100].astype(int)
    assert red > green + 100
    assert red > blue + 100


def test_composing_does_not_change_what_was_drawn_and_is_the_same_again() -> None:
    stage, into, same = still(), drawn(4), drawn(4)
    composer = Composer(stage)
    room, first, second = composer.room(), np.empty(composer.shape, np.uint8), np.empty(composer.shape, np.uint8)
    composer.compose(GROWN, into, room, first)
    composer.compose(AT_REST, layers(*stage.size), room, second)
    assert np.array_equal(second, to_frame(stage.rgb))
    composer.compose(GROWN, into, room, second)
    assert np.array_equal(first, second)
    for name in ("light", "back", "front", "gain", "gain_people", "ambient", "touched"):
        assert np.array_equal(getattr(into, name), getattr(same, name))


@pytest.mark.parametrize("size", [(322, 250), (180, 320), (66, 70)])
def test_sizes_that_no_tile_divides(size: tuple[int, int]) -> None:
    width, height = size
    rgb = np.random.default_rng(0).integers(0, 256, (height, width, 3)).astype(np.uint8)
    people = np.zeros((height, width), np.float32)
    people[height // 3 :, width // 4 : width // 2] = 1
    stage = make_stage(rgb, people, ())
    into = layers(*stage.size)
    into.light[:] = 0.3
    into.front[:] = 0.2
    into.gain[:] = 0.1
    into.touched[:] = 1
    assert np.array_equal(base(stage, AT_REST), to_frame(rgb))
    assert made(stage, GROWN, into).shape == (height * 3 // 2, width)


def test_a_frame_never_shows_beyond_its_edges() -> None:
    with pytest.raises(ValueError, match="beyond"):
        made(still(), Pose(CENTRE, 0.99, 1.0), layers(WIDTH // 2, HEIGHT // 2))


def test_a_frame_grows_by_no_more_than_its_runs_can_follow() -> None:
    assert made(still(), Pose(CENTRE, 1.0, MOST), layers(WIDTH // 2, HEIGHT // 2)).shape == (HEIGHT * 3 // 2, WIDTH)
    with pytest.raises(ValueError, match="hair"):
        made(still(), Pose(CENTRE, 1.0, MOST + 0.001), layers(WIDTH // 2, HEIGHT // 2))
