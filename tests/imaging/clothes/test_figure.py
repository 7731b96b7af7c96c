"""A body is measured from its pose where that is possible, and else follows from the face."""

from __future__ import annotations

import numpy as np
import pytest
from doubles.sitters import face_at

from tuanyuan.imaging.clothes.figure import DROP, FACE_WIDTH, SHOULDERS, figure
from tuanyuan.imaging.pose import Pose


def pose(span, drop, *, visibility=1.0, unit=40 * FACE_WIDTH, x=200, chin=170):
    points = np.zeros((33, 3), np.float32)
    points[:, 2] = visibility
    middle = np.array([x, chin + drop * unit])
    for right, left, wide, low in ((12, 11, 1.0, 0), (14, 13, 1.1, 1.2), (16, 15, 1.2, 2.2), (24, 23, 0.6, 2.4)):
        points[right, :2] = middle[0] - wide * span / 2 * unit, middle[1] + low * unit
        points[left, :2] = middle[0] + wide * span / 2 * unit, middle[1] + low * unit
    return Pose(points, 0.9)


def test_without_a_pose_the_shoulders_hang_under_the_chin():
    body = figure(face_at(200, 100, 40), None)
    assert body.unit == pytest.approx(40 * FACE_WIDTH)
    assert body.span == pytest.approx(SHOULDERS * body.unit, rel=1e-3)
    assert body.middle == pytest.approx([200, 170 + DROP * body.unit], abs=0.5)
    assert (body.by_pose, body.hips_seen, body.arms_seen.any()) == (False, False, False)
    assert body.down == pytest.approx([0, 1], abs=1e-3)


def test_possible_shoulders_are_taken_from_the_pose_with_arms_and_hips():
    body = figure(face_at(200, 100, 40), pose(2.2, 0.8))
    assert body.span == pytest.approx(2.2 * body.unit, rel=1e-3)
    assert (body.by_pose, body.hips_seen, body.arms_seen.all()) == (True, True, True)


@pytest.mark.parametrize(("span", "drop", "visibility"), [(0.9, 0.6, 1.0), (2.0, -0.3, 1.0), (2.0, 0.6, 0.2)])
def test_a_body_that_was_shrunk_into_the_frame_is_not_believed(span, drop, visibility):
    body = figure(face_at(200, 100, 40), pose(span, drop, visibility=visibility))
    assert not body.by_pose
    assert body.span == pytest.approx(SHOULDERS * body.unit, rel=1e-3)


def test_a_scaled_figure_is_the_figure_of_the_scaled_picture():
    body = figure(face_at(200, 100, 40), pose(2.2, 0.8)).scaled(0.5, (10, -5))
    other = figure(face_at(110, 45, 20), pose(2.2, 0.8, unit=20 * FACE_WIDTH, x=110, chin=80))
    assert body.unit == pytest.approx(other.unit)
    assert body.shoulders == pytest.approx(other.shoulders, abs=0.1)
    assert body.hips == pytest.approx(other.hips, abs=0.1)
    assert body.lowest == pytest.approx(other.lowest, abs=0.1)
