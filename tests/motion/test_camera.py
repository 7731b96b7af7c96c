"""The breathing frame: closed, gentle, everything moving as its depth does."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from tuanyuan.motion.camera import BACK, FRONT, PEOPLE, Camera, centre
from tuanyuan.motion.composing import Composer
from tuanyuan.motion.layers import layers
from tuanyuan.motion.planes import planes
from tuanyuan.motion.stage import Head, Stage, make_stage

SECONDS = 5.0
WIDTH, HEIGHT = 480, 360
EMPTY = make_stage(np.zeros((HEIGHT, WIDTH, 3), np.uint8), np.zeros((HEIGHT, WIDTH), np.float32), ())


def with_heads(*heads: Head) -> Stage:
    return Stage(EMPTY.rgb, EMPTY.people, EMPTY.mask, EMPTY.rim, EMPTY.free, EMPTY.luma, heads)


def test_the_loop_begins_and_ends_at_the_still_and_is_widest_in_the_middle() -> None:
    camera = Camera((120.0, 80.0), SECONDS)
    for time in (0.0, SECONDS):
        pose = camera.pose(time)
        assert (pose.back, pose.people, pose.front) == pytest.approx((1, 1, 1), abs=1e-12)
    middle = camera.pose(SECONDS / 2)
    assert (middle.back, middle.people, middle.front) == pytest.approx((1 + BACK, 1 + PEOPLE, 1 + FRONT))
    assert BACK < PEOPLE < FRONT


def test_it_stays_where_it_is_told_not_to_move() -> None:
    pose = Camera((120.0, 80.0), SECONDS, amount=0).pose(2.5)
    assert (pose.back, pose.people, pose.front) == (1, 1, 1)


def test_the_centre_lies_between_everybody_s_eyes() -> None:
    stage = with_heads(Head(60, 100, 20, 30), Head(180, 100, 20, 30), Head(110, 100, 20, 30))
    assert centre(stage) == pytest.approx((120, 100 + 0.18 * 30))


def test_a_nearer_face_draws_the_centre_to_its_own_level() -> None:
    high, low = Head(60, 60, 10, 15), Head(180, 120, 40, 60)
    assert centre(with_heads(high, low))[1] > 110


def test_without_people_it_is_a_little_above_the_middle() -> None:
    assert centre(EMPTY) == pytest.approx((WIDTH / 4, HEIGHT / 2 * 0.45))


def test_a_head_beyond_the_frame_keeps_the_centre_inside() -> None:
    assert centre(with_heads(Head(-50, 400, 20, 30))) == (0, HEIGHT / 2)


def _middle(luma: np.ndarray, column: int, row: int) -> tuple[float, float]:
    """Of a bright dot near a place, to a fraction of a pixel."""
    part = luma[row - 14 : row + 15, column - 14 : column + 15].astype(np.float64)
    part = np.maximum(part - np.median(part) - 6, 0)
    ys, xs = np.mgrid[row - 14 : row + 15, column - 14 : column + 15]
    return float((xs * part).sum() / part.sum()), float((ys * part).sum() / part.sum())


@pytest.mark.parametrize("people", [False, True])
def test_a_dot_of_the_still_and_a_particle_beside_it_move_as_one(people: bool) -> None:
    """At full size, within 0.3 pixels over the loop, far from the centre; behind people and, with theirs, on them."""
    rgb = np.full((HEIGHT, WIDTH, 3), 60, np.uint8)
    cv2.circle(rgb, (430, 60), 4, (250, 250, 250), -1, cv2.LINE_AA)
    covered = np.full((HEIGHT, WIDTH), float(people), np.float32)
    stage = make_stage(rgb, covered, ())
    plain = make_stage(np.full_like(rgb, 60), covered, ())
    camera = Camera((110.0, 90.0), SECONDS, amount=2)
    composer, empty = Composer(stage), Composer(plain)
    rest = np.array([(430 - 0.5) / 2, (60 - 0.5) / 2])
    for time in (0.0, 0.7, 1.3, 2.5, 3.9):
        pose, into = camera.pose(time), layers(*stage.size)
        scale = pose.people if people else pose.back
        at = np.array(pose.centre) + (rest - pose.centre) * scale
        ys, xs = np.mgrid[: stage.size[1], : stage.size[0]]
        spot = np.clip(2.5 - np.hypot(xs - at[0], ys - at[1]), 0, 1).astype(np.float32)
        layer = into.front if people else into.back
        layer[:] = spot[..., None]
        into.touched[:] = 1
        seen = []
        for one, drawn in ((composer, layers(*stage.size)), (empty, into)):
            out = np.empty(one.shape, np.uint8)
            one.compose(pose, drawn, one.room(), out)
            full = 2 * at + 0.5
            seen.append(_middle(planes(out).y, round(full[0]), round(full[1])))
        assert np.hypot(*(np.array(seen[0]) - seen[1])) < 0.3


def test_people_s_outline_and_what_hides_behind_it_move_together() -> None:
    """A white curtain behind black people is seen up to their edge in every pose, and never on them."""
    rgb = np.full((HEIGHT, WIDTH, 3), 10, np.uint8)
    covered = np.zeros((HEIGHT, WIDTH), np.float32)
    rgb[:, :80] = 160
    covered[:, 80:] = 1
    stage = make_stage(rgb, covered, ())
    composer = Composer(stage)
    for time in (0.0, 1.1, 2.5):
        pose, into = Camera((200.0, 90.0), SECONDS, amount=2).pose(time), layers(*stage.size)
        into.back[:] = 1
        into.touched[:] = 1
        out = np.empty(composer.shape, np.uint8)
        composer.compose(pose, into, composer.room(), out)
        edge = 400.5 + (79.5 - 400.5) * pose.people
        row = planes(out).y[180]
        assert row[: int(edge) - 3].min() >= 233
        assert row[int(edge) + 4 :].max() <= 32


def test_a_strong_edge_moves_without_shimmering() -> None:
    """Space and time: beside a dark line on a grey wall nothing changes by more than the zoom itself explains."""
    rgb = np.full((HEIGHT, WIDTH, 3), 120, np.uint8)
    rgb[:, 400:406] = 30
    stage = make_stage(cv2.GaussianBlur(rgb, (0, 0), 0.7), np.zeros((HEIGHT, WIDTH), np.float32), ())
    composer, camera = Composer(stage), Camera((110.0, 90.0), SECONDS)
    room, depth = composer.room(), []
    for frame in range(63):
        out = np.empty(composer.shape, np.uint8)
        composer.compose(camera.pose(frame / 25), layers(*stage.size), room, out)
        line = planes(out).y[180, 380:425].astype(np.float64)
        depth.append((line.max() - line).sum())
        assert line[:8].min() >= line.max() - 2
    assert np.ptp(depth) / np.mean(depth) < 0.02
