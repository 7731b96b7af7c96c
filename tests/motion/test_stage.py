"""What is measured of a still before anything moves."""

from __future__ import annotations

import numpy as np

from tuanyuan.imaging.faces import Face
from tuanyuan.motion.stage import make_stage

HEIGHT, WIDTH = 240, 320


def face(x: float, y: float, wide: float, high: float) -> Face:
    mesh = np.zeros((468, 3), np.float32)
    mesh[:, :2] = (x + wide / 2, y + high / 2)
    mesh[0, :2], mesh[1, :2] = (x, y), (x + wide, y + high)
    return Face(mesh, 1, 0, 0, 0, 100)


def person() -> np.ndarray:
    people = np.zeros((HEIGHT, WIDTH), np.float32)
    people[100:, 100:220] = 1
    return people


def stage_of(people: np.ndarray, *faces: Face):
    return make_stage(np.full((HEIGHT, WIDTH, 3), 99, np.uint8), people, faces)


def test_everything_is_of_half_size_and_of_its_type() -> None:
    stage = stage_of(person(), face(130, 110, 50, 60))
    assert stage.size == (160, 120)
    for plane in (stage.mask, stage.rim, stage.free, stage.luma):
        assert plane.shape == (120, 160)
        assert plane.dtype == np.float32
        assert 0 <= plane.min() <= plane.max() <= 1


def test_almost_certain_is_certain() -> None:
    people = np.full((HEIGHT, WIDTH), 0.98, np.float32)
    people[:, :100] = 0.02
    people[:, 100:110] = 0.5
    stage = stage_of(people)
    assert set(np.unique(stage.people)) == {0, 0.5, 1}
    assert (stage.mask[:, 60:] == 1).all()
    assert (stage.mask[:, :50] == 0).all()


def test_a_head_lies_round_its_face_and_above_it() -> None:
    head = stage_of(person(), face(130, 110, 50, 60)).heads[0]
    assert (head.x, head.y) == (77.5, 70 - 0.16 * 30)
    assert head.wide > 25 / 2
    assert head.high > 30 / 2


def test_nothing_passes_a_head_and_everything_far_from_it() -> None:
    stage = stage_of(person(), face(130, 110, 50, 60))
    head = stage.heads[0]
    ys, xs = np.mgrid[:120, :160]
    away = np.hypot((xs - head.x) / head.wide, (ys - head.y) / head.high)
    assert (stage.free[away <= 1] == 0).all()
    assert (stage.free[away >= 1.5] == 1).all()


def test_light_catches_upper_edges_and_no_middle_and_no_room() -> None:
    rim = stage_of(person()).rim
    assert (rim[:45] == 0).all()
    assert rim[50:53, 60:100].mean() > 0.3
    assert rim[50:53, 60:100].mean() > 2 * rim[90:115, 51:53].mean()
    assert rim[100:118, 75:85].max() < 0.05
